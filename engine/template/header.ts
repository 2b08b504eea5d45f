import { Failure, didYouMean } from "../source/failure.ts";
import type { Delimiters } from "../expression/syntax/lexer.ts";

const mark = "#jinja2:";

const keys: Readonly<Record<string, keyof Delimiters | "keepTrailingNewline">> = {
  block_start_string: "blockStart",
  block_end_string: "blockEnd",
  variable_start_string: "variableStart",
  variable_end_string: "variableEnd",
  comment_start_string: "commentStart",
  comment_end_string: "commentEnd",
  trim_blocks: "trimBlocks",
  lstrip_blocks: "lstripBlocks",
  newline_sequence: "newlineSequence",
  keep_trailing_newline: "keepTrailingNewline",
};

export interface Header {
  /** Where the template itself begins. */
  readonly start: number;
  readonly delimiters: Delimiters;
}

/** Reads the line `#jinja2: trim_blocks:False, ...` at a template's head. @throws Failure `template-syntax` */
export function readHeader(text: string, file: string, delimiters: Delimiters): Header {
  if (!text.startsWith(mark)) return { start: 0, delimiters };
  const end = text.indexOf("\n");
  const line = text.slice(0, end === -1 ? undefined : end);
  const fail = (message: string, column: number, hint?: string): never => {
    throw new Failure(message, { code: "template-syntax", fault: "playbook", place: { file, line: 1, column, text: line }, hint });
  };
  if (end === -1) fail(`the line ${mark} must be followed by a template`, 1);
  const changes: Record<string, unknown> = {};
  let column = mark.length + 1;
  for (const pair of line.slice(mark.length).split(",")) {
    const colon = pair.indexOf(":");
    const name = pair.slice(0, colon).trim();
    const written = pair.slice(colon + 1).trim();
    if (colon === -1) fail(`"${pair.trim()}" is no setting`, column, "write name:value, for example trim_blocks:False");
    const key = keys[name];
    if (key === undefined) fail(`unknown setting "${name}" in the line ${mark}`, column, didYouMean(name, Object.keys(keys)));
    if (/^(true|false)$/i.test(written)) changes[key!] = written.toLowerCase() === "true";
    else if (/^(["']).*\1$/.test(written)) changes[key!] = written.slice(1, -1).replaceAll("\\n", "\n").replaceAll("\\r", "\r");
    else fail(`the value of ${name} must be True, False or quoted text`, column);
    column += pair.length + 1;
  }
  return { start: end + 1, delimiters: { ...delimiters, ...changes } };
}
