import { Float, Vaulted } from "../expression/values.ts";
import { didYouMean, type Failure } from "../source/failure.ts";
import { type Place, placeOf, placeOfKey } from "../source/place.ts";
import { type LoadContext, problem } from "./context.ts";
import { hasTemplate, isMapping, isVariableName, kindOf } from "./names.ts";
import type { KeywordTable, KeywordType } from "./keywords.ts";
import { Written } from "../source/written.ts";

const DEBUGGER_WORDS = ["always", "never", "on_failed", "on_skipped", "on_unreachable"];

const BOOLEAN_WORDS = new Set(["y", "yes", "on", "1", "true", "t", "n", "no", "off", "0", "false", "f"]);

/** Checks every key of `raw` against `table`; reports unknown ones and values of the wrong type. `owner` is "play", "block", "task" ... */
export function checkKeywords(
  raw: Readonly<Record<string, unknown>>,
  table: KeywordTable,
  owner: string,
  context: Pick<LoadContext, "report">,
  skip?: ReadonlySet<string>,
): void {
  for (const [key, value] of Object.entries(raw)) {
    if (skip?.has(key) === true) continue;
    if (!Object.hasOwn(table, key)) context.report(unknownKeyword(key, owner, Object.keys(table), placeOfKey(raw, key)));
    else checkValue(key, value, table[key]!, raw, context);
  }
}

export function unknownKeyword(key: string, owner: string, known: Iterable<string>, place: Place | undefined): Failure {
  const hint =
    didYouMean(key, known) ??
    ((key === "loop" || key.startsWith("with_")) && owner === "block" ? "put the block's tasks in a file and loop over include_tasks" : undefined);
  return problem(`"${key}" is not a keyword of a ${owner}`, "unknown-keyword", place, hint);
}

function checkValue(key: string, value: unknown, type: KeywordType, raw: object, context: Pick<LoadContext, "report">): void {
  // An empty keyword counts as not given, and what a template yields is known only in the run.
  if (value === null || value instanceof Vaulted) return;
  const place = placeOf(raw, key);
  const refuse = (expected: string, hint?: string): void => {
    const shown = typeof value === "string" || typeof value === "number" ? ` ("${String(value)}")` : "";
    context.report(problem(`"${key}" must be ${expected}, not ${kindOf(value)}${shown}`, "wrong-type", place, hint));
  };
  if (type === "vars") return checkVars(key, value, raw, context);
  if (value instanceof Written) return;
  if (type === "boolean" && !isBoolean(value)) refuse("true or false");
  else if (type === "integer" && !isNumber(value, /^\s*[-+]?\d+(\.0*)?\s*$/)) refuse("a whole number");
  else if (type === "number" && !isNumber(value, /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i)) refuse("a number");
  else if (type === "percent" && !isNumber(value, /^\s*[-+]?\d+\.?\d*\s*%?\s*$/)) refuse("a number of percent");
  else if (type === "string" && (Array.isArray(value) || isMapping(value))) refuse("text");
  else if (type === "debugger" && !DEBUGGER_WORDS.includes(String(value))) refuse(DEBUGGER_WORDS.join(", "), didYouMean(String(value), DEBUGGER_WORDS));
  else if (type === "mapping" && !isMapping(value)) refuse("a mapping");
  else if (
    (type === "environment" || type === "defaults") &&
    !isMapping(value) &&
    !(Array.isArray(value) && value.every((entry) => isMapping(entry) || hasTemplate(entry)))
  ) {
    refuse("a mapping");
  } else if (type === "strings") checkStrings(key, value, context, place);
  else if (type === "list" && isMapping(value)) refuse("a list");
  else if (type === "tasks" && !Array.isArray(value)) refuse("a list of tasks", isMapping(value) ? 'begin each task with "- "' : undefined);
  else if (type === "conditions") checkConditions(key, value, context, place);
}

function isBoolean(value: unknown): boolean {
  if (typeof value === "boolean" || value === 0 || value === 1) return true;
  return typeof value === "string" && BOOLEAN_WORDS.has(value.trim().toLowerCase());
}

function isNumber(value: unknown, pattern: RegExp): boolean {
  if (typeof value === "number") return pattern.test(String(value));
  return value instanceof Float || (typeof value === "string" && pattern.test(value));
}

function checkStrings(key: string, value: unknown, context: Pick<LoadContext, "report">, place: Place | undefined): void {
  for (const [index, entry] of (Array.isArray(value) ? value : [value]).entries()) {
    if (isMapping(entry) || (Array.isArray(entry) && key !== "notify" && key !== "listen")) {
      context.report(problem(`"${key}" takes texts, not ${kindOf(entry)}`, "wrong-type", placeOf(value, index) ?? place));
    }
  }
}

function checkConditions(key: string, value: unknown, context: Pick<LoadContext, "report">, place: Place | undefined): void {
  for (const [index, entry] of (Array.isArray(value) ? value : [value]).entries()) {
    if (!isMapping(entry) && !Array.isArray(entry)) continue;
    const hint = isMapping(entry) ? `quote the whole condition: a ": " makes a mapping of it, and so does "{{" without quotes` : undefined;
    context.report(problem(`"${key}" takes conditions, not ${kindOf(entry)}`, "wrong-type", placeOf(value, index) ?? place, hint));
  }
}

function checkVars(key: string, value: unknown, raw: object, context: Pick<LoadContext, "report">): void {
  const mappings = Array.isArray(value) ? value : [value];
  for (const mapping of mappings) {
    if (!isMapping(mapping)) {
      context.report(problem(`"${key}" must be a mapping of names and values, not ${kindOf(mapping)}`, "wrong-type", placeOf(raw, key)));
      continue;
    }
    for (const name of Object.keys(mapping)) {
      if (isVariableName(name)) continue;
      const hint = "names are letters, digits and underscores, and begin with no digit";
      context.report(problem(`"${name}" is not a valid variable name`, "bad-variable-name", placeOfKey(mapping, name), hint));
    }
  }
}
