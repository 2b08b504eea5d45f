import { type Change, ModuleError } from "../contract.ts";
import { chmodText, planAttributes, type Wanted } from "../parts/attributes.ts";
import { quote } from "../parts/words.ts";
import type { UnarchiveArgs, UnarchiveState } from "./unarchive.ts";

const missing = /^(?:\S*tar: )?(.*): Warning: Cannot stat: No such file or directory$/;
const differing = /^(.*): ((?:Mod time|Size|Contents|Symlink|Mode|Uid|Gid|File type|Device number)s? differs?|Invalid (?:owner|group).*)$/;
const unlinked = /^(?:\S*tar: )?(.*): (Not linked to .*)$/;

/** What is to change for the members to be as in the archive, and as the arguments say. @throws ModuleError when tar could not read it */
export function memberChanges(current: UnarchiveState, args: UnarchiveArgs): Change[] {
  if (current.isCreated) return [];
  const changes: Change[] = [];
  const seen = new Set<string>();
  const add = (name: string, from: string | null): void => {
    if (!seen.has(name)) changes.push({ key: name, from, to: "as in the archive" });
    seen.add(name);
  };
  for (const line of current.differences) {
    const [, gone] = missing.exec(line) ?? [];
    const [, name, what] = differing.exec(line) ?? unlinked.exec(line) ?? [];
    if (gone !== undefined) {
      if (gone !== "") add(gone, null);
    } else if (name !== undefined) {
      if (counts(what!, current, args) && !isNewer(name, current, args)) add(name, what!);
    } else if (/not recoverable|does not look like|Unexpected EOF/i.test(line)) throw new ModuleError(line.replace(/^\S*tar: /, ""), { dest: current.dest });
  }
  return [...changes, ...metadata(current, args)];
}

// what the task sets itself, or what an ordinary user cannot set, is no difference
function counts(what: string, { isRoot }: UnarchiveState, args: UnarchiveArgs): boolean {
  if (what.startsWith("Uid")) return isRoot && args.owner === undefined;
  if (what.startsWith("Gid")) return isRoot && args.group === undefined;
  if (what.startsWith("Mode")) return isRoot && args.mode === undefined;
  return true;
}

function isNewer(name: string, current: UnarchiveState, args: UnarchiveArgs): boolean {
  const time = current.times.get(name);
  const entry = current.entries.get(name);
  return args.keep_newer && time !== undefined && entry !== undefined && Number(entry.mtime) > time;
}

function wantedOf(args: UnarchiveArgs): Wanted {
  return { owner: args.owner, group: args.group, mode: args.mode };
}

function metadata(current: UnarchiveState, args: UnarchiveArgs): Change[] {
  const wanted = wantedOf(args);
  if (wanted.owner === undefined && wanted.group === undefined && wanted.mode === undefined) return [];
  return [...current.names, ...current.implied].flatMap((name) => {
    const entry = current.entries.get(name);
    if (entry !== undefined) return planAttributes(entry, wanted, current.attributes, `${name}: `);
    // a member that is still to be unpacked: its owner and permissions are not known, they are set whatever they are
    return (["owner", "group", "mode"] as const).flatMap((key): Change[] =>
      wanted[key] === undefined ? [] : [{ key: `${name}: ${key}`, from: null, to: wanted[key]! }],
    );
  });
}

/**
 * Calls of `batch` (apply.sh). When something is unpacked its members come out with the archive's owner and permissions, so all of them
 * are set.
 */
export function batchesFor(changes: readonly Change[], current: UnarchiveState, args: UnarchiveArgs): string {
  const isUnpacked = changes.some((change) => change.to === "as in the archive");
  const changed = new Set(changes.map((change) => change.key));
  const calls: string[] = [];
  const call = (key: "owner" | "group" | "mode", tool: string, value: string): void => {
    // the kernel drops setuid at a change of owner: the mode is set again with it
    const names = [...current.names, ...current.implied].filter(
      (name) => isUnpacked || changed.has(`${name}: ${key}`) || (key === "mode" && (changed.has(`${name}: owner`) || changed.has(`${name}: group`))),
    );
    for (let at = 0; at < names.length; at += 200)
      calls.push(
        `batch ${tool} ${quote(value)} ${names
          .slice(at, at + 200)
          .map(quote)
          .join(" ")}`,
      );
  };
  if (args.owner !== undefined) call("owner", "chown", String(current.attributes.ownerId));
  if (args.group !== undefined) call("group", "chgrp", String(current.attributes.groupId));
  // symbolic modes are chmod's business here: what a member's permissions are is known only when it is unpacked
  if (args.mode !== undefined) call("mode", "chmod", /^[0-7]+$/.test(args.mode) ? chmodText(args.mode) : args.mode);
  return calls.join("\n");
}
