import { splitLines } from "../expression/python/string-methods.ts";
import type { Scope } from "../expression/contract.ts";
import type { Task } from "../play/model.ts";
import { Failure } from "../source/failure.ts";
import type { Attempt } from "./attempt.ts";
import { firstFalse, withNames } from "./scope.ts";

type Values = Readonly<Record<string, unknown>>;

export interface Verdict {
  readonly result: Values;
  readonly changed: boolean;
  readonly failed: boolean;
  readonly failure: Failure | undefined;
}

/**
 * Applies `changed_when` and `failed_when` to what the module reported.
 * @param registered the name under which the conditions see the result
 * @throws Failure when a condition cannot be evaluated
 */
export function judge(task: Task, attempt: Attempt, scope: Scope, registered: string | undefined): Verdict {
  let result: Values = withLines({ ...attempt.result, failed: attempt.failure !== undefined, changed: attempt.result["changed"] === true });
  let failure = attempt.failure;
  // Check mode cannot know what a command would print; conditions on it would be guesses
  if (attempt.isUnknown && !isConstant(task.changed_when)) return { result, changed: result["changed"] === true, failed: failure !== undefined, failure };
  const sees = (): Scope => (registered === undefined ? scope : withNames(scope, { [registered]: result }));
  if (task.changed_when !== undefined && !attempt.isUnreachable) {
    result = { ...result, changed: firstFalse(task.changed_when, sees()) === undefined };
  }
  if (task.failed_when !== undefined && !attempt.isUnreachable && !attempt.isUnknown) {
    const failed = firstFalse(task.failed_when, sees()) === undefined;
    result = { ...result, failed, failed_when_result: failed };
    if (!failed) failure = undefined;
    else failure ??= new Failure(messageOf(result), { code: "failed-when", fault: "host", place: task.failed_when[0]?.place ?? task.place });
  }
  return { result, changed: result["changed"] === true, failed: failure !== undefined, failure };
}

function isConstant(conditions: Task["changed_when"]): boolean {
  return conditions !== undefined && conditions.every(({ value }) => typeof value === "boolean");
}

function messageOf(result: Values): string {
  const msg = result["msg"];
  return typeof msg === "string" && msg !== "" ? msg : "failed_when holds";
}

/** `stdout_lines` and `stderr_lines` for everything that has the text. */
export function withLines(result: Values): Values {
  const lines: Record<string, unknown> = {};
  for (const key of ["stdout", "stderr"]) {
    const text = result[key];
    if (typeof text === "string" && !Object.hasOwn(result, `${key}_lines`)) lines[`${key}_lines`] = splitLines(text);
  }
  return { ...result, ...lines };
}
