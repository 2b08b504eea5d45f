import { check } from "../expression/evaluate.ts";
import { Float, Vaulted } from "../expression/values.ts";
import type { Module } from "../modules/contract.ts";
import type { Failure } from "../source/failure.ts";
import { asWritten, placeOf, type Place, templateOfKey } from "../source/place.ts";
import type { Collector, Visit } from "./check-visit.ts";
import type { Condition, Task } from "./model.ts";
import { isTemplate, Written } from "../source/written.ts";

export interface Text {
  readonly text: string;
  readonly kind: "template" | "expression";
  readonly place: Place | undefined;
}

/** Arguments that are expressions, though nothing around them says so. */
const EXPRESSIONS: Readonly<Record<string, string>> = { assert: "that", debug: "var" };

/** Syntax, filters, tests and lookups of all that a task evaluates. */
export function checkTemplates({ task, isSure }: Visit, module: Module | undefined, collector: Collector): void {
  for (const { text, kind, place } of textsOf(task, module)) {
    const failure = check(text, kind, { place });
    if (failure !== undefined && !isPerhapsElsewhere(failure, isSure)) collector.report(failure);
  }
}

/** A filter of a collection, under a condition: the run may never come to it. */
export function isPerhapsElsewhere(failure: Failure, isSure: boolean): boolean {
  return !isSure && /^unknown-(filter|test|lookup)$/.test(failure.code) && failure.hint?.startsWith("did you mean") !== true;
}

/** Every text of a task that is evaluated, each with its place. */
export function textsOf(task: Task, module: Module | undefined): Text[] {
  const raw = task.raw as Readonly<Record<string, unknown>>;
  const texts: Text[] = [];
  const values: [unknown, Place | undefined][] = [
    [task.vars, placeOf(raw, "vars")],
    [task.loop?.value, task.loop?.place],
    [task.keywords.environment, placeOf(raw, "environment") ?? task.place],
  ];
  for (const key of [
    "name",
    "retries",
    "delay",
    "become",
    "become_user",
    "delegate_to",
    "no_log",
    "ignore_errors",
    "run_once",
    "async",
    "poll",
    "timeout",
    "check_mode",
    "diff",
  ]) {
    if (Object.hasOwn(raw, key)) values.push([raw[key], placeOf(raw, key)]);
  }
  texts.push(...argumentTexts(task, module));
  for (const [value, place] of values) texts.push(...templatesIn(value, place));
  for (const condition of conditionsOf(task)) texts.push(...conditionTexts(condition));
  return texts;
}

/** Texts of the arguments alone. */
export function argumentTexts(task: Task, module: Module | undefined): Text[] {
  const place = placeOf(task.raw, task.module) ?? task.place;
  if (task.args instanceof Written) return templatesIn(task.args, place);
  // What the engine passes to a role's check of its arguments is data.
  if (task.action === "validate_argument_spec") return [];
  const expression = module?.kind === "controller" ? EXPRESSIONS[task.action] : undefined;
  return Object.entries(task.args).flatMap(([key, value]) => {
    const at = placeOf(task.args, key) ?? place;
    if (key !== expression) return templatesIn(value, at);
    const entries = Array.isArray(value) ? value.map((_, index) => asWritten(value, index)) : [asWritten(task.args, key)];
    return entries.flatMap((entry, index) => conditionTexts({ value: entry, place: placeOf(value, index) ?? at }));
  });
}

export function conditionTexts({ value, place }: Condition): Text[] {
  if (!(value instanceof Written) || value.text.trim() === "") return [];
  return isTemplate(value.text) ? templatesIn(value, place) : [{ text: value.text, kind: "expression", place }];
}

function conditionsOf(task: Task): Condition[] {
  return [...task.when, ...(task.until ?? []), ...(task.failed_when ?? []), ...(task.changed_when ?? []), ...(task.loop?.control.break_when ?? [])];
}

export function templatesIn(value: unknown, place: Place | undefined): Text[] {
  if (value instanceof Written) return [{ text: value.text, kind: "template", place }];
  if (typeof value !== "object" || value === null || value instanceof Float || value instanceof Vaulted) return [];
  return Object.entries(value).flatMap(([key, entry]) => [
    ...templatesIn(templateOfKey(value, key), place),
    ...templatesIn(entry, placeOf(value, key) ?? place),
  ]);
}
