import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import type { AptSources } from "./apt.ts";
import { readAptSources } from "./apt.ts";
import { makeDebian, SUITE } from "./debian.ts";
import { labHome, withLock } from "./place.ts";
import { must } from "./process.ts";

/** What is on every host from the start. No Python; busybox and doas are there because sessions must get along with them. */
const PACKAGES = [
  ...["systemd", "systemd-sysv", "dbus", "openssh-server", "sudo", "iproute2", "ca-certificates", "procps", "cron", "kmod", "netbase"],
  ...["busybox", "opendoas", "curl", "nftables"],
];

/** Runs on the finished tree, `$1`. */
const FINISH = [
  `rm -f "$1"/etc/ssh/ssh_host_* "$1/etc/machine-id" "$1/var/lib/dbus/machine-id" "$1/etc/hostname" "$1/etc/resolv.conf"`,
  // the console has no reader; the network is set up by prepare.sh
  `for unit in console-getty.service getty@.service systemd-networkd.service systemd-networkd-wait-online.service; do ln -sf /dev/null "$1/etc/systemd/system/$unit"; done`,
  `mkdir -p "$1/etc/systemd/journald.conf.d"`,
  `printf '[Journal]\\nSystemMaxUse=64M\\n' > "$1/etc/systemd/journald.conf.d/lab.conf"`,
  // the first apt-get on a host finds its index ready
  `chroot "$1" apt-cache gencaches`,
].join("\n");

export interface BaseOptions {
  /** Told, line by line, how the building goes; not called when the base is there already. */
  readonly progress?: (line: string) => void;
}

/**
 * The folder of the hosts' common Debian root, built when it is not cached. Its name is a digest of its recipe, so a changed recipe is another base.
 * @throws Failure `lab-base-failed`, see `makeDebian`
 */
export async function ensureBase(options: BaseOptions = {}): Promise<string> {
  const apt = await readAptSources(SUITE);
  const recipe = JSON.stringify([SUITE, PACKAGES, FINISH, apt]);
  const folder = path.join(labHome(), "bases", `${SUITE}-${createHash("sha256").update(recipe).digest("hex").slice(0, 12)}`);
  if (existsSync(folder)) return folder;
  const isWaiting = (): void => options.progress?.("waiting for another process that builds the base");
  await withLock("base", async () => (existsSync(folder) ? undefined : build(folder, apt, options)), isWaiting);
  return folder;
}

async function build(folder: string, apt: AptSources, options: BaseOptions): Promise<void> {
  const started = performance.now();
  const partial = `${folder}.partial`;
  const log = `${folder}.log`;
  options.progress?.(`building the base of the lab's hosts (Debian ${SUITE}, once)`);
  await rm(partial, { recursive: true, force: true });
  await mkdir(path.dirname(folder), { recursive: true });
  try {
    await makeDebian(partial, { suite: SUITE, variant: "minbase", packages: PACKAGES, args: ["--skip=cleanup/apt"], apt, log, progress: options.progress });
    await must("sh", ["-euc", FINISH, "finish", partial]);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
  await rename(partial, folder);
  options.progress?.(`base built in ${((performance.now() - started) / 1000).toFixed(0)} s: ${folder}`);
}

/** A nameserver the hosts can reach: a resolver on this machine's loopback is none. */
export async function resolvConf(): Promise<string> {
  const text = await readFile("/etc/resolv.conf", "utf8").catch(() => "");
  const isLoopback = /^nameserver\s+127\./m.test(text);
  return isLoopback ? await readFile("/run/systemd/resolve/resolv.conf", "utf8").catch(() => text) : text;
}
