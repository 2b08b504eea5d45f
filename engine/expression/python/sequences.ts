import { Problem } from "../problem.ts";
import { isDict, isNumeric, numberOf, plain, PyObject, typeError, typeName, use } from "./types.ts";
import { characters } from "./text.ts";

/**
 * The items of a list, the keys of a dict, the characters of text.
 * @throws UndefinedUsed also when an item is undefined
 */
export function iterate(value: unknown, allowUndefined = false): readonly unknown[] {
  const source = plain(use(value));
  if (Array.isArray(source)) {
    if (!allowUndefined) for (let index = 0; index < source.length; index += 1) use(source[index]);
    return source as unknown[];
  }
  if (typeof source === "string") return Array.from(source);
  if (isDict(source)) return Object.keys(source);
  if (source instanceof PyObject && Symbol.iterator in source) return Array.from(source as unknown as Iterable<unknown>);
  throw typeError(`'${typeName(source)}' object is not iterable`);
}

/** Whether `iterate` takes it. */
export function isIterable(value: unknown): boolean {
  const source = plain(value);
  return Array.isArray(source) || typeof source === "string" || isDict(source) || (source instanceof PyObject && Symbol.iterator in source);
}

/** Python's len(). */
export function length(value: unknown): number {
  const source = plain(use(value));
  if (typeof source === "string") return characters(source).length;
  if (Array.isArray(source)) return source.length;
  if (isDict(source)) return Object.keys(source).length;
  if (source instanceof PyObject && Symbol.iterator in source) return iterate(source).length;
  throw typeError(`object of type '${typeName(source)}' has no len()`);
}

/** `value[start:stop:step]` by Python's rules. */
export function slice(value: unknown, start: unknown, stop: unknown, step: unknown): unknown {
  const source = plain(use(value));
  if (typeof source !== "string" && !Array.isArray(source)) throw typeError(`'${typeName(source)}' object cannot be sliced`);
  const items: ArrayLike<unknown> = typeof source === "string" ? characters(source) : source;
  const by = index(step) ?? 1;
  if (by === 0) throw new Problem("slice step cannot be zero");
  const size = items.length;
  const clamp = (given: number | undefined, low: number, high: number, fallback: number): number => {
    if (given === undefined) return fallback;
    return Math.min(Math.max(given < 0 ? given + size : given, low), high);
  };
  const picked: unknown[] = [];
  if (by > 0) {
    const to = clamp(index(stop), 0, size, size);
    for (let at = clamp(index(start), 0, size, 0); at < to; at += by) picked.push(items[at]);
  } else {
    const to = clamp(index(stop), -1, size - 1, -1);
    for (let at = clamp(index(start), -1, size - 1, size - 1); at > to; at += by) picked.push(items[at]);
  }
  return typeof source === "string" ? picked.join("") : picked;
}

function index(value: unknown): number | undefined {
  const given = plain(use(value));
  if (given === null || given === undefined) return undefined;
  if (isNumeric(given) && Number.isInteger(numberOf(given))) return numberOf(given);
  throw typeError("slice indices must be integers or None or have an __index__ method");
}
