/**
 * Splits a line into words as a POSIX shell would: quotes, backslashes, and `#` (also inside a word) begins a comment.
 * @returns the words, or what is wrong with the line
 */
export function splitWords(line: string): { words: string[] } | { problem: string } {
  // most lines have nothing in them that a shell would look at
  if (!/["'\\#]/.test(line)) return { words: line.split(/\s+/).filter((each) => each !== "") };
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < line.length; at += 1) {
    const char = line[at]!;
    if (quote !== "") {
      if (char === quote) quote = "";
      else if (char === "\\" && quote === '"' && (line[at + 1] === '"' || line[at + 1] === "\\")) {
        at += 1;
        word += line[at]!;
      } else word += char;
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === "#") {
      break;
    } else if (char === "'" || char === '"') {
      quote = char;
      word ??= "";
    } else if (char === "\\") {
      at += 1;
      if (at >= line.length) return { problem: "there is nothing after the last backslash" };
      word = (word ?? "") + line[at]!;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (quote !== "") return { problem: `the quote ${quote} is not closed` };
  if (word !== undefined) words.push(word);
  return { words };
}
