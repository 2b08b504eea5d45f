import { ModuleError, type Change } from "../contract.ts";
import { boolean, mode, string } from "../schema.ts";
import type { Entry } from "./entry.ts";
import type { Facts } from "./facts.ts";
import { modeText, resolveMode } from "./mode.ts";

/** The arguments that all modules which make files share. */
export const attributeArgs = {
  owner: string("Name or id of the user that owns it."),
  group: string("Name or id of the group that owns it."),
  mode: mode("Permissions: octal (`0644`) or symbolic (`u=rw,go=r`)."),
  attributes: string("Attributes as chattr(1) takes them: `+i`, `-a`, `=e`.", { aliases: ["attr"] }),
  seuser: string("SELinux user; `_default` for the policy's."),
  serole: string("SELinux role; `_default` for the policy's."),
  setype: string("SELinux type; `_default` for the policy's."),
  selevel: string("SELinux level; `_default` for the policy's."),
  unsafe_writes: boolean("Write in place where a rename is impossible (a bind-mounted file).", { default: false }),
};

/** What is wanted of a thing's metadata. */
export interface Wanted {
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
  readonly mode?: string | undefined;
  readonly attributes?: string | undefined;
  readonly seuser?: string | undefined;
  readonly serole?: string | undefined;
  readonly setype?: string | undefined;
  readonly selevel?: string | undefined;
}

/** Variables for parts/attributes.sh, `ask_attributes`. */
export function attributeQuestions(wanted: Wanted): Record<string, string> {
  const wantsContext = [wanted.seuser, wanted.serole, wanted.setype, wanted.selevel].some((part) => part !== undefined);
  return {
    ask_umask: wanted.mode === undefined || /^[0-7]+$/.test(wanted.mode) ? "" : "1",
    ask_owner: wanted.owner ?? "",
    ask_group: wanted.group ?? "",
    ask_flags: wanted.attributes === undefined ? "" : "1",
    ask_context: wantsContext ? "1" : "",
  };
}

/** What `ask_attributes` found: the host's side of owner, group and umask. */
export interface AttributeFacts {
  readonly umask: number;
  readonly ownerId?: number | undefined;
  readonly groupId?: number | undefined;
  /** lsattr's letters and the SELinux context of the path that was asked about, if they were wanted and there is one. */
  readonly flags?: string | undefined;
  readonly context?: string | undefined;
  readonly defaultContext?: string | undefined;
}

/** @throws ModuleError for an owner or group that the host does not know, and for SELinux arguments on a host without it */
export function attributeFacts(facts: Facts, wanted: Wanted): AttributeFacts {
  const id = (key: string, name: string | undefined, verb: string, kind: string): number | undefined => {
    if (name === undefined) return undefined;
    const value = facts.get(key);
    if (value === "") throw new ModuleError(`${verb} failed: failed to look up ${kind} ${name}`, {}, `create the ${kind} first`);
    return Number(value);
  };
  if (facts.maybe("selinux") === "no") {
    throw new ModuleError(
      "SELinux arguments (seuser, serole, setype, selevel) were given, and this host does not run SELinux",
      {},
      "remove them for this host",
    );
  }
  return {
    // not asked for what is there already, unless the wanted mode stands on it
    umask: Number.parseInt(facts.maybe("umask") ?? "0", 8),
    ownerId: id("owner_id", wanted.owner, "chown", "user"),
    groupId: id("group_id", wanted.group, "chgrp", "group"),
    flags: facts.maybe("flags"),
    context: facts.maybe("context"),
    defaultContext: facts.maybe("default_context"),
  };
}

/** The part of an entry that metadata is planned from; a null owner says that the thing does not exist yet. */
export interface Basis {
  readonly state: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly owner: string | null;
  readonly group: string | null;
}

/** How a thing that does not exist yet would look if it were made without wishes. */
export function fresh(umask: number, isDirectory: boolean, parent?: Entry): Basis {
  // a directory inherits setgid
  const setgid = isDirectory && parent !== undefined ? parent.mode & 0o2000 : 0;
  return { state: isDirectory ? "directory" : "file", mode: ((isDirectory ? 0o777 : 0o666) & ~umask) | setgid, uid: -1, gid: -1, owner: null, group: null };
}

/**
 * What is to change about a thing's metadata.
 * @param basis the thing, or how it would be created
 * @param prefix for one of several things: `PATH: `
 */
export function planAttributes(basis: Basis, wanted: Wanted, facts: AttributeFacts, prefix = ""): Change[] {
  const changes: Change[] = [];
  const context = wantedContext(wanted, facts);
  if (context !== undefined && context !== facts.context) changes.push({ key: `${prefix}secontext`, from: facts.context ?? null, to: context });
  if (facts.ownerId !== undefined && facts.ownerId !== basis.uid) changes.push({ key: `${prefix}owner`, from: basis.owner, to: wanted.owner! });
  if (facts.groupId !== undefined && facts.groupId !== basis.gid) changes.push({ key: `${prefix}group`, from: basis.group, to: wanted.group! });
  // a link has no permissions of its own on Linux
  if (wanted.mode !== undefined && basis.state !== "link") {
    const mode = resolveMode(wanted.mode, basis.mode, basis.state === "directory", facts.umask);
    const isNew = basis.owner === null;
    if (isNew || mode !== basis.mode) changes.push({ key: `${prefix}mode`, from: isNew ? null : modeText(basis.mode), to: modeText(mode) });
  }
  const flags = wantedFlags(wanted.attributes, facts.flags);
  if (flags !== undefined) changes.push({ key: `${prefix}attributes`, from: facts.flags ?? null, to: flags });
  return changes;
}

/** Variables for parts/attributes.sh, `set_attributes`: what `changes` (with this prefix) ask for. */
export function attributeVars(changes: readonly Change[], basis: Basis, wanted: Wanted, facts: AttributeFacts, prefix = ""): Record<string, string> {
  const to = (key: string): string | undefined => {
    const change = changes.find((one) => one.key === prefix + key);
    return change === undefined ? undefined : String(change.to);
  };
  const owner = to("owner") === undefined ? "" : String(facts.ownerId);
  const group = to("group") === undefined ? "" : String(facts.groupId);
  // the kernel drops setuid and setgid at a change of owner: a wanted mode is set again after it
  const again = owner + group !== "" && wanted.mode !== undefined && basis.state !== "link";
  const mode = to("mode") ?? (again ? modeText(resolveMode(wanted.mode!, basis.mode, basis.state === "directory", facts.umask)) : "");
  return { set_owner: owner, set_group: group, set_mode: chmodText(mode), set_flags: to("attributes") ?? "", set_context: to("secontext") ?? "" };
}

// NOTE: coreutils' chmod keeps a directory's setuid and setgid bits unless the octal mode has five digits
export function chmodText(mode: string): string {
  return mode === "" ? "" : mode.padStart(5, "0");
}

function wantedFlags(attributes: string | undefined, current: string | undefined): string | undefined {
  if (attributes === undefined) return undefined;
  const sign = /^[-+=]/.exec(attributes)?.[0] ?? "=";
  const letters = [...attributes.replace(/^[-+=]/, "")];
  const has = new Set(current ?? "");
  const isSo =
    sign === "+"
      ? letters.every((letter) => has.has(letter))
      : sign === "-"
        ? letters.every((letter) => !has.has(letter))
        : letters.length === has.size && letters.every((letter) => has.has(letter));
  return isSo ? undefined : sign + letters.join("");
}

function wantedContext(wanted: Wanted, facts: AttributeFacts): string | undefined {
  const parts = [wanted.seuser, wanted.serole, wanted.setype, wanted.selevel];
  if (parts.every((part) => part === undefined)) return undefined;
  const current = splitContext(facts.context ?? "");
  const standard = splitContext(facts.defaultContext ?? "");
  return parts
    .map((part, index) => (part === "_default" ? (standard[index] ?? current[index]) : (part ?? current[index])))
    .filter((part) => part !== undefined)
    .join(":");
}

// the level may hold colons: s0:c1,c2
function splitContext(context: string): string[] {
  const [user, role, type, ...level] = context.split(":");
  return context === "" ? [] : [user!, role!, type!, ...(level.length === 0 ? [] : [level.join(":")])];
}
