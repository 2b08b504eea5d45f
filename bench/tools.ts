import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Field, Reachable } from "./hosts.ts";
import type { Command, Measured } from "./measure.ts";
import type { Peer } from "./peers.ts";

/** Work that every contestant has in its own words, in play/. */
export interface Job {
  /** NAME.yml. */
  readonly name: string;
  /** pyinfra's file. */
  readonly deploy: string;
  /** The parts of the floor's script. */
  readonly floor: readonly string[];
  /** Changes that a converged host may tell of: commands that run each time. */
  readonly changesAgain: number;
}

/** One contestant. */
export interface Tool {
  readonly name: string;
  readonly version: string;
  readonly needsPython: boolean;
  /** Whether it is somebody else's. */
  readonly isPeer: boolean;
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
    isPeer: false,
    commands: (job, field) => [{ ...tsplayCommand([path.join(plays, `${job.name}.yml`), "-i", field.inventory]), cwd: plays }],
    changes: recapChanges,
  };
}

/** `ssh host sh < script`, all hosts side by side. */
export function floor(): Tool {
  return {
    name: "ssh sh < script",
    version: "the floor",
    needsPython: false,
    isPeer: false,
    commands: (job, field) =>
      field.hosts.map((host) => ({
        program: "ssh",
        args: [...sshArguments(host, field), "sh"],
        input: job.floor.map((part) => readFileSync(path.join(plays, "floor", `${part}.sh`), "utf8")).join(""),
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
    isPeer: true,
    commands: (job, field) => [
      {
        program: path.join(peer.bin, "ansible-playbook"),
        args: [path.join(plays, `${job.name}.yml`), "-i", field.inventory, "-f", String(Math.max(4, field.hosts.length))],
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
    isPeer: true,
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
          args: ["-y", inventory, job.deploy],
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

/** A number of a run, or how it ended. */
export function exitOr(measured: Measured, number: (measured: Measured) => number): number | string {
  if (measured.code === 0) return number(measured);
  process.stderr.write(`${measured.output.split("\n").slice(-25).join("\n")}\n`);
  return `exit code ${measured.code}`;
}

/** A folder with these files in it, for as long as `use` takes. */
export async function withFiles<T>(files: Readonly<Record<string, string>>, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), "tsplay-bench-"));
  try {
    for (const directory of new Set(Object.keys(files).map((name) => path.dirname(path.join(folder, name))))) mkdirSync(directory, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sum(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : numbers.reduce((total, number) => total + number, 0);
}
