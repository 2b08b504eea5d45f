import { existsSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { variablesOf } from "../expression/evaluate.ts";
import type { Module } from "../modules/contract.ts";
import { Failure, nearest } from "../source/failure.ts";
import { type Place, templateOfKey } from "../source/place.ts";
import { readText } from "../source/text.ts";
import { loadYaml } from "../source/yaml.ts";
import type { CheckContext } from "./check-context.ts";
import { argumentTexts, conditionTexts, templatesIn, type Text } from "./check-templates.ts";
import type { Collector, Visit, VisitedPlay } from "./check-visit.ts";
import { problem } from "./context.ts";
import { FACT_PREFIX, MAGIC_NAMES } from "./known-names.ts";
import type { Role, Task } from "./model.ts";
import { hasTemplate, isMapping, isVariableName } from "./names.ts";
import { isTrue } from "./truth.ts";
import { type Text as WrittenText, Written } from "../source/written.ts";

/** Names that something in the playbook or inventory sets; undefined when only the run can tell which there will be. */
export type KnownNames = ReadonlySet<string> | undefined;

/** Collects every name that is set anywhere, whatever its scope: what is in here is never called undefined. */
export function knownNames(plays: readonly VisitedPlay[], context: CheckContext, given: Iterable<string>): KnownNames {
  const names = new Set([...MAGIC_NAMES, ...given, ...Object.keys(context.extraVars)]);
  const add = (vars: object): void => Object.keys(vars).forEach((name) => names.add(name));
  for (const { play, roles, visits, isOpen } of plays) {
    if (isOpen) return undefined;
    add(play.vars);
    add(play.importVars);
    play.varsPrompt.forEach((prompt) => names.add(prompt.name));
    for (const entry of play.varsFiles.flat() as readonly WrittenText[])
      if (!addFile(entry, [play.directory, join(play.directory, "vars")], add)) return undefined;
    roles.forEach((role) => addRole(role, names, add));
    for (const { task } of visits) if (!addTask(task, names, add)) return undefined;
  }
  return names;
}

/** Names that tasks set while a play runs, whatever was written for them; undefined when only the run can tell. */
export function namesSetBy(visits: readonly Visit[]): KnownNames {
  const names = new Set<string>();
  const add = (vars: object): void => Object.keys(vars).forEach((name) => names.add(name));
  // a check of arguments names them, and sets none
  for (const { task } of visits) if (task.action !== "validate_argument_spec" && !addTask(task, names, add)) return undefined;
  return names;
}

function addRole(role: Role, names: Set<string>, add: (vars: object) => void): void {
  add(role.defaults);
  add(role.vars);
  add(role.params);
  names.add(role.name);
}

/** @returns false when the task may set names that cannot be known */
function addTask(task: Task, names: Set<string>, add: (vars: object) => void): boolean {
  [task.vars, ...task.blockVars, ...task.includeVars].forEach(add);
  if (isMapping(task.register)) add(task.register);
  else if (task.register !== undefined) {
    if (hasTemplate(task.register)) return false;
    names.add(String(task.register));
  }
  const { loop_var: loopVar, index_var: indexVar } = task.loop?.control ?? {};
  if (hasTemplate(loopVar) || hasTemplate(indexVar)) return false;
  [loopVar, indexVar].forEach((name) => name !== undefined && names.add(String(name)));
  const { args } = task;
  switch (task.action) {
    case "set_fact":
    case "add_host":
      if (args instanceof Written || Object.hasOwn(args, "_variable_params") || Object.keys(args).some((key) => templateOfKey(args, key) !== undefined))
        return false;
      add(args);
      return true;
    case "include_vars":
      return addIncludedVars(task, names, add);
    case "meta":
      return args instanceof Written || (args["free_form"] ?? args["_raw_params"]) !== "refresh_inventory";
    case "validate_argument_spec":
      if (!(args instanceof Written) && isMapping(args["argument_spec"])) add(args["argument_spec"]);
      return true;
    default:
      return true;
  }
}

function addIncludedVars(task: Task, names: Set<string>, add: (vars: object) => void): boolean {
  if (task.args instanceof Written || hasTemplate(task.args)) return false;
  if (typeof task.args["name"] === "string") {
    names.add(task.args["name"]);
    return true;
  }
  const file = task.args["file"] ?? task.args["_raw_params"];
  if (typeof file !== "string") return false;
  return addFile(
    file,
    task.searchPath.flatMap((folder) => [join(folder, "vars"), folder]),
    add,
  );
}

function addFile(name: WrittenText, folders: readonly string[], add: (vars: object) => void): boolean {
  if (name instanceof Written) return false;
  const file = isAbsolute(name) ? name : folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  // What is missing is the business of the check of files, and sets nothing.
  if (file === undefined || !existsSync(file)) return true;
  if (statSync(file).isDirectory()) return false;
  try {
    const text = readText(file);
    if (text.startsWith("$ANSIBLE_VAULT;")) return false;
    const values = loadYaml(text, file, { isWritten: true });
    if (isMapping(values)) add(values);
    return true;
  } catch (error) {
    // Who uses the file is told what is wrong with it; what it sets cannot be known.
    if (error instanceof Failure) return false;
    throw error;
  }
}

/** Names that a template file surely reads, whenever it is rendered, and that nothing sets. */
export function checkTemplateNames(
  names: readonly { readonly name: string; readonly place: Place }[],
  known: KnownNames,
  isSure: boolean,
  collector: Collector,
): void {
  if (known === undefined) return;
  for (const { name, place } of names) {
    if (known.has(name) || FACT_PREFIX.test(name) || !isVariableName(name)) continue;
    const failure = undefinedName(name, place.text ?? "", known, isSure, place);
    if (failure !== undefined) collector.report(failure);
  }
}

/** Names that a task uses and that nothing sets. */
export function checkNames(visit: Visit, module: Module | undefined, known: KnownNames, collector: Collector): void {
  if (known === undefined) return;
  const { task } = visit;
  const tested = new Set(task.when.flatMap((condition) => conditionTexts(condition)).flatMap(({ text, kind }) => [...variablesOf(text, { kind })]));
  const loops = Array.isArray(task.loop?.value) && task.loop.value.length > 0;
  const argumentsAreSure = visit.isSure && (task.loop === undefined || loops);
  const judge = (texts: readonly Text[], isSure: boolean): void => {
    for (const { text, kind, place } of texts) {
      for (const name of variablesOf(text, { kind, unguarded: true })) {
        if (known.has(name) || tested.has(name) || FACT_PREFIX.test(name) || !isVariableName(name)) continue;
        const failure = undefinedName(name, text, known, isSure, place ?? task.place);
        if (failure !== undefined) collector.report(failure);
      }
    }
  };
  // A template may take branches of its own, so only one without them surely reads its names.
  const branching = (texts: readonly Text[]): boolean => texts.some(({ text }) => /\b(if|and|or)\b|\{%/.test(text));
  // `debug: var=x` says so itself when there is no x.
  const own = task.action === "debug" && !(task.args instanceof Written) && Object.hasOwn(task.args, "var") ? [] : argumentTexts(task, module);
  for (const text of own) judge([text], argumentsAreSure && !branching([text]));
  if (task.loop !== undefined) {
    const texts = templatesIn(task.loop.value, task.loop.place);
    judge(texts, visit.isSure && !branching(texts) && task.loop.kind !== "first_found");
  }
  const [first] = task.when;
  if (first === undefined || task.loop !== undefined || !isReached(visit)) return;
  // The first condition is always evaluated, those after it may not be.
  const texts = conditionTexts(first);
  tested.clear();
  if (!branching(texts)) judge(texts, true);
}

function isReached(visit: Visit): boolean {
  return visit.isStatic && !isTrue(visit.task.keywords.ignore_errors);
}

function undefinedName(name: string, text: string, known: ReadonlySet<string>, isSure: boolean, place: Place): Failure | undefined {
  // Where the run may never come, only a slip of the pen is certain.
  const meant = isSure ? nearest(name, known) : nearest(name, known, name.length > 8 ? 2 : 1);
  if (!isSure && (meant === undefined || name.length < 4)) return undefined;
  const at = within(name, text, place);
  const hint = meant === undefined ? "set it, or give it a default: {{ name | default(...) }}".replace("name", name) : `did you mean "${meant}"?`;
  return problem(`'${name}' is undefined: nothing sets it`, "undefined-variable", at, hint);
}

/** The column of the name, when the text is written in one line. */
function within(name: string, text: string, place: Place): Place {
  const line = place.text ?? "";
  const at = text.includes("\n") ? -1 : line.slice(place.column - 1).search(new RegExp(`\\b${name}\\b`));
  return at === -1 ? place : { ...place, column: place.column + at };
}
