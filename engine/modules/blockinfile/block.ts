import { decodeText, type Edited, type EditState } from "../parts/edit.ts";
import { searchRegex } from "../parts/regex.ts";
import type { BlockArgs } from "./blockinfile.ts";

/** The content that the file shall have. */
export function editBlock(current: EditState, args: BlockArgs): Edited {
  const isPresent = args.state === "present";
  if (!isPresent && current.bytes === undefined) return { content: undefined, msg: `File ${current.path} not present` };
  const file = decodeText(current.bytes ?? Buffer.alloc(0));
  const block = file.argument(args.block);
  const marker = (mark: string): string => `${file.argument(args.marker).replaceAll("{mark}", () => file.argument(mark))}\n`;
  const [begin, end] = [marker(args.marker_begin), marker(args.marker_end)];
  const isWanted = isPresent && block !== "";
  const blockLines = isWanted ? [begin, ...splitKeeping(block.endsWith("\n") ? block : `${block}\n`), end] : [];
  const lines = splitKeeping(file.text);
  let at = cut(lines, begin, end) ?? placeOf(lines, file.text, args, file.argument);

  if (at > 0 && !lines[at - 1]!.endsWith("\n")) lines[at - 1] += "\n";
  if (args.prepend_newline && isPresent && at !== 0 && lines[at - 1] !== "\n") {
    lines.splice(at, 0, "\n");
    at += 1;
  }
  lines.splice(at, 0, ...blockLines);
  const after = at + blockLines.length;
  if (args.append_newline && isPresent && after < lines.length && lines[after] !== "\n") lines.splice(after, 0, "\n");

  const content = file.encode(lines.join(""));
  return { content, msg: current.bytes === undefined ? "File created" : isWanted ? "Block inserted" : "Block removed" };
}

// as Python's bytes.splitlines(True)
function splitKeeping(text: string): string[] {
  return text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
}

/** Takes the old block out of `lines`. @returns where it was, or undefined */
function cut(lines: string[], begin: string, end: string): number | undefined {
  const first = lines.lastIndexOf(begin);
  const last = lines.lastIndexOf(end);
  if (first === -1 || last === -1) return undefined;
  const [from, to] = first < last ? [first, last] : [last, first];
  lines.splice(from, to - from + 1);
  return from;
}

function placeOf(lines: readonly string[], text: string, args: BlockArgs, argument: (value: string) => string): number {
  const { insertbefore, insertafter } = args;
  if (insertbefore === "BOF") return 0;
  const pattern = insertbefore ?? (insertafter === "EOF" ? undefined : insertafter);
  if (pattern === undefined) return lines.length;
  const search = searchRegex(argument(pattern));
  let index = -1;
  if (/\(\?[a-zA-Z]*m[a-zA-Z]*\)/.test(pattern)) {
    // a pattern over several lines is searched in the whole file
    const match = search(text);
    if (match !== null) index = text.slice(0, insertbefore === undefined ? match.index + match[0].length : match.index).split("\n").length - 1;
  } else {
    index = lines.findLastIndex((line) => search(line) !== null);
  }
  if (index === -1) return lines.length;
  return insertbefore === undefined ? Math.min(index + 1, lines.length) : index;
}
