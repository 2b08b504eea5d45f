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
  /** Reached through a link: metadata is that of what the link leads to. */
  readonly isFollowed: boolean;
}

/** @throws ModuleError when the tree changed while it was listed */
export function parseTree(facts: Facts): Leaf[] {
  if (!facts.has("tree")) return [];
  const [own = "", ...rest] = facts.bytes.toString("utf8").split("\0\0");
  const leaves = pair(own, facts.get("tree"), false);
  const seen = new Set(leaves.filter((leaf) => leaf.entry.state !== "link").map((leaf) => leaf.path));
  const followed = pair(rest.join("\0\0"), facts.maybe("followed") ?? "", true).filter((leaf) => !seen.has(leaf.path));
  // the first one is the directory itself
  return [...leaves.slice(1), ...followed];
}

function pair(names: string, lines: string, isFollowed: boolean): Leaf[] {
  const paths = names.split("\0").filter((name) => name !== "");
  const entries = lines.split("\n").filter((line) => line !== "");
  if (paths.length !== entries.length) throw new ModuleError("the directory changed while it was listed", {}, "run the task again");
  return paths.map((path, index) => ({ path, entry: parseEntry(entries[index]!)!, isFollowed }));
}

/** The changes of all that a directory holds; keys are `PATH: attribute`. */
export function planTree(current: FileState, args: FileArgs): Change[] {
  // flags and contexts were asked for the directory itself only
  const facts = { ...current.attributes, flags: undefined, context: undefined };
  const wanted = { owner: args.owner, group: args.group, mode: args.mode };
  return current.tree.flatMap((leaf) => planAttributes(leaf.entry, wanted, facts, `${leaf.path}: `));
}

/** Calls of `batch` (apply.sh) that carry out the tree's changes: one call for up to 200 paths with the same change. */
export function batchesOf(current: FileState, changes: readonly Change[], args: FileArgs): string {
  if (current.tree.length === 0) return "";
  const byKey = new Map(changes.map((change) => [change.key, change]));
  const groups = new Map<string, string[]>();
  const add = (call: string, path: string): void => {
    const paths = groups.get(call);
    if (paths === undefined) groups.set(call, [path]);
    else paths.push(path);
  };
  for (const leaf of current.tree) {
    const suffix = leaf.isFollowed ? "_followed" : "";
    const owner = byKey.get(`${leaf.path}: owner`);
    const group = byKey.get(`${leaf.path}: group`);
    const mode = byKey.get(`${leaf.path}: mode`);
    if (owner !== undefined) add(`batch chown${suffix} ${current.attributes.ownerId}`, leaf.path);
    if (group !== undefined) add(`batch chgrp${suffix} ${current.attributes.groupId}`, leaf.path);
    if (mode !== undefined) add(`batch chmod${suffix} ${chmodText(String(mode.to))}`, leaf.path);
    else if ((owner ?? group) !== undefined && args.mode !== undefined && leaf.entry.state !== "link")
      add(`batch chmod${suffix} ${chmodText(leaf.entry.mode.toString(8))}`, leaf.path);
  }
  const order = ["chown", "chgrp", "chmod"];
  const rank = (call: string): number => order.findIndex((tool) => call.startsWith(`batch ${tool}`));
  return [...groups]
    .sort(([a], [b]) => rank(a) - rank(b))
    .flatMap(([call, paths]) => chunks(paths, 200).map((chunk) => `${call} ${chunk.map(quote).join(" ")}`))
    .join("\n");
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}
