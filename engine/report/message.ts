import path from "node:path";
import type { Place } from "../source/place.ts";
import { createStyle, type Style } from "./style.ts";
import { characterWidth, harmless, harmlessLine } from "./text.ts";

/** What a message to people is made of. */
export interface Message {
  readonly severity: "error" | "warning";
  readonly code?: string | undefined;
  readonly text: string;
  /** Between the code and the text, for example the hosts. */
  readonly subject?: string | undefined;
  readonly place?: Place | undefined;
  /** Behind the place, for example the task's name. */
  readonly at?: string | undefined;
  /** `= label: text` lines, in order. */
  readonly notes?: readonly (readonly [label: string, text: string])[];
}

const LINE_LIMIT = 120;

/**
 * A message in the shape of a good compiler's: what, where with the line shown and a caret under the column, what to do next.
 * Everything in it is made harmless for terminals.
 */
export function formatMessage(message: Message, options: { readonly color: boolean }): string {
  const style = createStyle(options.color);
  const paint = message.severity === "error" ? style.failed : style.warning;
  const head = paint(style.strong(`${message.severity}${message.code === undefined ? "" : `[${message.code}]`}`));
  const subject = message.subject === undefined ? "" : ` ${style.strong(harmlessLine(message.subject))}`;
  const [first = "", ...rest] = harmless(message.text.trimEnd()).split("\n");
  const lines = [`${head}${subject}: ${style.strong(first)}`, ...rest.map((line) => `  ${line}`)];
  const gutter = message.place?.text === undefined ? 2 : String(message.place.line).length + 1;
  if (message.place !== undefined) {
    const at = message.at === undefined ? "" : style.quiet(`  (${harmlessLine(message.at)})`);
    lines.push(`${" ".repeat(gutter - 1)}${style.place("-->")} ${formatPlace(message.place)}${at}`, ...snippet(message.place, gutter, style, paint));
  } else if (message.at !== undefined) {
    lines.push(`  ${style.quiet(harmlessLine(message.at))}`);
  }
  for (const [label, text] of message.notes ?? []) {
    const [head = "", ...more] = harmless(text.trimEnd()).split("\n");
    lines.push(`${" ".repeat(gutter)}${style.place("=")} ${style.strong(`${label}:`)} ${head}`);
    lines.push(...more.map((line) => `${" ".repeat(gutter + 4 + label.length)}${line}`));
  }
  return `${lines.join("\n")}\n`;
}

/** `file:line:column`, the file relative to the working directory when it lies in it. */
export function formatPlace(place: Place): string {
  return `${shortPath(place.file)}:${place.line}:${place.column}`;
}

export function shortPath(file: string): string {
  if (!path.isAbsolute(file)) return harmlessLine(file);
  const relative = path.relative(process.cwd(), file);
  return harmlessLine(relative.startsWith("..") ? file : relative);
}

function snippet(place: Place, gutter: number, style: Style, paint: (text: string) => string): string[] {
  if (place.text === undefined) return [];
  const bar = style.place("|");
  const blank = `${" ".repeat(gutter)}${bar}`;
  const { shown, offset, length } = showLine(place.text, place.column);
  return [blank, `${style.place(String(place.line))} ${bar} ${shown}`, `${blank} ${" ".repeat(offset)}${paint("^".repeat(length))}`];
}

/** A line as it can be shown: tabs as blanks, control characters visible, long lines cut around the column. Offset and length in terminal columns. */
function showLine(line: string, column: number): { shown: string; offset: number; length: number } {
  const at = Math.min(Math.max(column - 1, 0), line.length);
  const wordLength = /^(?:"[^"]*"|'[^']*'|[\p{L}\p{N}_.$/-]+)/u.exec(line.slice(at))?.[0].length ?? 1;
  const start = at > LINE_LIMIT - 40 ? at - 40 : 0;
  const end = Math.min(line.length, start + LINE_LIMIT);
  let shown = start > 0 ? "…" : "";
  let width = shown.length;
  let offset = -1;
  let after = -1;
  let position = start;
  for (const character of line.slice(start, end)) {
    if (offset === -1 && position >= at) offset = width;
    if (after === -1 && position >= at + wordLength) after = width;
    const visible = character === "\t" ? " ".repeat(4 - (width % 4)) : harmlessLine(character);
    shown += visible;
    for (const part of visible) width += characterWidth(part);
    position += character.length;
  }
  if (offset === -1) offset = width;
  if (after === -1) after = width;
  if (end < line.length) shown += "…";
  return { shown, offset, length: Math.max(1, after - offset) };
}
