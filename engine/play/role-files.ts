import { existsSync, readdirSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import type { Place } from "../source/place.ts";
import { type Loader, loadFile, problem } from "./context.ts";
import { isMapping, kindOf } from "./names.ts";

const EXTENSIONS = [".yml", ".yaml", ".json"];

/**
 * The file `main` (or the one named by a `*_from`) in a folder of a role; undefined when a role simply has none.
 * @throws Failure when a named file is missing or lies outside the role
 */
export function roleFile(rolePath: string, folder: string, named: string | undefined, place?: Place): string | undefined {
  const found = candidates(rolePath, folder, named, place).find(isFile);
  if (found === undefined && named !== undefined) {
    throw problem(`the role at ${rolePath} has no ${folder}/${named}`, "file-not-found", place);
  }
  return found;
}

/**
 * Variables of a role's `vars` or `defaults` folder; when there is a folder `main` its files are merged in order of their names.
 * @throws Failure
 */
export function roleVars(rolePath: string, folder: string, named: string | undefined, loader: Loader, place?: Place): Record<string, unknown> {
  const found = candidates(rolePath, folder, named, place).find((path) => existsSync(path));
  if (found === undefined) {
    if (named !== undefined) throw problem(`the role at ${rolePath} has no ${folder}/${named}`, "file-not-found", place);
    return {};
  }
  const merged: Record<string, unknown> = {};
  for (const file of isFile(found) ? [found] : variableFiles(found)) {
    const values = loadFile(file, loader, "role's variables", place);
    if (values === null || values === undefined) continue;
    if (!isMapping(values)) throw problem(`${file} must hold a mapping of variables, not ${kindOf(values)}`, "wrong-type", { file, line: 1, column: 1 });
    Object.assign(merged, values);
  }
  return merged;
}

function candidates(rolePath: string, folder: string, named: string | undefined, place: Place | undefined): string[] {
  const base = join(rolePath, folder, named ?? "main");
  if (!base.startsWith(`${join(rolePath, folder)}/`)) throw problem(`${named!} is outside of the role's ${folder} folder`, "outside-role", place);
  return named === undefined ? [...EXTENSIONS, ""].map((extension) => base + extension) : ["", ...EXTENSIONS].map((extension) => base + extension);
}

function variableFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith(".") && !entry.name.endsWith("~"))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (statSync(path).isDirectory()) return variableFiles(path);
      return ["", ...EXTENSIONS].includes(extname(entry.name)) ? [path] : [];
    });
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
