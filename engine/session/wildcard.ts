/** Whether `text` is matched by an OpenSSH pattern: `*` and `?`, nothing else. */
export function matchesPattern(text: string, pattern: string): boolean {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(text);
}

/** A list of patterns: one must match, and none that is negated by `!`. */
export function matchesPatternList(text: string, patterns: readonly string[]): boolean {
  let isMatched = false;
  for (const pattern of patterns) {
    if (pattern.startsWith("!")) {
      if (matchesPattern(text, pattern.slice(1))) return false;
    } else if (!isMatched && matchesPattern(text, pattern)) isMatched = true;
  }
  return isMatched;
}
