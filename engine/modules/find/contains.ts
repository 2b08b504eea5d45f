/**
 * A Python pattern as one of `grep -P`: for a line that begins with it, or for a whole file, of which `^` is the beginning and `$` the end or what stands
 * before the last newline.
 */
export function perlPattern(pattern: string, isWhole: boolean): string {
  // NOTE: grep reads a newline as the end of one pattern and the beginning of another
  const line = pattern.replace(/\\?\n/g, "\\n");
  return isWhole ? `(?-m)${line.replace(MARKS, (mark) => (mark === "$" ? "(?=\\n?\\z)" : mark))}` : `^(?:${line})`;
}

/** What is escaped, a set of characters, or a `$` that means the end. */
const MARKS = /\\[^]|\[\^?\]?(?:\\[^]|[^\]\\])*\]|\$/g;

/**
 * A Python pattern as an extended regular expression (grep -E), for hosts whose grep has no -P.
 * @returns undefined when it needs more than that
 */
export function plainPattern(pattern: string, isWhole: boolean): string | undefined {
  if (pattern.includes("\n") || (isWhole && perlPattern(pattern, true).includes("\\z)"))) return undefined;
  if (/\(\?(?!:)|\\[1-9AZbBpP]|[*+?}]\?|\\[ux]/.test(pattern)) return undefined;
  const plain = pattern
    .replaceAll("(?:", "(")
    .replace(/\\d/g, "[0-9]")
    .replace(/\\D/g, "[^0-9]")
    .replace(/\\s/g, "[[:space:]]")
    .replace(/\\w/g, "[[:alnum:]_]");
  return isWhole ? plain : `^(${plain})`;
}
