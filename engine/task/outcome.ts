import { finalize } from "../expression/evaluate.ts";
import type { Task } from "../play/model.ts";
import type { FailureView, Outcome, Status, TaskView } from "../report/events.ts";
import type { Failure } from "../source/failure.ts";
import type { HostRun } from "./context.ts";
import type { Round } from "./round.ts";

type Values = Readonly<Record<string, unknown>>;

/** How a task, or one item of it, ended. */
export interface Ended {
  readonly result: Values;
  readonly status: Status;
  readonly failure: Failure | undefined;
  readonly ignored: boolean;
  readonly rounds: readonly Round[];
  /** Milliseconds. */
  readonly duration: number;
}

/** The same, as an event tells it. */
export function outcomeOf(
  task: Task,
  host: HostRun,
  { view, isRescuable }: { readonly view: TaskView; readonly isRescuable: boolean },
  { result, status, failure, ignored, rounds, duration }: Ended,
  censored: boolean,
): Outcome {
  const delegatedTo = rounds.find((round) => round.delegatedTo !== undefined)?.delegatedTo;
  return {
    host: host.name,
    ...(delegatedTo === undefined ? {} : { delegatedTo }),
    task: view,
    status,
    ignored,
    rescued: status === "failed" && !ignored && isRescuable,
    result: finalize(result) as Values,
    assumed: rounds.some((round) => round.assumed),
    duration,
    censored,
    failure: failure === undefined ? undefined : failureView(task, failure, result),
  };
}

function failureView(task: Task, failure: Failure, result: Values): FailureView {
  const stderr = typeof result["stderr"] === "string" ? result["stderr"].trim() : typeof failure.cause === "string" ? failure.cause : "";
  return {
    code: failure.code,
    message: failure.message,
    place: failure.place ?? task.place,
    hint: failure.hint,
    ...(stderr === "" ? {} : { stderrTail: stderr.split("\n").slice(-12).join("\n") }),
  };
}
