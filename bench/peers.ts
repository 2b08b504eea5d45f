import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { PeerName } from "./options.ts";

const run = promisify(execFile);

export interface Peer {
  readonly name: PeerName;
  readonly version: string;
  /** Folder of its programs. */
  readonly bin: string;
  /** For Mitogen: the folder of its strategy plugins. */
  readonly strategies?: string;
}

const packages: Readonly<Record<PeerName, readonly string[]>> = { ansible: ["ansible-core"], mitogen: ["ansible-core", "mitogen"], pyinfra: ["pyinfra"] };
const debianPackages: Readonly<Record<PeerName, string>> = { ansible: "ansible-core", mitogen: "python3-mitogen", pyinfra: "" };

/**
 * Finds a peer, installing it when it is not there: from PyPI into a virtual environment under ~/.cache/tsplay-bench, else Debian's own
 * package when that is installed.
 * @returns the peer, or the reason why it is not to be had
 */
export async function findPeer(name: PeerName): Promise<Peer | string> {
  const folder = path.join(process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache"), "tsplay-bench", name);
  const bin = path.join(folder, "bin");
  const program = name === "pyinfra" ? "pyinfra" : "ansible-playbook";
  const isComplete = existsSync(path.join(bin, program)) && (name !== "mitogen" || (await strategiesIn(folder)) !== undefined);
  if (!isComplete) {
    const reason = await install(name, folder);
    if (reason !== undefined) return (await debianPeer(name, program)) ?? reason;
  }
  const strategies = name === "mitogen" ? await strategiesIn(folder) : undefined;
  return { name, version: await versionIn(bin, packages[name].at(-1)!), bin, ...(strategies === undefined ? {} : { strategies }) };
}

async function install(name: PeerName, folder: string): Promise<string | undefined> {
  await mkdir(path.dirname(folder), { recursive: true });
  try {
    await run("python3", ["-m", "venv", folder]);
    await run(path.join(folder, "bin", "pip"), ["install", "--quiet", ...packages[name]], { timeout: 300_000 });
    return undefined;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    const { stderr, message } = error as { stderr?: string; message: string };
    return `cannot be installed: ${(stderr || message).trim().split("\n").at(-1)}`;
  }
}

/** What the machine itself has, when its package is installed. */
async function debianPeer(name: PeerName, program: string): Promise<Peer | undefined> {
  if (debianPackages[name] === "" || !existsSync(path.join("/usr/bin", program))) return undefined;
  const strategies = "/usr/lib/python3/dist-packages/ansible_mitogen/plugins/strategy";
  if (name === "mitogen" && !existsSync(strategies)) return undefined;
  const { stdout } = await run("dpkg-query", ["-W", "-f", "${Version} (Debian)", debianPackages[name]]).catch(() => ({ stdout: "Debian" }));
  return { name, version: stdout, bin: "/usr/bin", ...(name === "mitogen" ? { strategies } : {}) };
}

async function strategiesIn(folder: string): Promise<string | undefined> {
  const lib = path.join(folder, "lib");
  for (const python of await readdir(lib).catch(() => [])) {
    const strategies = path.join(lib, python, "site-packages/ansible_mitogen/plugins/strategy");
    if (existsSync(strategies)) return strategies;
  }
  return undefined;
}

async function versionIn(bin: string, name: string): Promise<string> {
  const { stdout } = await run(path.join(bin, "pip"), ["show", name]);
  return /^Version: (.*)$/m.exec(stdout)?.[1] ?? "?";
}
