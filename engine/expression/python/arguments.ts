import { Problem } from "../problem.ts";
import { Float } from "../values.ts";
import { isNumeric, numberOf, plain, typeError, typeName, use } from "./types.ts";
import { text } from "./text.ts";

// Conversions of arguments, with Python's messages.

/** @throws Problem when it is not text */
export function asText(value: unknown, what = "argument"): string {
  const given = plain(use(value));
  if (typeof given === "string") return given;
  throw typeError(`${what} must be str, not ${typeName(given)}`);
}

/** Python's str() of any value. */
export function anyText(value: unknown): string {
  return text(use(value));
}

/** @throws Problem when it is not a whole number */
export function asInteger(value: unknown, what = "argument"): number {
  const given = plain(use(value));
  if (typeof given === "boolean" || (typeof given === "number" && Number.isInteger(given))) return Number(given);
  if (given instanceof Float) return given.value;
  throw typeError(`${what} must be an integer, not ${typeName(given)}`, "turn it into a number with the filter int");
}

export function asNumber(value: unknown, what = "argument"): number {
  const given = plain(use(value));
  if (isNumeric(given)) return numberOf(given);
  throw typeError(`${what} must be a number, not ${typeName(given)}`, "turn it into a number with the filter int or float");
}

/** One parameter of a filter, test, lookup or method: a name, a name with its default, `*rest` or `**named`. */
export type Parameter = string | readonly [string, unknown];

/**
 * Spreads positional and named arguments over parameters as Python does.
 * @throws Problem naming what is missing, unknown or too much
 */
export function bindArguments(callee: string, parameters: readonly Parameter[], args: readonly unknown[], named: Readonly<Record<string, unknown>>): unknown[] {
  const bound: unknown[] = [];
  const taken = new Set<string>();
  let next = 0;
  for (const parameter of parameters) {
    if (typeof parameter === "string" && parameter.startsWith("**")) {
      bound.push(Object.fromEntries(Object.entries(named).filter(([name]) => !taken.has(name))));
      for (const name of Object.keys(named)) taken.add(name);
    } else if (typeof parameter === "string" && parameter.startsWith("*")) {
      bound.push(args.slice(next));
      next = args.length;
    } else {
      const name = typeof parameter === "string" ? parameter : parameter[0];
      if (next < args.length) {
        if (Object.hasOwn(named, name)) throw typeError(`${callee}() got multiple values for argument '${name}'`);
        bound.push(args[next]);
        next += 1;
      } else if (Object.hasOwn(named, name)) {
        bound.push(named[name]);
      } else if (typeof parameter === "string") {
        throw typeError(`${callee}() missing required argument: '${name}'`);
      } else {
        bound.push(parameter[1]);
      }
      taken.add(name);
    }
  }
  if (next < args.length) throw typeError(`${callee}() takes at most ${next} arguments (${args.length} given)`);
  for (const name of Object.keys(named)) {
    if (!taken.has(name)) {
      const names = parameters.map((parameter) => (typeof parameter === "string" ? parameter : parameter[0]));
      throw new Problem(`${callee}() got an unexpected keyword argument '${name}'`, "expression-type", `it takes: ${names.join(", ")}`);
    }
  }
  return bound;
}
