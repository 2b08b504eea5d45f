import { ModuleError } from "../contract.ts";

export interface Checksum {
  /** The host's program, for example `sha256sum`. */
  readonly tool: string;
  readonly digest?: string;
  readonly url?: string;
}

const algorithms = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"];

/** Reads `ALGORITHM:DIGEST` or `ALGORITHM:URL`; undefined for an empty text. @throws ModuleError */
export function checksumOf(text: string): Checksum | undefined {
  if (text === "") return undefined;
  const colon = text.indexOf(":");
  if (colon === -1) throw new ModuleError("The checksum parameter has to be in format <algorithm>:<checksum>");
  const algorithm = text.slice(0, colon).toLowerCase();
  const rest = text.slice(colon + 1).trim();
  if (!algorithms.includes(algorithm)) throw new ModuleError(`unknown checksum algorithm "${algorithm}"`, {}, `known: ${algorithms.join(", ")}`);
  const tool = `${algorithm}sum`;
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(rest) ? { tool, url: rest } : { tool, digest: digestText(rest) };
}

function digestText(text: string): string {
  const digest = text.replace(/\W+/g, "").toLowerCase();
  if (!/^[0-9a-f]+$/.test(digest)) throw new ModuleError("The checksum format is invalid");
  return digest;
}

/**
 * The digest of `name` in a file of checksums: `DIGEST  NAME`, `ALGORITHM (NAME) = DIGEST`, or a digest alone.
 * @throws ModuleError when the file does not name it
 */
export function digestIn(text: string, name: string, url: string): string {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (lines.length === 1 && !/\s/.test(lines[0]!)) return digestText(lines[0]!);
  for (const line of lines) {
    const match = /^\w+ ?\((?<path>.+)\) ?= (?<digest>[\w.]+)$/.exec(line) ?? /^(?<digest>\S+)\s+(?<path>.+)$/.exec(line);
    const path = match?.groups?.["path"]?.replace(/^\*/, "").replace(/^\.\//, "");
    if (path === name) return digestText(match!.groups!["digest"]!);
  }
  throw new ModuleError(`Unable to find a checksum for file '${name}' in '${url}'`);
}
