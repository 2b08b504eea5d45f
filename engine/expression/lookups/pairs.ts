/** A term of a lookup that holds its options too: `key section=s file="a b.ini"`. */
export interface Term {
  /** What is no option, each word for itself. */
  readonly words: readonly string[];
  readonly pairs: readonly (readonly [name: string, value: string])[];
}

/** Splits a term at its blanks; quoted text stays whole. */
export function readTerm(text: string): Term {
  const words: string[] = [];
  const pairs: [string, string][] = [];
  for (const word of text.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? []) {
    const at = word.indexOf("=");
    if (at === -1) words.push(word);
    else pairs.push([word.slice(0, at), word.slice(at + 1).replace(/^(["'])(.*)\1$/, "$2")]);
  }
  return { words, pairs };
}
