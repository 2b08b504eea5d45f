import { createHash, createHmac, randomBytes } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { matchesPatternList } from "./wildcard.ts";

export interface KnownHost {
  readonly file: string;
  readonly line: number;
  readonly marker: "" | "@revoked" | "@cert-authority";
  readonly type: string;
  readonly key: Buffer;
}

/** What the files know about a key. */
export type Verdict =
  | { readonly kind: "known" }
  | { readonly kind: "revoked"; readonly by: KnownHost }
  /** The host is known by other keys. */
  | { readonly kind: "changed"; readonly old: readonly KnownHost[] }
  | { readonly kind: "unknown"; readonly authority: KnownHost | undefined };

interface Line {
  readonly marker: KnownHost["marker"];
  readonly hosts: string;
  readonly type: string;
  readonly key: Buffer;
  readonly number: number;
}

/** The name under which known_hosts files a host: HostKeyAlias, `host`, or `[host]:port`. */
export function knownName(host: string, port: number, alias: string | undefined): string {
  if (alias !== undefined) return alias.toLowerCase();
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

/** All entries for `name` in `files`; files that are missing hold none. */
export function entriesFor(name: string, files: readonly string[]): KnownHost[] {
  const entries: KnownHost[] = [];
  for (const file of files) {
    for (const line of linesOf(file)) {
      if (isFor(line.hosts, name)) entries.push({ file, line: line.number, marker: line.marker, type: line.type, key: line.key });
    }
  }
  return entries;
}

/** @param key the public key as the wire has it */
export function judge(key: Buffer, entries: readonly KnownHost[]): Verdict {
  const revoked = entries.find((entry) => entry.marker === "@revoked" && entry.key.equals(key));
  if (revoked !== undefined) return { kind: "revoked", by: revoked };
  const plain = entries.filter(({ marker }) => marker === "");
  if (plain.some((entry) => entry.key.equals(key))) return { kind: "known" };
  if (plain.length > 0) return { kind: "changed", old: plain };
  return { kind: "unknown", authority: entries.find(({ marker }) => marker === "@cert-authority") };
}

/** Adds the key to `file`, creating the file (0600) and its directory (0700). */
export function addKnownHost(file: string, name: string, key: Buffer, isHashed: boolean): void {
  if (!existsSync(path.dirname(file))) mkdirSync(path.dirname(file), { mode: 0o700 });
  const text = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  const newline = text.length > 0 && text[text.length - 1] !== 0x0a ? "\n" : "";
  appendFileSync(file, `${newline}${isHashed ? hashed(name) : name} ${keyType(key)} ${key.toString("base64")}\n`, { mode: 0o600 });
}

export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

export function keyType(key: Buffer): string {
  return key.length < 4 ? "" : key.toString("latin1", 4, 4 + key.readUInt32BE(0));
}

/** Lines of one known_hosts text; what is none is passed over, as OpenSSH does. */
export function parseKnownHosts(text: string): Line[] {
  const lines: Line[] = [];
  text.split("\n").forEach((raw, index) => {
    const words = raw.trim().split(/[ \t]+/);
    if (words[0] === "" || words[0]!.startsWith("#")) return;
    const marker = words[0] === "@revoked" || words[0] === "@cert-authority" ? words[0] : "";
    if (marker !== "") words.shift();
    const [hosts, type, blob] = words;
    if (hosts === undefined || type === undefined || blob === undefined || hosts.startsWith("@")) return;
    const key = Buffer.from(blob, "base64");
    if (keyType(key) === type) lines.push({ marker, hosts, type, key, number: index + 1 });
  });
  return lines;
}

function isFor(hosts: string, name: string): boolean {
  if (!hosts.startsWith("|")) return matchesPatternList(name, hosts.toLowerCase().split(","));
  const [, version, salt, hash] = hosts.split("|");
  if (version !== "1" || salt === undefined || hash === undefined) return false;
  return createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash;
}

function hashed(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
}

// a run over hundreds of hosts reads the same few files
const cache = new Map<string, { readonly stamp: string; readonly lines: readonly Line[] }>();

function linesOf(file: string): readonly Line[] {
  let stamp: string;
  try {
    const { mtimeMs, size, ino } = statSync(file);
    stamp = `${mtimeMs} ${size} ${ino}`;
  } catch {
    return [];
  }
  const cached = cache.get(file);
  if (cached?.stamp === stamp) return cached.lines;
  // a file that is there and cannot be read must not look like "no keys known": this throws
  const lines = parseKnownHosts(readFileSync(file, "utf8"));
  cache.set(file, { stamp, lines });
  return lines;
}
