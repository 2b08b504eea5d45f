import type { Float } from "../values.ts";
import { Problem } from "../problem.ts";
import { float, isDict, isFloat, isNumeric, numberOf, plain, PyObject, Tuple, typeError, typeName, use } from "./types.ts";
import { formatPercent } from "./format.ts";

export type Operator = "+" | "-" | "*" | "/" | "//" | "%" | "**";

/** Python's arithmetic, also on text and lists. */
export function arithmetic(operator: Operator, left: unknown, right: unknown): unknown {
  if (typeof left === "number" && typeof right === "number" && Number.isInteger(left) && Number.isInteger(right)) {
    if (operator === "+") return left + right;
    if (operator === "-") return left - right;
    if (operator === "*") return left * right;
  }
  const a = plain(use(left));
  const b = plain(use(right));
  if (isNumeric(a) && isNumeric(b)) return numeric(operator, a, b);
  if (operator === "+") {
    if (typeof a === "string") {
      if (typeof b === "string") return a + b;
      throw typeError(`can only concatenate str (not "${typeName(b)}") to str`, "join text with ~, or use the filter int or string");
    }
    if (a instanceof Tuple && b instanceof Tuple) return Tuple.with([...a, ...b]);
    if (Array.isArray(a)) {
      if (Array.isArray(b)) return [...(a as unknown[]), ...(b as unknown[])];
      throw typeError(`can only concatenate list (not "${typeName(b)}") to list`, typeof b === "string" ? "put the text into a list: [x]" : undefined);
    }
  }
  if (operator === "*") {
    if (typeof a === "string" || Array.isArray(a)) return repeat(a, b);
    if (typeof b === "string" || Array.isArray(b)) return repeat(b, a);
  }
  if (operator === "%" && typeof a === "string") return formatPercent(a, b);
  if (a instanceof PyObject && "arithmetic" in a && typeof a.arithmetic === "function") {
    const result: unknown = (a.arithmetic as (operator: string, other: unknown) => unknown).call(a, operator, b);
    if (result !== undefined) return result;
  }
  const hint = isDict(a) && isDict(b) ? "merge mappings with the filter combine" : undefined;
  throw typeError(`unsupported operand type(s) for ${operator === "**" ? "** or pow()" : operator}: '${typeName(a)}' and '${typeName(b)}'`, hint);
}

function numeric(operator: Operator, a: number | boolean | Float, b: number | boolean | Float): unknown {
  const x = numberOf(a);
  const y = numberOf(b);
  const result = (value: number): number | Float => (isFloat(a) || isFloat(b) ? float(value) : value);
  switch (operator) {
    case "+":
      return result(x + y);
    case "-":
      return result(x - y);
    case "*":
      return result(x * y);
    case "/":
      return float(x / nonZero(y, "division by zero"));
    case "//":
      return result(Math.floor(x / nonZero(y, "integer division or modulo by zero")));
    case "%": {
      const rest = x % nonZero(y, "integer modulo by zero");
      return result(rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest + 0);
    }
    case "**":
      return y < 0 ? float(x ** y) : result(x ** y);
  }
}

function nonZero(value: number, message: string): number {
  if (value === 0) throw new Problem(message);
  return value;
}

function repeat(value: string | unknown[], times: unknown): unknown {
  if (typeof times !== "number" && typeof times !== "boolean") throw typeError(`can't multiply sequence by non-int of type '${typeName(times)}'`);
  const count = Math.max(0, Number(times));
  if (count * value.length > 50_000_000) throw new Problem("the result of this repetition is too large");
  if (typeof value === "string") return value.repeat(count);
  return Array.from({ length: count }, () => value).flat();
}

export function negate(value: unknown): unknown {
  const operand = plain(use(value));
  if (!isNumeric(operand)) throw typeError(`bad operand type for unary -: '${typeName(operand)}'`);
  return isFloat(operand) ? float(-numberOf(operand)) : 0 - numberOf(operand);
}

export function positive(value: unknown): unknown {
  const operand = plain(use(value));
  if (!isNumeric(operand)) throw typeError(`bad operand type for unary +: '${typeName(operand)}'`);
  return isFloat(operand) ? operand : numberOf(operand);
}
