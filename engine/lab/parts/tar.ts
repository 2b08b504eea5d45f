import { copyFile, link, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import path from "node:path";
import { must } from "../process.ts";

/**
 * Writes a tar archive of files under new names: the same files make the same bytes, whoever owns them and whenever they were made.
 * @param target its name's end says whether it is compressed
 * @param files name in the archive to the file's path
 * @param links name in the archive to what a symbolic link there says
 */
export async function writeTar(target: string, files: Readonly<Record<string, string>>, links: Readonly<Record<string, string>> = {}): Promise<void> {
  const stage = await mkdtemp(path.join(path.dirname(target), "stage-"));
  try {
    for (const [name, source] of Object.entries(files)) await place(source, path.join(stage, name));
    for (const [name, says] of Object.entries(links)) {
      await mkdir(path.dirname(path.join(stage, name)), { recursive: true });
      await symlink(says, path.join(stage, name));
    }
    const dot = Object.keys(files).some((name) => name.startsWith("./"));
    const tops = [...new Set(Object.keys({ ...files, ...links }).map((name) => path.normalize(name).split("/")[0]!))].sort();
    const compress = /gz$/.test(target) ? ["--use-compress-program=gzip -n -1"] : [];
    const same = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=u=rwX,go=rX", "--format=gnu", "--hard-dereference"];
    await must("tar", ["--create", `--file=${target}`, ...same, ...compress, `--directory=${stage}`, ...(dot ? ["."] : tops)]);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/** Puts a file at a second place without taking room twice, where the file system can. */
export async function place(source: string, target: string): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  await link(source, target).catch(() => copyFile(source, target));
}
