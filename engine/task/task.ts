import { finalize } from "../expression/evaluate.ts";
import type { ActionResult } from "../modules/contract.ts";
import { isInclude } from "../play/actions.ts";
import type { Task } from "../play/model.ts";
import type { Status, TaskView } from "../report/events.ts";
import type { Failure } from "../source/failure.ts";
import type { Moment } from "./attempt.ts";
import type { HostRun, PlayContext } from "./context.ts";
import { outcomeOf } from "./outcome.ts";
import { registeredName, runRounds } from "./rounds.ts";
import { flagOf, isCensored, scopeOf } from "./scope.ts";
import type { Include } from "./step.ts";

type Values = Readonly<Record<string, unknown>>;

export interface TaskOutcome {
  readonly host: HostRun;
  readonly status: Status;
  readonly result: Values;
  readonly changed: boolean;
  readonly failed: boolean;
  readonly unreachable: boolean;
  readonly ignored: boolean;
  readonly failure: Failure | undefined;
  readonly includes: readonly Include[];
  readonly actions: readonly ActionResult[];
}

export interface TaskOptions {
  readonly view: TaskView;
  /** The hosts that the result belongs to: more than the one that runs it for run_once. */
  readonly appliesTo: readonly HostRun[];
  /** Called when the next tasks' probes may be sent. */
  readonly sendAhead: (nextItem: number, moment: Moment) => void;
  /** A rescue around the task takes care of its failure. */
  readonly isRescuable: boolean;
}

/**
 * Runs one task on one host, and emits its items and its result. Round by round: resolve (step.ts), probe, plan, apply (attempt.ts,
 * carry-out.ts), judge (verdict.ts), record (round.ts).
 */
export async function runTask(task: Task, host: HostRun, play: PlayContext, options: TaskOptions): Promise<TaskOutcome> {
  const started = performance.now();
  const { rounds, result, failure } = await runRounds(task, host, play, options);
  host.prepared.drop(task);
  const scope = scopeOf(task, host.name, play);
  const changed = result["changed"] === true;
  const unreachable = rounds.some((round) => round.unreachable);
  const failed = !unreachable && failure !== undefined;
  const skipped = result["skipped"] === true && !failed && !unreachable && !(changed && play.run.facts.checkMode);
  const status: Status = unreachable ? "unreachable" : failed ? "failed" : skipped ? "skipped" : changed ? "changed" : "ok";
  const ignored = (failed && flagOf(task, "ignore_errors", scope, false)) || (unreachable && flagOf(task, "ignore_unreachable", scope, false));
  register(task, result, options, play);
  if (changed && options.view.checkMode) host.doubt.announced = true;
  const ended = { result, status, failure, ignored, rounds, duration: performance.now() - started };
  // What an include brings is told by its own event
  if (!(isInclude(task) && status === "ok")) play.run.emit({ type: "result", ...outcomeOf(task, host, options, ended, isCensored(task, scope)) });
  return {
    host,
    status,
    result,
    changed: changed && !failed && !unreachable,
    failed,
    unreachable,
    ignored,
    failure,
    includes: rounds.flatMap((round) => (round.include === undefined ? [] : [round.include])),
    actions: rounds.flatMap((round) => (round.action === undefined ? [] : [round.action])),
  };
}

function register(task: Task, result: Values, { appliesTo }: TaskOptions, play: PlayContext): void {
  const name = registeredName(task);
  if (name === undefined) return;
  for (const host of appliesTo) play.run.variables.assign(host.name, { [name]: finalize(result) });
}
