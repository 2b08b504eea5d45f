import { Problem } from "../problem.ts";
import { isDict, isFloat, isNumeric, numberOf, plain, Tuple, typeError, typeName, use } from "./types.ts";
import { floatText, repr, text } from "./text.ts";

/** Python's `"..." % values`. */
export function formatPercent(pattern: string, values: unknown): string {
  const list = values instanceof Tuple ? Array.from(values) : [values];
  let next = 0;
  let usedMapping = false;
  const result = pattern.replace(/%(?:\(([^)]*)\))?([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?(.)?/gs, (whole, name, flags, width, precision, kind) => {
    const conversion = (kind as string | undefined) ?? "";
    if (conversion === "%") return "%";
    if (conversion === "") throw new Problem("incomplete format");
    const take = (): unknown => {
      if (next >= list.length) throw typeError("not enough arguments for format string");
      return list[next++];
    };
    let value: unknown;
    const wide = width === "*" ? Number(numberOf(take() as number)) : width === undefined ? 0 : Number(width);
    const digits = precision === "*" ? Number(numberOf(take() as number)) : precision === undefined ? undefined : Number(precision);
    if (name !== undefined) {
      if (!isDict(values)) throw typeError("format requires a mapping");
      usedMapping = true;
      if (!Object.hasOwn(values, name as string)) throw new Problem(`the mapping has no key '${String(name)}' for the format`);
      value = plain(use(values[name as string]));
    } else {
      value = plain(use(take()));
    }
    return pad(
      convert(conversion, value, flags as string, digits, whole as string),
      flags as string,
      wide,
      isNumeric(value) && conversion !== "s" && conversion !== "r",
    );
  });
  if (!usedMapping && next < list.length && !isDict(list[0]) && !(Array.isArray(list[0]) && next === 0)) {
    throw typeError("not all arguments converted during string formatting");
  }
  return result;
}

function convert(kind: string, value: unknown, flags: string, digits: number | undefined, whole: string): string {
  const signed = (body: string, negative: boolean): string => (negative ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "") + body;
  switch (kind) {
    case "s":
      return cut(text(value), digits);
    case "r":
    case "a":
      return cut(repr(value), digits);
    case "c":
      return typeof value === "number" ? String.fromCodePoint(value) : text(value);
  }
  if (!"diuoxXeEfFgG".includes(kind)) throw new Problem(`unsupported format character '${kind}' in '${whole}'`);
  if (!isNumeric(value)) {
    throw typeError(
      `%${kind} format: a ${"eEfFgG".includes(kind) ? "real " : ""}number is required, not ${typeName(value)}`,
      "turn it into a number with the filter int or float",
    );
  }
  const number = numberOf(value);
  const size = Math.abs(number);
  const negative = number < 0 || Object.is(number, -0);
  if ("diu".includes(kind))
    return signed(
      BigInt(Math.trunc(size))
        .toString()
        .padStart(digits ?? 0, "0"),
      negative && Math.trunc(size) !== 0,
    );
  if ("oxX".includes(kind)) {
    if (isFloat(value)) throw typeError(`%${kind} format: an integer is required, not float`);
    const body = size.toString(kind === "o" ? 8 : 16);
    const prefix = flags.includes("#") ? `0${kind}` : "";
    return signed(prefix + (kind === "X" ? body.toUpperCase() : body).padStart(digits ?? 0, "0"), negative);
  }
  return signed(floatFormat(kind, size, digits ?? 6, flags.includes("#")), negative);
}

function cut(value: string, digits: number | undefined): string {
  return digits === undefined ? value : Array.from(value).slice(0, digits).join("");
}

function pad(body: string, flags: string, width: number, isNumber: boolean): string {
  if (body.length >= width) return body;
  if (flags.includes("-")) return body.padEnd(width);
  if (flags.includes("0") && isNumber) return zeroPad(body, width);
  return body.padStart(width);
}

function zeroPad(body: string, width: number): string {
  const sign = /^[-+ ]?(?:0[xXobB])?/.exec(body)?.[0] ?? "";
  return sign + body.slice(sign.length).padStart(width - sign.length, "0");
}

/** Formats a non-negative number in the ways of e, f and g. */
export function floatFormat(kind: string, size: number, digits: number, alternate = false): string {
  if (!Number.isFinite(size)) return Number.isNaN(size) ? "nan" : "inf";
  const upper = kind === kind.toUpperCase();
  const exponential = (fraction: number): string => size.toExponential(Math.min(fraction, 100)).replace(/e([-+])(\d)$/, "e$10$2");
  let body: string;
  switch (kind.toLowerCase()) {
    case "e":
      body = exponential(digits);
      break;
    case "f":
      body = size < 1e21 ? exactFixed(size, digits) : BigInt(size).toString() + (digits > 0 ? `.${"0".repeat(digits)}` : "");
      break;
    default: {
      const precision = digits === 0 ? 1 : digits;
      const exponent = size === 0 ? 0 : Number(size.toExponential(precision - 1).split("e")[1]);
      body = exponent < -4 || exponent >= precision ? exponential(precision - 1) : size.toFixed(Math.min(100, Math.max(0, precision - 1 - exponent)));
      if (!alternate && body.includes(".")) body = body.replace(/\.?0+(?=e|$)/, "");
    }
  }
  return upper ? body.toUpperCase() : body;
}

/** toFixed already works on the exact binary value up to 100 digits, as C's printf does; only ties differ. */
function exactFixed(size: number, digits: number): string {
  const fixed = size.toFixed(Math.min(digits, 100));
  // a tie that is exact in binary (0.5, 2.5, 0.125) goes to the even neighbour in C, upwards in JavaScript
  const scaled = size * 10 ** digits;
  if (digits <= 15 && scaled < 2 ** 52 && scaled - Math.floor(scaled) === 0.5 && scaled / 10 ** digits === size && Math.floor(scaled) % 2 === 0) {
    return (Math.floor(scaled) / 10 ** digits).toFixed(digits);
  }
  return fixed;
}

/** Python's format(value, spec). */
export function formatSpec(value: unknown, spec: string): string {
  if (spec === "") return text(value);
  const parts = /^(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([bcdeEfFgGnosxX%])?$/su.exec(spec);
  if (parts === null) throw new Problem(`Invalid format specifier '${spec}'`);
  const [, givenFill, givenAlign, sign, alternate, zero, width, group, precision, kind] = parts;
  let body: string;
  let prefix = "";
  const isNumber = isNumeric(value) && !(typeof value === "boolean" && kind === undefined && zero === undefined);
  if (isNumber && kind !== "s") {
    const number = numberOf(value);
    const size = Math.abs(number);
    prefix = number < 0 ? "-" : sign === "+" ? "+" : sign === " " ? " " : "";
    body = numberBody(kind, size, precision === undefined ? undefined : Number(precision), isFloat(value), alternate !== undefined);
    if (group !== undefined) body = body.replace(/^\d+/, (digits) => digits.replace(/\B(?=(\d{3})+$)/g, group));
  } else {
    if (kind !== undefined && kind !== "s") throw new Problem(`Unknown format code '${kind}' for object of type '${typeName(value)}'`);
    body = cut(text(value), precision === undefined ? undefined : Number(precision));
  }
  const fill = givenFill ?? (zero === undefined ? " " : "0");
  const align = givenAlign ?? (zero !== undefined && isNumber ? "=" : isNumber ? ">" : "<");
  const missing = Math.max(0, Number(width ?? 0) - Array.from(prefix + body).length);
  switch (align) {
    case "<":
      return prefix + body + fill.repeat(missing);
    case "^":
      return fill.repeat(Math.floor(missing / 2)) + prefix + body + fill.repeat(Math.ceil(missing / 2));
    case "=":
      return prefix + fill.repeat(missing) + body;
    default:
      return fill.repeat(missing) + prefix + body;
  }
}

function numberBody(kind: string | undefined, size: number, precision: number | undefined, fractional: boolean, alternate: boolean): string {
  switch (kind) {
    case "b":
    case "o":
    case "x":
    case "X": {
      if (fractional) throw new Problem(`Unknown format code '${kind}' for object of type 'float'`);
      const digits = size.toString(kind === "b" ? 2 : kind === "o" ? 8 : 16);
      return (alternate ? `0${kind}` : "") + (kind === "X" ? digits.toUpperCase() : digits);
    }
    case "c":
      return String.fromCodePoint(size);
    case "%":
      return `${floatFormat("f", size * 100, precision ?? 6)}%`;
    case "d":
      if (fractional) throw new Problem("Unknown format code 'd' for object of type 'float'");
      return BigInt(size).toString();
    case undefined:
    case "n":
      if (!fractional) return BigInt(size).toString();
      return precision === undefined ? floatText(size) : floatFormat("g", size, precision);
    default:
      return floatFormat(kind, size, precision ?? 6, alternate);
  }
}
