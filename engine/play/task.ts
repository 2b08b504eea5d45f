import { copyPlaces, type Place, placeOf, placeOfKey } from "../source/place.ts";
import { type Action, actionOf } from "./action.ts";
import { type LoadContext, nextId, problem } from "./context.ts";
import { conditionsOf, extend, listOf, varsOf } from "./inherit.ts";
import { handlerKeywords, includeKeywords, loopControlKeywords, taskKeywords } from "./keywords.ts";
import type { Handler, Inherited, Loop, Task } from "./model.ts";
import { isMapping, isVariableName, nameIn } from "./names.ts";
import { checkKeywords, unknownKeyword } from "./validate.ts";
import { isText, Written } from "../source/written.ts";
import { isInclude, isMeta, specialAction } from "./actions.ts";

export type Mapping = Readonly<Record<string, unknown>>;

export interface RawTask {
  readonly raw: Mapping;
  readonly call: Action;
  readonly place: Place;
}

const ROLE_OPTIONS = [
  "name",
  "role",
  "tasks_from",
  "vars_from",
  "defaults_from",
  "handlers_from",
  "apply",
  "public",
  "allow_duplicates",
  "rolespec_validate",
  "rescuable",
];
const FILE_OPTIONS = ["file", "apply"];

/** Reads a task's module and checks its keywords. @throws Failure when no module can be made out */
export function readTask(raw: Mapping, context: LoadContext): RawTask {
  const table = context.isHandler ? handlerKeywords : taskKeywords;
  const owner = context.isHandler ? "handler" : "task";
  const call = actionOf(raw, table, owner, context);
  const known = Object.fromEntries(Object.entries(raw).filter(([key]) => Object.hasOwn(table, key)));
  const loops = Object.keys(raw).filter((key) => key.startsWith("with_") || (key === "loop" && raw[key] !== null));
  if (loops.length > 1)
    context.report(problem(`a task has one loop, this one has two: "${loops[0]!}" and "${loops[1]!}"`, "two-loops", placeOfKey(raw, loops[1]!)));
  checkKeywords(copyPlaces(raw, known), table, owner, context);
  checkRegister(raw, context);
  if (isMapping(raw["loop_control"])) checkKeywords(raw["loop_control"], loopControlKeywords, "loop_control", context);
  return { raw, call: normalized(call, raw, context), place: placeOf(raw)! };
}

/** Makes the task; `inherited` is what stands around it. */
export function buildTask({ raw, call, place }: RawTask, inherited: Inherited, context: LoadContext): Task {
  const own = extend(inherited, raw);
  const { apply, args } = splitApply(call, raw, context);
  const loop = loopOf(raw, call.action);
  return {
    ...own,
    ...(call.isLocal ? { delegate_to: "localhost" } : {}),
    kind: "task",
    id: nextId(context),
    place,
    raw,
    name: nameIn(raw),
    module: call.module,
    moduleTemplate: call.moduleTemplate,
    action: call.action,
    args,
    vars: varsOf(raw["vars"]),
    loop,
    register: raw["register"] ?? undefined,
    until: Object.hasOwn(raw, "until") ? conditionsOf(raw, "until") : undefined,
    retries: raw["retries"] ?? undefined,
    delay: raw["delay"] ?? undefined,
    failed_when: Object.hasOwn(raw, "failed_when") ? conditionsOf(raw, "failed_when") : undefined,
    changed_when: Object.hasOwn(raw, "changed_when") ? conditionsOf(raw, "changed_when") : undefined,
    async: raw["async"] ?? undefined,
    poll: raw["poll"] ?? undefined,
    apply,
    enclosing: inherited,
  };
}

export function toHandler(task: Task): Handler {
  const raw = task.raw as Mapping;
  return { ...task, listen: listOf(raw["listen"]).flat().map(String) };
}

/** A task that nobody wrote: a flush of handlers, a check of a role's arguments. */
export function impliedTask(action: string, args: Mapping, name: string | undefined, place: Place, inherited: Inherited, context: LoadContext): Task {
  const raw = { ...(name === undefined ? {} : { name }), [action]: args };
  return { ...inherited, kind: "task", id: nextId(context), place, raw, name, module: action, action, args, vars: {}, enclosing: inherited };
}

function loopOf(raw: Mapping, action: string): Loop | undefined {
  const key = Object.keys(raw).find((name) => name.startsWith("with_")) ?? (raw["loop"] === null || raw["loop"] === undefined ? undefined : "loop");
  if (key === undefined) return undefined;
  const control = isMapping(raw["loop_control"]) ? raw["loop_control"] : {};
  const kind = key === "loop" ? "loop" : key.slice("with_".length).replace(/^ansible\.(builtin|legacy)\./, "");
  return {
    kind,
    ...(kind === "first_found" ? { folder: action === "template" ? "templates" : action === "include_vars" ? "vars" : "files" } : {}),
    value: raw[key],
    place: placeOf(raw, key),
    control: { ...control, ...(Object.hasOwn(control, "break_when") ? { break_when: conditionsOf(control, "break_when") } : {}) } as Loop["control"],
  };
}

function checkRegister(raw: Mapping, context: LoadContext): void {
  const value = raw["register"];
  if (value === undefined || value === null) return;
  const names = isMapping(value) ? Object.keys(value) : value instanceof Written ? [] : [String(value)];
  for (const name of names) {
    if (isVariableName(name)) continue;
    context.report(
      problem(`Invalid variable name in 'register': "${name}"`, "bad-variable-name", placeOf(raw, "register"), "use letters, digits and underscores"),
    );
  }
}

/** Gives modules that the engine itself serves their argument under one name, and checks the options of includes and imports. */
function normalized(call: Action, raw: Mapping, context: LoadContext): Action {
  const { action, args } = call;
  if (args instanceof Written) return call;
  const place = placeOf(args) ?? placeOf(raw, call.key);
  if (isMeta(call) && Object.hasOwn(args, "_raw_params")) return { ...call, args: renamed(args, "_raw_params", "free_form") };
  const { brings } = specialAction(action);
  if (brings === "tasks") {
    const file = Object.hasOwn(args, "_raw_params") ? renamed(args, "_raw_params", "file") : args;
    if (!isText(file["file"]) || String(file["file"]) === "") throw problem(`"${action}" needs the name of a file`, "missing-argument", place);
    checkOptions(file, FILE_OPTIONS, action, context);
    checkInclude(raw, call, context);
    return { ...call, args: file };
  }
  if (brings === "role") {
    if (args["name"] === undefined && args["role"] === undefined)
      throw problem(`"${action}" needs the name of a role`, "missing-argument", place, "write `name: ROLE` under it");
    checkOptions(args, ROLE_OPTIONS, action, context);
    checkInclude(raw, call, context);
  }
  return call;
}

function checkOptions(args: Mapping, known: readonly string[], action: string, context: LoadContext): void {
  for (const key of Object.keys(args)) {
    if (!known.includes(key)) context.report(unknownKeyword(key, action, known, placeOfKey(args, key)));
  }
  if (action.startsWith("import_") && Object.hasOwn(args, "apply")) {
    context.report(problem(`"apply" is for include_ only: tasks of ${action} inherit its keywords anyway`, "unknown-keyword", placeOfKey(args, "apply")));
  }
}

function checkInclude(raw: Mapping, call: Action, context: LoadContext): void {
  if (call.action.startsWith("import_")) {
    const loop = Object.keys(raw).find((key) => key === "loop" || key.startsWith("with_"));
    if (loop !== undefined)
      context.report(problem(`"${call.action}" cannot loop`, "loop-on-import", placeOfKey(raw, loop), `use ${call.action.replace("import", "include")}`));
    return;
  }
  for (const key of Object.keys(raw)) {
    if (key === call.key || key.startsWith("with_") || includeKeywords.has(key) || (context.isHandler && key === "listen")) continue;
    if (!Object.hasOwn(handlerKeywords, key)) continue;
    const hint = `put it under "apply", so that the included tasks have it`;
    context.report(problem(`"${key}" cannot stand beside ${call.action}`, "unknown-keyword", placeOfKey(raw, key), hint));
  }
}

function splitApply(call: Action, raw: Mapping, context: LoadContext): Pick<Task, "apply" | "args"> {
  if (!isInclude(call) || call.args instanceof Written) return { args: call.args };
  const { apply, ...rest } = call.args;
  if (apply === undefined || apply === null) return { args: call.args };
  if (!isMapping(apply)) {
    context.report(problem(`"apply" must be a mapping of keywords`, "wrong-type", placeOf(call.args, "apply") ?? placeOf(raw)));
    return { args: rest };
  }
  return { apply, args: rest };
}

function renamed(args: Mapping, from: string, to: string): Mapping {
  const { [from]: value, ...rest } = args;
  return copyPlaces(args, { ...rest, [to]: value });
}
