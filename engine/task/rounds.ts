import type { Scope } from "../expression/contract.ts";
import { finalize, template } from "../expression/evaluate.ts";
import { resolved } from "../expression/waiting.ts";
import type { Task } from "../play/model.ts";
import type { Status, TaskView } from "../report/events.ts";
import type { Failure } from "../source/failure.ts";
import type { Reads } from "../variables/reads.ts";
import type { Moment } from "./attempt.ts";
import type { HostRun, PlayContext } from "./context.ts";
import { sleep } from "./controller.ts";
import { standsOnUnknown } from "./doubt.ts";
import { refused } from "./failures.ts";
import { itemVariables, loopOf, type Loop } from "./loop.ts";
import { outcomeOf } from "./outcome.ts";
import { assumedRound, failedRound, type Round, runRound } from "./round.ts";
import { firstFalse, flagOf, isCensored, numberOf, scopeOf, withNames } from "./scope.ts";
import { resolve } from "./step.ts";

type Values = Readonly<Record<string, unknown>>;

export interface RoundsOptions {
  readonly view: TaskView;
  readonly appliesTo: readonly HostRun[];
  readonly isRescuable: boolean;
  readonly sendAhead: (nextItem: number, moment: Moment) => void;
}

/** What came of a task on a host: its rounds, and the result of them all. */
export interface Rounds {
  readonly rounds: readonly Round[];
  readonly result: Values;
  readonly failure: Failure | undefined;
}

/** Runs a task on a host, item by item. Never throws: what is wrong with a task on a host is that host's failed task. */
export async function runRounds(task: Task, host: HostRun, play: PlayContext, options: RoundsOptions): Promise<Rounds> {
  try {
    const problem = play.varsFilesProblem(host.name);
    if (problem !== undefined) throw problem;
    if (task.loop !== undefined) return await new LoopRounds(task, host, play, options).run();
    return alone(await roundOf(task, {}, 0, host, play, options));
  } catch (error) {
    return alone(failedRound(refused(error, task)));
  }
}

function alone(round: Round): Rounds {
  return { rounds: [round], result: round.verdict.result, failure: round.verdict.failure };
}

/** One round, from what was resolved ahead where that still holds. */
async function roundOf(task: Task, local: Values, index: number, host: HostRun, play: PlayContext, options: RoundsOptions): Promise<Round> {
  const { step, guess } = await host.prepared.take(task, index, () => resolve(task, local, host, play, { ahead: false }));
  return runRound(step, host, play, {
    view: options.view,
    appliesTo: options.appliesTo,
    registered: registeredName(task),
    censored: isCensored(task, step.scope),
    guess,
    sendAhead: (moment) => options.sendAhead(index + 1, moment),
  });
}

export function registeredName(task: Task): string | undefined {
  return typeof task.register === "string" ? task.register : undefined;
}

class LoopRounds {
  private readonly rounds: Round[] = [];
  private readonly results: Values[] = [];

  constructor(
    private readonly task: Task,
    private readonly host: HostRun,
    private readonly play: PlayContext,
    private readonly options: RoundsOptions,
  ) {}

  async run(): Promise<Rounds> {
    const { task, host, play } = this;
    const reads = play.run.variables.reads(host.name);
    let loop = host.prepared.loop(task);
    if (loop === undefined) {
      try {
        loop = await loopOf(task, host, reads, play, { ahead: false });
      } catch (error) {
        return alone(await this.withoutItems(error, reads));
      }
      host.prepared.keepLoop(task, loop);
    }
    for (const index of loop.items.keys()) {
      if (play.run.signal.aborted) break;
      await this.pause(index);
      const isLast = await this.item(loop, index);
      if (isLast) break;
    }
    return this.all(loop);
  }

  /** A loop that cannot be worked out is no failure when the task would be skipped anyway. */
  private async withoutItems(error: unknown, reads: Reads): Promise<Round> {
    const { task, host, play } = this;
    const failed = refused(error, task);
    const scope = scopeOf(task, host.name, play, undefined, reads.note);
    try {
      const condition = await resolved(() => firstFalse(task.when, scope), { signal: play.run.signal });
      if (condition !== undefined) return await roundOf(task, {}, 0, host, play, this.options);
    } catch {
      // The conditions stand on the loop's variable: the loop's own failure is the one to tell
    }
    if (this.options.view.checkMode && standsOnUnknown(task, reads, host)) return assumedRound(failed.result["msg"]);
    return failedRound(failed);
  }

  private async pause(index: number): Promise<void> {
    const { pause } = this.task.loop!.control;
    if (pause === undefined || index === 0) return;
    const { run } = this.play;
    const scope = scopeOf(this.task, this.host.name, this.play);
    const seconds = await resolved(() => numberOf(pause, "pause", scope), { signal: run.signal });
    if (seconds === undefined) return;
    await sleep(seconds * 1000, run.signal);
    run.turns.timePassed();
  }

  /** @returns whether it was the last one */
  private async item(loop: Loop, index: number): Promise<boolean> {
    const { task, host, play, options } = this;
    const local = itemVariables(loop.names, loop.items, index);
    const started = performance.now();
    const round = await roundOf(task, local, index, host, play, options);
    const extended = local["ansible_loop"];
    const result = finalize({ ...round.verdict.result, ...local, ...(extended === undefined ? {} : { ansible_loop: extended }) }) as Values;
    this.rounds.push(round);
    this.results.push(result);
    const scope = scopeOf(task, host.name, play, local);
    const { changed, failure } = round.verdict;
    const status: Status = round.unreachable ? "unreachable" : failure !== undefined ? "failed" : round.skipped ? "skipped" : changed ? "changed" : "ok";
    const ignored = failure !== undefined && flagOf(task, "ignore_errors", scope, false);
    const told = { result, status, failure, ignored, rounds: [round], duration: performance.now() - started };
    const label = await this.label(scope, loop.items[index]);
    play.run.emit({ type: "item", ...outcomeOf(task, host, options, told, isCensored(task, scope)), label: finalize(label), index });
    return round.unreachable || (await this.breaks(scope, result));
  }

  private async label(scope: Scope, item: unknown): Promise<unknown> {
    const { control, place } = this.task.loop!;
    if (control.label === undefined) return item;
    try {
      return await resolved(() => template(control.label, scope, { place }), { signal: this.play.run.signal });
    } catch {
      return item;
    }
  }

  private async breaks(scope: Scope, result: Values): Promise<boolean> {
    const stop = this.task.loop!.control.break_when;
    if (stop === undefined) return false;
    const registered = registeredName(this.task);
    const seen = withNames(scope, registered === undefined ? {} : { [registered]: result });
    return (await resolved(() => firstFalse(stop, seen), { signal: this.play.run.signal })) === undefined;
  }

  private all({ items }: Loop): Rounds {
    const { rounds, results } = this;
    const failure = rounds.find((round) => round.verdict.failure !== undefined)?.verdict.failure;
    const skipped = rounds.every((round) => round.skipped);
    const result: Record<string, unknown> = {
      results,
      changed: rounds.some((round) => round.verdict.changed),
      failed: failure !== undefined,
      msg: this.message(failure !== undefined, skipped, items.length),
      skipped,
    };
    if (items.length === 0) result["skipped_reason"] = NO_ITEMS;
    if (rounds.some((round) => round.unreachable)) result["unreachable"] = true;
    return { rounds, result, failure };
  }

  private message(isFailed: boolean, isSkipped: boolean, count: number): string {
    if (isFailed) return "One or more items failed";
    if (!isSkipped) return "All items completed";
    return count === 0 ? NO_ITEMS : "All items skipped";
  }
}

const NO_ITEMS = "No items in the list";
