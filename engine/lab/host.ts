import { randomBytes } from "node:crypto";
import { spawn } from "node:child_process";
import { appendFile, copyFile, mkdir, open, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { Failure } from "../source/failure.ts";
import { resolvConf } from "./base.ts";
import type { Distance } from "./delay.ts";
import { openDistance } from "./delay.ts";
import { installHostKey, makeKey, publicKey } from "./keys.ts";
import { labFile } from "./place.ts";
import type { Captured } from "./process.ts";
import { capture, childrenOf, livingProcess, must } from "./process.ts";
import { awaitSsh } from "./ready.ts";
import { digestOf, treeOf } from "./tree.ts";

/** What `exec` may be given. */
export interface ExecOptions {
  readonly input?: string | Buffer;
}

/** One machine of a lab, and what can befall it. Times are in milliseconds. */
export interface LabHost {
  readonly name: string;
  readonly address: string;
  /** The pid of the host's init as this machine sees it, as of the last boot, reset or exec; 0 when it is dead. */
  readonly pid: number;
  /** From the start of the boot to the first words of sshd. */
  readonly bootTime: number;
  /** Stops every process of the host; its network and its open connections stay as they are. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Pulls the cable: packets vanish, nothing is refused. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** Power off, at once. `start` switches it on again, `reset` brings it back as new. */
  kill(): Promise<void>;
  /** Switches a killed host on again, with its disk as it was. */
  start(): Promise<void>;
  /** Takes the rest of its disk, less `leave` bytes (0). */
  fillDisk(leave?: number): Promise<void>;
  freeDisk(): Promise<void>;
  /** An address at which the host's sshd is `ms` away (round trip), from this process; the lab's known_hosts knows it. */
  delay(ms: number): Promise<Distance>;
  /** Runs sh text as root in the host, not over ssh: also works while it is cut off. */
  exec(command: string, options?: ExecOptions): Promise<Captured>;
  /** All in which its file tree differs from the lab's base; see tree.ts for what does not count. */
  tree(): Promise<Map<string, string>>;
  /** One word for `tree`. */
  digest(): Promise<string>;
  /** Throws the host away and boots it anew: same name, address and keys, an untouched disk. */
  reset(): Promise<void>;
}

/** What a host needs of the lab it stands in. */
export interface HostSetting {
  readonly lab: string;
  readonly folder: string;
  readonly base: string;
  readonly subnet: string;
  readonly bridge: string;
  readonly shortName: string;
  /** For truncate(1), for example `16G`. */
  readonly diskSize: string;
  /** Whether the hosts bring a pod network, for a cluster that has none of its own. */
  readonly podNetwork: boolean;
  /** What the lab's inventory says besides. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Boots a new host. `index` is the last number of its address, from 2. */
export async function bootHost(setting: HostSetting, name: string, index: number, known: readonly string[]): Promise<LabHost> {
  const host = hostAt(setting, name, index);
  await prepareFolder(setting, name, index, known);
  await host.boot();
  return host;
}

/** A host that some process booted, by what the lab's folder says of it. */
export async function openHost(setting: HostSetting, name: string): Promise<LabHost> {
  const index = Number(await readFile(path.join(setting.folder, "hosts", name, "index"), "utf8"));
  const host = hostAt(setting, name, index);
  await host.find();
  return host;
}

/** Writes all that the host's boot reads, below its folder; `files` is laid over the base. */
async function prepareFolder(setting: HostSetting, name: string, index: number, known: readonly string[]): Promise<void> {
  const folder = path.join(setting.folder, "hosts", name);
  const files = path.join(folder, "files");
  const etc = path.join(files, "etc");
  const key = path.join(setting.folder, "keys", name);
  for (const each of ["etc/systemd/system", "root/.ssh", "usr/local/lib/tsplay-lab", "var/lib/systemd/timers"]) {
    await mkdir(path.join(files, each), { recursive: true });
  }
  const facts = { index, name, machine: machineName(setting, index), size: setting.diskSize, base: setting.base };
  for (const [fact, value] of Object.entries(facts)) await writeFile(path.join(folder, fact), `${value}\n`);
  await writeFile(path.join(etc, "hostname"), `${name.split(".")[0]}\n`);
  await writeFile(path.join(etc, "hosts"), ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback", ...known, ""].join("\n"));
  await writeFile(path.join(etc, "resolv.conf"), await resolvConf());
  await writeFile(path.join(etc, "machine-id"), `${randomBytes(16).toString("hex")}\n`, { mode: 0o444 });
  const environment = `Environment=ADDRESS=${setting.subnet}.${index}/24 GATEWAY=${setting.subnet}.1`;
  const early = ["DefaultDependencies=no", "Before=sysinit.target network.target", "Wants=network.target"];
  await writeUnit(files, "prepare", "sysinit.target", early, ["Type=oneshot", "RemainAfterExit=yes", environment]);
  if (setting.podNetwork) await writeUnit(files, "pod-network", "multi-user.target", [], ["Type=exec", "Restart=always"]);
  // daily timers count from now: they must not catch up in the first minute and hold apt's lock
  for (const timer of ["apt-daily", "apt-daily-upgrade", "dpkg-db-backup", "logrotate", "e2scrub_all", "fstrim"]) {
    await writeFile(path.join(files, `var/lib/systemd/timers/stamp-${timer}.timer`), "");
  }
  await installHostKey(key, path.join(etc, "ssh"));
  await mkdir(path.join(files, "root/.ssh"), { recursive: true, mode: 0o700 });
  await capture("chmod", ["700", path.join(files, "root/.ssh")]);
  await writeFile(path.join(files, "root/.ssh/authorized_keys"), await readFile(path.join(setting.folder, "key.pub")), { mode: 0o600 });
}

/** A script of the lab's and the unit that runs it, started for `target`. */
async function writeUnit(files: string, name: string, target: string, unit: readonly string[], service: readonly string[]): Promise<void> {
  const program = `/usr/local/lib/tsplay-lab/${name}`;
  const units = path.join(files, "etc/systemd/system");
  const text = ["[Unit]", `Description=The lab: ${name}`, ...unit, "", "[Service]", ...service, `ExecStart=${program}`, ""];
  await writeFile(path.join(files, program), await readFile(labFile(`${name}.sh`)), { mode: 0o755 });
  await writeFile(path.join(units, `tsplay-lab-${name}.service`), text.join("\n"));
  await mkdir(path.join(units, `${target}.wants`), { recursive: true });
  await symlink(`../tsplay-lab-${name}.service`, path.join(units, `${target}.wants/tsplay-lab-${name}.service`));
}

/** Interfaces are called vb-MACHINE and have 15 bytes: short, and the lab's own. */
function machineName(setting: HostSetting, index: number): string {
  return `t${setting.shortName}-${index}`;
}

function hostAt(setting: HostSetting, name: string, index: number): LabHost & { boot(): Promise<void>; find(): Promise<void> } {
  const folder = path.join(setting.folder, "hosts", name);
  const address = `${setting.subnet}.${index}`;
  const link = `vb-${machineName(setting, index)}`;
  const filler = path.join(folder, "disk", "filler");
  let init = 0;
  let bootTime = 0;

  const roots = { merged: path.join(folder, "root"), upper: path.join(folder, "disk", "upper"), base: setting.base };
  const tree = (): Promise<Map<string, string>> => treeOf(roots);

  async function find(): Promise<void> {
    const supervisor = await livingProcess(path.join(folder, "pid"));
    const [nspawn] = supervisor === undefined ? [] : await childrenOf(supervisor.pid);
    init = nspawn === undefined ? 0 : ((await childrenOf(nspawn))[0] ?? 0);
  }

  async function boot(): Promise<void> {
    const started = performance.now();
    const log = await open(path.join(folder, "log"), "a");
    const child = spawn("sh", [labFile("machine.sh"), "boot", setting.folder, name], { detached: true, stdio: ["ignore", log.fd, log.fd] });
    await log.close();
    let ended: string | undefined;
    child.on("error", (error) => (ended = error.message));
    child.on("exit", (code, signal) => (ended = `it ended with ${signal ?? `status ${code}`}`));
    child.unref();
    const failure = await awaitSsh(address, 60_000, () => ended);
    if (failure !== undefined) {
      const tail = (await readFile(path.join(folder, "log"), "utf8").catch(() => "")).trimEnd().split("\n").slice(-8).join("\n");
      throw new Failure(`lab host ${name} did not come up: ${failure}${tail && `\n${tail}`}`, { code: "lab-failed", fault: "usage" });
    }
    bootTime = performance.now() - started;
    await find();
    await fixNeighbour();
  }

  /** A known neighbour is not asked for: when the host is gone, packets to it vanish as they do behind a router, instead of "no route to host". */
  async function fixNeighbour(): Promise<void> {
    const shown = await capture("ip", ["neigh", "show", address, "dev", setting.bridge]);
    const mac = / lladdr (\S+)/.exec(` ${shown.stdout}`)?.[1];
    if (mac !== undefined) await must("ip", ["neigh", "replace", address, "lladdr", mac, "dev", setting.bridge, "nud", "permanent"]);
  }

  async function setFrozen(isFrozen: boolean): Promise<void> {
    const groups = (await readFile(path.join(folder, "cgroups"), "utf8")).trim().split("\n");
    const old = groups.find((group) => group.includes("/freezer/"));
    if (old === undefined) {
      const unified = groups.at(-1)!;
      await writeFile(path.join(unified, "cgroup.freeze"), isFrozen ? "1\n" : "0\n");
      return;
    }
    const file = path.join(old, "freezer.state");
    await writeFile(file, isFrozen ? "FROZEN\n" : "THAWED\n");
    while (isFrozen && (await readFile(file, "utf8")).trim() === "FREEZING") await new Promise((resolve) => setTimeout(resolve, 2));
  }

  async function down(): Promise<void> {
    await must("sh", [labFile("machine.sh"), "down", setting.folder, name]);
    init = 0;
  }

  return {
    name,
    address,
    get pid() {
      return init;
    },
    get bootTime() {
      return bootTime;
    },
    boot,
    find,
    freeze: () => setFrozen(true),
    thaw: () => setFrozen(false),
    cut: async () => void (await must("ip", ["link", "set", link, "nomaster"])),
    mend: async () => void (await must("ip", ["link", "set", link, "master", setting.bridge])),
    async kill() {
      await find();
      if (init !== 0) process.kill(init, "SIGKILL");
      while ((await livingProcess(path.join(folder, "pid"))) !== undefined) await new Promise((resolve) => setTimeout(resolve, 5));
      init = 0;
    },
    start: boot,
    async fillDisk(leave = 0) {
      const free = await must("df", ["--output=avail", "-B1", path.join(folder, "disk")]);
      const size = Number(free.stdout.trim().split("\n").at(-1)) - leave;
      // the file system's own tables take some of it: what fallocate takes at once is topped up with writes
      if (size > 0) await capture("fallocate", ["-l", String(size), filler]);
      if (leave === 0) await capture("dd", ["if=/dev/zero", `of=${filler}`, "bs=4096", "oflag=append", "conv=notrunc"]);
    },
    freeDisk: () => rm(filler, { force: true }),
    async delay(ms) {
      const distance = await openDistance(address, ms);
      const key = await publicKey(path.join(setting.folder, "keys", name));
      await appendFile(path.join(setting.folder, "known_hosts"), `[${distance.address}]:${distance.port} ${key}\n`);
      return distance;
    },
    async exec(command, options = {}) {
      // a host that rebooted has another init
      await find();
      if (init === 0) throw new Failure(`lab host ${name} is not running`, { code: "lab-failed", fault: "usage" });
      const env = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root", LANG: "C.UTF-8" };
      return await capture("/usr/bin/nsenter", ["-t", String(init), "-m", "-u", "-i", "-n", "-p", "-r", "-w", "--", "/bin/sh", "-c", command], {
        ...options,
        env,
      });
    },
    tree,
    digest: async () => digestOf(await tree()),
    async reset() {
      const aside = path.join(setting.folder, `reset-${name}`);
      await mkdir(aside, { recursive: true });
      for (const fact of ["files", "index", "name", "size", "base"]) await rename(path.join(folder, fact), path.join(aside, fact));
      // by this name the host is taken down
      await copyFile(path.join(folder, "machine"), path.join(aside, "machine"));
      await down();
      await rename(aside, folder);
      await boot();
    },
  };
}

/** Makes the key by which a host proves itself, and returns its known_hosts line. */
export async function makeHostKey(labFolder: string, name: string, address: string): Promise<string> {
  const key = await makeKey(path.join(labFolder, "keys", name), name);
  return `${name},${address} ${key}\n`;
}
