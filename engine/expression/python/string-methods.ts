import { Problem } from "../problem.ts";
import { asInteger, asText } from "./arguments.ts";
import { formatBraces } from "./braces.ts";
import { iterate } from "./sequences.ts";
import { isDict, plain, Tuple, typeError, typeName, use } from "./types.ts";
import { characters } from "./text.ts";
import type { Method } from "./methods.ts";

const pythonSpace = "[\\t-\\r\\x1c-\\x1f \\x85\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const leading = new RegExp(`^${pythonSpace}+`);
const trailing = new RegExp(`${pythonSpace}+$`);

/** Python's strip family: without `given`, white space; else any of its characters. */
export function strip(value: string, given: unknown, sides: "both" | "left" | "right"): string {
  const set = plain(use(given ?? null));
  let start = 0;
  let end = value.length;
  if (set === null) {
    if (sides !== "right") start = leading.exec(value)?.[0].length ?? 0;
    const rest = value.slice(start);
    return sides === "left" ? rest : rest.replace(trailing, "");
  }
  const unwanted = asText(set);
  if (sides !== "right") while (start < end && unwanted.includes(value[start]!)) start += 1;
  if (sides !== "left") while (end > start && unwanted.includes(value[end - 1]!)) end -= 1;
  return value.slice(start, end);
}

/** Python's split and rsplit. */
export function split(value: string, separator: unknown, limit: unknown = -1, fromRight = false): string[] {
  const by = plain(use(separator ?? null));
  const most = asInteger(limit);
  if (by !== null) {
    const delimiter = asText(by);
    if (delimiter === "") throw new Problem("empty separator");
    const parts = value.split(delimiter);
    if (most < 0 || parts.length <= most + 1) return parts;
    if (fromRight) return [parts.slice(0, parts.length - most).join(delimiter), ...parts.slice(parts.length - most)];
    return [...parts.slice(0, most), parts.slice(most).join(delimiter)];
  }
  const trimmed = strip(value, null, "both");
  if (trimmed === "") return [];
  const words = trimmed.split(new RegExp(`${pythonSpace}+`));
  if (most < 0 || words.length <= most + 1) return words;
  const gap = `${pythonSpace}+`;
  const word = `(?!${pythonSpace})[^]*?`;
  const pattern = fromRight ? `^([^]*?)${gap}${Array(most).fill(`(${word})`).join(gap)}$` : `^${Array(most).fill(`(${word})`).join(gap)}${gap}([^]*)$`;
  if (most === 0) return [fromRight ? strip(value, null, "right") : strip(value, null, "left")];
  if (fromRight) return [...strip(value, null, "right").split("")].length === 0 ? [] : splitRight(value, most);
  const found = new RegExp(pattern).exec(strip(value, null, "left"));
  return found === null ? words : found.slice(1);
}

function splitRight(value: string, most: number): string[] {
  let rest = strip(value, null, "right");
  const parts: string[] = [];
  const lastWord = new RegExp(`^([^]*?)${pythonSpace}+((?:(?!${pythonSpace})[^])+)$`);
  while (parts.length < most) {
    const found = lastWord.exec(rest);
    if (found === null || strip(found[1]!, null, "both") === "") break;
    parts.unshift(found[2]!);
    rest = strip(found[1]!, null, "right");
  }
  return [rest, ...parts];
}

export function splitLines(value: string, keepEnds = false): string[] {
  const lines = value.match(/[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])|[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+$/g) ?? [];
  return keepEnds ? [...lines] : lines.map((line) => line.replace(/(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])$/, ""));
}

export function capitalize(value: string): string {
  const [first = "", ...rest] = value;
  return first.toUpperCase() + rest.join("").toLowerCase();
}

export function titleCase(value: string): string {
  return value.replace(/\p{L}+/gu, capitalize);
}

export function replace(value: string, from: string, to: string, limit = -1): string {
  if (limit < 0) return from === "" ? to + Array.from(value, (character) => character + to).join("") : value.replaceAll(from, () => to);
  const parts = from === "" ? ["", ...Array.from(value), ""] : value.split(from);
  const count = Math.min(limit, parts.length - 1);
  return (
    parts.slice(0, count + 1).join(to) +
    parts
      .slice(count + 1)
      .map((part) => from + part)
      .join("")
  );
}

function join(separator: string, items: unknown): string {
  return iterate(items)
    .map((item, index) => {
      const part = plain(item);
      if (typeof part !== "string")
        throw typeError(`sequence item ${index}: expected str instance, ${typeName(part)} found`, "the filter join takes items of any type");
      return part;
    })
    .join(separator);
}

function find(self: string, args: readonly unknown[], fromRight: boolean): number {
  const [what, start, stop] = args;
  const [from, to] = range(self, start, stop);
  const part = self.slice(from, to);
  const at = fromRight ? part.lastIndexOf(asText(what)) : part.indexOf(asText(what));
  return at === -1 || from > self.length ? -1 : at + from;
}

function range(self: string, start: unknown, stop: unknown): [number, number] {
  const bound = (given: unknown, fallback: number): number => {
    if (given === undefined || given === null) return fallback;
    const index = asInteger(given);
    return index < 0 ? Math.max(0, index + self.length) : index;
  };
  return [bound(start, 0), Math.min(bound(stop, self.length), self.length)];
}

function affix(self: string, [given, start, stop]: readonly unknown[], test: (part: string, affix: string) => boolean): boolean {
  const [from, to] = range(self, start, stop);
  const part = self.slice(from, to);
  return (Array.isArray(given) ? (given as unknown[]) : [given]).some((one) => test(part, asText(one)));
}

function partition(self: string, separator: string, fromRight: boolean): Tuple {
  if (separator === "") throw new Problem("empty separator");
  const at = fromRight ? self.lastIndexOf(separator) : self.indexOf(separator);
  if (at === -1) return Tuple.with(fromRight ? ["", "", self] : [self, "", ""]);
  return Tuple.with([self.slice(0, at), separator, self.slice(at + separator.length)]);
}

function fill(self: string, [width, character = " "]: readonly unknown[], side: "left" | "right" | "both"): string {
  const missing = Math.max(0, asInteger(width) - characters(self).length);
  const padding = asText(character);
  if (side === "left") return padding.repeat(missing) + self;
  if (side === "right") return self + padding.repeat(missing);
  const left = Math.floor(missing / 2) + (missing & asInteger(width) & 1);
  return padding.repeat(left) + self + padding.repeat(missing - left);
}

const matches =
  (pattern: RegExp): Method<string> =>
  (self) =>
    pattern.test(self);

export const stringMethods: ReadonlyMap<string, Method<string>> = new Map<string, Method<string>>([
  ["split", (self, [separator, limit], named) => split(self, separator ?? named["sep"], limit ?? named["maxsplit"] ?? -1)],
  ["rsplit", (self, [separator, limit], named) => split(self, separator ?? named["sep"], limit ?? named["maxsplit"] ?? -1, true)],
  ["strip", (self, [set]) => strip(self, set, "both")],
  ["lstrip", (self, [set]) => strip(self, set, "left")],
  ["rstrip", (self, [set]) => strip(self, set, "right")],
  ["startswith", (self, args) => affix(self, args, (part, prefix) => part.startsWith(prefix))],
  ["endswith", (self, args) => affix(self, args, (part, suffix) => part.endsWith(suffix))],
  ["removeprefix", (self, [prefix]) => (self.startsWith(asText(prefix)) ? self.slice(asText(prefix).length) : self)],
  ["removesuffix", (self, [suffix]) => (asText(suffix) !== "" && self.endsWith(asText(suffix)) ? self.slice(0, -asText(suffix).length) : self)],
  ["replace", (self, [from, to, limit], named) => replace(self, asText(from), asText(to), asInteger(limit ?? named["count"] ?? -1))],
  ["upper", (self) => self.toUpperCase()],
  ["lower", (self) => self.toLowerCase()],
  ["casefold", (self) => self.toLowerCase()],
  ["capitalize", (self) => capitalize(self)],
  ["title", (self) => titleCase(self)],
  ["swapcase", (self) => Array.from(self, (c) => (c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase())).join("")],
  ["format", (self, args, named) => formatBraces(self, args, named)],
  ["format_map", (self, [mapping]) => formatBraces(self, [], isDict(mapping) ? mapping : {})],
  ["join", (self, [items]) => join(self, items)],
  ["find", (self, args) => find(self, args, false)],
  ["rfind", (self, args) => find(self, args, true)],
  ["index", (self, args) => found(find(self, args, false))],
  ["rindex", (self, args) => found(find(self, args, true))],
  ["count", (self, [what, start, stop]) => self.slice(...range(self, start, stop)).split(asText(what)).length - 1 + (asText(what) === "" ? 2 : 0)],
  ["splitlines", (self, [keepEnds], named) => splitLines(self, Boolean(keepEnds ?? named["keepends"]))],
  ["partition", (self, [separator]) => partition(self, asText(separator), false)],
  ["rpartition", (self, [separator]) => partition(self, asText(separator), true)],
  ["zfill", (self, [width]) => self.replace(/^([-+]?)(.*)$/s, (_, sign: string, rest: string) => sign + rest.padStart(asInteger(width) - sign.length, "0"))],
  ["ljust", (self, args) => fill(self, args, "right")],
  ["rjust", (self, args) => fill(self, args, "left")],
  ["center", (self, args) => fill(self, args, "both")],
  [
    "expandtabs",
    (self, [size = 8]) => self.replace(/([^\t\n]*)\t/g, (_, before: string) => before + " ".repeat(asInteger(size) - (before.length % asInteger(size)))),
  ],
  ["isdigit", matches(/^\p{Nd}+$/u)],
  ["isdecimal", matches(/^\p{Nd}+$/u)],
  ["isnumeric", matches(/^\p{N}+$/u)],
  ["isalpha", matches(/^\p{L}+$/u)],
  ["isalnum", matches(/^[\p{L}\p{N}]+$/u)],
  ["isspace", matches(new RegExp(`^${pythonSpace}+$`))],
  ["isascii", (self) => Array.from(self).every((c) => c.codePointAt(0)! < 128)],
  ["isidentifier", matches(/^[\p{L}_][\p{L}\p{N}_]*$/u)],
  ["islower", (self) => self === self.toLowerCase() && self !== self.toUpperCase()],
  ["isupper", (self) => self === self.toUpperCase() && self !== self.toLowerCase()],
  ["istitle", (self) => self === titleCase(self) && /\p{L}/u.test(self)],
]);

function found(at: number): number {
  if (at === -1) throw new Problem("substring not found");
  return at;
}
