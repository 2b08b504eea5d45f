import { existsSync } from "node:fs";
import { posix } from "node:path";
import { Undefined } from "../values.ts";
import { Problem } from "../problem.ts";
import { tolerant } from "../plugin.ts";
import { anyText } from "../python/arguments.ts";
import { truthy } from "../python/compare.ts";
import { isDict, use } from "../python/types.ts";
import { expandUser } from "../filters/paths.ts";
import { candidates } from "./search.ts";

interface Search {
  readonly names: readonly string[];
  readonly skips: boolean;
}

/** Text is cut at commas, semicolons and, for paths, colons. */
function split(value: unknown, separators: RegExp): string[] {
  if (value instanceof Undefined || value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((item) => split(item, separators));
  return anyText(value)
    .split(separators)
    .filter((part) => part !== "");
}

function searchOf(terms: readonly unknown[], options: { files: unknown; paths: unknown; skip: unknown }): Search {
  const names: string[] = [];
  let skips = truthy(options.skip);
  const add = (files: readonly string[], paths: readonly string[]): void => {
    if (paths.length === 0) names.push(...files);
    else for (const path of paths) names.push(...files.map((file) => posix.join(expandUser(path), file)));
  };
  add(split(options.files, /[,;]/), split(options.paths, /[,;:]/));
  for (const term of terms) {
    if (isDict(term)) {
      skips = truthy(term["skip"] ?? skips);
      add(split(term["files"], /[,;]/), split(term["paths"], /[,;:]/));
    } else if (Array.isArray(term)) {
      const inner = searchOf(term as unknown[], { files: null, paths: null, skip: skips });
      names.push(...inner.names);
      skips = inner.skips;
    } else if (!(term instanceof Undefined)) {
      const files = split(term, /[,;]/);
      const paths = split(options.paths, /[,;:]/);
      add(files, paths);
    } else if (terms.length === 1) use(term);
  }
  return { names, skips };
}

export const firstFound = tolerant(
  ["*terms", ["files", null], ["paths", null], ["skip", false], ["_folder", "files"]],
  (call, terms, files, paths, skip, folder) => {
    const { names, skips } = searchOf(terms as unknown[], { files, paths, skip });
    const looked: string[] = [];
    for (const name of names) {
      for (const path of candidates(call, name, anyText(folder))) {
        if (existsSync(path)) return [path];
        looked.push(path);
      }
    }
    if (skips) return [];
    throw new Problem(
      "no file was found when using first_found",
      "file-not-found",
      looked.length === 0 ? "there was no file name to look for" : `looked for: ${looked.join(", ")}`,
    );
  },
);
