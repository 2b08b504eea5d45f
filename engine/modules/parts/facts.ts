import { ModuleError } from "../contract.ts";
import type { Answer } from "../../session/contract.ts";

/** The records that parts/facts.sh prints. */
export class Facts {
  readonly #values: ReadonlyMap<string, string>;
  /** What follows the record `bytes`: the raw content of a file. */
  readonly bytes: Buffer;

  constructor(values: ReadonlyMap<string, string>, bytes: Buffer) {
    this.#values = values;
    this.bytes = bytes;
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  maybe(key: string): string | undefined {
    return this.#values.get(key);
  }

  /** @throws ModuleError when the host's answer lacks the record */
  get(key: string): string {
    const value = this.#values.get(key);
    if (value === undefined) throw new ModuleError(`the host's answer lacks "${key}"`);
    return value;
  }

  number(key: string): number {
    return Number(this.get(key));
  }

  flag(key: string): boolean {
    return this.#values.get(key) === "1";
  }
}

/** For an answer that holds a file: what a JavaScript string can hold in Base64, and what a checksum can be worked out of. Bytes. */
export const MOST_OF_A_TEXT = 384 * 1024 * 1024;
export const MOST_OF_A_FILE = 2 ** 31 - 1;

/**
 * Reads a probe's answer.
 * @throws ModuleError when the script ended with an error: the missing tool by its name, or what the script said
 */
export function factsOf(answer: Answer): Facts {
  const values = new Map<string, string>();
  let at = 0;
  let bytes: Buffer = Buffer.alloc(0);
  while (at < answer.stdout.length) {
    const end = answer.stdout.indexOf(0, at);
    if (end === -1) break;
    const record = answer.stdout.toString("utf8", at, end);
    const equals = record.indexOf("=");
    const key = record.slice(0, equals);
    at = end + 1;
    if (key === "bytes") {
      bytes = answer.stdout.subarray(at);
      break;
    }
    values.set(key, record.slice(equals + 1));
  }
  const missing = values.get("missing_tool");
  if (missing !== undefined) throw new ModuleError(`this host has no "${missing}"`, { rc: answer.code }, `install the package that brings "${missing}"`);
  const said = answer.stderr.toString("utf8").trim();
  const distrusted = values.get("distrusted");
  if (distrusted !== undefined) throw new ModuleError(said, { rc: answer.code }, trustHint(distrusted, values.get("distrusted_owner") ?? "its owner"));
  if (answer.code !== 0) {
    throw new ModuleError(said === "" ? `the probe ended with code ${answer.code}` : said, { rc: answer.code });
  }
  return new Facts(values, bytes);
}

function trustHint(path: string, owner: string): string {
  return `whoever owns it could lead the task elsewhere: run the task as ${owner} (become_user), name the path without the link, or give it to root (chown -h root ${path})`;
}

/** Builds the answer that records make; for data cases. */
export function answerOf(records: Readonly<Record<string, unknown>>, code = 0, stderr = ""): Answer {
  const parts: Buffer[] = [];
  for (const [key, value] of Object.entries(records)) parts.push(Buffer.from(key === "bytes" ? `bytes=\0${String(value)}` : `${key}=${String(value)}\0`));
  return { code, stdout: Buffer.concat(parts), stderr: Buffer.from(stderr) };
}
