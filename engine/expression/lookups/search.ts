import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { Problem } from "../problem.ts";
import type { Call } from "../plugin.ts";
import { expandUser } from "../filters/paths.ts";

/** Where a relative file name is looked for: in each folder's `kind` folder, then in the folder itself. */
export function candidates(call: Call, name: string, kind: string): string[] {
  const path = expandUser(name);
  if (path.startsWith("/")) return [path];
  const { searchPath, playbookDirectory } = call.scope.environment;
  const folders = [...new Set([...searchPath, playbookDirectory])];
  return folders.flatMap((folder) => (kind === "" ? [posix.join(folder, path)] : [posix.join(folder, kind, path), posix.join(folder, path)]));
}

/** @returns undefined when it is nowhere */
export function findFile(call: Call, name: string, kind: string): string | undefined {
  return candidates(call, name, kind).find((path) => existsSync(path));
}

/** @throws Problem naming where it was looked for */
export function requireFile(call: Call, name: string, kind: string): string {
  const found = findFile(call, name, kind);
  if (found !== undefined) return found;
  throw new Problem(`unable to find the file '${name}'`, "file-not-found", `looked for: ${candidates(call, name, kind).join(", ")}`);
}

/** A file's text, opened when it is a vault. */
export function readText(call: Call, path: string, encoding = "utf-8"): string {
  let text: string;
  try {
    // Python writes iso8859-1 and latin_1 where the web writes iso-8859-1 and latin1
    text = new TextDecoder(
      encoding
        .toLowerCase()
        .replace("_", "")
        .replace(/^iso-?8859/, "iso-8859"),
    ).decode(readFileSync(path));
  } catch (error) {
    throw new Problem(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!text.startsWith("$ANSIBLE_VAULT;")) return text;
  return call.scope.environment.decrypt(text);
}
