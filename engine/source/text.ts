import { readFileSync } from "node:fs";
import { type Fault, Failure } from "./failure.ts";
import type { Place } from "./place.ts";

export interface TextOptions {
  /** What the file is to the user: "playbook", "role's tasks"; "file" when not given. */
  readonly what?: string;
  /** Where the name was written. */
  readonly place?: Place | undefined;
  readonly fault?: Fault;
  readonly hint?: string | undefined;
}

/**
 * Reads a text file: UTF-8, with or without a byte order mark.
 * @throws Failure `file-not-found`, `is-directory`, `not-readable` or `not-text`
 */
export function readText(file: string, options: TextOptions = {}): string {
  return decodeText(readBytes(file, options), file, options);
}

/** Bytes as text. @throws Failure `not-text` with the line of the first byte that is no UTF-8 */
export function decodeText(bytes: Buffer, file: string, options: TextOptions = {}): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const { line, column } = firstBadByte(bytes);
    throw new Failure(`${file} is not UTF-8 text`, {
      code: "not-text",
      fault: options.fault ?? "playbook",
      place: { file, line, column },
      hint: "save the file as UTF-8",
    });
  }
}

function readBytes(file: string, options: TextOptions): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const what = options.what ?? "file";
    const code = (error as NodeJS.ErrnoException).code;
    const [message, word] =
      code === "ENOENT" || code === "ENOTDIR"
        ? [`${what} not found: ${file}`, "file-not-found"]
        : code === "EISDIR"
          ? [`${file} is a directory, not a file`, "is-directory"]
          : [`cannot read ${what} ${file}: ${code === "EACCES" ? "permission denied" : (error as Error).message}`, "not-readable"];
    throw new Failure(message, { code: word, fault: options.fault ?? "playbook", place: options.place, hint: options.hint, cause: error });
  }
}

function firstBadByte(bytes: Buffer): { line: number; column: number } {
  // Decoding loses nothing but the bad bytes, so the texts differ first where the bytes do.
  const again = Buffer.from(bytes.toString("utf8"), "utf8");
  let at = 0;
  while (at < bytes.length && bytes[at] === again[at]) at += 1;
  const before = bytes.subarray(0, at).toString("utf8");
  return { line: before.split("\n").length, column: before.length - before.lastIndexOf("\n") };
}
