import type { Place } from "./place.ts";

/** Whose fault it is; the command line's exit code follows from it. */
export type Fault = "playbook" | "inventory" | "host" | "transport" | "usage" | "internal";

export interface FailureDetails {
  /** A stable word for programs, for example `unknown-keyword`. Listed in docs/errors.md. */
  readonly code: string;
  readonly fault: Fault;
  readonly place?: Place | undefined;
  /** What to do next, one sentence. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** Every error a user is meant to see: what, where, and what to do next. */
export class Failure extends Error {
  readonly code: string;
  readonly fault: Fault;
  readonly place: Place | undefined;
  readonly hint: string | undefined;

  constructor(message: string, details: FailureDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "Failure";
    this.code = details.code;
    this.fault = details.fault;
    this.place = details.place;
    this.hint = details.hint;
  }

  /** This failure with a place, unless it has one. */
  at(place: Place | undefined): Failure {
    if (place === undefined || this.place !== undefined) return this;
    const { code, fault, hint, cause } = this;
    return new Failure(this.message, { code, fault, place, hint, cause });
  }
}

/** Several failures found at once, for example by the check of a whole playbook. */
export class Failures extends Error {
  readonly failures: readonly Failure[];

  constructor(failures: readonly Failure[]) {
    super(failures.map((failure) => failure.message).join("\n"));
    this.failures = failures;
    this.name = "Failures";
  }
}

/**
 * The candidate that `word` was probably meant to be, or undefined when none is near.
 * @param limit how many letters may differ; a third of the word when not given
 */
export function nearest(word: string, candidates: Iterable<string>, limit = Math.max(1, Math.floor(word.length / 3))): string | undefined {
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** A hint of the form `did you mean "x"?`, or undefined. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const candidate = nearest(word, candidates);
  return candidate === undefined ? undefined : `did you mean "${candidate}"?`;
}

/** Damerau-Levenshtein (adjacent transpositions count as one), or `limit` when it is reached. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      // A slip of the finger leaves letters out more often than it takes another one
      const cost = a[i - 1] === b[j - 1] ? 0 : 1.2;
      let value = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        value = Math.min(value, beforeLast[j - 2]! + 1);
      }
      row.push(value);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
