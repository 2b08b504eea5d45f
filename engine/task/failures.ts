import { ModuleError } from "../modules/contract.ts";
import type { Task } from "../play/model.ts";
import { Failure, Failures } from "../source/failure.ts";

type Values = Readonly<Record<string, unknown>>;

/** How a task failed on one host: what is registered of it, and why. */
export interface Refusal {
  readonly result: Values;
  readonly failure: Failure;
  readonly isUnreachable: boolean;
}

/** What is wrong for one host is that host's failed task, also where the fault is the engine's own. */
export function refused(error: unknown, task: Task): Refusal {
  if (error instanceof Failures) {
    const first = error.failures[0]!;
    return { ...refused(first, task), result: { failed: true, changed: false, msg: error.message } };
  }
  if (error instanceof ModuleError) {
    const failure = new Failure(error.message, { code: "module-refused", fault: "host", place: task.place, hint: error.hint });
    return { result: { changed: false, msg: error.message, ...error.result, failed: true }, failure, isUnreachable: false };
  }
  if (!(error instanceof Failure)) return refused(ours(error), task);
  const isUnreachable = error.fault === "transport" && isConnectionLoss(error);
  const result = isUnreachable ? { unreachable: true, changed: false, msg: error.message } : { failed: true, changed: false, msg: error.message };
  return { result, failure: located(error, task), isUnreachable };
}

/** A connection that cannot be used any more. Become, time limits and interrupts leave it alive. */
export function isConnectionLoss(failure: Failure): boolean {
  return !["become-failed", "command-timeout", "interrupted"].includes(failure.code);
}

/** A failure on a host still tells which line of the playbook led to it. */
export function located(failure: Failure, task: Task): Failure {
  if (failure.place !== undefined) return failure;
  const { code, fault, hint, cause, message } = failure;
  return new Failure(message, { code, fault, hint, cause, place: task.place });
}

/** A fault of the engine itself ends one host's task, not the run. */
function ours(error: unknown): Failure {
  const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  const where = stack.split("\n").find((line) => line.trimStart().startsWith("at "));
  return new Failure(`the engine itself failed: ${message}${where === undefined ? "" : ` (${where.trim()})`}`, {
    code: "internal",
    fault: "internal",
    hint: "this is a bug of tsplay: please report it with the task that led to it",
    cause: error,
  });
}
