import { rmSync } from "node:fs";
import type { Lab } from "../../engine/lab/lab.ts";
import { type Field, fieldOf, freshHosts, type Reachable, reachable } from "../hosts.ts";
import { measure, type Measured, median } from "../measure.ts";
import type { Bench, Figure, Outcome, Scenario } from "../scenario.ts";
import { ratio, secondsText } from "../table.ts";
import type { Job, Tool } from "../tools.ts";

type Column = "first" | "converged" | "far";
type Cells = Partial<Record<Column, number | string>>;
type Row = { readonly tool: Tool; readonly cells: Cells };

export const SITE: Job = { name: "site", deploy: "deploy.py", floor: ["functions", "base", "files", "settings"], changesAgain: 0 };
// pyinfra knows no command that changes nothing, so there it is two
const COMMANDS: Job = {
  name: "commands",
  deploy: "commands_deploy.py",
  floor: ["functions", "base", "check", "files", "mark", "settings"],
  changesAgain: 2,
};
const LOOP: Job = { name: "loop", deploy: "loop_deploy.py", floor: ["loop"], changesAgain: 0 };

const OF_THE_FLOOR = { first: 1.2, converged: 1.3, far: 1.2 };

export const site: Scenario = {
  name: "site",
  title: "a play of 30 tasks",
  run: async (bench) => compared(await compete(SITE, bench), bench, OF_THE_FLOOR),
};

export const commands: Scenario = {
  name: "commands",
  title: "a play of 32 tasks, three of them commands",
  run: async (bench) => compared(await compete(COMMANDS, bench), bench, OF_THE_FLOOR),
};

export const loop: Scenario = {
  name: "loop",
  title: "a loop of 100",
  async run(bench) {
    const rows = await compete(LOOP, { ...bench, options: { ...bench.options, latency: 0 } });
    const { first = "-", converged = "-" } = own(rows);
    const figures: Figure[] = [
      { name: "first", value: first, unit: "s", atMost: 1.5 },
      { name: "again", value: converged, unit: "s", atMost: 1 },
    ];
    return { figures, comparison: comparisonOf(rows, 0) };
  },
};

/** Every contestant's times, each on hosts that are as new. */
async function compete(job: Job, bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  const lab = await bench.lab();
  for (const tool of await bench.contestants()) rows.push({ tool, cells: await timesOf(tool, job, lab, bench) });
  return rows;
}

async function timesOf(tool: Tool, job: Job, lab: Lab, { options, say }: Bench): Promise<Cells> {
  const cells: Cells = {};
  const take = async (column: Column, field: Field, times: number): Promise<void> => {
    cells[column] = await timed(tool, job, field, times, column === "first");
    say(`${job.name}, ${tool.name}, ${column}: ${secondsText(cells[column])}`);
  };
  await freshHosts(lab, tool.needsPython);
  const near = fieldOf(lab, reachable(lab));
  try {
    await take("first", near, 1);
    await take("converged", near, options.quick ? 1 : 3);
    if (options.latency > 0 && !(options.quick && tool.isPeer)) await farAway(lab, options.latency, (far) => take("far", far, 1));
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
async function timed(tool: Tool, job: Job, field: Field, times: number, isFirst: boolean): Promise<number | string> {
  const seconds: number[] = [];
  for (let run = 0; run < times; run += 1) {
    const started = performance.now();
    const parts = await Promise.all(tool.commands(job, field).map(measure));
    seconds.push((performance.now() - started) / 1_000);
    const output = parts.map((part) => part.output).join("");
    const failed = parts.find((part) => part.code !== 0);
    if (failed !== undefined) return complain(tool, failed, `exit code ${failed.code}`);
    const changes = tool.changes(output);
    if (changes !== undefined && changes > job.changesAgain * field.hosts.length !== isFirst) return complain(tool, parts[0]!, `${changes} changes`);
  }
  return median(seconds);
}

function complain(tool: Tool, measured: Measured, message: string): string {
  process.stderr.write(`${tool.name}: ${message}\n${measured.output.split("\n").slice(-25).join("\n")}\n`);
  return message;
}

function own(rows: readonly Row[]): Cells {
  return rows.find(({ tool }) => tool.name === "tsplay")!.cells;
}

function floorOf(rows: readonly Row[]): Cells {
  return rows.find(({ tool }) => tool.version === "the floor")!.cells;
}

/** tsplay's times as multiples of the floor's. */
function compared(rows: readonly Row[], { options }: Bench, atMost: Readonly<Record<Column, number>>): Outcome {
  const columns: readonly Column[] = options.latency > 0 ? ["first", "converged", "far"] : ["first", "converged"];
  const figures = columns.map((column): Figure => {
    const [cell, floor] = [own(rows)[column], floorOf(rows)[column]];
    const value = typeof cell === "number" && typeof floor === "number" ? cell / floor : typeof cell === "string" ? cell : `the floor: ${floor}`;
    return { name: column === "far" ? `${options.latency} ms away` : column, value, unit: "x", atMost: atMost[column] };
  });
  return { figures, comparison: comparisonOf(rows, options.latency) };
}

function comparisonOf(rows: readonly Row[], latency: number): string[][] {
  const [floor, tsplay] = [floorOf(rows), own(rows)];
  const head = ["", "first", "x floor", "converged", "x floor", "x tsplay", ...(latency > 0 ? [`${latency} ms away`, "x floor"] : [])];
  const body = rows.map(({ tool, cells }) => [
    `${tool.name} (${tool.version})`,
    secondsText(cells.first),
    ratio(cells.first, floor.first),
    secondsText(cells.converged),
    ratio(cells.converged, floor.converged),
    ratio(cells.converged, tsplay.converged),
    ...(latency > 0 ? [secondsText(cells.far), ratio(cells.far, floor.far)] : []),
  ]);
  return [head, ...body];
}
