import { Float } from "../values.ts";
import { Problem } from "../problem.ts";
import { isDict, isNumeric, numberOf, plain, PyObject, typeError, typeName, use } from "./types.ts";
import { text } from "./text.ts";

/** Python's bool(). @throws UndefinedUsed */
export function truthy(value: unknown): boolean {
  switch (typeof value) {
    case "boolean":
      return value;
    case "string":
      return value !== "";
    case "number":
      return value !== 0;
    case "undefined":
      return false;
    case "object":
      break;
    default:
      return true;
  }
  if (value === null) return false;
  use(value);
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Float) return value.value !== 0;
  if (isDict(value)) {
    for (const key in value) if (Object.hasOwn(value, key)) return true;
    return Reflect.ownKeys(value).length > 0;
  }
  if (value instanceof PyObject) return true;
  return text(value) !== "";
}

/** Python's `==`: `1 == 1.0 == True`, containers by content. */
export function equals(left: unknown, right: unknown): boolean {
  if (left === right) {
    use(left);
    return true;
  }
  const a = plain(use(left));
  const b = plain(use(right));
  if (isNumeric(a) && isNumeric(b)) return numberOf(a) === numberOf(b);
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return (a ?? null) === (b ?? null);
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => equals(item, b[index]));
  if (isDict(a) && isDict(b)) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equals(a[key], b[key]));
  }
  if (a instanceof PyObject && b instanceof PyObject) return comparable(a) !== undefined && comparable(a) === comparable(b);
  return false;
}

function comparable(value: PyObject): number | undefined {
  const order: unknown = "order" in value ? value.order : undefined;
  return typeof order === "number" ? order : undefined;
}

/** Orders text by code points, as Python does. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const x = a.charCodeAt(index);
    const y = b.charCodeAt(index);
    if (x === y) continue;
    // surrogates stand for code points above all others
    const high = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
    return high(x) - high(y);
  }
  return a.length - b.length;
}

/**
 * Python's ordering of numbers, text and lists.
 * @throws Problem for types that have no order between them
 */
export function compare(left: unknown, right: unknown, operator = "<"): number {
  const a = plain(use(left));
  const b = plain(use(right));
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  if (isNumeric(a) && isNumeric(b)) return numberOf(a) - numberOf(b);
  if (Array.isArray(a) && Array.isArray(b)) {
    const length = Math.min(a.length, b.length);
    for (let index = 0; index < length; index += 1) {
      if (!equals(a[index], b[index])) return compare(a[index], b[index], operator);
    }
    return a.length - b.length;
  }
  if (a instanceof PyObject && b instanceof PyObject) {
    const x = comparable(a);
    const y = comparable(b);
    if (x !== undefined && y !== undefined) return x - y;
  }
  throw typeError(`'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`, comparisonHint(a, b));
}

function comparisonHint(a: unknown, b: unknown): string | undefined {
  if ((typeof a === "string" && isNumeric(b)) || (isNumeric(a) && typeof b === "string")) return "turn the text into a number with the filter int or float";
  return undefined;
}

/** Stable sort by Python's order. */
export function sorted(items: readonly unknown[], key: (item: unknown) => unknown = (item) => item, reverse = false): unknown[] {
  const keyed = items.map((item) => ({ item, key: key(item) }));
  keyed.sort(reverse ? (a, b) => compare(b.key, a.key) : (a, b) => compare(a.key, b.key));
  return keyed.map((entry) => entry.item);
}

/** A text that is the same for equal hashable values; undefined for lists and dicts. */
export function hashKey(value: unknown): string | undefined {
  const key = plain(use(value));
  if (typeof key === "string") return `s${key}`;
  if (isNumeric(key)) return `n${numberOf(key)}`;
  if (key === null || key === undefined) return "none";
  return undefined;
}

/** Unique items in order of their first appearance. */
export function distinct(items: readonly unknown[], key: (item: unknown) => unknown = (item) => item): unknown[] {
  const seen = new Set<string>();
  const seenContainers: unknown[] = [];
  return items.filter((item) => {
    const value = key(item);
    const hash = hashKey(value);
    if (hash === undefined) {
      if (seenContainers.some((other) => equals(other, value))) return false;
      seenContainers.push(value);
      return true;
    }
    if (seen.has(hash)) return false;
    seen.add(hash);
    return true;
  });
}

/** Python's `in`. */
export function contains(container: unknown, item: unknown): boolean {
  const holder = plain(use(container));
  const wanted = plain(use(item));
  if (typeof holder === "string") {
    if (typeof wanted !== "string") throw typeError(`'in <string>' requires string as left operand, not ${typeName(wanted)}`);
    return holder.includes(wanted);
  }
  if (Array.isArray(holder)) return holder.some((entry) => equals(entry, wanted));
  if (isDict(holder)) return typeof wanted !== "object" && Object.hasOwn(holder, keyOf(wanted));
  throw typeError(`argument of type '${typeName(holder)}' is not iterable`);
}

/** The text under which a dict keeps a key. */
export function keyOf(key: unknown): string {
  const value = plain(use(key));
  if (Array.isArray(value) || isDict(value)) throw new Problem(`unhashable type: '${typeName(value)}'`, "expression-type");
  return value === null ? "null" : text(value);
}
