import { copyFile, mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { Failure } from "../source/failure.ts";
import { capture } from "./process.ts";

/** Makes an ed25519 key without a passphrase at `file` and `file`.pub; returns the public line without its comment. */
export async function makeKey(file: string, comment: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  const made = await capture("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", file]);
  if (made.code !== 0) throw new Failure(`ssh-keygen failed: ${made.stderr.trim()}`, { code: "lab-failed", fault: "internal" });
  return publicKey(file);
}

/** The public line of a key made by `makeKey`, without its comment. */
export async function publicKey(file: string): Promise<string> {
  return (await readFile(`${file}.pub`, "utf8")).split(" ").slice(0, 2).join(" ");
}

/** Copies a key pair to `folder` under the name sshd looks for. */
export async function installHostKey(file: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await copyFile(file, path.join(folder, "ssh_host_ed25519_key"));
  await copyFile(`${file}.pub`, path.join(folder, "ssh_host_ed25519_key.pub"));
}
