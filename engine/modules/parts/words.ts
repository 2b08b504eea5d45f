import { ModuleError } from "../contract.ts";

/** A word as POSIX sh reads it back, quotes and all. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * Splits a command line into words as Python's shlex does: quotes and backslashes are honoured, nothing else is special.
 * @throws ModuleError when a quote is not closed
 */
export function splitCommand(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let inside = "";
  for (let at = 0; at < line.length; at += 1) {
    const char = line[at]!;
    if (inside !== "") {
      if (char === inside) inside = "";
      else if (inside === '"' && char === "\\" && /["\\]/.test(line[at + 1] ?? "")) word += line[(at += 1)]!;
      else word += char;
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === "'" || char === '"') {
      inside = char;
      word ??= "";
    } else if (char === "\\" && at + 1 < line.length) {
      word = (word ?? "") + line[(at += 1)]!;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (inside !== "") throw new ModuleError(`no closing quotation in: ${line}`);
  if (word !== undefined) words.push(word);
  return words;
}
