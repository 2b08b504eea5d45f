import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readdir, readFile, readlink, realpath, stat } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import { ModuleError, type Controller } from "../contract.ts";
import type { Content } from "../../session/contract.ts";

/** The content that a file shall have. */
export interface Material {
  readonly content: Content;
  /** Bytes. */
  readonly size: number;
  readonly sha1: string;
  readonly md5: string;
  /** Where it came from on the controller, when it is a file's. */
  readonly source?: string | undefined;
  /** The controller file's permission bits. */
  readonly mode?: number | undefined;
}

/** A directory on the controller; names are relative to the destination. */
export interface Tree {
  readonly directories: readonly string[];
  readonly files: readonly { readonly name: string; readonly material: Material }[];
  readonly links: readonly { readonly name: string; readonly target: string }[];
}

/** What is small enough to be kept in memory and shown in a diff. Bytes. */
const SMALL = 104_448;
const VAULT_HEADER = "$ANSIBLE_VAULT;";

export function materialOf(bytes: Buffer, from: Partial<Material> = {}): Material {
  return {
    ...from,
    content: bytes,
    size: bytes.length,
    sha1: createHash("sha1").update(bytes).digest("hex"),
    md5: createHash("md5").update(bytes).digest("hex"),
  };
}

// every host asks for the same files: a digest is kept while the file looks the same
const known = new Map<string, Promise<Material>>();

/**
 * Reads a controller file: small ones into memory, large ones only by stream. A vault file is opened when `decrypt`.
 * @throws ModuleError when it cannot be read
 */
export async function fileMaterial(path: string, controller: Controller, decrypt: boolean): Promise<Material> {
  try {
    const facts = await stat(path);
    const from = { source: path, mode: facts.mode & 0o7777 };
    if (decrypt && (await isVault(path))) return materialOf(controller.decrypt(await readFile(path), path), from);
    const key = [path, facts.ino, facts.size, facts.mtimeMs, facts.mode].join(" ");
    let material = known.get(key);
    if (material === undefined) {
      material = facts.size <= SMALL ? readFile(path).then((bytes) => materialOf(bytes, from)) : digest(path, facts.size, from);
      if (known.size > 500) known.clear();
      known.set(key, material);
    }
    return await material;
  } catch (error) {
    if (error instanceof Error && "syscall" in error)
      throw new ModuleError(`cannot read ${path}: ${error.message}`, {}, "look at the path and its permissions on the controller");
    throw error;
  }
}

async function isVault(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(VAULT_HEADER.length), 0, VAULT_HEADER.length, 0);
    return buffer.subarray(0, bytesRead).toString("latin1") === VAULT_HEADER;
  } finally {
    await handle.close();
  }
}

async function digest(path: string, size: number, from: Partial<Material>): Promise<Material> {
  const [sha1, md5] = [createHash("sha1"), createHash("md5")];
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    sha1.update(chunk as Buffer);
    md5.update(chunk as Buffer);
  }
  return { ...from, content: { file: path }, size, sha1: sha1.digest("hex"), md5: md5.digest("hex") };
}

/**
 * Reads a controller directory.
 * @param root with a trailing slash its contents are meant, without one the directory itself (as rsync has it)
 * @param follow whether links are replaced by what they lead to (a link into a folder above itself stays a link)
 */
export async function treeMaterial(root: string, controller: Controller, follow: boolean, decrypt: boolean): Promise<Tree> {
  const tree = { directories: [] as string[], files: [] as { name: string; material: Material }[], links: [] as { name: string; target: string }[] };
  const walk = async (folder: string, base: string, above: ReadonlySet<string>): Promise<void> => {
    for (const item of (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, item.name);
      const name = base === "" ? item.name : `${base}/${item.name}`;
      const real = item.isSymbolicLink() && follow ? await realpath(path).catch(() => undefined) : path;
      const isDirectory = item.isDirectory() || (real !== undefined && real !== path && (await stat(real)).isDirectory());
      const isLink = item.isSymbolicLink() && (!follow || real === undefined || (isDirectory && above.has(real)));
      if (isLink) tree.links.push({ name, target: await readlink(path) });
      else if (isDirectory) {
        tree.directories.push(name);
        await walk(real!, name, new Set(above).add(await realpath(path)));
      } else tree.files.push({ name, material: await fileMaterial(real!, controller, decrypt) });
    }
  };
  const clean = root.length > 1 && root.endsWith(sep) ? root.slice(0, -1) : root;
  const base = root.endsWith(sep) ? "" : basename(root);
  if (base !== "") tree.directories.push(base);
  await walk(clean, base, new Set([await realpath(clean)]));
  return tree;
}

/** The bytes that are in memory; undefined for what is streamed. */
export function bytesOf(material: Material): Buffer | undefined {
  return Buffer.isBuffer(material.content) ? material.content : undefined;
}

/** Whether a diff can be shown: small, and text. */
export function isShowable(bytes: Buffer): boolean {
  return bytes.length <= SMALL && !bytes.subarray(0, 8192).includes(0);
}

/** Contents one after another; small ones in one piece. */
export function joinContents(contents: readonly Content[]): Content {
  const parts = contents.flatMap((content) => (!Buffer.isBuffer(content) && "parts" in content ? content.parts : [content]));
  return parts.every((part) => Buffer.isBuffer(part)) ? Buffer.concat(parts) : { parts };
}
