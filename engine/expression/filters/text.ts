import { plugin, type Plugins } from "../plugin.ts";
import { anyText, asInteger, asText } from "../python/arguments.ts";
import { truthy } from "../python/compare.ts";
import { formatPercent } from "../python/format.ts";
import { capitalize, split, splitLines, strip, replace } from "../python/string-methods.ts";
import { characters, text } from "../python/text.ts";
import { isDict, plain, Tuple, typeError } from "../python/types.ts";
import { Undefined } from "../values.ts";
import { comment } from "./comment.ts";
import { wrapWords } from "./wordwrap.ts";

export function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" })[character]!);
}

/** Quotes a word for a POSIX shell, as Python's shlex.quote. */
export function shellQuote(value: string): string {
  if (value === "") return "''";
  return /^[\w@%+=:,./-]+$/.test(value) && !/[^\x00-\x7f]/.test(value) ? value : `'${value.replaceAll("'", `'"'"'`)}'`;
}

function indent(value: string, width: unknown, first: boolean, blank: boolean): string {
  const given = plain(width);
  const padding = typeof given === "string" ? given : " ".repeat(asInteger(given));
  const lines = `${value}\n`.split("\n").slice(0, -1);
  const indented = lines.map((line, index) => (index === 0 || (line === "" && !blank) ? line : padding + line)).join("\n");
  return first ? padding + indented : indented;
}

function truncate(value: string, length: number, killWords: boolean, end: string, leeway: number): string {
  const letters = Array.from(value);
  if (letters.length <= length + leeway) return value;
  const cut = letters.slice(0, length - Array.from(end).length).join("");
  if (killWords) return cut + end;
  const lastSpace = cut.lastIndexOf(" ");
  return (lastSpace === -1 ? cut : cut.slice(0, lastSpace)) + end;
}

const title = (value: string): string =>
  value
    .split(/([-\s({[<]+)/)
    .filter((part) => part !== "")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1).toLowerCase())
    .join("");

const escape = plugin(["s"], (_, value) => escapeHtml(anyText(value)));

export const textFilters: Plugins = {
  upper: plugin(["s"], (_, value) => anyText(value).toUpperCase()),
  lower: plugin(["s"], (_, value) => anyText(value).toLowerCase()),
  capitalize: plugin(["s"], (_, value) => capitalize(anyText(value))),
  title: plugin(["s"], (_, value) => title(anyText(value))),
  trim: plugin(["value", ["chars", null]], (_, value, set) => strip(anyText(value), set, "both")),
  string: plugin(["s"], (_, value) => text(value)),
  safe: plugin(["value"], (_, value) => anyText(value)),
  escape,
  e: escape,
  forceescape: escape,
  replace: plugin(["s", "old", "new", ["count", null]], (_, value, from, to, count) =>
    replace(anyText(value), anyText(from), anyText(to), count === null ? -1 : asInteger(count)),
  ),
  format: plugin(["value", "*args", "**kwargs"], (_, value, args, named) => {
    if (!isDict(named) || Object.keys(named).length === 0) return formatPercent(anyText(value), Tuple.with(args as unknown[]));
    if ((args as unknown[]).length > 0) throw typeError("can't handle positional and keyword arguments at the same time");
    return formatPercent(anyText(value), named);
  }),
  center: plugin(["value", ["width", 80]], (_, value, width) => {
    const given = anyText(value);
    const missing = Math.max(0, asInteger(width) - characters(given).length);
    const left = Math.floor(missing / 2) + (missing & asInteger(width) & 1);
    return " ".repeat(left) + given + " ".repeat(missing - left);
  }),
  indent: plugin(["s", ["width", 4], ["first", false], ["blank", false]], (_, value, width, first, blank) =>
    indent(anyText(value), width, truthy(first), truthy(blank)),
  ),
  truncate: plugin(["s", ["length", 255], ["killwords", false], ["end", "..."], ["leeway", null]], (_, value, length, kill, end, leeway) =>
    truncate(anyText(value), asInteger(length), truthy(kill), anyText(end), leeway === null ? 5 : asInteger(leeway)),
  ),
  wordwrap: plugin(
    ["s", ["width", 79], ["break_long_words", true], ["wrapstring", null], ["break_on_hyphens", true]],
    (_, value, width, breakLong, wrapString, hyphens) =>
      splitLines(anyText(value))
        .map((line) => wrapWords(line, asInteger(width), truthy(breakLong), truthy(hyphens)).join(wrapString === null ? "\n" : anyText(wrapString)))
        .join(wrapString === null ? "\n" : anyText(wrapString)),
  ),
  wordcount: plugin(["s"], (_, value) => (anyText(value).match(/[\p{L}\p{N}_]+/gu) ?? []).length),
  striptags: plugin(["value"], (_, value) =>
    anyText(value)
      .replace(/<!--[^]*?-->|<[^>]*>/g, "")
      .replace(/&(lt|gt|amp|quot|#34|#39);/g, (_whole, name: string) => ({ lt: "<", gt: ">", amp: "&", quot: '"', "#34": '"', "#39": "'" })[name]!)
      .split(/\s+/)
      .filter((word) => word !== "")
      .join(" "),
  ),
  xmlattr: plugin(["d", ["autospace", true]], (_, dict, autospace) => {
    if (!isDict(dict)) throw typeError("xmlattr requires a dictionary");
    const attributes = Object.entries(dict)
      .filter(([, value]) => value !== null && !(value instanceof Undefined))
      .map(([key, value]) => `${escapeHtml(key)}="${escapeHtml(anyText(value))}"`)
      .join(" ");
    return truthy(autospace) && attributes !== "" ? ` ${attributes}` : attributes;
  }),
  quote: plugin(["a"], (_, value) => shellQuote(value === null ? "" : anyText(value))),
  split: plugin(["value", ["sep", null], ["maxsplit", -1]], (_, value, separator, limit) => split(asText(value), separator, limit)),
  comment: plugin(["text", ["style", "plain"], "**kw"], (_, value, style, options) =>
    comment(anyText(value), anyText(style), options as Record<string, unknown>),
  ),
};
