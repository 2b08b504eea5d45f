import { createHash } from "node:crypto";
import type { Stats } from "node:fs";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import path from "node:path";

/**
 * What a host changes by being alive, and what is no file of its own: not part of a digest. Paths are the host's; each stands for itself and all below it.
 * Directories' times are left out too, files' times of change are not.
 */
export const ALIVE: readonly string[] = [
  ...["/proc", "/sys", "/dev", "/run", "/tmp", "/var/tmp", "/var/log", "/var/cache", "/var/spool/cron"],
  // the bases of apt's index, stamps of timers, seeds, leases and clocks
  ...["/var/lib/apt/lists", "/var/lib/apt/periodic", "/var/lib/systemd", "/var/lib/dbus", "/var/lib/private", "/var/lib/lab"],
  ...["/var/lib/containerd", "/var/lib/kubelet", "/etc/machine-id", "/root/.cache"],
];

export interface Roots {
  /** The merged root as the host sees it. */
  readonly merged: string;
  /** Where its changed files lie. */
  readonly upper: string;
  /** The base, which never changes. */
  readonly base: string;
}

/**
 * Everything in which a host's file tree differs from its base: path to a description (type, mode, owner, content's hash or target), `deleted` for what is gone.
 * Files that were opened for writing and left as they were do not count. Takes as long as the changes are many, not the tree.
 */
export async function treeOf(roots: Roots): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  await walk(roots, "", found);
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** One word for a tree. */
export function digestOf(tree: ReadonlyMap<string, string>): string {
  const hash = createHash("sha256");
  for (const [name, text] of tree) hash.update(`${name}\0${text}\n`);
  return hash.digest("hex");
}

/** What differs between two trees, a line each: `+ PATH`, `- PATH`, `~ PATH: OLD -> NEW`. */
export function compareTrees(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const lines: string[] = [];
  for (const name of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const [old, now] = [before.get(name), after.get(name)];
    if (old === now) continue;
    lines.push(old === undefined ? `+ ${name} ${now}` : now === undefined ? `- ${name} ${old}` : `~ ${name}: ${old} -> ${now}`);
  }
  return lines;
}

async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => []);
}

async function look(file: string): Promise<Stats | undefined> {
  return await lstat(file).catch(() => undefined);
}

async function walk(roots: Roots, folder: string, found: Map<string, string>): Promise<void> {
  const merged = new Set(await namesIn(path.join(roots.merged, folder)));
  const base = await namesIn(path.join(roots.base, folder));
  for (const name of base) {
    const at = `${folder}/${name}`;
    if (!merged.has(name) && !ALIVE.includes(at)) found.set(at, "deleted");
  }
  for (const name of await namesIn(path.join(roots.upper, folder))) {
    const at = `${folder}/${name}`;
    if (!merged.has(name) || ALIVE.includes(at)) continue;
    const file = path.join(roots.merged, at);
    const stats = await look(file);
    if (stats === undefined) continue;
    const text = await describe(file, stats);
    const original = path.join(roots.base, at);
    const originalStats = await look(original);
    if (originalStats === undefined || (await describe(original, originalStats)) !== text) found.set(at, text);
    if (stats.isDirectory()) await walk(roots, at, found);
  }
}

async function describe(file: string, stats: Stats): Promise<string> {
  const mode = (stats.mode & 0o7777).toString(8).padStart(4, "0");
  const owner = `${stats.uid}:${stats.gid}`;
  if (stats.isDirectory()) return `directory ${mode} ${owner}`;
  if (stats.isSymbolicLink()) return `link ${owner} ${await readlink(file).catch(() => "?")}`;
  if (!stats.isFile()) return `special ${(stats.mode & 0o170000).toString(8)} ${mode} ${owner} ${stats.rdev}`;
  return `file ${mode} ${owner} ${stats.size} ${await hashOf(file, stats)} ${stats.mtimeMs}`;
}

const hashes = new Map<string, { readonly state: string; readonly hash: string }>();
/** Clocks of files tick some times a second: what has changed just now may change again without a sign. Milliseconds. */
const TICK = 100;

/** A file is read again only when its inode says that it has changed. */
async function hashOf(file: string, { dev, ino, size, mtimeMs, ctimeMs }: Stats): Promise<string> {
  const state = `${dev} ${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  const known = hashes.get(file);
  if (known?.state === state) return known.hash;
  const content = await readFile(file).catch(() => undefined);
  if (content === undefined) return "unreadable";
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 16);
  if (Date.now() - ctimeMs > TICK) hashes.set(file, { state, hash });
  return hash;
}
