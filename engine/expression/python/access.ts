import { Undefined } from "../values.ts";
import type { Position } from "../problem.ts";
import { isDict, isNumeric, Missing, numberOf, plain, PyObject, Tuple, typeName } from "./types.ts";
import { characters } from "./text.ts";
import { keyOf } from "./compare.ts";
import { methodOf } from "./methods.ts";

/** `value.name`: a method or attribute, else the entry of that name. What is not there is an Undefined. */
export function getAttribute(value: unknown, name: string, position?: Position): unknown {
  if (value instanceof Undefined) return value;
  const owner = plain(value);
  if (owner instanceof Tuple && owner.fields !== undefined && Object.hasOwn(owner.fields, name)) return owner.fields[name];
  const method = methodOf(owner, name);
  if (method !== undefined) return method;
  if (owner instanceof PyObject) return owner.attribute(name) ?? missing(owner, name, position);
  if (isDict(owner) && Object.hasOwn(owner, name)) return plain(owner[name]) ?? null;
  return missing(owner, name, position);
}

/** `value[key]`: an entry, item or character, else the method or attribute of that name. */
export function getItem(value: unknown, key: unknown, position?: Position): unknown {
  if (value instanceof Undefined) return value;
  if (key instanceof Undefined) return key;
  const owner = plain(value);
  if (isDict(owner)) {
    const name = keyOf(key);
    if (Object.hasOwn(owner, name)) return plain(owner[name]) ?? null;
    return (typeof key === "string" ? methodOf(owner, key) : undefined) ?? missing(owner, key, position);
  }
  if (isNumeric(key) && (typeof owner === "string" || Array.isArray(owner))) {
    const items = typeof owner === "string" ? characters(owner) : (owner as unknown[]);
    const at = numberOf(key);
    const index = at < 0 ? at + items.length : at;
    return Number.isInteger(index) && index >= 0 && index < items.length ? (plain(items[index]) ?? null) : missing(owner, key, position);
  }
  if (typeof key === "string") return getAttribute(owner, key, position);
  return missing(owner, key, position);
}

function missing(owner: unknown, key: unknown, position: Position | undefined): Missing {
  const name = typeof key === "string" ? `'${key}'` : String(key);
  return new Missing(`object of type '${typeName(owner)}' has no attribute ${name}`, position, undefined, owner, typeof key === "string" ? key : undefined);
}
