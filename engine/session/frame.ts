import { isUtf8 } from "node:buffer";
import type { Script } from "./contract.ts";
import { assignments, escapeBytes, quote, quoteBytes, refuseNul } from "./quote.ts";

/** Above this, content goes over a channel of its own: sh parses a frame as text, and that has its price. */
export const INLINE_LIMIT = 48 * 1024;
// NUL and the like grow fourfold in a frame
const INLINE_BINARY_LIMIT = 12 * 1024;

export function fitsInline(content: Buffer): boolean {
  return content.length <= (content.includes(0) ? INLINE_BINARY_LIMIT : INLINE_LIMIT);
}

/** Whether an inline content can be a shell variable's value. */
export function fitsVariable(content: Buffer): boolean {
  return !content.includes(0) && isUtf8(content);
}

export interface Marks {
  readonly begin: string;
  readonly end: string;
}

// Begins every mark. Text that ended like the beginning of a nonce would be held back until more comes; text does not end in this byte
const MARK = "\x02";

/** What separates frame `number` from everything else on stdout and stderr. No script can guess the nonce. */
export function marksOf(nonce: string, number: number): Marks {
  return { begin: `${MARK}${nonce}<${number}\n`, end: `${MARK}${nonce}>${number}` };
}

/** A script on its way into a frame. The text stays apart: a held sh keeps the long ones. */
export interface Body {
  /** Commands that set the script's variables. */
  readonly variables: string;
  readonly text: string;
}

/** @throws Failure `bad-variable` or `nul-byte` for what sh cannot hold */
export function bodyOf(script: Script, environment: Readonly<Record<string, string>> | undefined): Body {
  refuseNul(script.text, "the script");
  return { variables: `${assignments(environment, "export ")}${assignments(script.vars, "")}`, text: script.text };
}

/** The body with a content that fits as `$tsplay_stdin`. */
export function withStdin(body: Body, content: Buffer): Body {
  return { ...body, variables: `${body.variables}${assignments({ tsplay_stdin: content.toString() }, "")}` };
}

/**
 * The body as the subshell runs it: variables first, then the text by `eval`, so that a syntax error ends only the subshell.
 * @param kept the name of the function that holds the text, where the sh keeps it
 */
export function commandsOf(body: Body, kept?: string): string {
  return `${body.variables}${kept ?? `eval ${quote(body.text)}`}`;
}

/** A command for the held sh itself: it reads `text` once, as a function, which the subshells of later frames call. */
export function keepText(name: string, text: string): string {
  return `${name}() {\n${text}\n}\n`;
}

/** What is sent around a frame at the same time: each mark is a packet, and one that says two things saves one. */
export interface Neighbours {
  /** The frame before says that this one begins. */
  readonly isAnnounced: boolean;
  /** The frame that this one announces. */
  readonly next: Marks | undefined;
}

/**
 * One complete command for the held sh. Braces, so that sh has read all of it before it begins.
 * @param content the script's stdin; must fit inline. /dev/null when not given
 */
export function frameText(body: string, content: Buffer | undefined, marks: Marks, { isAnnounced, next }: Neighbours): Buffer {
  const head = Buffer.from(isAnnounced ? "{ " : beginText(marks));
  const tail = Buffer.from(`(${body}\n)${content === undefined ? " </dev/null" : ""}; ${endText(marks, next)}; }\n`);
  if (content === undefined) return Buffer.concat([head, tail]);
  // a pipe and not a here-document: bash would write that to a file on the host's disk
  const source = content.includes(0) ? Buffer.from(`printf %b '${escapeBytes(content)}'`) : Buffer.concat([Buffer.from("printf %s "), quoteBytes(content)]);
  return Buffer.concat([head, source, Buffer.from(" 2>/dev/null | "), tail]);
}

/**
 * The frame of a script that reads its stdin from the channel itself, after a greeting, as one line for the loader (see become.ts).
 * @param greeting a body of its own, with marks of its own
 */
export function streamedLine(greeting: { readonly body: string; readonly marks: Marks }, body: string, marks: Marks): string {
  const first = `${beginText(greeting.marks)}(${greeting.body}\n) </dev/null; ${endText(greeting.marks)}; }`;
  return escapeBytes(Buffer.from(`${first}; ${beginText(marks)}(${body}\n); ${endText(marks)}; }`));
}

function beginText(marks: Marks): string {
  const begin = `printf '%s\\n' '${marks.begin.trimEnd()}'`;
  return `{ ${begin}; ${begin} >&2; `;
}

function endText(marks: Marks, next?: Marks): string {
  if (next === undefined) return `printf '%s %d\\n' '${marks.end}' "$?"; printf '%s\\n' '${marks.end}' >&2`;
  const begin = next.begin.trimEnd();
  return `printf '%s %d\\n%s\\n' '${marks.end}' "$?" '${begin}'; printf '%s\\n%s\\n' '${marks.end}' '${begin}' >&2`;
}
