import { Vaulted } from "../expression/values.ts";
import { annotate, copyPlaces, type Entry, entryOf, type Place, placeOf, placeOfKey, writtenAt } from "../source/place.ts";
import { type Text, Written } from "../source/written.ts";
import { type LoadContext, problem } from "./context.ts";
import type { KeywordTable } from "./keywords.ts";
import { canonicalName, isMapping, isWholeTemplate, kindOf } from "./names.ts";
import { splitArguments, splitModule } from "./split.ts";
import { unknownKeyword } from "./validate.ts";
import { nearest } from "../source/failure.ts";
import { specialAction } from "./actions.ts";

type Mapping = Readonly<Record<string, unknown>>;

export interface Action {
  readonly module: string;
  /** The module's name, where it is a template (`action: "{{ pkg_mgr }} name=git"`). */
  readonly moduleTemplate?: Written | undefined;
  readonly action: string;
  readonly args: Mapping | Written;
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
function newForm(raw: Mapping, key: string, action: string): Mapping | Written {
  const value = raw[key];
  if (value === null || value === undefined) return withPlace({}, placeOf(raw, key));
  if (isMapping(value)) return value;
  const written = writtenAt(raw, key);
  if (written !== undefined) return textForm(written, action, placeOf(raw, key));
  // text that is `!unsafe` is one argument
  if (
    value instanceof Vaulted ||
    typeof value === "string" ||
    ((typeof value === "number" || typeof value === "boolean") && specialAction(action).text !== undefined)
  ) {
    return withPlace({ _raw_params: value }, placeOf(raw, key));
  }
  throw problem(`the arguments of "${key}" must be a mapping or text, not ${kindOf(value)}`, "bad-arguments", placeOf(raw, key));
}

function textForm(text: Written, action: string, place: Place | undefined): Mapping | Written {
  if (isWholeTemplate(text) && (specialAction(action).text === undefined || specialAction(action).mayBeOneTemplate === true)) return text;
  return splitArguments(text, specialAction(action).text === "command", place);
}

/** `action: copy src=a dest=b`, or a mapping with the key `module`. */
function oldForm(raw: Mapping, key: string): Omit<Action, "key" | "isLocal"> {
  const value = raw[key];
  const place = placeOf(raw, key);
  const written = writtenAt(raw, key);
  if (written !== undefined) {
    const [module, rest] = splitModule(written, place);
    if (module === "") throw problem(`"${key}" names no module`, "no-module", place);
    const named = nameOf(module);
    return { ...named, args: withExtraArgs(raw, rest.text === "" ? withPlace({}, place) : textForm(rest, named.action, place), named.action) };
  }
  const name = isMapping(value) ? writtenAt(value, "module") : undefined;
  if (isMapping(value) && name !== undefined) {
    const [module, rest] = splitModule(name, place);
    const named = nameOf(module);
    const { module: _module, args: inner, ...given } = value;
    const text = rest.text === "" ? {} : splitArguments(rest, specialAction(named.action).text === "command", place);
    const words = writtenAt(value, "args");
    const innerArgs = words !== undefined ? splitArguments(words, false, place) : isMapping(inner) ? inner : {};
    const args = mergePlaced(mergePlaced(copyPlaces(value, given), place, text), place, innerArgs);
    return { ...named, args: withExtraArgs(raw, args, named.action) };
  }
  throw problem(`"${key}" must be text such as "copy src=a dest=b", not ${kindOf(value)}`, "bad-arguments", place);
}

function nameOf(module: Text): Pick<Action, "module" | "moduleTemplate" | "action"> {
  const name = String(module);
  return { module: name, action: canonicalName(name), ...(module instanceof Written ? { moduleTemplate: module } : {}) };
}

/** The keyword `args` gives what the module's own value does not. */
function withExtraArgs(raw: Mapping, own: Mapping | Written, action: string): Mapping | Written {
  if (!Object.hasOwn(raw, "args") || raw["args"] === null) return own;
  const extra = raw["args"];
  if (isWholeTemplate(extra)) {
    if (own instanceof Written) throw problem(`"${action}" and "args" cannot both be templates`, "bad-arguments", placeOf(raw, "args"));
    return Object.keys(own).length === 0 ? extra : mergePlaced({ _variable_params: extra }, placeOf(raw, "args"), own);
  }
  if (!isMapping(extra)) throw problem(`"args" must be a mapping, not ${kindOf(extra)}`, "bad-arguments", placeOf(raw, "args"));
  if (own instanceof Written) return Object.keys(extra).length === 0 ? own : mergePlaced(extra, placeOf(raw, "args"), { _variable_params: own });
  return Object.keys(extra).length === 0 ? own : mergePlaced(extra, placeOf(raw, "args"), own);
}

function mergePlaced(low: Mapping, lowPlace: Place | undefined, high: Mapping): Mapping {
  const merged = { ...low, ...high };
  const self = placeOf(high) ?? lowPlace;
  if (self === undefined) return merged;
  const keys = new Map<string, Entry>();
  for (const key of Object.keys(merged)) {
    const from = Object.hasOwn(high, key) ? high : low;
    keys.set(key, entryOf(from, key) ?? { key: placeOfKey(from, key) ?? lowPlace ?? self, value: placeOf(from, key) ?? lowPlace ?? self });
  }
  annotate(merged, { self, keys });
  return merged;
}

/** Gives every key of arguments that stood without keys the place of their value. */
function withPlace<T extends object>(args: T, place: Place | undefined): T {
  if (place !== undefined) annotate(args, { self: place, keys: new Map(Object.keys(args).map((key) => [key, { key: place, value: place }])) });
  return args;
}
