import type { Lab } from "../engine/lab/lab.ts";
import type { BenchOptions } from "./options.ts";
import { table } from "./table.ts";
import type { Tool } from "./tools.ts";

/** One number of tsplay's, and what it should be at most. */
export interface Figure {
  readonly name: string;
  /** Or why there is none. */
  readonly value: number | string;
  readonly unit: Unit;
  readonly atMost?: number;
}

export type Unit = "s" | "ms" | "MB" | "x" | "round trips";

export interface Outcome {
  readonly figures: readonly Figure[];
  /** A table of all contestants, where there are others. */
  readonly comparison?: readonly (readonly string[])[];
}

/** What a scenario may use; what is dear is made when it is first asked for. */
export interface Bench {
  readonly options: BenchOptions;
  lab(): Promise<Lab>;
  /** The floor, tsplay, and the peers that are to be had. */
  contestants(): Promise<readonly Tool[]>;
  say(line: string): void;
}

export interface Scenario {
  readonly name: string;
  /** What it shows, for the help and above its figures. */
  readonly title: string;
  run(bench: Bench): Promise<Outcome>;
}

const DIGITS: Readonly<Record<Unit, number>> = { s: 2, ms: 0, MB: 2, x: 2, "round trips": 1 };

function text(value: number | string, unit: Unit): string {
  if (typeof value === "string") return value;
  return `${value.toFixed(value < 10 ? DIGITS[unit] : Math.min(1, DIGITS[unit]))}${unit === "x" ? "" : " "}${unit}`;
}

/** Whether it is what it should be; true where nothing is said. */
export function isReached(figure: Figure): boolean {
  return typeof figure.value === "number" && (figure.atMost === undefined || figure.value <= figure.atMost);
}

export function outcomeText(scenario: Scenario, { figures, comparison }: Outcome): string {
  const rows = figures.map((figure) => [
    figure.name,
    text(figure.value, figure.unit),
    figure.atMost === undefined ? "" : text(figure.atMost, figure.unit),
    isReached(figure) ? "" : "missed",
  ]);
  const own = table([[scenario.title, "tsplay", "at most", ""], ...rows]);
  return `\n${comparison === undefined ? "" : `${table(comparison)}\n`}${own}`;
}
