import { Problem } from "../problem.ts";
import { plugin } from "../plugin.ts";
import { anyText, asInteger } from "../python/arguments.ts";
import { readTerm } from "./pairs.ts";
import { formatPercent } from "../python/format.ts";

interface Settings {
  start: number;
  end: number | undefined;
  count: number | undefined;
  stride: number;
  format: string;
}

const MAX_ITEMS = 1_000_000;

function number(name: string, value: string): number {
  if (!/^[-+]?(0x[\da-f]+|0[0-7]*|\d+)$/i.test(value)) throw new Problem(`sequence: can't parse ${name}=${value} as integer`);
  const digits = value.replace(/^[-+]/, "");
  const size = /^0[0-7]+$/.test(digits) ? parseInt(digits, 8) : Number(digits);
  return value.startsWith("-") ? -size : size;
}

function readShort(term: string, settings: Settings): boolean {
  const match = /^(?:(\d+|0x[\da-f]+)-)?(\d+|0x[\da-f]+)(?:\/(\d+|0x[\da-f]+))?(?::(.+))?$/i.exec(term);
  if (match === null) return false;
  if (match[1] !== undefined) settings.start = number("start", match[1]);
  settings.end = number("end", match[2]!);
  if (match[3] !== undefined) settings.stride = number("stride", match[3]);
  if (match[4] !== undefined) settings.format = match[4];
  return true;
}

function readPairs(term: string, settings: Settings): void {
  const { words, pairs } = readTerm(term);
  const unknown = words[0];
  if (unknown !== undefined)
    throw new Problem(`sequence: unrecognized argument ${unknown}`, "expression-failed", "it takes start, end, count, stride and format");
  for (const [name, value] of pairs) {
    if (name === "format") settings.format = value;
    else if (name === "start" || name === "end" || name === "count" || name === "stride") settings[name] = number(name, value);
    else throw new Problem(`sequence: unrecognized argument ${name}`, "expression-failed", "it takes start, end, count, stride and format");
  }
}

export const sequence = plugin(
  ["*terms", ["start", 1], ["end", null], ["count", null], ["stride", 1], ["format", "%d"]],
  (_, terms, start, end, count, stride, format) => {
    const given = terms as unknown[];
    return (given.length === 0 ? [""] : given).flatMap((term) => {
      const settings: Settings = {
        start: asInteger(start),
        end: end === null ? undefined : asInteger(end),
        count: count === null ? undefined : asInteger(count),
        stride: asInteger(stride),
        format: anyText(format),
      };
      if (!readShort(anyText(term), settings)) readPairs(anyText(term), settings);
      if (settings.count === undefined && settings.end === undefined) throw new Problem("sequence: must specify count or end in with_sequence");
      if (settings.count !== undefined && settings.end !== undefined) throw new Problem("sequence: can't specify both count and end in with_sequence");
      if (settings.count !== undefined) settings.end = settings.count === 0 ? undefined : settings.start + settings.count * settings.stride - settings.stride;
      const last = settings.end;
      if (last === undefined || settings.stride === 0) return [];
      if (settings.stride > 0 && last < settings.start) throw new Problem("sequence: to count backwards make stride negative");
      if (settings.stride < 0 && last > settings.start) throw new Problem("sequence: to count forward don't make stride negative");
      const size = Math.floor((last - settings.start) / settings.stride) + 1;
      if (size > MAX_ITEMS) throw new Problem(`sequence: ${size} items are too many`);
      return Array.from({ length: size }, (_unused, index) => formatPercent(settings.format, settings.start + index * settings.stride));
    });
  },
);
