import { Problem } from "../problem.ts";
import { plugin, type Plugins } from "../plugin.ts";
import { anyText, asInteger, asNumber } from "../python/arguments.ts";
import { truthy } from "../python/compare.ts";
import { floatFormat } from "../python/format.ts";
import { float, isFloat, isNumeric, numberOf, plain, typeError, typeName } from "../python/types.ts";

function toInteger(value: unknown, fallback: unknown, base: number): unknown {
  const given = plain(value);
  if (isNumeric(given)) return Number.isFinite(numberOf(given)) ? Math.trunc(numberOf(given)) : fallback;
  if (typeof given !== "string") return fallback;
  const text = given
    .trim()
    .replace(/(?<=\d)_(?=\d)/g, "")
    .toLowerCase();
  const match = /^([-+]?)(0x|0o|0b)?([0-9a-z]+)$/.exec(text);
  if (match !== null) {
    const [, sign = "", prefix, digits = ""] = match;
    const radix = prefix === undefined ? base : { "0x": 16, "0o": 8, "0b": 2 }[prefix]!;
    const allowed = "0123456789abcdefghijklmnopqrstuvwxyz".slice(0, base === 0 ? radix || 10 : base);
    if ((prefix === undefined || base === radix || base === 0) && [...digits].every((digit) => allowed.includes(digit))) {
      return (sign === "-" ? -1 : 1) * parseInt(digits, radix || 10) + 0;
    }
  }
  const number = toFloat(text);
  return number === undefined || !Number.isFinite(number) ? fallback : Math.trunc(number) + 0;
}

/** Python's float() of text; undefined when it is no number. */
export function toFloat(value: string): number | undefined {
  const text = value
    .trim()
    .toLowerCase()
    .replace(/(?<=\d)_(?=\d)/g, "");
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/.test(text)) return Number(text);
  const special = /^([-+]?)(inf|infinity|nan)$/.exec(text);
  if (special === null) return undefined;
  return special[2] === "nan" ? NaN : special[1] === "-" ? -Infinity : Infinity;
}

function round(value: number, precision: number, method: string): number {
  const factor = 10 ** precision;
  if (method === "ceil") return Math.ceil(value * factor) / factor;
  if (method === "floor") return Math.floor(value * factor) / factor;
  if (precision >= 0) return Number((value < 0 ? "-" : "") + floatFormat("f", Math.abs(value), precision));
  const scaled = value * factor;
  const rounded = Math.round(scaled);
  return (Math.abs(scaled % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded) / factor;
}

const trueWords = new Set(["yes", "on", "true", "1"]);

/** The filter bool: `yes`, `on`, `true` and `1` in any case are true, all else is false. */
export function toBoolean(value: unknown): boolean {
  const given = plain(value);
  if (typeof given === "string") return trueWords.has(given.toLowerCase());
  return isNumeric(given) && numberOf(given) === 1;
}

const units = ["Y", "Z", "E", "P", "T", "G", "M", "K", "B"] as const;
const factors = new Map<string, number>(units.map((unit, index) => [unit, 2 ** (10 * (8 - index))]));

function humanReadable(size: number, isBits: boolean, unit: string | null): string {
  const suffixOf = (letter: string): string => (letter === "B" ? (isBits ? "bits" : "Bytes") : letter + (isBits ? "b" : "B"));
  const letter = unit === null ? (units.find((one) => size >= factors.get(one)!) ?? "B") : unit.charAt(0).toUpperCase();
  const factor = factors.get(letter) ?? 1;
  return `${floatFormat("f", size / factor, 2)} ${suffixOf(letter)}`;
}

function humanToBytes(value: unknown, defaultUnit: unknown, isBits: boolean): number {
  const given = anyText(value);
  const match = /^\s*(\d*\.?\d*)([a-z]+)?\s*$/i.exec(given.replace(/^(\s*\d*\.?\d*)\s+(?=[a-z])/i, "$1"));
  if (match === null || match[1] === "" || match[1] === ".") {
    throw new Problem(`human_to_bytes() can't interpret following string: ${given}`);
  }
  const unit = match[2] ?? (defaultUnit === null ? "" : anyText(defaultUnit));
  const number = Number(match[1]);
  if (unit === "") return Math.round(number);
  const letter = unit.charAt(0).toUpperCase();
  const factor = factors.get(letter);
  const words = isBits ? [`${letter}b`, "bit", "bits"] : [`${letter}B`, "byte", "bytes"];
  const fits =
    unit.length === 1 || words.includes(unit) || words.includes(unit.toLowerCase()) || (unit.length === 2 && unit.charAt(1) === (isBits ? "b" : "B"));
  if (factor === undefined || !fits) {
    throw new Problem(`human_to_bytes() failed to convert ${given}: value is not a valid string (expect a unit like ${isBits ? "Kb, Mb" : "KB, MB"})`);
  }
  return Math.round(number * factor);
}

function fileSize(value: unknown, binary: boolean): string {
  const given = plain(value);
  const bytes = typeof given === "string" ? (toFloat(given) ?? NaN) : asNumber(given);
  const base = binary ? 1024 : 1000;
  if (bytes === 1) return "1 Byte";
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`;
  const prefixes = ["k", "M", "G", "T", "P", "E", "Z", "Y"].map((prefix) => (binary ? `${prefix.toUpperCase()}iB` : `${prefix}B`));
  let index = 0;
  while (index < prefixes.length - 1 && bytes >= base ** (index + 2)) index += 1;
  return `${floatFormat("f", bytes / base ** (index + 1), 1)} ${prefixes[index]}`;
}

export const numberFilters: Plugins = {
  abs: plugin(["x"], (_, value) => {
    const number = Math.abs(asNumber(value));
    return isFloat(value) ? float(number) : number;
  }),
  int: plugin(["value", ["default", 0], ["base", 10]], (_, value, fallback, base) => toInteger(value, fallback, asInteger(base))),
  float: plugin(["value", ["default", 0]], (_, value, fallback) => {
    const given = plain(value);
    const number = isNumeric(given) ? numberOf(given) : typeof given === "string" ? toFloat(given) : undefined;
    return float(number ?? (isNumeric(fallback) ? numberOf(fallback) : NaN));
  }),
  bool: plugin(["value"], (_, value) => toBoolean(value)),
  round: plugin(["value", ["precision", 0], ["method", "common"]], (_, value, precision, method) => {
    if (!["common", "ceil", "floor"].includes(anyText(method))) throw new Problem("method must be common, ceil or floor");
    const given = plain(value);
    if (!isNumeric(given)) throw typeError(`type ${typeName(given)} doesn't define __round__ method`, "turn it into a number with the filter float");
    const rounded = round(numberOf(given), asInteger(precision), anyText(method));
    return isFloat(given) || method !== "common" ? float(rounded) : rounded;
  }),
  log: plugin(["x", ["base", Math.E]], (_, value, base) => {
    const [x, b] = [asNumber(value, "log()"), asNumber(base, "log()")];
    return float(b === 10 ? Math.log10(x) : b === Math.E ? Math.log(x) : Math.log(x) / Math.log(b));
  }),
  pow: plugin(["x", "y"], (_, x, y) => float(asNumber(x, "pow()") ** asNumber(y, "pow()"))),
  root: plugin(["x", ["base", 2]], (_, x, base) => {
    const b = asNumber(base, "root()");
    return float(b === 2 ? Math.sqrt(asNumber(x, "root()")) : asNumber(x, "root()") ** (1 / b));
  }),
  human_readable: plugin(["size", ["isbits", false], ["unit", null]], (_, size, isBits, unit) =>
    humanReadable(asNumber(size, "human_readable()"), truthy(isBits), unit === null ? null : anyText(unit)),
  ),
  human_to_bytes: plugin(["size", ["default_unit", null], ["isbits", false]], (_, size, unit, isBits) => humanToBytes(size, unit, truthy(isBits))),
  filesizeformat: plugin(["value", ["binary", false]], (_, value, binary) => fileSize(value, truthy(binary))),
};
