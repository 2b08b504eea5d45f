import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { didYouMean, Failure } from "../source/failure.ts";
import type { ClusterOptions } from "./cluster.ts";
import { clusterOptions } from "./cluster.ts";
import type { Lab } from "./lab.ts";
import { listLabs, openLab, reapLabs, startLab, takeDown } from "./lab.ts";
import { runMirror } from "./mirror/start.ts";
import { labFile, labFolder } from "./place.ts";
import { ensureParts } from "./parts/parts.ts";
import { livingProcess } from "./process.ts";
import { testRole } from "./role-test.ts";

/** Where the words go: text comes with its newlines. */
export interface LabOutput {
  out(text: string): void;
  err(text: string): void;
}

interface Words {
  readonly flags: ReadonlyMap<string, string | true>;
  readonly rest: readonly string[];
}

const USAGE = `usage: tsplay lab COMMAND

  up [--name NAME] [HOST...]       boot real hosts (those of inventory/lab when none are named); the lab stays until it is taken down
     --cluster [--previous]        fit for a Kubernetes cluster: with a mirror of its parts, when upstream cannot be reached;
                                   --previous: also of the Kubernetes that an upgrade starts from
  down [NAME...] [--all]           take a lab down (default: lab)
  list                             the labs that stand, and their hosts
  ssh [--name NAME] HOST [CMD...]  a shell, or a command, on a host
  parts [--previous]               build the parts of a cluster from their Go modules, for later (about eight minutes, once)
  test roles/NAME [--keep]         try a role on a fresh host: check, converge, converge again, verify; --cluster as above
`;

const COMMANDS: Readonly<Record<string, (argv: readonly string[], io: LabOutput) => Promise<number>>> = { up, down, list, ssh, parts, test };

/**
 * `tsplay lab ...`
 * @param argv the words after `lab`
 * @returns the exit code; `lab ssh` hands on that of the command
 * @throws Failure for everything a user can mend
 */
export async function labCommand(argv: readonly string[], io: LabOutput): Promise<number> {
  const [verb, ...rest] = argv;
  if (verb === undefined || verb === "--help" || verb === "-h" || verb === "help") {
    (verb === undefined ? io.err : io.out)(USAGE);
    return verb === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(COMMANDS, verb) ? COMMANDS[verb] : undefined;
  if (command !== undefined) return command(rest, io);
  throw new Failure(`unknown command "lab ${verb}"`, {
    code: "usage",
    fault: "usage",
    hint: didYouMean(verb, Object.keys(COMMANDS)) ?? "see tsplay lab --help",
  });
}

/** Splits off flags; those named in `valued` take the next word. With `untilWord`, everything from the first other word on is left alone. */
function split(argv: readonly string[], valued: readonly string[], plain: readonly string[], untilWord = false): Words {
  const flags = new Map<string, string | true>();
  const rest: string[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at]!;
    const [name, value] = word.startsWith("--") ? [word.split("=")[0]!.slice(2), word.includes("=") ? word.slice(word.indexOf("=") + 1) : undefined] : [];
    if (name === undefined) {
      rest.push(...(untilWord ? argv.slice(at) : [word]));
      if (untilWord) break;
    } else if (plain.includes(name)) flags.set(name, true);
    else if (valued.includes(name)) {
      const given = value ?? argv[(at += 1)];
      if (given === undefined) throw new Failure(`--${name} needs a value`, { code: "usage", fault: "usage" });
      flags.set(name, given);
    } else
      throw new Failure(`unknown flag --${name}`, { code: "usage", fault: "usage", hint: didYouMean(name, [...valued, ...plain]) ?? "see tsplay lab --help" });
  }
  return { flags, rest };
}

function nameIn(words: Words): string {
  const name = words.flags.get("name");
  return typeof name === "string" ? name : "lab";
}

async function up(argv: readonly string[], io: LabOutput): Promise<number> {
  const words = split(argv, ["name"], ["cluster", "previous"]);
  const name = nameIn(words);
  const progress = (line: string): void => io.err(`${line}\n`);
  const hosts = words.rest.length > 0 ? words.rest : await defaultHosts();
  const started = performance.now();
  const cluster = await clusterIn(words, progress);
  const lab = (await standing(name, hosts, cluster)) ?? (await startLab({ name, hosts, keep: true, progress, ...cluster }));
  io.out(`lab ${lab.name}: ${lab.hosts.length} hosts in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  for (const host of lab.hosts) io.out(`  ${host.name.padEnd(16)} ${host.address}\n`);
  const inventory = name === "lab" && words.rest.length === 0 ? "inventory/lab" : lab.inventory;
  io.out(`\ntry:  tsplay playbooks/site.yml -i ${inventory}\n      tsplay lab ssh${name === "lab" ? "" : ` --name ${name}`} ${lab.hosts[0]?.name ?? ""}\n`);
  return 0;
}

/** What --cluster asks for. */
async function clusterIn(words: Words, progress: (line: string) => void): Promise<ClusterOptions | undefined> {
  const withPrevious = words.flags.has("previous");
  return words.flags.has("cluster") || withPrevious ? clusterOptions(withPrevious, progress) : undefined;
}

/** The lab of that name with the hosts it lacked added, or undefined. What a crash or a reboot of this machine left of one is cleared away. */
async function standing(name: string, hosts: readonly string[], cluster: ClusterOptions | undefined): Promise<Lab | undefined> {
  if (!(await listLabs()).includes(name)) return undefined;
  const lab = await openLab(name).catch(() => undefined);
  const owner = await livingProcess(path.join(labFolder(name), "owner"));
  if (owner !== undefined)
    throw new Failure(`lab "${name}" belongs to the process ${owner.pid}`, { code: "lab-exists", fault: "usage", hint: "give another --name" });
  if (lab === undefined || lab.hosts.length === 0 || lab.hosts.some((host) => host.pid === 0)) {
    await takeDown(labFolder(name));
    return undefined;
  }
  if (existsSync(path.join(labFolder(name), "mirror"))) await runMirror(labFolder(name));
  else if (cluster?.mirror) {
    const hint = `tsplay lab down ${name}, then bring it up with --cluster`;
    throw new Failure(`lab "${name}" stands already, without the mirror that a cluster needs`, { code: "lab-exists", fault: "usage", hint });
  }
  const missing = hosts.filter((host) => !lab.hosts.some((each) => each.name === host));
  for (const host of missing) await lab.addHost(host);
  return lab;
}

/** The hosts that inventory/lab names: of the project one stands in, else of tsplay's own. */
async function defaultHosts(): Promise<string[]> {
  const own = labFile("../../inventory/lab/hosts");
  const file = existsSync("inventory/lab/hosts") ? "inventory/lab/hosts" : own;
  const text = await readFile(file, "utf8");
  const hosts = new Set<string>();
  let section = "";
  for (const line of text.split("\n").map((each) => each.replace(/#.*/, "").trim())) {
    if (line.startsWith("[")) section = line;
    else if (line !== "" && !section.includes(":")) hosts.add(line.split(/\s+/)[0]!);
  }
  if (hosts.size === 0) throw new Failure(`${file} names no hosts`, { code: "lab-no-hosts", fault: "inventory", hint: "name them: tsplay lab up HOST..." });
  return [...hosts];
}

async function down(argv: readonly string[], io: LabOutput): Promise<number> {
  const words = split(argv, ["name"], ["all"]);
  for (const name of await reapLabs()) io.out(`${name}: its process is gone; cleared away\n`);
  const labs = await listLabs();
  const named = words.rest.length > 0 ? words.rest : [nameIn(words)];
  // those of a running process are its own to take down
  const wanted = words.flags.has("all") ? unowned(labs) : named;
  const unknown = wanted.find((name) => !labs.includes(name));
  if (unknown !== undefined) {
    throw new Failure(`there is no lab "${unknown}"`, { code: "lab-unknown", fault: "usage", hint: didYouMean(unknown, labs) ?? "see tsplay lab list" });
  }
  for (const name of wanted) {
    await takeDown(labFolder(name));
    io.out(`${name}: down\n`);
  }
  return 0;
}

function unowned(labs: readonly string[]): string[] {
  return labs.filter((name) => !existsSync(path.join(labFolder(name), "owner")));
}

async function list(argv: readonly string[], io: LabOutput): Promise<number> {
  split(argv, [], []);
  const rows = [["LAB", "HOST", "ADDRESS", "STATE"]];
  for (const name of await listLabs()) {
    const lab = await openLab(name).catch(() => undefined);
    if (lab === undefined || lab.hosts.length === 0) rows.push([name, "-", "-", "half-made"]);
    for (const host of lab?.hosts ?? []) rows.push([name, host.name, host.address, host.pid === 0 ? "dead" : "up"]);
  }
  if (rows.length === 1) io.out("no lab stands; tsplay lab up boots one\n");
  else
    io.out(
      rows
        .map(
          (row) =>
            `${row
              .map((cell, column) => cell.padEnd([20, 20, 16, 0][column]!))
              .join(" ")
              .trimEnd()}\n`,
        )
        .join(""),
    );
  return 0;
}

async function ssh(argv: readonly string[], _io: LabOutput): Promise<number> {
  const words = split(argv, ["name"], [], true);
  const [name, ...command] = words.rest;
  if (name === undefined)
    throw new Failure("lab ssh needs a host", { code: "usage", fault: "usage", hint: "tsplay lab ssh HOST [CMD...]; see tsplay lab list" });
  const lab = await openLab(nameIn(words));
  const host = lab.host(name);
  const checks = ["-o", `UserKnownHostsFile=${lab.knownHostsFile}`, "-o", "StrictHostKeyChecking=yes", "-o", "IdentitiesOnly=yes"];
  const args = ["-F", "none", "-q", "-i", lab.keyFile, ...checks, `root@${host.address}`, ...command];
  const child = spawn("ssh", args, { stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 255));
  });
}

async function parts(argv: readonly string[], io: LabOutput): Promise<number> {
  const words = split(argv, [], ["previous"]);
  const built = await ensureParts(words.flags.has("previous"), (line) => io.err(`${line}\n`));
  io.out(`files:   ${built.files}\nimages:  ${built.images}\n`);
  return 0;
}

async function test(argv: readonly string[], io: LabOutput): Promise<number> {
  const words = split(argv, [], ["keep", "cluster", "previous"]);
  if (words.rest.length === 0) throw new Failure("lab test needs a role", { code: "usage", fault: "usage", hint: "tsplay lab test roles/NAME" });
  const cluster = await clusterIn(words, (line) => io.err(`${line}\n`));
  let code = 0;
  for (const role of words.rest) code = Math.max(code, await testRole(role, { keep: words.flags.has("keep"), cluster }, io));
  return code;
}
