import { Float } from "../expression/values.ts";
import { coerce, isMapping } from "./coerce.ts";
import type { JsonSchema } from "./schema.ts";

type Mapping = Readonly<Record<string, unknown>>;

/** Ansible's types as this engine's schemas. */
const TYPES: Readonly<Record<string, string>> = {
  str: "string",
  path: "string",
  list: "array",
  dict: "object",
  bool: "boolean",
  int: "integer",
  float: "number",
};

const UNITS: Readonly<Record<string, number>> = { Y: 80, Z: 70, E: 60, P: 50, T: 40, G: 30, M: 20, K: 10, B: 0 };

/**
 * Validates values against a role's argument spec, by Ansible's rules and in its words.
 * @param options the `options` of an entry point: name to {type, required, default, choices, elements, options, ...}
 * @param values the values given, templates resolved; names that are not in `options` are refused
 * @param rules mutually_exclusive, required_together, required_one_of, required_if, required_by; of nested options they stand in the option
 * @returns what is wrong, one sentence each; empty when all is right
 */
export function validateRoleArguments(options: Mapping, values: Mapping, rules: Mapping = {}): string[] {
  return [...problemsOf(options, values, rules, [])];
}

/** The values of options that the spec marks as `no_log`, those of nested options too. */
export function secretsOfSpec(options: Mapping, values: unknown): unknown[] {
  if (Array.isArray(values)) return values.flatMap((entry) => secretsOfSpec(options, entry));
  if (!isMapping(values)) return [];
  return Object.entries(canonical(options, values)).flatMap(([name, value]) => {
    const option = options[name];
    if (!isMapping(option)) return [];
    if (option["no_log"] === true) return [value];
    return isMapping(option["options"]) ? secretsOfSpec(option["options"], value) : [];
  });
}

function* problemsOf(options: Mapping, given: Mapping, rules: Mapping, path: readonly string[]): Generator<string> {
  const found = path.length === 0 ? "" : ` found in ${path.join(" -> ")}`;
  const values = canonical(options, given);
  const unknown = Object.keys(values).filter((name) => !Object.hasOwn(options, name));
  if (unknown.length > 0) {
    const where = path.length === 0 ? "" : `${path.join(".")}.`;
    yield `${unknown.map((name) => where + name).join(", ")}. Supported parameters include: ${Object.keys(options).sort().join(", ")}.`;
  }
  yield* exclusive(rules, values, found);
  const missing = Object.entries(options).filter(([name, option]) => isMapping(option) && option["required"] === true && !isGiven(values, name, true));
  if (missing.length > 0)
    yield `missing required arguments: ${missing
      .map(([name]) => name)
      .sort()
      .join(", ")}${found}`;
  for (const [name, option] of Object.entries(options)) {
    if (isMapping(option) && isGiven(values, name)) yield* problemsOfValue(name, values[name], option, path);
  }
  const withDefaults = { ...defaultsOf(options), ...values };
  yield* required(rules, withDefaults, found);
}

/** The values under their options' names: aliases resolved, empty ones left out. */
function canonical(options: Mapping, given: Mapping): Record<string, unknown> {
  const names = new Map<string, string>();
  for (const [name, option] of Object.entries(options)) {
    if (isMapping(option)) for (const alias of listOf(option["aliases"])) names.set(String(alias), name);
  }
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [Object.hasOwn(options, name) ? name : (names.get(name) ?? name), value]));
}

function* problemsOfValue(name: string, value: unknown, option: Mapping, path: readonly string[]): Generator<string> {
  const found = path.length === 0 ? "" : ` found in '${path.join(" -> ")}'`;
  const type = typeof option["type"] === "string" ? option["type"] : "str";
  const result = convert(value, type);
  if (!result.ok) {
    yield `argument '${name}' is of type ${typeName(value)}${found} and we were unable to convert to ${type}: it must be ${result.expected}`;
    return;
  }
  const { elements } = option;
  const items = type === "list" && Array.isArray(result.value) ? (result.value as unknown[]) : undefined;
  const converted: unknown[] = [];
  if (items !== undefined && typeof elements === "string") {
    for (const item of items) {
      const element = convert(item, elements);
      if (element.ok) converted.push(element.value);
      else
        yield `Elements value for option '${name}'${found} is of type ${typeName(item)} and we were unable to convert to ${elements}: it must be ${element.expected}`;
    }
  }
  yield* choices(name, items === undefined ? result.value : converted.length > 0 ? converted : items, option, path);
  const nested = option["options"];
  if (!isMapping(nested)) return;
  for (const part of items ?? [result.value]) if (isMapping(part)) yield* problemsOf(nested, part, option, [...path, name]);
}

function* choices(name: string, value: unknown, option: Mapping, path: readonly string[]): Generator<string> {
  if (!Array.isArray(option["choices"])) return;
  const allowed = (option["choices"] as unknown[]).map(text);
  const found = path.length === 0 ? "" : ` found in ${path.join(" -> ")}`;
  if (Array.isArray(value)) {
    const others = (value as unknown[]).map(text).filter((entry) => !allowed.includes(entry));
    if (others.length > 0) yield `value of ${name} must be one or more of: ${allowed.join(", ")}. Got no match for: ${others.join(", ")}${found}`;
  } else if (!allowed.includes(text(value))) {
    yield `value of ${name} must be one of: ${allowed.join(", ")}, got: ${text(value)}${found}`;
  }
}

function* exclusive(rules: Mapping, values: Mapping, found: string): Generator<string> {
  for (const names of groupsOf(rules["mutually_exclusive"])) {
    if (names.filter((name) => isGiven(values, name)).length > 1) yield `parameters are mutually exclusive: ${names.join("|")}${found}`;
  }
}

function* required(rules: Mapping, values: Mapping, found: string): Generator<string> {
  for (const names of groupsOf(rules["required_together"])) {
    const count = names.filter((name) => isGiven(values, name)).length;
    if (count > 0 && count < names.length) yield `parameters are required together: ${names.join(", ")}${found}`;
  }
  for (const names of groupsOf(rules["required_one_of"])) {
    if (!names.some((name) => isGiven(values, name))) yield `one of the following is required: ${names.join(", ")}${found}`;
  }
  for (const rule of listOf(rules["required_if"])) {
    if (!Array.isArray(rule)) continue;
    const [name, value, needed, isAny] = rule as [string, unknown, unknown, unknown];
    if (!Object.hasOwn(values, name) || text(values[name]) !== text(value)) continue;
    const missing = listOf(needed)
      .map(String)
      .filter((other) => !isGiven(values, other));
    if (missing.length === 0 || (isAny === true && missing.length < listOf(needed).length)) continue;
    yield `${name} is ${text(value)} but ${isAny === true ? "any" : "all"} of the following are missing: ${missing.join(", ")}${found}`;
  }
  const by = rules["required_by"];
  for (const [name, needed] of isMapping(by) ? Object.entries(by) : []) {
    const missing = isGiven(values, name)
      ? listOf(needed)
          .map(String)
          .filter((other) => !isGiven(values, other))
      : [];
    if (missing.length > 0) yield `missing parameter(s) required by '${name}': ${missing.join(", ")}${found}`;
  }
}

type Converted = ReturnType<typeof coerce>;

function convert(value: unknown, type: string): Converted {
  if (type === "raw") return { ok: true, value };
  if (type === "json" || type === "jsonarg") {
    return typeof value === "object" || typeof value === "string" ? { ok: true, value } : { ok: false, expected: "JSON" };
  }
  if (type === "bytes" || type === "bits") return amount(value, type);
  const schema = TYPES[type];
  if (schema === undefined) return { ok: false, expected: `of a known type ("${type}" is none)` };
  // Python makes text of everything, lists and mappings included.
  if (schema === "string" && typeof value === "object" && value !== null) return { ok: true, value: JSON.stringify(value) };
  return coerce(value, { type: schema } satisfies JsonSchema);
}

/** `10M`, `1.5GB`, `3Kb`: a number with a unit. */
function amount(value: unknown, type: "bytes" | "bits"): Converted {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]*)\s*$/.exec(text(value));
  const unit = match?.[2] ?? "";
  const isUnit =
    unit === "" || (Object.hasOwn(UNITS, unit[0]!.toUpperCase()) && (unit.length === 1 || unit[1] === (type === "bits" ? "b" : "B") || unit.length > 2));
  if (match === null || !isUnit) return { ok: false, expected: `a number of ${type} such as 10M` };
  return { ok: true, value: Math.round(Number(match[1]) * 2 ** (unit === "" ? 0 : UNITS[unit[0]!.toUpperCase()]!)) };
}

function defaultsOf(options: Mapping): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, option]) => (isMapping(option) && option["default"] !== undefined ? [[name, option["default"]]] : [])),
  );
}

/** One group of names, or several. */
function groupsOf(value: unknown): string[][] {
  const list = listOf(value);
  if (list.length > 0 && list.every((entry) => typeof entry === "string")) return [list as string[]];
  return list.filter(Array.isArray).map((names) => (names as unknown[]).map(String));
}

function isGiven(values: Mapping, name: string, countsNull = false): boolean {
  return Object.hasOwn(values, name) && values[name] !== undefined && (countsNull || values[name] !== null);
}

function listOf(value: unknown): unknown[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? (value as unknown[]) : [value];
}

function text(value: unknown): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  return value === null ? "None" : typeof value === "object" && !(value instanceof Float) ? JSON.stringify(value) : String(value);
}

function typeName(value: unknown): string {
  const name = Array.isArray(value)
    ? "list"
    : isMapping(value)
      ? "dict"
      : typeof value === "string"
        ? "str"
        : typeof value === "boolean"
          ? "bool"
          : Number.isInteger(value)
            ? "int"
            : "float";
  return `<class '${name}'>`;
}
