import { Failure } from "../source/failure.ts";

/**
 * Expressions are evaluated at one go. Where one needs what must be waited for (a process, the network, a hash that takes a second), its
 * evaluation is given up, and begun again when the answer is there. What was answered before is not asked again.
 */
export interface ResolveOptions {
  /** Ends what is waited for. */
  readonly signal?: AbortSignal | undefined;
  /** Before its turn: what has an effect, or must be waited for, is not begun. */
  readonly ahead?: boolean;
  /** Told when something that has an effect begins. */
  readonly onEffect?: (() => void) | undefined;
}

/** Thrown through an evaluation to whoever began it. No failure: nobody on the way may keep it, or tell of it. */
export class Suspension extends Error {
  constructor(readonly answer: Promise<void>) {
    super("an answer is waited for");
    this.name = "Suspension";
  }
}

type Answer = { readonly value: unknown } | { readonly error: unknown };

class Resolution {
  readonly #answers = new Map<string, Answer[]>();
  #asked = new Map<string, number>();

  constructor(readonly options: ResolveOptions) {}

  begin(): void {
    this.#asked = new Map();
  }

  answer<T>(key: string, question: Question<T>): T {
    const index = this.#asked.get(key) ?? 0;
    this.#asked.set(key, index + 1);
    const answers = this.#answers.get(key) ?? [];
    this.#answers.set(key, answers);
    const known = answers[index];
    if (known !== undefined) return valueOf(known) as T;
    const { signal, ahead, onEffect } = this.options;
    if (ahead === true) throw new Failure("this cannot be known before its turn", { code: "internal", fault: "internal" });
    if (question.hasEffects) onEffect?.();
    if (question.later === undefined) {
      const value = question.now();
      answers[index] = { value };
      return value;
    }
    const keep = (answer: Answer): void => void (answers[index] = answer);
    throw new Suspension(
      question.later(signal).then(
        (value) => keep({ value }),
        (error: unknown) => keep({ error }),
      ),
    );
  }
}

function valueOf(answer: Answer): unknown {
  if ("error" in answer) throw answer.error;
  return answer.value;
}

export interface Question<T> {
  /** Files, processes, other machines may notice that it was asked. */
  readonly hasEffects: boolean;
  /** For a caller that cannot wait. */
  readonly now: () => T;
  readonly later?: (signal: AbortSignal | undefined) => Promise<T>;
}

let current: Resolution | undefined;

/**
 * Runs `work`, which evaluates, and waits where something in it must be waited for: then `work` runs again, with the answers so far at hand.
 * @param work evaluates, and does nothing else
 * @throws what `work` throws; a Failure when something would have to be waited for ahead of its turn
 */
export async function resolved<T>(work: () => T, options: ResolveOptions = {}): Promise<T> {
  const resolution = new Resolution(options);
  for (;;) {
    const around = current;
    current = resolution;
    resolution.begin();
    let answer: Promise<void>;
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Suspension)) throw error;
      answer = error.answer;
    } finally {
      current = around;
    }
    await answer;
  }
}

/**
 * Asks what is asked once an evaluation, however often that begins again: what has effects, what is random, what must be waited for.
 * @param key the question, with all that its answer stands on
 */
export function answered<T>(key: string, question: Question<T>): T {
  return current === undefined ? question.now() : current.answer(key, question);
}
