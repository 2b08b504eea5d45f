import { Unsafe, Vaulted } from "../expression/values.ts";
import { annotate, copyPlaces, type Place, placeOf, placeOfKey } from "../source/place.ts";
import { type LoadContext, problem } from "./context.ts";
import type { KeywordTable } from "./keywords.ts";
import { canonicalName, isFreeForm, isMapping, isWholeTemplate, kindOf, takesRawText } from "./names.ts";
import { splitArguments, splitModule } from "./split.ts";
import { unknownKeyword } from "./validate.ts";
import { nearest } from "../source/failure.ts";

type Mapping = Readonly<Record<string, unknown>>;

export interface Action {
  readonly module: string;
  readonly action: string;
  readonly args: Mapping | string;
  /** The key that names the module: `copy`, `action`, `local_action`. */
  readonly key: string;
  readonly isLocal: boolean;
}

/**
 * Finds which module a task calls, in any of the forms that Ansible takes, and with which arguments.
 * @throws Failure for a task without a module, with two, or with arguments that cannot be read
 */
export function actionOf(raw: Mapping, table: KeywordTable, owner: string, context: LoadContext): Action {
  const candidates = Object.keys(raw).filter((key) => !Object.hasOwn(table, key) && !key.startsWith("with_"));
  const olds = ["action", "local_action"].filter((key) => Object.hasOwn(raw, key));
  if (olds.length === 2) throw problem("action and local_action cannot stand in one task", "two-modules", placeOfKey(raw, "local_action"));
  const old = olds[0];
  if (old !== undefined) {
    for (const key of candidates) context.report(unknownKeyword(key, owner, Object.keys(table), placeOfKey(raw, key)));
    return { ...oldForm(raw, old), key: old, isLocal: old === "local_action" };
  }
  const key = moduleKey(raw, candidates, table, context, owner);
  const action = canonicalName(key);
  return { module: key, action, args: withExtraArgs(raw, newForm(raw, key, action), action), key, isLocal: false };
}

function moduleKey(raw: Mapping, candidates: readonly string[], table: KeywordTable, context: LoadContext, owner: string): string {
  if (candidates.length === 0) {
    throw problem("this task names no module", "no-module", placeOf(raw), "add one, for example `debug: {msg: hello}`");
  }
  const keywords = Object.keys(table);
  const names = new Set(context.loader.options.moduleNames ?? []);
  const known = candidates.filter((key) => names.has(canonicalName(key)) || /^[\w-]+\.[\w-]+\.[\w-]+/.test(key));
  if (known.length > 1) {
    throw problem(
      `a task has one module, this one has two: "${known[0]!}" and "${known[1]!}"`,
      "two-modules",
      placeOfKey(raw, known[1]!),
      'begin a new task with "- "',
    );
  }
  const key = known[0] ?? candidates.find((candidate) => nearest(candidate, keywords) === undefined) ?? candidates[0]!;
  for (const other of candidates) {
    if (other === key) continue;
    context.report(unknownKeyword(other, owner, keywords, placeOfKey(raw, other)));
  }
  return key;
}

/** `copy: ...` */
function newForm(raw: Mapping, key: string, action: string): Mapping | string {
  const value = raw[key];
  if (value === null || value === undefined) return withPlace({}, placeOf(raw, key));
  if (isMapping(value)) return value;
  if (typeof value === "string") return textForm(value, action, placeOf(raw, key));
  if (value instanceof Vaulted || value instanceof Unsafe || ((typeof value === "number" || typeof value === "boolean") && takesRawText(action))) {
    return withPlace({ _raw_params: value }, placeOf(raw, key));
  }
  throw problem(`the arguments of "${key}" must be a mapping or text, not ${kindOf(value)}`, "bad-arguments", placeOf(raw, key));
}

function textForm(text: string, action: string, place: Place | undefined): Mapping | string {
  if (isWholeTemplate(text) && (!takesRawText(action) || action === "set_fact" || action === "add_host" || action === "group_by")) return text;
  return withPlace(splitArguments(text, isFreeForm(action), place), place);
}

/** `action: copy src=a dest=b`, or a mapping with the key `module`. */
function oldForm(raw: Mapping, key: string): Omit<Action, "key" | "isLocal"> {
  const value = raw[key];
  const place = placeOf(raw, key);
  if (typeof value === "string") {
    const [module, rest] = splitModule(value, place);
    if (module === "") throw problem(`"${key}" names no module`, "no-module", place);
    const action = canonicalName(module);
    return { module, action, args: withExtraArgs(raw, rest === "" ? withPlace({}, place) : textForm(rest, action, place), action) };
  }
  if (isMapping(value) && typeof value["module"] === "string") {
    const [module, rest] = splitModule(value["module"], place);
    const action = canonicalName(module);
    const { module: _module, args: inner, ...given } = value;
    const text = rest === "" ? {} : splitArguments(rest, isFreeForm(action), place);
    const innerArgs = typeof inner === "string" ? splitArguments(inner, false, place) : isMapping(inner) ? inner : {};
    return { module, action, args: withExtraArgs(raw, copyPlaces(value, { ...given, ...text, ...innerArgs }), action) };
  }
  throw problem(`"${key}" must be text such as "copy src=a dest=b", not ${kindOf(value)}`, "bad-arguments", place);
}

/** The keyword `args` gives what the module's own value does not. */
function withExtraArgs(raw: Mapping, own: Mapping | string, action: string): Mapping | string {
  if (!Object.hasOwn(raw, "args") || raw["args"] === null) return own;
  const extra = raw["args"];
  if (typeof extra === "string" && isWholeTemplate(extra)) {
    if (typeof own === "string") throw problem(`"${action}" and "args" cannot both be templates`, "bad-arguments", placeOf(raw, "args"));
    return Object.keys(own).length === 0 ? extra : mergePlaced({ _variable_params: extra }, placeOf(raw, "args"), own);
  }
  if (!isMapping(extra)) throw problem(`"args" must be a mapping, not ${kindOf(extra)}`, "bad-arguments", placeOf(raw, "args"));
  if (typeof own === "string") return Object.keys(extra).length === 0 ? own : mergePlaced(extra, placeOf(raw, "args"), { _variable_params: own });
  return Object.keys(extra).length === 0 ? own : mergePlaced(extra, placeOf(raw, "args"), own);
}

function mergePlaced(low: Mapping, lowPlace: Place | undefined, high: Mapping): Mapping {
  const merged = { ...low, ...high };
  const self = placeOf(high) ?? lowPlace;
  if (self === undefined) return merged;
  const keys = new Map<string, { key: Place; value: Place }>();
  for (const key of Object.keys(merged)) {
    const from = Object.hasOwn(high, key) ? high : low;
    keys.set(key, { key: placeOfKey(from, key) ?? lowPlace ?? self, value: placeOf(from, key) ?? lowPlace ?? self });
  }
  annotate(merged, { self, keys });
  return merged;
}

/** Gives every key of arguments that were one text the place of the text. */
function withPlace<T extends object>(args: T, place: Place | undefined): T {
  if (place !== undefined) annotate(args, { self: place, keys: new Map(Object.keys(args).map((key) => [key, { key: place, value: place }])) });
  return args;
}
