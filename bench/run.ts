import { rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { type Lab, startLab } from "../engine/lab/lab.ts";
import { version } from "../engine/version.ts";
import { type Field, fieldOf, freshHosts, type Reachable } from "./hosts.ts";
import { measure, type Measured, median, timeToConnection } from "./measure.ts";
import { type BenchOptions, benchOptions, USAGE } from "./options.ts";
import { findPeer } from "./peers.ts";
import { ratio, secondsText, table } from "./table.ts";
import { ansible, floor, type Job, pyinfra, type Tool, tsplay, tsplayCommand } from "./tools.ts";

type Column = "first" | "converged" | "far" | "loopFirst" | "loopAgain";
type Row = { readonly tool: Tool; readonly cells: Partial<Record<Column, number | string>> };

const HOSTS_FOR_MEMORY = 6;

async function main(argv: readonly string[]): Promise<number> {
  if (argv.includes("--help") || argv.includes("-h")) {
    process.stdout.write(USAGE);
    return 0;
  }
  const options = benchOptions(argv);
  const { tools, missing } = await contestants(options);
  say(`${options.hosts} lab hosts, ${cpus().length} CPUs, Node ${process.versions.node}`);
  const lab = await startLab({ hosts: Array.from({ length: options.hosts }, (_, index) => `bench${index + 1}`), progress: say });
  try {
    const rows: Row[] = [];
    for (const tool of tools) rows.push({ tool, cells: await compete(tool, lab, options) });
    report(rows, missing, options);
    const own = tools.find((tool) => tool.name === "tsplay")!;
    const extra = await ownNumbers(own, lab, options);
    process.stdout.write(`\n${table([["tsplay alone", ""], ...Object.entries(extra)])}`);
    if (options.json !== undefined) {
      const numbers = rows.map(({ tool, cells }) => ({ name: tool.name, version: tool.version, seconds: cells }));
      writeFileSync(options.json, `${JSON.stringify({ date: new Date().toISOString(), hosts: options.hosts, tools: numbers, tsplay: extra }, null, 2)}\n`);
    }
    return rows.some(({ cells }) => typeof cells.first === "string" || typeof cells.converged === "string") ? 1 : 0;
  } finally {
    await lab.stop();
  }
}

async function contestants(options: BenchOptions): Promise<{ tools: Tool[]; missing: string[] }> {
  const tools = [floor(), tsplay(version)];
  const missing: string[] = [];
  for (const name of options.peers) {
    say(`looking for ${name}`);
    const peer = await findPeer(name);
    if (typeof peer === "string") missing.push(`${name} ${peer}`);
    else tools.push(name === "pyinfra" ? pyinfra(peer) : ansible(peer));
  }
  return { tools, missing };
}

async function compete(tool: Tool, lab: Lab, options: BenchOptions): Promise<Row["cells"]> {
  const isPeer = tool.name !== "tsplay" && !tool.version.includes("floor");
  const repetitions = options.quick ? 1 : 3;
  const cells: Row["cells"] = {};
  const take = async (column: Column, job: Job, field: Field, times: number, mustChange: boolean): Promise<void> => {
    cells[column] = await timed(tool, job, field, times, mustChange);
    say(`${tool.name} ${column}: ${secondsText(cells[column])}`);
  };
  await freshHosts(lab, tool.needsPython);
  const near = fieldOf(
    lab,
    lab.hosts.map((host) => ({ name: host.name, address: host.address, port: 22 })),
  );
  try {
    await take("first", "site", near, 1, true);
    await take("converged", "site", near, repetitions, false);
    if (!isPeer || !options.quick) {
      await take("loopFirst", "loop", near, 1, true);
      await take("loopAgain", "loop", near, 1, false);
      if (options.latency > 0) await farAway(lab, options.latency, (far) => take("far", "site", far, 1, false));
    }
  } finally {
    rmSync(near.folder, { recursive: true, force: true });
  }
  return cells;
}

async function farAway(lab: Lab, latency: number, work: (field: Field) => Promise<void>): Promise<void> {
  const distances = await Promise.all(lab.hosts.map((host) => host.delay(latency)));
  const field = fieldOf(
    lab,
    distances.map(({ address, port }, index): Reachable => ({ name: lab.hosts[index]!.name, address, port })),
  );
  try {
    await work(field);
  } finally {
    await Promise.all(distances.map((distance) => distance.close()));
    rmSync(field.folder, { recursive: true, force: true });
  }
}

/** The median of some runs in seconds, or what went wrong. */
async function timed(tool: Tool, job: Job, field: Field, times: number, mustChange: boolean): Promise<number | string> {
  const seconds: number[] = [];
  for (let run = 0; run < times; run += 1) {
    const started = performance.now();
    const parts = await Promise.all(tool.commands(job, field).map(measure));
    seconds.push((performance.now() - started) / 1_000);
    const output = parts.map((part) => part.output).join("");
    const failed = parts.find((part) => part.code !== 0);
    if (failed !== undefined) return complain(tool, failed, `exit code ${failed.code}`);
    const changes = tool.changes(output);
    if (changes !== undefined && changes > 0 !== mustChange) return complain(tool, parts[0]!, `${changes} changes`);
  }
  return median(seconds);
}

function complain(tool: Tool, measured: Measured, message: string): string {
  process.stderr.write(`${tool.name}: ${message}\n${measured.output.split("\n").slice(-25).join("\n")}\n`);
  return message;
}

/** What no other tool is compared in: start-up and memory. */
async function ownNumbers(tool: Tool, lab: Lab, options: BenchOptions): Promise<Record<string, string>> {
  const near = lab.hosts.map((host): Reachable => ({ name: host.name, address: host.address, port: 22 }));
  const few = fieldOf(lab, near);
  const many = fieldOf(lab, Array.from({ length: HOSTS_FOR_MEMORY }, (_, index) => near.map((host) => ({ ...host, name: `${host.name}-${index}` }))).flat());
  try {
    const starts: number[] = [];
    for (let run = 0; run < (options.quick ? 3 : 7); run += 1) {
      starts.push(await startUp(tool, lab));
    }
    const [small] = await Promise.all(tool.commands("site", few).map(measure));
    const [large] = await Promise.all(tool.commands("site", many).map(measure));
    const perHost = (large!.peakMegabytes - small!.peakMegabytes) / (many.hosts.length - few.hosts.length);
    const bare = await measure(tsplayCommand(["--version"]));
    return {
      "start to the first connection": `${Math.round(median(starts))} ms`,
      "--version": `${Math.round(bare.seconds * 1_000)} ms`,
      [`memory, ${few.hosts.length} hosts`]: `${small!.peakMegabytes.toFixed(0)} MB`,
      [`memory, ${many.hosts.length} hosts`]: large!.code === 0 ? `${large!.peakMegabytes.toFixed(0)} MB` : `exit code ${large!.code}`,
      "memory a further host": `${perHost.toFixed(2)} MB`,
      [`converged, ${many.hosts.length} hosts`]: secondsText(large!.seconds),
    };
  } finally {
    rmSync(few.folder, { recursive: true, force: true });
    rmSync(many.folder, { recursive: true, force: true });
  }
}

/** Milliseconds from the start of the program to its first connection. */
async function startUp(tool: Tool, lab: Lab): Promise<number> {
  let field: Field | undefined;
  try {
    return await timeToConnection((port) => {
      field = fieldOf(lab, [{ name: "probe", address: "127.0.0.1", port }]);
      return tool.commands("site", field)[0]!;
    });
  } finally {
    if (field !== undefined) rmSync(field.folder, { recursive: true, force: true });
  }
}

function report(rows: readonly Row[], missing: readonly string[], options: BenchOptions): void {
  const base = rows.find(({ tool }) => tool.version === "the floor")!.cells;
  const own = rows.find(({ tool }) => tool.name === "tsplay")!.cells;
  const head = ["", "first", "converged", "x floor", "x tsplay", ...(options.latency > 0 ? [`${options.latency} ms away`] : []), "loop of 100, first", "again"];
  const body = rows.map(({ tool, cells }) => [
    `${tool.name} (${tool.version})`,
    secondsText(cells.first),
    secondsText(cells.converged),
    ratio(cells.converged, base.converged),
    ratio(cells.converged, own.converged),
    ...(options.latency > 0 ? [secondsText(cells.far)] : []),
    secondsText(cells.loopFirst),
    secondsText(cells.loopAgain),
  ]);
  process.stdout.write(`\n${table([head, ...body])}`);
  for (const reason of missing) process.stdout.write(`left out: ${reason}\n`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

process.exitCode = await main(process.argv.slice(2));
