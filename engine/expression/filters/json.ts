import { Float, Vaulted } from "../values.ts";
import { compareText } from "../python/compare.ts";
import { numberText, floatText, text } from "../python/text.ts";
import { isDict, PyObject, typeError, typeName, use } from "../python/types.ts";

export interface JsonStyle {
  /** Spaces, or the text itself; one line when undefined. */
  readonly indent?: number | string | undefined;
  readonly itemSeparator: string;
  readonly keySeparator: string;
  readonly sortKeys: boolean;
  readonly ensureAscii: boolean;
}

/** JSON as Python's json.dumps writes it. */
export function dumpJson(value: unknown, style: JsonStyle, level = 0): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "number") return special(value) ?? numberText(value);
  if (typeof value === "string") return quote(value, style.ensureAscii);
  use(value);
  if (value instanceof Float) return special(value.value) ?? floatText(value.value);
  if (value instanceof Vaulted) return quote(text(value), style.ensureAscii);
  const inner = level + 1;
  if (Array.isArray(value)) {
    return brackets(
      "[",
      "]",
      Array.from(value as unknown[], (item) => dumpJson(item, style, inner)),
      style,
      level,
    );
  }
  if (isDict(value)) {
    const keys = Object.keys(value);
    if (style.sortKeys) keys.sort(compareText);
    const entries = keys.map((key) => quote(key, style.ensureAscii) + style.keySeparator + dumpJson(value[key], style, inner));
    return brackets("{", "}", entries, style, level);
  }
  if (value instanceof PyObject) return quote(value.text(), style.ensureAscii);
  throw typeError(`Object of type ${typeName(value)} is not JSON serializable`);
}

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return "NaN";
  return Number.isFinite(value) ? undefined : value > 0 ? "Infinity" : "-Infinity";
}

function brackets(open: string, close: string, entries: readonly string[], style: JsonStyle, level: number): string {
  if (entries.length === 0) return open + close;
  if (style.indent === undefined) return open + entries.join(style.itemSeparator) + close;
  const unit = typeof style.indent === "number" ? " ".repeat(style.indent) : style.indent;
  const line = `\n${unit.repeat(level + 1)}`;
  return `${open}${line}${entries.join(style.itemSeparator.trimEnd() + line)}\n${unit.repeat(level)}${close}`;
}

function quote(value: string, ensureAscii: boolean): string {
  const json = JSON.stringify(value);
  const body = ensureAscii ? json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`) : json;
  return body;
}
