import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Field, Reachable } from "./hosts.ts";
import type { Command } from "./measure.ts";
import type { Peer } from "./peers.ts";

export type Job = "site" | "loop";

/** One contestant. */
export interface Tool {
  readonly name: string;
  readonly version: string;
  readonly needsPython: boolean;
  /** All hosts at once, one command or several side by side. */
  commands(job: Job, field: Field): readonly Command[];
  /** How many changes its output tells of; undefined when it does not say. */
  changes(output: string): number | undefined;
}

const root = path.resolve(import.meta.dirname, "..");
const plays = path.join(import.meta.dirname, "play");
const recapChanges = (output: string): number | undefined => sum([...output.matchAll(/ : ok=\d+ +changed=(\d+)/g)].map((match) => Number(match[1])));

/** tsplay as a user has it: the built bundle, or the sources when there is none. */
export function tsplayCommand(args: readonly string[]): Command {
  const bundle = path.join(root, "dist/cli.cjs");
  if (existsSync(bundle)) return { program: process.execPath, args: [path.join(root, "bin/tsplay.cjs"), ...args] };
  return { program: process.execPath, args: ["--import", "tsx", path.join(root, "engine/cli/main.ts"), ...args] };
}

export function tsplay(version: string): Tool {
  return {
    name: "tsplay",
    version,
    needsPython: false,
    commands: (job, field) => [{ ...tsplayCommand([path.join(plays, `${job}.yml`), "-i", field.inventory]), cwd: plays }],
    changes: recapChanges,
  };
}

/** `ssh host sh < script`, all hosts side by side. */
export function floor(): Tool {
  return {
    name: "ssh sh < script",
    version: "the floor",
    needsPython: false,
    commands: (job, field) =>
      field.hosts.map((host) => ({
        program: "sh",
        args: ["-c", `exec ssh "$@" sh < ${job === "site" ? "floor.sh" : "loop.sh"}`, "sh", ...sshArguments(host, field)],
        cwd: plays,
      })),
    changes: (output) => sum([...output.matchAll(/changed=(\d+)/g)].map((match) => Number(match[1]))),
  };
}

function sshArguments(host: Reachable, field: Field): string[] {
  const options = ["BatchMode=yes", "StrictHostKeyChecking=yes", "IdentitiesOnly=yes", `UserKnownHostsFile=${field.knownHostsFile}`];
  return ["-F", "none", "-i", field.keyFile, "-p", String(host.port), ...options.flatMap((option) => ["-o", option]), `root@${host.address}`];
}

/** Ansible with the settings its users are told to set for speed; Mitogen is a strategy of it. */
export function ansible(peer: Peer): Tool {
  const strategy: Record<string, string> =
    peer.strategies === undefined ? {} : { ANSIBLE_STRATEGY: "mitogen_linear", ANSIBLE_STRATEGY_PLUGINS: peer.strategies };
  return {
    name: peer.name === "mitogen" ? "Mitogen" : "ansible-core",
    version: peer.version,
    needsPython: true,
    commands: (job, field) => [
      {
        program: path.join(peer.bin, "ansible-playbook"),
        args: [path.join(plays, `${job}.yml`), "-i", field.inventory, "-f", String(Math.max(4, field.hosts.length))],
        cwd: plays,
        env: {
          ...strategy,
          PATH: `${peer.bin}:${process.env["PATH"] ?? ""}`,
          ANSIBLE_CONFIG: field.ansibleConfig,
          ANSIBLE_PIPELINING: "true",
          ANSIBLE_NOCOLOR: "1",
          ANSIBLE_PYTHON_INTERPRETER: "/usr/bin/python3",
          ANSIBLE_SSH_CONTROL_PATH_DIR: path.join(field.folder, "cp"),
        },
      },
    ],
    changes: recapChanges,
  };
}

export function pyinfra(peer: Peer): Tool {
  return {
    name: "pyinfra",
    version: peer.version,
    needsPython: false,
    commands(job, field) {
      const inventory = path.join(field.folder, "inventory.py");
      const hosts = field.hosts.map((host) => [
        host.name,
        { ssh_hostname: host.address, ssh_port: host.port, ssh_user: "root", ssh_key: field.keyFile, ssh_known_hosts_file: field.knownHostsFile },
      ]);
      writeFileSync(inventory, `hosts = [${hosts.map(([name, data]) => `(${JSON.stringify(name)}, ${JSON.stringify(data)})`).join(", ")}]\n`);
      return [
        {
          program: path.join(peer.bin, "pyinfra"),
          args: ["-y", inventory, job === "site" ? "deploy.py" : "loop_deploy.py"],
          cwd: plays,
          env: { NO_COLOR: "1", PYTHONDONTWRITEBYTECODE: "1" },
        },
      ];
    },
    changes: (output) => {
      const total = /Grand total[^\n]*?(\d+)[^\d\n]+(\d+|-)[^\d\n]+(\d+|-)/.exec(output);
      return total === null ? undefined : Number(total[2] === "-" ? 0 : total[2]);
    },
  };
}

function sum(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : numbers.reduce((total, number) => total + number, 0);
}
