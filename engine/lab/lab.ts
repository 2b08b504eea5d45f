import { spawn } from "node:child_process";
import { appendFile, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { didYouMean, Failure } from "../source/failure.ts";
import { ensureBase } from "./base.ts";
import type { HostSetting, LabHost } from "./host.ts";
import { bootHost, makeHostKey, openHost } from "./host.ts";
import { connectionVariables, inventoryIni, inventoryJson } from "./inventory.ts";
import { makeKey } from "./keys.ts";
import type { LabMirror } from "./mirror/start.ts";
import { mirrorVariables, startMirror } from "./mirror/start.ts";
import { makeNetwork, shortName } from "./network.ts";
import { labFile, labFolder, labHome, withLock } from "./place.ts";
import type { ProcessIdentity } from "./process.ts";
import { capture, identify, livingProcess } from "./process.ts";
import { requireLab } from "./requirements.ts";

export interface LabOptions {
  /** `lab-PID-N` when not given. Lower-case letters, digits and dashes. */
  readonly name?: string;
  readonly hosts: readonly string[];
  /** Leaves the lab standing when this process ends; else it goes down with it, however it ends. */
  readonly keep?: boolean;
  /** Upper bound of each host's disk, for truncate(1); only what is written takes space. 16G when not given. */
  readonly diskSize?: string;
  /** What the lab serves its hosts in place of the internet; its inventory names the addresses. */
  readonly mirror?: LabMirror;
  /** What the lab's inventory says besides. */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Gives a cluster on these hosts a simple pod network. */
  readonly podNetwork?: boolean;
  /** Told how the building of the base goes, when it must be built. */
  readonly progress?: (line: string) => void;
}

/** Real hosts on a network of their own. */
export interface Lab {
  readonly name: string;
  readonly folder: string;
  readonly hosts: readonly LabHost[];
  /** Path of an INI inventory with all that a connection needs. */
  readonly inventory: string;
  readonly inventoryText: string;
  readonly keyFile: string;
  /** The hosts' real keys: checking them stays on. */
  readonly knownHostsFile: string;
  /** The host of that name. @throws Failure when there is none */
  host(name: string): LabHost;
  /** Boots one more host, in about a second. */
  addHost(name: string): Promise<LabHost>;
  /** Takes everything down and leaves nothing behind but the cached base. */
  stop(): Promise<void>;
}

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?$/;
const HOST_NAME = /^[a-z0-9](?:[a-z0-9.-]{0,60}[a-z0-9])?$/;
let counter = 0;

/**
 * Boots a lab: builds the base when it is not cached, lays out a network, boots all hosts at once.
 * @throws Failure `lab-unavailable` (what to install), `lab-exists`, `lab-base-failed`, `lab-failed`
 */
export async function startLab(options: LabOptions): Promise<Lab> {
  requireLab();
  const name = options.name ?? `lab-${process.pid}-${(counter += 1)}`;
  checkNames(name, options.hosts);
  await reapLabs();
  const base = await ensureBase({ progress: options.progress });
  const folder = labFolder(name);
  const subnet = await withLock("labs", () => claim(folder, name, options.keep ?? false));
  const watcher = options.keep ? undefined : watch(folder);
  try {
    await makeKey(path.join(folder, "key"), `lab ${name}`);
    const bridge = (await readFile(path.join(folder, "bridge"), "utf8")).trim();
    const setting = {
      lab: name,
      folder,
      base,
      subnet,
      bridge,
      shortName: shortName(name),
      diskSize: options.diskSize ?? "16G",
      podNetwork: options.podNetwork ?? false,
      variables: options.variables ?? {},
    };
    await writeFile(path.join(folder, "setting.json"), `${JSON.stringify(setting, null, 2)}\n`);
    if (options.mirror) await startMirror(folder, options.mirror, `${subnet}.1`);
    const lab = await labOn(setting, [], watcher);
    await lab.add(options.hosts);
    return lab;
  } catch (error) {
    await takeDown(folder);
    watcher?.();
    throw error;
  }
}

/** A standing lab, by its name, from any process. @throws Failure `lab-unknown` */
export async function openLab(name: string): Promise<Lab> {
  const folder = labFolder(name);
  const text = await readFile(path.join(folder, "setting.json"), "utf8").catch(() => undefined);
  if (text === undefined) {
    throw new Failure(`there is no lab "${name}"`, { code: "lab-unknown", fault: "usage", hint: `tsplay lab up --name ${name}, or see tsplay lab list` });
  }
  const setting = JSON.parse(text) as HostSetting;
  const names = await readdir(path.join(folder, "hosts")).catch(() => []);
  const hosts = await Promise.all(names.map((each) => openHost(setting, each)));
  hosts.sort((a, b) => Number(a.address.split(".")[3]) - Number(b.address.split(".")[3]));
  return labOn(setting, hosts, undefined);
}

/** Names of all labs that have a folder, the half-made and the crashed too. */
export async function listLabs(): Promise<string[]> {
  return (await readdir(path.join(labHome(), "labs")).catch((): string[] => [])).sort();
}

/** Takes down the labs whose owner has died without doing so. Returns their names. */
export async function reapLabs(): Promise<string[]> {
  const dead: string[] = [];
  for (const name of await listLabs()) {
    const folder = labFolder(name);
    const owner = await readFile(path.join(folder, "owner"), "utf8").catch(() => undefined);
    if (owner === undefined || (await livingProcess(path.join(folder, "owner"))) !== undefined) continue;
    await takeDown(folder);
    dead.push(name);
  }
  return dead;
}

/** Takes one lab down, whatever is left of it. */
export async function takeDown(folder: string): Promise<void> {
  const done = await capture("sh", [labFile("machine.sh"), "down", folder]);
  if (done.code !== 0) throw new Failure(`the lab in ${folder} could not be taken down: ${done.stderr.trim()}`, { code: "lab-failed", fault: "internal" });
}

function checkNames(lab: string, hosts: readonly string[]): void {
  if (!NAME.test(lab)) throw new Failure(`"${lab}" is no name for a lab`, { code: "lab-name", fault: "usage", hint: "lower-case letters, digits and dashes" });
  for (const host of hosts) {
    if (!HOST_NAME.test(host))
      throw new Failure(`"${host}" is no name for a lab host`, { code: "lab-name", fault: "usage", hint: "lower-case letters, digits, dashes and dots" });
  }
  const twice = hosts.find((host, index) => hosts.indexOf(host) !== index);
  if (twice !== undefined) throw new Failure(`lab host "${twice}" is named twice`, { code: "lab-name", fault: "usage" });
}

/** Makes the lab's folder, its and nobody else's, and its network. */
async function claim(folder: string, name: string, keep: boolean): Promise<string> {
  await mkdir(path.dirname(folder), { recursive: true });
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new Failure(`a lab "${name}" stands already`, { code: "lab-exists", fault: "usage", hint: `tsplay lab down ${name}` });
  }
  const self = (await identify(process.pid)) as ProcessIdentity;
  if (!keep) await writeFile(path.join(folder, "owner"), `${self.pid} ${self.start}\n`);
  return makeNetwork(folder, name);
}

/** A small process that takes the lab down when this one is gone, even by SIGKILL: then the pipe between them ends. Returns how to end it. */
function watch(folder: string): () => void {
  const child = spawn("sh", [labFile("machine.sh"), "watch", folder], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  child.on("error", () => undefined);
  child.stdin.on("error", () => undefined);
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return () => child.stdin.end();
}

async function labOn(
  setting: HostSetting,
  hosts: LabHost[],
  watcher: (() => void) | undefined,
): Promise<Lab & { add(names: readonly string[]): Promise<LabHost[]> }> {
  const { folder } = setting;
  const knownHostsFile = path.join(folder, "known_hosts");
  const keyFile = path.join(folder, "key");
  const inventory = path.join(folder, "inventory.ini");
  const variables = { ...connectionVariables(keyFile, knownHostsFile), ...setting.variables, ...(await mirrorVariables(folder)) };
  let isStopped = false;
  let adding: Promise<unknown> = Promise.resolve();

  function inventoryText(): string {
    return inventoryIni(hosts, variables);
  }

  async function writeInventory(): Promise<void> {
    await replace(inventory, inventoryText());
    await replace(path.join(folder, "inventory.json"), inventoryJson(hosts, variables));
  }

  async function add(names: readonly string[]): Promise<LabHost[]> {
    const first = 2 + Math.max(0, ...hosts.map((host) => Number(host.address.split(".")[3]) - 1));
    const fresh = names.map((name, index) => ({ name, index: first + index, address: `${setting.subnet}.${first + index}` }));
    const lines = await Promise.all(fresh.map((each) => makeHostKey(folder, each.name, each.address)));
    await appendFile(knownHostsFile, lines.join(""));
    const known = [...hosts, ...fresh].map((each) => `${each.address} ${each.name}`);
    const booted = await Promise.all(fresh.map((each) => bootHost(setting, each.name, each.index, known)));
    const news = fresh.map((each) => `${each.address} ${each.name}\n`).join("");
    for (const host of hosts) await appendFile(path.join(folder, "hosts", host.name, "root/etc/hosts"), news);
    hosts.push(...booted);
    await writeInventory();
    return booted;
  }

  return {
    name: setting.lab,
    folder,
    hosts,
    inventory,
    get inventoryText() {
      return inventoryText();
    },
    keyFile,
    knownHostsFile,
    host(name) {
      const found = hosts.find((each) => each.name === name);
      if (found !== undefined) return found;
      const names = hosts.map((each) => each.name);
      throw new Failure(`lab "${setting.lab}" has no host "${name}"`, {
        code: "lab-unknown",
        fault: "usage",
        hint: didYouMean(name, names) ?? `its hosts: ${names.join(", ")}`,
      });
    },
    add,
    async addHost(name) {
      checkNames(setting.lab, [...hosts.map((host) => host.name), name]);
      // one after the other: addresses are counted
      const next = adding.then(() => add([name]));
      adding = next.catch(() => undefined);
      return (await next)[0]!;
    },
    async stop() {
      if (isStopped) return;
      isStopped = true;
      await takeDown(folder);
      watcher?.();
    },
  };
}

/** Writes a file whole or not at all: others read it while the lab grows. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}
