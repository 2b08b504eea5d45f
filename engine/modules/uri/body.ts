import { createHash } from "node:crypto";
import { basename } from "node:path";
import { ModuleError } from "../contract.ts";

/** What is sent, and the Content-Type that goes with it unless the user says another. */
export interface Body {
  readonly bytes: Buffer;
  readonly type: string | undefined;
}

/** Reads a file of the controller. */
export type ReadFile = (name: string) => Buffer;

/**
 * The bytes of a body.
 * @param read brings the files that a multipart body names
 * @throws ModuleError for a body that does not fit its format
 */
export function encodeBody(body: unknown, format: "raw" | "json" | "form-urlencoded" | "form-multipart", read: ReadFile): Body {
  if (format === "json") return { bytes: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)), type: "application/json" };
  if (format === "form-urlencoded") return { bytes: Buffer.from(formOf(body)), type: "application/x-www-form-urlencoded" };
  if (format === "form-multipart") return multipart(body, read);
  return { bytes: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)), type: undefined };
}

function formOf(body: unknown): string {
  if (typeof body === "string") return body;
  if (typeof body !== "object" || body === null) throw new ModuleError("failed to parse body as form_urlencoded: a mapping or a list of pairs is needed");
  const form = new URLSearchParams();
  for (const pair of Array.isArray(body) ? (body as unknown[]) : Object.entries(body)) {
    if (!Array.isArray(pair) || pair.length !== 2) throw new ModuleError("failed to parse body as form_urlencoded: each entry of a list must be a pair");
    const [name, value] = pair as [unknown, unknown];
    for (const one of Array.isArray(value) ? value : [value]) form.append(String(name), String(one));
  }
  return form.toString();
}

function multipart(body: unknown, read: ReadFile): Body {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw new ModuleError("a form-multipart body must be a mapping");
  const parts = Object.entries(body).map(([name, field]) => part(name, field, read));
  // of the content, so that equal bodies are equal bytes
  const boundary = `tsplay-${createHash("sha256").update(Buffer.concat(parts)).digest("hex").slice(0, 32)}`;
  const bytes = Buffer.concat([...parts.flatMap((one) => [Buffer.from(`--${boundary}\r\n`), one, Buffer.from("\r\n")]), Buffer.from(`--${boundary}--\r\n`)]);
  return { bytes, type: `multipart/form-data; boundary=${boundary}` };
}

function part(name: string, field: unknown, read: ReadFile): Buffer {
  const disposition = `Content-Disposition: form-data; name="${escapeName(name)}"`;
  if (typeof field !== "object" || field === null) return Buffer.from(`${disposition}\r\n\r\n${String(field)}`);
  const { filename, content, mime_type: type } = field as { filename?: unknown; content?: unknown; mime_type?: unknown };
  if (filename === undefined && content === undefined) throw new ModuleError(`at least one of filename and content must be given for the field ${name}`);
  const bytes = content === undefined ? read(String(filename)) : Buffer.from(String(content));
  const file = filename === undefined ? "" : `; filename="${escapeName(basename(String(filename)))}"`;
  const mime = String(type ?? (filename === undefined ? "text/plain" : "application/octet-stream"));
  return Buffer.concat([Buffer.from(`${disposition}${file}\r\nContent-Type: ${mime}\r\n\r\n`), bytes]);
}

function escapeName(name: string): string {
  return name.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
