import { runInNewContext } from "node:vm";

/**
 * Does work that must not take forever, and fails when it does: node's own time limit of a test cannot end what never waits. For input on which
 * what is not linear takes hours.
 */
export function mustEnd<T>(work: () => T): T {
  return runInNewContext("work()", { work }, { timeout: 120_000 }) as T;
}
