import { ModuleError, type Change } from "../contract.ts";
import type { Answer } from "../../session/contract.ts";
import { attributeVars, chmodText, fresh, type AttributeFacts, type Wanted } from "./attributes.ts";
import type { Entry } from "./entry.ts";
import { factsOf } from "./facts.ts";
import { modeText, resolveMode } from "./mode.ts";
import { quote, splitCommand } from "./words.ts";

export interface WriteOptions {
  /** The old file; undefined for a new one. */
  readonly entry: Entry | undefined;
  readonly wanted: Wanted;
  readonly facts: AttributeFacts;
  /** Bytes that must arrive; not checked when not given. */
  readonly size?: number | undefined;
  readonly backup?: boolean | undefined;
  readonly validate?: string | undefined;
  readonly unsafe?: boolean | undefined;
}

/** Variables for parts/place.sh. The file that appears has its final owner and permissions from its first moment. */
export function writeVars(changes: readonly Change[], options: WriteOptions): Record<string, string> {
  const { entry, wanted, facts } = options;
  const basis = entry ?? fresh(facts.umask, false);
  const vars = attributeVars(changes, basis, wanted, facts);
  const mode = wanted.mode === undefined ? basis.mode : resolveMode(wanted.mode, basis.mode, false, facts.umask);
  return {
    ...vars,
    set_owner: facts.ownerId === undefined ? "" : String(facts.ownerId),
    set_group: facts.groupId === undefined ? "" : String(facts.groupId),
    // a rename replaces the inode, and its flags with it
    set_flags: vars["set_flags"] === "" && wanted.attributes !== undefined && facts.flags ? `=${facts.flags}` : vars["set_flags"]!,
    set_mode: "",
    write_mode: chmodText(modeText(mode)),
    write_keep: entry === undefined ? "" : `${entry.uid}:${entry.gid}`,
    write_size: options.size === undefined ? "" : String(options.size),
    write_backup: options.backup === true ? "1" : "",
    write_validate: options.validate === undefined ? "" : validation(options.validate),
    write_unsafe: options.unsafe === true ? "1" : "",
  };
}

/** A message when `validate` has no place for the file. */
export function checkValidate(validate: string | undefined): string | undefined {
  return validate === undefined || validate.includes("%s") ? undefined : `validate must contain %s: ${validate}`;
}

// as with Ansible no shell reads the words: a pipe sign is an argument like any other
function validation(command: string): string {
  return splitCommand(command)
    .map((word) => word.split("%s").map(quote).join('"$write_temporary"'))
    .join(" ");
}

/** The name of the backup that an apply made, as a result key. */
export function backupResult(applied: Answer | undefined): Record<string, unknown> {
  if (applied === undefined || applied.code !== 0) return {};
  const name = factsOf(applied).maybe("backup_file");
  return name === undefined ? {} : { backup_file: name };
}

/** For modules whose target must be a file that can be read. @throws ModuleError */
export function refuseDirectory(entry: Entry | undefined, path: string): void {
  if (entry?.state === "directory") throw new ModuleError(`Path ${path} is a directory !`, { path });
}
