import { stringify } from "yaml";
import type { Outcome } from "./events.ts";
import { pythonJson } from "./python-json.ts";
import { bareAction, plain } from "./result-text.ts";
import { harmless } from "./text.ts";

type Result = Readonly<Record<string, unknown>>;

const CENSORED = "the output has been hidden due to the fact that 'no_log: true' was specified for this result";
/** Keys that Ansible takes away before a callback sees them. */
const TAKEN = new Set(["failed", "skipped", "unreachable"]);
const DEBUG_KEPT = new Set(["msg", "exception", "warnings", "deprecations"]);
const DEBUG_HIDDEN = new Set(["changed", "failed", "skipped", "invocation", "skip_reason"]);

/** How results are written. */
export interface ResultFormat {
  readonly verbosity: number;
  readonly format: "json" | "yaml";
  /** undefined: JSON on one line, YAML made readable. */
  readonly pretty?: boolean | undefined;
}

/** The result as Ansible's callbacks see it: no internal keys; of `debug` only what it was asked to show. */
export function cleanResult(outcome: Outcome): Result {
  const { result } = outcome;
  if (outcome.censored) return { censored: CENSORED, changed: result["changed"] === true };
  const isDebug = bareAction(outcome.task.action) === "debug";
  const keep = (key: string): boolean => {
    if (key.startsWith("_ansible_")) return false;
    if (!isDebug) return outcome.status === "unreachable" ? key !== "failed" && key !== "skipped" : !TAKEN.has(key);
    if ("msg" in result) return DEBUG_KEPT.has(key);
    return !DEBUG_HIDDEN.has(key) && !key.startsWith("ansible_loop") && key !== "ansible_index_var" && key !== "false_condition";
  };
  return Object.fromEntries(Object.entries(result).filter(([key]) => keep(key)));
}

/** Whether a result is shown although nobody asked with -v. */
export function isVerbose(outcome: Outcome, verbosity: number): boolean {
  const action = bareAction(outcome.task.action);
  if (action === "gather_facts" || (action === "setup" && outcome.task.name.endsWith("Gathering Facts"))) return false;
  return verbosity > 0 || isAlwaysVerbose(outcome);
}

function isAlwaysVerbose(outcome: Outcome): boolean {
  if (outcome.status === "skipped") return false;
  const action = bareAction(outcome.task.action);
  return action === "debug" || (action === "assert" && outcome.status === "ok");
}

/**
 * The result as text behind `=> `.
 * @param endsLoop the result sums up items
 */
export function dumpResult(outcome: Outcome, result: Result, options: ResultFormat, endsLoop = false): string {
  const shown = { ...result };
  delete shown["exception"];
  delete shown["warnings"];
  delete shown["deprecations"];
  if (options.verbosity < 3) {
    delete shown["invocation"];
    delete shown["diff"];
  }
  if (options.format === "yaml") return harmless(yamlText(shown, options.pretty !== false));
  const isIndented = options.pretty !== false && (options.pretty === true || options.verbosity > 2 || (isAlwaysVerbose(outcome) && !endsLoop));
  return harmless(pythonJson(shown, isIndented ? 4 : undefined));
}

function yamlText(result: Record<string, unknown>, isReadable: boolean): string {
  if (isReadable) {
    for (const stream of ["stdout", "stderr"]) if (stream in result && `${stream}_lines` in result) result[`${stream}_lines`] = "<omitted>";
  }
  const text = stringify(plain(result), { lineWidth: 0, indentSeq: false, sortMapEntries: true, indent: isReadable ? 4 : 2, singleQuote: true });
  return `\n${text.trimEnd().replace(/^(?=.)/gm, "    ")}`;
}
