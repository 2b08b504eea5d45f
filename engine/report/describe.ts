import { text as pythonText } from "../expression/python/text.ts";
import type { ItemOutcome, Outcome, Status } from "./events.ts";
import { diffLines, paintDiffLine } from "./result-diff.ts";
import { bareAction, debugText, valueText, verboseText } from "./result-text.ts";
import type { Style } from "./style.ts";
import { failureView } from "./task-failure.ts";
import { harmless, harmlessLine } from "./text.ts";

export interface DescribeOptions {
  readonly verbosity: number;
  readonly showDiff: boolean;
  readonly diffContext: number;
  readonly showOk: boolean;
  readonly showSkipped: boolean;
  readonly style: Style;
}

/** What is shown of a task on a host. Hosts with equal descriptions share one line. */
export interface Description {
  readonly status: Status;
  /** `changed`, `would change`, `failed (ignored)`. */
  readonly word: string;
  /** Behind the hosts. */
  readonly suffix: string;
  /** Lines below, coloured and harmless. */
  readonly body: readonly string[];
}

const ITEMS_NAMED = 5;

/** The description of a result with its items, or undefined when it is nothing to be loud about. */
export function describe(outcome: Outcome, items: readonly ItemOutcome[], options: DescribeOptions): Description | undefined {
  const { status, task } = outcome;
  const isDebug = bareAction(task.action) === "debug" && (status === "ok" || status === "changed");
  const isLoud = status === "changed" || status === "failed" || status === "unreachable" || isDebug;
  if (!isLoud && !(options.verbosity > 0 && (status === "ok" ? options.showOk : options.showSkipped))) return undefined;
  const loudItems = items.filter((item) => item.status !== "ok" && item.status !== "skipped");
  const body = items.length === 0 || options.verbosity > 1 ? bodyOf(outcome, isDebug, options) : [];
  for (const item of items) body.push(...itemBody(item, isDebug, options));
  return { status, word: wordOf(outcome), suffix: suffixOf(outcome, items, loudItems), body };
}

function wordOf(outcome: Outcome): string {
  const plain = outcome.status === "changed" && outcome.task.checkMode ? "would change" : outcome.status;
  if (outcome.ignored) return `${plain} (ignored)`;
  return outcome.rescued ? `${plain} (rescued)` : plain;
}

function suffixOf(outcome: Outcome, items: readonly ItemOutcome[], loud: readonly ItemOutcome[]): string {
  const parts: string[] = [];
  if (outcome.delegatedTo !== undefined) parts.push(`on ${harmlessLine(outcome.delegatedTo)}`);
  if (outcome.assumed) parts.push("assumed: stands on a change that was only announced");
  if (typeof outcome.result["attempts"] === "number" && outcome.result["attempts"] > 1) parts.push(`${outcome.result["attempts"]} attempts`);
  if (items.length > 0 && loud.length > 0) {
    const named = loud.slice(0, ITEMS_NAMED).map(labelOf).join(", ");
    const more = loud.length > ITEMS_NAMED ? ` (+${loud.length - ITEMS_NAMED})` : "";
    parts.push(`${loud.length} of ${items.length} items: ${named}${more}`);
  }
  const reason = outcome.status === "skipped" ? outcome.result["skip_reason"] : undefined;
  if (typeof reason === "string" && items.length === 0) parts.push(harmlessLine(reason));
  return parts.join("; ");
}

/** An item's label as one short line. */
export function labelOf(item: ItemOutcome): string {
  const label = harmlessLine(item.censored ? "(censored)" : typeof item.label === "string" ? item.label : pythonText(item.label));
  return label.length > 60 ? `${label.slice(0, 59)}…` : label;
}

function itemBody(item: ItemOutcome, isDebug: boolean, options: DescribeOptions): string[] {
  const lines = bodyOf(item, isDebug && item.status !== "skipped", options);
  if (lines.length === 0) return [];
  // what debug shows is its label's business alone
  if (isDebug) return lines;
  return [options.style.quiet(`item ${labelOf(item)}:`), ...lines.map((line) => `  ${line}`)];
}

function bodyOf(outcome: Outcome, isDebug: boolean, options: DescribeOptions): string[] {
  const { style, verbosity } = options;
  if (outcome.status === "failed" || outcome.status === "unreachable") return lines(failureView(outcome).message).map((line) => style.failed(line));
  if (outcome.censored) return verbosity > 0 ? [style.quiet("(hidden by no_log)")] : [];
  if (isDebug) return lines(debugText(outcome.result));
  const body: string[] = [];
  if (options.showDiff && outcome.status === "changed" && outcome.result["diff"] !== undefined) {
    const diff = diffLines(outcome.result["diff"], options.diffContext, (value) => `${valueText(value)}\n`);
    while (diff.at(-1) === "") diff.pop();
    body.push(...diff.map((line) => paintDiffLine(line, style)));
  }
  if (verbosity > 0) body.push(...lines(verboseText(outcome.result, verbosity)).map((line) => style.quiet(line)));
  return body;
}

function lines(text: string): string[] {
  return text === "" ? [] : harmless(text).split("\n");
}
