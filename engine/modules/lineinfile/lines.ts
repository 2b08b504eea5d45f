import { decodeText, type Edited, type EditState } from "../parts/edit.ts";
import { expandMatch, searchRegex } from "../parts/regex.ts";
import type { LineArgs } from "./lineinfile.ts";

/** The content that the file shall have. */
export function editLines(current: EditState, args: LineArgs): Edited {
  const file = decodeText(current.bytes ?? Buffer.alloc(0));
  // each line with its newline
  const lines = file.text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const argument = (value: string | undefined): string | undefined => (value === undefined ? undefined : file.argument(value));
  const wishes: Wishes = {
    line: argument(args.line),
    matches: matcherOf(argument(args.regexp), argument(args.search_string)),
    place: argument(args.insertafter ?? args.insertbefore) ?? "EOF",
    isBefore: args.insertbefore !== undefined,
    firstmatch: args.firstmatch,
    backrefs: args.backrefs,
  };
  if (args.state === "absent") {
    if (current.bytes === undefined) return { content: undefined, msg: "file not present" };
    return remove(lines, wishes, file.encode);
  }
  const msg = present(lines, wishes);
  return { content: file.encode(lines.join("")), msg };
}

interface Wishes {
  readonly line: string | undefined;
  readonly matches: ((line: string) => RegExpExecArray | boolean | null) | undefined;
  /** A pattern, `BOF` or `EOF`. */
  readonly place: string;
  readonly isBefore: boolean;
  readonly firstmatch: boolean;
  readonly backrefs: boolean;
}

function matcherOf(regexp: string | undefined, search: string | undefined): Wishes["matches"] {
  if (regexp !== undefined) return searchRegex(regexp);
  return search === undefined ? undefined : (line) => line.includes(search);
}

function bare(line: string): string {
  return line.replace(/[\r\n]+$/, "");
}

function remove(lines: readonly string[], wishes: Wishes, encode: (text: string) => Buffer): Edited {
  const isGone = wishes.matches ?? ((line: string) => bare(line) === wishes.line);
  const kept = lines.filter((line) => !isGone(line));
  const found = lines.length - kept.length;
  return { content: encode(kept.join("")), msg: found > 0 ? `${found} line(s) removed` : "", found };
}

/** Edits `lines` in place. @returns Ansible's message */
function present(lines: string[], wishes: Wishes): string {
  const line = wishes.line!;
  const found = findMatch(lines, wishes);
  if (found !== undefined) {
    const made = wishes.backrefs && typeof found.match === "object" ? expandMatch(line, found.match) : line;
    return replaceAt(lines, found.index, made);
  }
  const { exact, place } = findPlace(lines, wishes);
  if (exact !== -1) return replaceAt(lines, exact, line);
  // without a match there is nothing to fill into the line
  if (wishes.backrefs) return "";
  if (wishes.place === "BOF") lines.unshift(`${line}\n`);
  else if (place === -1) {
    const last = lines.at(-1);
    if (last !== undefined && !/[\r\n]$/.test(last)) lines.push("\n");
    lines.push(`${line}\n`);
  } else if (wishes.isBefore) lines.splice(place, 0, `${line}\n`);
  else {
    const last = lines.at(-1);
    if (place === lines.length && last !== undefined && !/[\r\n]$/.test(last)) lines[lines.length - 1] = `${last}\n`;
    if (place < lines.length && bare(lines[place]!) === line) return "";
    lines.splice(place, 0, `${line}\n`);
  }
  return "line added";
}

function replaceAt(lines: string[], index: number, line: string): string {
  const made = line.endsWith("\n") ? line : `${line}\n`;
  if (lines[index] === made) return "";
  lines[index] = made;
  return "line replaced";
}

function findMatch(lines: readonly string[], wishes: Wishes): { index: number; match: RegExpExecArray | boolean } | undefined {
  let found: { index: number; match: RegExpExecArray | boolean } | undefined;
  for (const [index, line] of lines.entries()) {
    const match = wishes.matches?.(line);
    if (match === undefined || match === null || match === false) continue;
    found = { index, match };
    if (wishes.firstmatch) break;
  }
  return found;
}

function findPlace(lines: readonly string[], wishes: Wishes): { exact: number; place: number } {
  const isPattern = wishes.place !== "BOF" && (wishes.place !== "EOF" || wishes.isBefore);
  const search = isPattern ? searchRegex(wishes.place) : undefined;
  let exact = -1;
  let place = -1;
  for (const [index, line] of lines.entries()) {
    if (bare(line) === wishes.line) exact = index;
    else if (search !== undefined && search(line) !== null) {
      place = wishes.isBefore ? index : index + 1;
      if (wishes.firstmatch) break;
    }
  }
  return { exact, place };
}
