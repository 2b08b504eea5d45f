import { Problem, UndefinedUsed, type Position } from "../problem.ts";
import { Written } from "../../source/written.ts";
import { Float, omit, Undefined, Vaulted } from "../values.ts";

/** What expressions can call: methods, macros, globals. */
export type PyFunction = (args: readonly unknown[], named: Readonly<Record<string, unknown>>) => unknown;

/** A tuple differs from a list only on the right side of `%`. */
export class Tuple extends Array<unknown> {
  /** Names of the items, for tuples that have them (groupby). */
  fields?: Readonly<Record<string, unknown>>;
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
  static with(items: readonly unknown[]): Tuple {
    const tuple = new Tuple();
    for (const item of items) tuple.push(item);
    return tuple;
  }
}

/** A value with attributes of its own that is neither data nor a function: a loop, a namespace, an imported template, a date. */
export abstract class PyObject {
  abstract readonly typeName: string;
  abstract attribute(name: string): unknown;
  /** How it prints. */
  abstract text(): string;
  /** For those that can be called. */
  call?(args: readonly unknown[], named: Readonly<Record<string, unknown>>): unknown;
}

/** An Undefined that knows its place in the text; place and hint are worked out only when it becomes an error. */
export class Missing extends Undefined {
  constructor(
    message: string,
    readonly position: Position | undefined,
    /** The name that was looked up in the scope, for "did you mean". */
    readonly variable?: string,
    /** Where an attribute was looked up. */
    readonly owner?: unknown,
    readonly attribute?: string,
    /** An inline if without else: prints as nothing inside longer text. */
    readonly isSilent = false,
  ) {
    super(message);
  }
}

export function isDict(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}

/** @throws UndefinedUsed when there is no value */
export function use(value: unknown): unknown {
  if (value instanceof Undefined) throw new UndefinedUsed(value);
  return value;
}

/** Tagged scalars as the plain text they stand for. A template that is looked at as a value is its text. */
export function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Vaulted) return value.reveal();
  if (value instanceof Written) return value.text;
  return value;
}

export function isNumeric(value: unknown): value is number | boolean | Float {
  return typeof value === "number" || typeof value === "boolean" || value instanceof Float;
}

export function isFloat(value: unknown): boolean {
  return value instanceof Float || (typeof value === "number" && !Number.isInteger(value));
}

export function isInteger(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value);
}

/** The number behind a numeric value. */
export function numberOf(value: number | boolean | Float): number {
  return typeof value === "object" ? value.value : Number(value);
}

/** A Python float: whole ones keep their ".0". */
export function float(value: number): number | Float {
  return Number.isInteger(value) ? new Float(value) : value;
}

/** Python's name of a value's type. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return "NoneType";
  if (typeof value === "string" || value instanceof Vaulted || value instanceof Written) return "str";
  if (typeof value === "boolean") return "bool";
  if (isFloat(value)) return "float";
  if (typeof value === "number") return "int";
  if (value instanceof Tuple) return "tuple";
  if (Array.isArray(value)) return "list";
  if (typeof value === "function") return "function";
  if (value === omit) return "Omit";
  if (value instanceof Undefined) return "AnsibleUndefined";
  if (value instanceof PyObject) return value.typeName;
  return "dict";
}

export function typeError(message: string, hint?: string): Problem {
  return new Problem(message, "expression-type", hint);
}
