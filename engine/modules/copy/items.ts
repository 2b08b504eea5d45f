import { ModuleError } from "../contract.ts";
import { type Entry, parseEntry } from "../parts/entry.ts";
import type { Facts } from "../parts/facts.ts";
import type { Tree } from "../parts/material.ts";
import { splitLines } from "../parts/text.ts";

/** One thing of a tree: how it shall be, and what is there. */
export interface Item {
  readonly name: string;
  readonly want: "directory" | "file" | "link";
  /** The wanted content's sha1 and the wanted link's target. */
  readonly sum?: string | undefined;
  readonly target?: string | undefined;
  /** Permission bits and bytes of the source. */
  readonly mode?: number | undefined;
  readonly size?: number | undefined;
  readonly here: Entry | undefined;
  readonly hereSum: string | undefined;
}

interface Found {
  readonly entry: Entry | undefined;
  readonly sum: string | undefined;
  /** What a followed link leads to. */
  readonly isLinked?: boolean;
}

/** What `ask_items` of probe.sh found, one for each name. */
function foundItems(facts: Facts, prefix: string): Found[] {
  const entries = splitLines(facts.get(`${prefix}entries`));
  const sums = splitLines(facts.get(`${prefix}sums`));
  let entryAt = 0;
  let sumAt = 0;
  const found = [...facts.get(`${prefix}kinds`)].map((kind, index): Found => {
    if (kind === "-") return { entry: undefined, sum: undefined };
    const entry = parseEntry(entries[entryAt++] ?? "", facts.maybe(`${prefix}target.${index}`));
    // a name with a backslash makes sha1sum begin its line with one
    return { entry, sum: kind === "f" || kind === "F" ? sums[sumAt++]?.replace(/^\\/, "").slice(0, 40) : undefined, isLinked: kind === "F" };
  });
  if (entryAt !== entries.length || sumAt !== sums.length) throw new ModuleError("the directory changed while it was looked at", {}, "run the task again");
  return found;
}

/** The names of a controller tree, in the order in which probe.sh is asked for them. */
export function namesOf(tree: Tree): string[] {
  return [...tree.directories, ...tree.files.map((file) => file.name), ...tree.links.map((link) => link.name)];
}

export function treeItems(facts: Facts, tree: Tree): Item[] {
  const found = foundItems(facts, "");
  const wanted: Omit<Item, "here" | "hereSum">[] = [
    ...tree.directories.map((name) => ({ name, want: "directory" as const })),
    ...tree.files.map(({ name, material }) => ({ name, want: "file" as const, sum: material.sha1, mode: material.mode, size: material.size })),
    ...tree.links.map(({ name, target }) => ({ name, want: "link" as const, target })),
  ];
  return wanted.map((item, index) => ({ ...item, here: found[index]?.entry, hereSum: found[index]?.sum }));
}

/** @param isFollowed whether links of the source are replaced by what they lead to */
export function remoteItems(facts: Facts, isFollowed: boolean): Item[] {
  const names = splitLines(facts.get("names"));
  const sources = foundItems(facts, "source.");
  const found = foundItems(facts, "");
  if (sources.length !== names.length || found.length !== names.length)
    throw new ModuleError("a name in the source directory holds a newline, which cannot be copied on the host");
  return names.flatMap((name, index): Item[] => {
    const { entry, sum, isLinked } = sources[index]!;
    const here = { here: found[index]!.entry, hereSum: found[index]!.sum };
    if (entry?.state === "directory") return [{ name, want: "directory", mode: entry.mode, ...here }];
    if (entry?.state === "file" || entry?.state === "hard") {
      // as with Ansible, a link at the top becomes a new file like any other
      const isNew = isLinked === true && !name.includes("/");
      return [{ name, want: "file", mode: isNew ? undefined : entry.mode, sum, ...here }];
    }
    if (entry?.state === "link" && !isFollowed) return [{ name, want: "link", target: entry.target, ...here }];
    return [];
  });
}
