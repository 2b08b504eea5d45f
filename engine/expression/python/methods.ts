import { PyObject, isDict, isNumeric, type PyFunction } from "./types.ts";
import { dictMethods } from "./dict-methods.ts";
import { listMethods } from "./list-methods.ts";
import { stringMethods } from "./string-methods.ts";
import { numberMethods } from "./number-methods.ts";

/** A method of a built-in type; `self` comes first. */
export type Method<T> = (self: T, args: readonly unknown[], named: Readonly<Record<string, unknown>>) => unknown;

/** The method `name` bound to `owner`, if its type has it. */
export function methodOf(owner: unknown, name: string): PyFunction | undefined {
  if (typeof owner === "string") return bind(owner, stringMethods, name);
  if (Array.isArray(owner)) return bind(owner as unknown[], listMethods, name);
  if (isDict(owner)) return bind(owner, dictMethods, name);
  if (isNumeric(owner)) return bind(owner, numberMethods, name);
  if (owner instanceof PyObject) return undefined;
  return undefined;
}

function bind<T>(owner: T, methods: ReadonlyMap<string, Method<T>>, name: string): PyFunction | undefined {
  const method = methods.get(name);
  return method === undefined ? undefined : (args, named) => method(owner, args, named);
}

/** Methods that change their owner: variables of the scope are copied before them. */
export const mutators: ReadonlySet<string> = new Set([
  "append",
  "extend",
  "insert",
  "pop",
  "remove",
  "reverse",
  "sort",
  "clear",
  "update",
  "setdefault",
  "popitem",
]);
