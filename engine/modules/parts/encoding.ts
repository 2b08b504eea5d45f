import { ModuleError } from "../contract.ts";
import { decodeText } from "./edit.ts";

/** A file's text, how an argument reads in the same form, and the way back to bytes. */
export interface Codec {
  readonly text: string;
  readonly argument: (value: string) => string;
  readonly encode: (text: string) => Buffer;
}

/** @throws ModuleError for an encoding that is not known, and for bytes that are not in it */
export function codecOf(encoding: string, bytes: Buffer): Codec {
  const name = encoding.toLowerCase().replaceAll("_", "-");
  const same = (value: string): string => value;
  if (name === "utf-8" || name === "utf8") return decodeText(bytes);
  if (["latin-1", "latin1", "iso-8859-1", "l1"].includes(name))
    return { text: bytes.toString("latin1"), argument: same, encode: (text) => strict(text, 0xff, encoding) };
  if (name === "ascii" || name === "us-ascii") return { text: bytes.toString("latin1"), argument: same, encode: (text) => strict(text, 0x7f, encoding) };
  if (name === "utf-16-le" || name === "utf-16le") return { text: bytes.toString("utf16le"), argument: same, encode: (text) => Buffer.from(text, "utf16le") };
  if (name === "utf-16") {
    const isBig = bytes[0] === 0xfe && bytes[1] === 0xff;
    const body = bytes.subarray(isBig || (bytes[0] === 0xff && bytes[1] === 0xfe) ? 2 : 0);
    return { text: (isBig ? Buffer.from(body).swap16() : body).toString("utf16le"), argument: same, encode: (text) => Buffer.from(`\ufeff${text}`, "utf16le") };
  }
  throw new ModuleError(`unknown encoding "${encoding}"`, {}, "known: utf-8, latin-1, ascii, utf-16, utf-16-le");
}

function strict(text: string, highest: number, encoding: string): Buffer {
  for (const char of text) if (char.codePointAt(0)! > highest) throw new ModuleError(`"${char}" cannot be written in ${encoding}`);
  return Buffer.from(text, "latin1");
}
