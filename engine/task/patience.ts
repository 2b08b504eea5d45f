import type { Patience } from "../modules/contract.ts";
import { Failure } from "../source/failure.ts";
import { sleep } from "./controller.ts";

export interface PatienceOptions {
  readonly signal?: AbortSignal | undefined;
  /** Gives the connection up: the next script opens a new one. */
  readonly reconnect?: (() => Promise<void>) | undefined;
}

/**
 * Tries `look` until it says something, also while the host cannot be reached.
 * @returns what it said, and the seconds that it took; undefined with the last trouble when the time is over
 */
export async function patiently<T>(
  patience: Patience,
  look: () => Promise<T | undefined>,
  { signal = new AbortController().signal, reconnect }: PatienceOptions,
): Promise<{ readonly value: T | undefined; readonly elapsed: number; readonly trouble: string }> {
  const begin = performance.now();
  const elapsed = (): number => Math.floor((performance.now() - begin) / 1_000);
  let trouble = "";
  await sleep(patience.delay * 1_000, signal);
  const end = performance.now() + patience.timeout * 1_000;
  for (;;) {
    try {
      const value = await look();
      if (value !== undefined) return { value, elapsed: elapsed(), trouble };
    } catch (error) {
      if (!(error instanceof Failure) || error.fault !== "transport" || error.code === "interrupted") throw error;
      trouble = error.message;
      await reconnect?.();
    }
    if (performance.now() >= end || signal.aborted) return { value: undefined, elapsed: elapsed(), trouble };
    await sleep(patience.sleep * 1_000, signal);
  }
}
