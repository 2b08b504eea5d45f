import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { type Lab, startLab } from "../engine/lab/lab.ts";
import { version } from "../engine/version.ts";
import { type BenchOptions, benchOptions, USAGE } from "./options.ts";
import { findPeer } from "./peers.ts";
import { type Bench, isReached, type Outcome, outcomeText, type Scenario } from "./scenario.ts";
import { facts } from "./scenarios/facts.ts";
import { hosts } from "./scenarios/hosts.ts";
import { hostvars } from "./scenarios/hostvars.ts";
import { inventory } from "./scenarios/inventory.ts";
import { commands, loop, site } from "./scenarios/plays.ts";
import { sessions } from "./scenarios/sessions.ts";
import { start } from "./scenarios/start.ts";
import { tasks } from "./scenarios/tasks.ts";
import { ansible, floor, pyinfra, type Tool, tsplay } from "./tools.ts";

const scenarios: readonly Scenario[] = [start, inventory, tasks, hosts, hostvars, facts, site, commands, loop, sessions];

async function main(argv: readonly string[]): Promise<number> {
  if (argv.includes("--help") || argv.includes("-h")) {
    process.stdout.write(`${USAGE}\n${scenarios.map(({ name, title }) => `  ${name.padEnd(10)} ${title}\n`).join("")}`);
    return 0;
  }
  const options = benchOptions(
    argv,
    scenarios.map(({ name }) => name),
  );
  say(`${cpus().length} CPUs, Node ${process.versions.node}`);
  const { bench, close } = benchOf(options);
  const outcomes: Record<string, Outcome> = {};
  try {
    for (const scenario of scenarios.filter(({ name }) => options.only.length === 0 || options.only.includes(name))) {
      const outcome = await scenario.run(bench);
      outcomes[scenario.name] = outcome;
      process.stdout.write(outcomeText(scenario, outcome));
    }
  } finally {
    await close();
  }
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify({ date: new Date().toISOString(), hosts: options.hosts, outcomes }, null, 2)}\n`);
  const figures = Object.values(outcomes).flatMap((outcome) => outcome.figures);
  process.stdout.write(`\n${figures.filter(isReached).length} of ${figures.length} figures are there and what they should be\n`);
  // a goal that is missed is for the reader to judge, on the machine that it was missed on; a run that went wrong is not
  return figures.some((figure) => typeof figure.value === "string") ? 1 : 0;
}

function benchOf(options: BenchOptions): { bench: Bench; close(): Promise<void> } {
  let lab: Promise<Lab> | undefined;
  let tools: Promise<readonly Tool[]> | undefined;
  const names = Array.from({ length: options.hosts }, (_, index) => `bench${index + 1}`);
  return {
    bench: { options, say, lab: () => (lab ??= startLab({ hosts: names, progress: say })), contestants: () => (tools ??= contestants(options)) },
    close: async () => (await lab)?.stop(),
  };
}

async function contestants(options: BenchOptions): Promise<readonly Tool[]> {
  const tools = [floor(), tsplay(version)];
  for (const name of options.peers) {
    say(`looking for ${name}`);
    const peer = await findPeer(name);
    if (typeof peer === "string") say(`left out: ${name} ${peer}`);
    else tools.push(name === "pyinfra" ? pyinfra(peer) : ansible(peer));
  }
  return tools;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

process.exitCode = await main(process.argv.slice(2));
