import { readdirSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { posix, win32 } from "node:path";
import { Problem } from "../problem.ts";
import { plugin, type Plugins } from "../plugin.ts";
import { anyText, asText } from "../python/arguments.ts";
import { iterate } from "../python/sequences.ts";
import { plain, typeError, typeName, Tuple } from "../python/types.ts";

/** Python's os.path.join: an absolute part begins anew. */
export function joinPath(...parts: readonly string[]): string {
  return parts.reduce((path, part) => (part.startsWith("/") || path === "" ? part : path.endsWith("/") ? path + part : `${path}/${part}`));
}

function normalize(path: string): string {
  if (path === "") return ".";
  const result = posix.normalize(path).replace(/(?<=.)\/$/, "");
  return /^\/\/(?!\/)/.test(path) ? `/${result}` : result;
}

/** `~` and `~user` (home directories under their usual names) expanded. */
export function expandUser(path: string): string {
  return path.replace(/^~([^/]*)/, (whole, user: string) => (user === "" ? (process.env["HOME"] ?? homedir()) : user === "root" ? "/root" : whole));
}

function dirname(path: string): string {
  const head = path.slice(0, path.lastIndexOf("/") + 1);
  return /^\/*$/.test(head) ? head : head.replace(/\/+$/, "");
}

/** Resolves what exists, and keeps the rest. */
function realPath(path: string): string {
  const full = posix.resolve(path);
  try {
    return realpathSync(full);
  } catch {
    const parent = posix.dirname(full);
    return parent === full ? full : posix.join(realPath(parent), posix.basename(full));
  }
}

function splitExtension(path: string): Tuple {
  const match = /^(.*\/)?(\.*[^/]*?)(\.[^./]*)?$/s.exec(path);
  const name = match?.[2] ?? "";
  if (/^\.*$/.test(name) || match?.[3] === undefined) return Tuple.with([path, ""]);
  return Tuple.with([(match[1] ?? "") + name, match[3]]);
}

function globRegex(segment: string): RegExp {
  const source = segment.replace(/\[(!?)([^\]]+)\]|[.+^${}()|\\*?[\]]/g, (character, negated: string | undefined, set: string | undefined) => {
    if (set !== undefined) return `[${negated === "!" ? "^" : ""}${set.replace(/\\/g, "\\\\")}]`;
    if (character === "*") return "[^/]*";
    return character === "?" ? "[^/]" : `\\${character}`;
  });
  return new RegExp(`^${segment.startsWith(".") ? "" : "(?!\\.)"}${source}$`, "s");
}

/** Paths that match a shell pattern, sorted. */
export function glob(pattern: string): string[] {
  const segments = pattern.split("/");
  let found = [pattern.startsWith("/") ? "/" : ""];
  for (const segment of segments.filter((part) => part !== "")) {
    found = found.flatMap((base) => {
      const prefix = base === "" || base.endsWith("/") ? base : `${base}/`;
      if (!/[*?[]/.test(segment)) return [prefix + segment].filter((path) => statSync(path, { throwIfNoEntry: false }) !== undefined);
      const regex = globRegex(segment);
      try {
        return readdirSync(base === "" ? "." : base)
          .filter((name) => regex.test(name))
          .sort()
          .map((name) => prefix + name);
      } catch {
        // what is no directory matches nothing
        return [];
      }
    });
  }
  return found;
}

/** Only the regular files among them. */
export function globFiles(pattern: string): string[] {
  return glob(pattern).filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}

const ofPath = (run: (path: string) => unknown): Plugins[string] => plugin(["path"], (_, path) => run(asText(path, "a path")));

export const pathFilters: Plugins = {
  basename: ofPath((path) => path.slice(path.lastIndexOf("/") + 1)),
  dirname: ofPath(dirname),
  expanduser: ofPath(expandUser),
  expandvars: ofPath((path) =>
    path.replace(/\$(?:\{([^}]*)\}|(\w+))/g, (whole, braced: string | undefined, bare: string | undefined) => process.env[(braced ?? bare)!] ?? whole),
  ),
  realpath: ofPath(realPath),
  normpath: ofPath(normalize),
  relpath: plugin(["path", ["start", "."]], (_, path, start) => posix.relative(posix.resolve(asText(start)), posix.resolve(asText(path))) || "."),
  splitext: ofPath(splitExtension),
  path_join: plugin(["paths"], (_, paths) => {
    const given = plain(paths);
    if (typeof given === "string") return given;
    if (!Array.isArray(given)) throw typeError(`|path_join expects string or sequence, got ${typeName(given)} instead.`);
    return joinPath(...iterate(given).map((part) => asText(part)));
  }),
  commonpath: plugin(["paths"], (_, paths) => {
    const all = iterate(paths).map((path) => anyText(path));
    if (all.length === 0) throw new Problem("commonpath() arg is an empty sequence");
    const isAbsolute = all[0]!.startsWith("/");
    if (all.some((path) => path.startsWith("/") !== isAbsolute)) throw new Problem("Can't mix absolute and relative paths");
    const parts = all.map((path) => path.split("/").filter((part) => part !== "" && part !== "."));
    const first = parts[0]!;
    const shared = first.findIndex((part, index) => parts.some((other) => other[index] !== part));
    return (isAbsolute ? "/" : "") + first.slice(0, shared === -1 ? first.length : shared).join("/");
  }),
  fileglob: ofPath(globFiles),
  win_basename: ofPath((path) => path.slice(Math.max(path.lastIndexOf("\\"), path.lastIndexOf("/"), /^[a-z]:/i.test(path) ? 1 : -1) + 1)),
  win_dirname: ofPath((path) => (/[\\/]/.test(path) ? win32.dirname(path) : (/^[a-z]:/i.exec(path)?.[0] ?? ""))),
  win_splitdrive: ofPath((path) => {
    const drive = /^(?:[a-z]:|[\\/]{2}[^\\/]+[\\/][^\\/]+)/i.exec(path)?.[0] ?? "";
    return Tuple.with([drive, path.slice(drive.length)]);
  }),
};
