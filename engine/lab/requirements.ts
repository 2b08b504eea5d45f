import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import { Failure } from "../source/failure.ts";

/** Programs the lab calls, and the Debian package that brings each. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "systemd-nspawn": "systemd-container",
  mmdebstrap: "mmdebstrap",
  ip: "iproute2",
  iptables: "iptables",
  nsenter: "util-linux",
  mount: "mount",
  "mkfs.ext4": "e2fsprogs",
  "ssh-keygen": "openssh-client",
};

interface Lack {
  readonly reason: string;
  readonly hint: string;
}

function isOnPath(program: string): boolean {
  const folders = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/sbin"];
  return folders.some((folder) => {
    try {
      accessSync(path.join(folder || ".", program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function findLack(): Lack | undefined {
  if (process.platform !== "linux") return { reason: "the lab runs on Linux only", hint: "run it on a Debian 12 machine" };
  const missing = Object.keys(PROGRAMS).filter((program) => !isOnPath(program));
  if (missing.length > 0) {
    const packages = [...new Set(missing.map((program) => PROGRAMS[program]))];
    return { reason: `the lab needs ${missing.join(", ")}`, hint: `apt-get install -y ${packages.join(" ")}` };
  }
  if (process.getuid?.() !== 0)
    return { reason: "the lab needs root: it makes network interfaces, mounts and containers", hint: "run it as root, for example with sudo" };
  if (statSync("/dev/net/tun", { throwIfNoEntry: false }) === undefined) {
    return { reason: "the lab needs /dev/net/tun", hint: "modprobe tun, or: mkdir -p /dev/net && mknod /dev/net/tun c 10 200" };
  }
  return undefined;
}

/** Why no lab can stand on this machine and what to do about it, in one line; undefined when one can. Tests skip with it. */
export function labAvailability(): string | undefined {
  const lack = findLack();
  return lack && `${lack.reason} (${lack.hint})`;
}

/** @throws Failure `lab-unavailable` that says what to install */
export function requireLab(): void {
  const lack = findLack();
  if (lack) throw new Failure(lack.reason, { code: "lab-unavailable", fault: "usage", hint: lack.hint });
}
