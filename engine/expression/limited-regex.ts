import vm from "node:vm";
import { Problem } from "./problem.ts";

/** How long one expression may look at one text. Milliseconds. */
const LIMIT = 1_000;
/** Steps that are done at once, without a watch. */
const CHEAP = 10_000_000;

/**
 * A regular expression that gives up after a second: patterns come from playbooks, texts from hosts, and some pairs of them backtrack for years
 * while nobody else is served. What is surely quick is not watched.
 */
export class LimitedRegExp extends RegExp {
  #dearness: Dearness | undefined;
  #text: string | undefined;
  #spent = 0;

  /** @throws Problem `regex-too-slow` */
  override exec(text: string): RegExpExecArray | null {
    this.#dearness ??= dearnessOf(this.source);
    if (isCheap(this.#dearness, text.length)) return super.exec(text);
    if (this.#text !== text) {
      this.#text = text;
      this.#spent = 0;
    }
    const started = performance.now();
    try {
      return limited(() => super.exec(text), Math.max(1, Math.round(LIMIT - this.#spent)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
      throw new Problem(
        `the regular expression ${JSON.stringify(this.source)} did not come to an end within ${LIMIT / 1000} s on a text of ${text.length} characters`,
        "regex-too-slow",
        "repetitions within repetitions, such as (a+)+, try every way to divide a text: write it with one of them",
      );
    } finally {
      this.#spent += performance.now() - started;
    }
  }
}

/** What a pattern may cost on a text of n characters: n to the power of `repetitions` and one more, or without bound. */
interface Dearness {
  readonly repetitions: number;
  /** A repetition of what can itself be matched in several ways. */
  readonly isNested: boolean;
}

function isCheap({ repetitions, isNested }: Dearness, length: number): boolean {
  return isNested ? length < 16 : length ** (repetitions + 1) <= CHEAP;
}

/** An upper bound, by the pattern's text alone. */
export function dearnessOf(source: string): Dearness {
  // escapes and classes are one character each
  const plain = source.replace(/\\(?:[pPux]\{[^}]*\}|[1-9]\d*|k<[^>]*>|[^])/g, (escape) => (/^\\[1-9k]/.test(escape) ? "*" : "x")).replace(/\[[^\]]*\]/g, "x");
  const open: { hasChoice: boolean }[] = [{ hasChoice: false }];
  let repetitions = 0;
  let isNested = false;
  for (let at = 0; at < plain.length; at += 1) {
    const character = plain[at]!;
    const inner = open.at(-1)!;
    if (character === "(") {
      open.push({ hasChoice: false });
      if (plain[at + 1] === "?") at += 1;
    } else if (character === ")") {
      const { hasChoice } = open.length > 1 ? open.pop()! : inner;
      const isRepeated = /^(?:[*+]|\{\d+,?\d*\})/.test(plain.slice(at + 1));
      if (hasChoice && isRepeated) isNested = true;
      if (hasChoice) open.at(-1)!.hasChoice = true;
    } else if (character === "|" || character === "?") inner.hasChoice = true;
    else if (character === "*" || character === "+" || /^\{\d+,/.test(plain.slice(at, at + 8))) {
      inner.hasChoice = true;
      repetitions += 1;
    }
  }
  return { repetitions, isNested };
}

const box: { work: (() => unknown) | undefined } = { work: undefined };
let watch: { readonly script: vm.Script; readonly context: vm.Context } | undefined;

/** V8 ends what runs under a time limit also in the middle of a match. */
function limited<T>(work: () => T, milliseconds: number): T {
  watch ??= { script: new vm.Script("box.work()"), context: vm.createContext({ box }) };
  box.work = work;
  try {
    return watch.script.runInContext(watch.context, { timeout: milliseconds }) as T;
  } finally {
    box.work = undefined;
  }
}
