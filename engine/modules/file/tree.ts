import type { Change } from "../contract.ts";
import { chmodText, planAttributes } from "../parts/attributes.ts";
import { type Entry, parseEntry } from "../parts/entry.ts";
import { ModuleError } from "../contract.ts";
import type { Facts } from "../parts/facts.ts";
import { quote } from "../parts/words.ts";
import type { FileArgs } from "./file.ts";
import type { FileState } from "./state.ts";

/** One thing inside a directory. */
export interface Leaf {
  readonly path: string;
  readonly entry: Entry;
}

/** @throws ModuleError when the tree changed while it was listed */
export function parseTree(facts: Facts): Leaf[] {
  if (!facts.has("tree")) return [];
  const paths = facts.bytes
    .toString("utf8")
    .split("\0")
    .filter((name) => name !== "");
  const entries = facts
    .get("tree")
    .split("\n")
    .filter((line) => line !== "");
  if (paths.length !== entries.length) throw new ModuleError("the directory changed while it was listed", {}, "run the task again");
  // the first one is the directory itself
  return paths.map((path, index) => ({ path, entry: parseEntry(entries[index]!)! })).slice(1);
}

/** The changes of all that a directory holds; keys are `PATH: attribute`. */
export function planTree(current: FileState, args: FileArgs): Change[] {
  // flags and contexts were asked for the directory itself only
  const facts = { ...current.attributes, flags: undefined, context: undefined };
  const wanted = { owner: args.owner, group: args.group, mode: args.mode };
  return current.tree.flatMap((leaf) => planAttributes(leaf.entry, wanted, facts, `${leaf.path}: `));
}

/**
 * Calls of `inside` and `batch` (apply.sh) that carry out the tree's changes: one call for up to 200 things with the same change.
 * @param subject the directory, as the leaves' paths begin
 */
export function batchesOf(current: FileState, changes: readonly Change[], args: FileArgs, subject: string): string {
  const byKey = new Map(changes.map((change) => [change.key, change]));
  const folders = new Map<string, Map<string, string[]>>();
  for (const leaf of current.tree) {
    const calls = callsFor(leaf, byKey, current, args);
    if (calls.length === 0) continue;
    const at = leaf.path.lastIndexOf("/");
    const folder = leaf.path.slice(subject.replace(/\/+$/, "").length + 1, at);
    const inFolder = folders.get(folder) ?? new Map<string, string[]>();
    folders.set(folder, inFolder);
    for (const call of calls) {
      const names = inFolder.get(call);
      if (names === undefined) inFolder.set(call, [`./${leaf.path.slice(at + 1)}`]);
      else names.push(`./${leaf.path.slice(at + 1)}`);
    }
  }
  const order = ["chown", "chgrp", "chmod"];
  const rank = (call: string): number => order.findIndex((tool) => call.startsWith(`batch ${tool}`));
  // the innermost first: until a folder is given away, nobody else can exchange what is in it
  return [...folders]
    .sort(([a], [b]) => depthOf(b) - depthOf(a))
    .flatMap(([folder, calls]) => [
      `inside ${quote(folder)}`,
      ...[...calls]
        .sort(([a], [b]) => rank(a) - rank(b))
        .flatMap(([call, names]) => chunks(names, 200).map((chunk) => `${call} ${chunk.map(quote).join(" ")}`)),
    ])
    .join("\n");
}

function callsFor({ path, entry }: Leaf, changes: ReadonlyMap<string, Change>, current: FileState, args: FileArgs): string[] {
  const owner = changes.get(`${path}: owner`);
  const group = changes.get(`${path}: group`);
  const mode = changes.get(`${path}: mode`);
  const isAgain = mode === undefined && (owner ?? group) !== undefined && args.mode !== undefined && entry.state !== "link";
  return [
    ...(owner === undefined ? [] : [`batch chown ${current.attributes.ownerId}`]),
    ...(group === undefined ? [] : [`batch chgrp ${current.attributes.groupId}`]),
    ...(mode === undefined ? [] : [`batch chmod ${chmodText(String(mode.to))}`]),
    // a change of owner drops setuid
    ...(isAgain ? [`batch chmod ${chmodText(entry.mode.toString(8))}`] : []),
  ];
}

function depthOf(folder: string): number {
  return folder === "" ? 0 : folder.split("/").length;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}
