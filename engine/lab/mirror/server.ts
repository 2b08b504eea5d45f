import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import type { Descriptor } from "../parts/oci.ts";
import { blobPath, imagesIn } from "../parts/oci.ts";
import { answer } from "./registry.ts";

/** What a mirror serves. */
export interface MirrorContent {
  /** Folders laid out by host and path of upstream's addresses. */
  readonly files: readonly string[];
  /** OCI image layouts. */
  readonly layouts: readonly string[];
}

/** A file to send, and how it is called. */
interface Body {
  readonly file: string;
  readonly size: number;
  readonly modified: Date;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Serves files under the address they have upstream, with the host as the first folder, and images under /v2/; it only reads.
 * @returns the listening server
 */
export async function serve(content: MirrorContent, address: string, port: number): Promise<Server> {
  const images = new Map<string, Descriptor>();
  for (const layout of content.layouts) for (const [name, descriptor] of await imagesIn(layout)) images.set(name, descriptor);
  const server = createServer((request, response) => {
    respond(content, images, request, response).catch((error: unknown) => {
      // the client went away, or the file did: there is nobody to tell but the client
      if (!response.headersSent) fail(response, 500, "UNKNOWN", (error as Error).message);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, resolve);
  });
  return server;
}

async function respond(content: MirrorContent, images: ReadonlyMap<string, Descriptor>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") return fail(response, 405, "UNSUPPORTED", "this mirror can only be read");
  const url = new URL(request.url ?? "/", "http://mirror");
  const name = decode(url.pathname);
  if (name === undefined) return fail(response, 400, "NAME_INVALID", "the address cannot be read");
  if (name !== "/v2" && !name.startsWith("/v2/")) {
    const found = await findFile(content.files, name);
    return found === undefined ? fail(response, 404, "NOT_FOUND", `the lab's mirror has no ${name.slice(1)}`) : send(found, request, response);
  }
  const said = answer(name, url.searchParams.get("ns") ?? undefined, images);
  if (said.kind === "error") return fail(response, said.status, said.code, said.message);
  response.setHeader("Docker-Distribution-Api-Version", "registry/2.0");
  if (said.kind === "base") return void response.writeHead(200, { "Content-Type": "application/json" }).end("{}");
  const headers = { "Content-Type": said.mediaType, "Docker-Content-Digest": said.digest };
  for (const layout of content.layouts) {
    const found = await look(blobPath(layout, said.digest), headers);
    if (found !== undefined) return send(found, request, response);
  }
  return fail(response, 404, "BLOB_UNKNOWN", `the lab has no blob ${said.digest}`);
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

async function findFile(folders: readonly string[], name: string): Promise<Body | undefined> {
  // as an absolute path, `..` cannot lead out of it
  const inside = path.normalize(name);
  for (const folder of folders) {
    const found = await look(path.join(folder, inside), { "Content-Type": "application/octet-stream" });
    if (found !== undefined) return found;
  }
  return undefined;
}

async function look(file: string, headers: Readonly<Record<string, string>>): Promise<Body | undefined> {
  const stats = await stat(file).catch(() => undefined);
  return stats?.isFile() ? { file, size: stats.size, modified: stats.mtime, headers } : undefined;
}

async function send(body: Body, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeaders(new Map(Object.entries({ ...body.headers, "Accept-Ranges": "bytes", "Last-Modified": body.modified.toUTCString() })));
  const since = request.headers["if-modified-since"];
  if (since !== undefined && Math.floor(body.modified.getTime() / 1000) * 1000 <= Date.parse(since)) return void response.writeHead(304).end();
  // a part of a file that has changed since would not fit the part the client has
  const isStale = (request.headers["if-range"] ?? body.modified.toUTCString()) !== body.modified.toUTCString();
  const range = isStale ? undefined : rangeOf(request.headers.range, body.size);
  if (range === "none") return void response.writeHead(416, { "Content-Range": `bytes */${body.size}` }).end();
  const { start, end } = range ?? { start: 0, end: body.size - 1 };
  if (range !== undefined) response.setHeader("Content-Range", `bytes ${start}-${end}/${body.size}`);
  response.writeHead(range === undefined ? 200 : 206, { "Content-Length": end - start + 1 });
  if (request.method === "HEAD" || body.size === 0) return void response.end();
  await pipeline(createReadStream(body.file, { start, end }), response);
}

/**
 * The part of a file that a Range header asks for (RFC 9110, 14.2): undefined is all of it, `none` what it does not have.
 * Several ranges at once are answered with all of it, as the RFC allows.
 */
export function rangeOf(header: string | undefined, size: number): { start: number; end: number } | "none" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return undefined;
  const [from, to] = [match[1]!, match[2]!];
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  return start > end ? "none" : { start, end };
}

function fail(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(`${JSON.stringify({ errors: [{ code, message }] })}\n`);
}
