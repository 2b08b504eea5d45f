import { Float } from "../expression/values.ts";
import type { JsonSchema } from "./schema.ts";
import { Written } from "../source/written.ts";

/** A value made into what a schema asks for, or why it cannot be: "true or false", "a whole number" ... */
export type Coerced = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly expected: string };

const TRUE = new Set(["y", "yes", "on", "1", "true", "t"]);
const FALSE = new Set(["n", "no", "off", "0", "false", "f"]);
const OCTAL_PATTERN = "^(preserve|";

/** Makes `value` what `schema` asks for, by Ansible's rules: words for booleans, text for numbers, commas for lists. */
export function coerce(value: unknown, schema: JsonSchema): Coerced {
  const { type } = schema;
  if (type === undefined) return done(value);
  if (typeof type === "string") return coerceTo(value, type, schema);
  if (schema.pattern?.startsWith(OCTAL_PATTERN) === true) return coerceMode(value, schema.pattern);
  for (const one of type) if (isAlready(value, one)) return coerceTo(value, one, schema);
  for (const one of type) {
    const result = coerceTo(value, one, schema);
    if (result.ok) return result;
  }
  return { ok: false, expected: type.map(describe).join(" or ") };
}

function coerceTo(value: unknown, type: string, schema: JsonSchema): Coerced {
  switch (type) {
    case "string":
      return coerceString(value, schema);
    case "boolean":
      return coerceBoolean(value);
    case "integer":
      return coerceNumber(value, true);
    case "number":
      return coerceNumber(value, false);
    case "array":
      return coerceList(value, schema);
    case "object":
      return coerceMapping(value, schema);
    default:
      return value === null ? done(null) : { ok: false, expected: describe(type) };
  }
}

function coerceString(value: unknown, schema: JsonSchema): Coerced {
  if (typeof value === "string") return done(value);
  if (typeof value === "boolean") return done(booleanChoice(value, schema) ?? (value ? "True" : "False"));
  if (typeof value === "number" || value instanceof Float) return done(String(value));
  return { ok: false, expected: "text" };
}

/** `state: yes` where the choices have "yes": YAML made a boolean of it, the user meant the word. */
function booleanChoice(value: boolean, schema: JsonSchema): string | undefined {
  const words = value ? TRUE : FALSE;
  const meant = (schema.enum ?? []).filter((choice) => typeof choice === "string" && words.has(choice.toLowerCase()));
  return meant.length === 1 ? (meant[0] as string) : undefined;
}

function coerceBoolean(value: unknown): Coerced {
  if (typeof value === "boolean") return done(value);
  const word =
    value instanceof Float ? String(value.value) : typeof value === "number" ? String(value) : typeof value === "string" ? value.trim().toLowerCase() : "";
  if (TRUE.has(word)) return done(true);
  if (FALSE.has(word)) return done(false);
  return { ok: false, expected: "true or false" };
}

function coerceNumber(value: unknown, isWhole: boolean): Coerced {
  const expected = isWhole ? "a whole number" : "a number";
  const number =
    typeof value === "number"
      ? value
      : value instanceof Float
        ? value.value
        : typeof value === "boolean"
          ? Number(value)
          : typeof value === "string" && /^\s*[-+]?(\d[\d_]*\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(value)
            ? Number(value.replaceAll("_", ""))
            : Number.NaN;
  if (Number.isNaN(number) || (isWhole && !Number.isInteger(number))) return { ok: false, expected };
  return done(number);
}

function coerceList(value: unknown, schema: JsonSchema): Coerced {
  const items =
    typeof value === "string"
      ? splitList(value)
      : typeof value === "number" || value instanceof Float
        ? [String(value)]
        : Array.isArray(value)
          ? (value as unknown[])
          : isMapping(value) && isOf(schema.items, "object")
            ? [value]
            : undefined;
  if (items === undefined) return { ok: false, expected: "a list" };
  if (schema.items === undefined) return done(items);
  const list: unknown[] = [];
  for (const item of items) {
    const result = item === null ? done(null) : coerce(item, schema.items);
    if (!result.ok) return { ok: false, expected: `a list whose entries are each ${result.expected}` };
    list.push(result.value);
  }
  return done(list);
}

function splitList(text: string): string[] {
  return text.trim() === "" ? [] : text.split(",").map((part) => part.trim());
}

function coerceMapping(value: unknown, schema: JsonSchema): Coerced {
  const mapping = isMapping(value) ? value : typeof value === "string" ? mappingOf(value) : undefined;
  if (mapping === undefined) return { ok: false, expected: "a mapping" };
  const { properties } = schema;
  if (properties === undefined) return done(mapping);
  const result: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(mapping)) {
    const name = canonicalKey(key, properties);
    const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (own !== undefined && (entry === null || entry === undefined)) continue;
    const coerced = own === undefined ? done(entry) : coerce(entry, own);
    if (!coerced.ok) return { ok: false, expected: `a mapping with "${name}" as ${coerced.expected}` };
    result[name] = coerced.value;
  }
  for (const [key, property] of Object.entries(properties)) if (property.default !== undefined && !Object.hasOwn(result, key)) result[key] = property.default;
  return done(result);
}

/** The property that `key` names, directly or as an alias. */
export function canonicalKey(key: string, properties: Readonly<Record<string, JsonSchema>>): string {
  if (Object.hasOwn(properties, key)) return key;
  return Object.keys(properties).find((name) => properties[name]!.aliases?.includes(key) === true) ?? key;
}

/** `{"a": 1}`, or `a=1, b=2`. */
function mappingOf(text: string): Record<string, unknown> | undefined {
  if (text.trimStart().startsWith("{")) {
    try {
      const parsed: unknown = JSON.parse(text);
      return isMapping(parsed) ? parsed : undefined;
    } catch {
      // The caller says what was expected instead.
      return undefined;
    }
  }
  const fields = text.match(/(?:[^\s,"']|"[^"]*"|'[^']*')+/g) ?? [];
  if (fields.length === 0 || !fields.every((field) => field.includes("="))) return undefined;
  return Object.fromEntries(fields.map((field) => [field.slice(0, field.indexOf("=")), field.slice(field.indexOf("=") + 1).replace(/["']/g, "")]));
}

function coerceMode(value: unknown, pattern: string): Coerced {
  // YAML has read 0644 as 420 by now; its octal digits are what was written.
  const text =
    typeof value === "number" && Number.isInteger(value) && value >= 0
      ? `0${value.toString(8).padStart(3, "0")}`
      : typeof value === "string"
        ? value.trim()
        : undefined;
  if (text !== undefined && new RegExp(pattern).test(text)) return done(text);
  return { ok: false, expected: 'a file mode such as "0644" or "u=rw,go=r"' };
}

function isAlready(value: unknown, type: string): boolean {
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isMapping(value);
  if (type === "integer") return typeof value === "number" && Number.isInteger(value);
  if (type === "number") return typeof value === "number" || value instanceof Float;
  return type === "null" ? value === null : typeof value === type;
}

function isOf(schema: JsonSchema | undefined, type: string): boolean {
  return schema?.type === type || (Array.isArray(schema?.type) && schema.type.includes(type));
}

/** Whether a value is a mapping, and not one of the scalars that are objects. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Float) && !(value instanceof Written);
}

function describe(type: string): string {
  const words: Readonly<Record<string, string>> = {
    string: "text",
    boolean: "true or false",
    integer: "a whole number",
    number: "a number",
    array: "a list",
    object: "a mapping",
    null: "nothing",
  };
  return words[type] ?? type;
}

function done(value: unknown): Coerced {
  return { ok: true, value };
}
