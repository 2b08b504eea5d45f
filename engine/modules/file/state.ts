import type { Answer } from "../../session/contract.ts";
import { attributeFacts, type AttributeFacts } from "../parts/attributes.ts";
import { type Entry, parseEntry } from "../parts/entry.ts";
import { factsOf } from "../parts/facts.ts";
import type { FileArgs } from "./file.ts";
import { type Leaf, parseTree } from "./tree.ts";

/** What the probe found about a path. */
export interface FileState {
  readonly path: string;
  /** The path itself. */
  readonly here: Entry | undefined;
  /** For a link: what it leads to, and where that is. */
  readonly there: Entry | undefined;
  readonly real: string | undefined;
  /** The nearest folder that exists above a path that does not. */
  readonly parentPath: string | undefined;
  readonly parent: Entry | undefined;
  /** What `src` leads to. */
  readonly source: Entry | undefined;
  readonly sourcePath: string | undefined;
  readonly isEmpty: boolean;
  readonly attributes: AttributeFacts;
  /** Seconds since 1970. */
  readonly accessTime: string | undefined;
  readonly modificationTime: string | undefined;
  /** All that a directory holds, when `recurse` asks. */
  readonly tree: readonly Leaf[];
}

export function parseFile(answer: Answer, args: FileArgs): FileState {
  const facts = factsOf(answer);
  const entry = (key: string): Entry | undefined => {
    const line = facts.maybe(key);
    return line === undefined ? undefined : parseEntry(line, facts.maybe(`${key}.target`));
  };
  return {
    path: facts.get("path"),
    here: entry("here"),
    there: entry("there"),
    real: facts.maybe("real"),
    parentPath: facts.maybe("parent_path"),
    parent: entry("parent"),
    source: entry("source"),
    sourcePath: facts.maybe("source_path"),
    isEmpty: facts.flag("is_empty"),
    attributes: attributeFacts(facts, args.state === "absent" ? {} : args),
    accessTime: facts.maybe("atime_wanted"),
    modificationTime: facts.maybe("mtime_wanted"),
    tree: args.recurse ? parseTree(facts) : [],
  };
}
