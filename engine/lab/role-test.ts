import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Failure } from "../source/failure.ts";
import type { ClusterOptions } from "./cluster.ts";
import type { LabOutput } from "./command.ts";
import type { Lab } from "./lab.ts";
import { startLab } from "./lab.ts";
import { labFile } from "./place.ts";
import { changedIn, compareRuns, failuresOf, type RecordedRun, recordRun } from "./recorded-run.ts";
import { compareTrees } from "./tree.ts";

export interface RoleTestOptions {
  /** Leaves the lab standing afterwards, for a look. */
  readonly keep?: boolean;
  /** What a role of a cluster finds on its lab, see `clusterOptions`. */
  readonly cluster?: ClusterOptions | undefined;
  /** How tsplay is called; its own command line when not given. */
  readonly cli?: readonly string[];
}

/**
 * Molecule's cycle for a role on a fresh host: check (nothing may change), converge (what check announced, and no more, must change), converge
 * again (nothing may change), verify, destroy. `converge.yml` in the role stands in for the plain playbook, `verify.yml` holds the assertions.
 * @returns 0 when all of it held, else 1
 */
export async function testRole(role: string, options: RoleTestOptions, io: LabOutput): Promise<number> {
  const folder = path.resolve(role);
  if (!["tasks", "handlers", "meta"].some((each) => existsSync(path.join(folder, each)))) {
    throw new Failure(`${role} is no role`, { code: "unknown-role", fault: "usage", hint: "give its folder: tsplay lab test roles/NAME" });
  }
  const name = path.basename(folder);
  const work = await mkdtemp(path.join(os.tmpdir(), "tsplay-lab-test-"));
  const progress = (line: string): void => io.err(`${line}\n`);
  let lab: Lab | undefined;
  try {
    lab = await startLab({
      name: `test-${name.toLowerCase().replace(/[^a-z0-9]+/g, "-")}-${process.pid}`,
      hosts: [name.toLowerCase().replace(/[^a-z0-9]+/g, "-")],
      keep: options.keep ?? false,
      progress,
      ...options.cluster,
    });
    const playbook = await writePlaybook(work, folder, name);
    const cli = options.cli ?? [process.execPath, labFile("../../bin/tsplay.cjs")];
    return (await cycle(lab, playbook, folder, cli, io)) ? 0 : 1;
  } finally {
    await rm(work, { recursive: true, force: true });
    if (!options.keep) await lab?.stop();
    else if (lab) io.out(`  kept: tsplay lab ssh --name ${lab.name} ${lab.hosts[0]!.name}; tsplay lab down ${lab.name}\n`);
  }
}

/** The roles beside the role are found too: it may depend on them. */
async function writePlaybook(work: string, folder: string, name: string): Promise<string> {
  const own = path.join(folder, "converge.yml");
  if (existsSync(own)) return own;
  await mkdir(work, { recursive: true });
  await symlink(path.dirname(folder), path.join(work, "roles"));
  const playbook = path.join(work, "converge.yml");
  await writeFile(playbook, `- name: ${name}\n  hosts: all\n  become: true\n  roles:\n    - role: ${name}\n`);
  return playbook;
}

async function cycle(lab: Lab, playbook: string, folder: string, cli: readonly string[], io: LabOutput): Promise<boolean> {
  const run = (file: string, ...flags: string[]): Promise<RecordedRun> => recordRun(cli, [file, "-i", lab.inventory, ...flags]);
  const host = lab.hosts[0]!;
  io.out(`${path.basename(folder)}: create      ok  (${host.address}, ${host.bootTime.toFixed(0)} ms)\n`);
  const step = async (label: string, work: () => readonly string[] | Promise<readonly string[]>): Promise<boolean> => {
    const started = performance.now();
    const problems = await work();
    const verdict = problems.length === 0 ? "ok " : "FAILED";
    io.out(`${path.basename(folder)}: ${label.padEnd(11)} ${verdict} (${((performance.now() - started) / 1000).toFixed(1)} s)\n`);
    for (const problem of problems) io.out(`    ${problem}\n`);
    return problems.length === 0;
  };

  let announced: RecordedRun | undefined;
  const isCheckClean = await step("check", async () => {
    const before = await host.tree();
    announced = await run(playbook, "--check", "--diff");
    const touched = compareTrees(before, await host.tree()).map((line) => `check mode changed the host: ${line}`);
    return [...failuresOf(announced), ...touched];
  });
  let applied: RecordedRun | undefined;
  const isApplied = await step("converge", async () => failuresOf((applied = await run(playbook))));
  if (!isApplied) return false;
  const isTrue = await step("check=apply", () => (isCheckClean ? compareRuns(announced!, applied!) : ["not compared: the check failed"]));
  const isIdempotent = await step("again", async () => {
    const again = await run(playbook);
    return [...failuresOf(again), ...changedIn(again).map((told) => `changed again: ${told.text}`)];
  });
  const verify = path.join(folder, "verify.yml");
  if (!existsSync(verify)) io.out(`${path.basename(folder)}: verify      --  (no verify.yml)\n`);
  const isVerified = !existsSync(verify) || (await step("verify", async () => failuresOf(await run(verify))));
  return isCheckClean && isTrue && isIdempotent && isVerified;
}
