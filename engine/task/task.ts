import type { Scope } from "../expression/contract.ts";
import { finalize, template } from "../expression/evaluate.ts";
import type { ActionResult } from "../modules/contract.ts";
import type { Condition, Task } from "../play/model.ts";
import type { FailureView, Outcome, Status, TaskView } from "../report/events.ts";
import { Failure } from "../source/failure.ts";
import { copyPlaces } from "../source/place.ts";
import { Written } from "../source/written.ts";
import { attempt, type Attempt, refused } from "./attempt.ts";
import { sleep } from "./controller.ts";
import type { HostRun, PlayContext } from "./context.ts";
import { applyEffects } from "./effects.ts";
import { itemVariables, loopItems, type LoopNames, loopNames } from "./loop.ts";
import { booleanOf, firstFalse, isCensored, keywordOf, numberOf, placeOfKeyword, scopeOf, textOf, withNames } from "./scope.ts";
import { judge, type Verdict, withLines } from "./verdict.ts";

type Values = Readonly<Record<string, unknown>>;

/** An include that a task asks for: its arguments, and the variables of the loop's round. */
export interface Include {
  readonly args: Values;
  readonly local: Values;
  readonly label: unknown;
  /** `no_log` hides the label. */
  readonly censored: boolean;
}

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
  readonly sendAhead?: ((nextItem: number, moment: "asked" | "applying") => void) | undefined;
  /** A rescue around the task takes care of its failure. */
  readonly isRescuable: boolean;
}

/** One round: without a loop the only one. */
interface Round {
  readonly verdict: Verdict;
  readonly skipped: boolean;
  readonly unreachable: boolean;
  readonly assumed: boolean;
  readonly delegatedTo: string | undefined;
  readonly action: ActionResult | undefined;
  readonly include: Include | undefined;
}

interface Rounds {
  readonly rounds: readonly Round[];
  readonly result: Values;
  readonly failure: Failure | undefined;
}

const INCLUDES = new Set(["include_tasks", "include_role"]);

/** Keywords that must be true or false, and that a template may have made something else. */
const FLAGS = ["no_log", "run_once", "check_mode", "diff", "any_errors_fatal", "ignore_errors", "ignore_unreachable"] as const;

/** Runs one task on one host: loop, conditions, retries, verdict, register. Emits the items and the result. */
export async function runTask(task: Task, host: HostRun, play: PlayContext, options: TaskOptions): Promise<TaskOutcome> {
  const started = performance.now();
  const runner = new TaskRun(task, host, play, options);
  const { rounds, result, failure } = await runner.run();
  const changed = result["changed"] === true;
  const unreachable = rounds.some((round) => round.unreachable);
  const failed = !unreachable && failure !== undefined;
  const skipped = result["skipped"] === true && !failed && !unreachable && !(changed && play.run.facts.checkMode);
  const status: Status = unreachable ? "unreachable" : failed ? "failed" : skipped ? "skipped" : changed ? "changed" : "ok";
  const ignored = (failed && runner.flag("ignore_errors")) || (unreachable && runner.flag("ignore_unreachable"));
  runner.register(result);
  if (changed && options.view.checkMode) host.doubt.announced = true;
  const outcome = runner.outcome(result, status, failure, ignored, rounds, performance.now() - started);
  // What an include brings is told by its own event
  if (!(INCLUDES.has(task.action) && status === "ok")) play.run.emit({ type: "result", ...outcome });
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

class TaskRun {
  readonly #base: Scope;
  readonly #registered: string | undefined;
  readonly #censored: boolean;
  /** Notices in check mode, behind something unknown, whether the task's values stand on it; undefined elsewhere. */
  readonly #watch: ((name: string) => void) | undefined;
  #hasMetUnknown = false;

  constructor(
    readonly task: Task,
    readonly host: HostRun,
    readonly play: PlayContext,
    readonly options: TaskOptions,
  ) {
    if (options.view.checkMode && host.doubt.unknown.size > 0) {
      this.#watch = (name) => {
        if (host.doubt.unknown.has(name)) this.#hasMetUnknown = true;
      };
    }
    this.#base = scopeOf(task, host.name, play, undefined, this.#watch);
    this.#registered = typeof task.register === "string" ? task.register : undefined;
    this.#censored = isCensored(task, this.#base);
  }

  /** A keyword's value, or what holds without it where it cannot be told: the round has failed of that already. */
  flag(name: "ignore_errors" | "ignore_unreachable" | "check_mode" | "diff"): boolean {
    const fallback = name === "check_mode" ? this.play.run.facts.checkMode : name === "diff" ? this.play.run.facts.diffMode : false;
    try {
      return booleanOf(keywordOf(this.task, name, this.#base), name, this.#base, placeOfKeyword(this.task, name)) ?? fallback;
    } catch (error) {
      if (error instanceof Failure) return fallback;
      throw error;
    }
  }

  /** Never throws: what is wrong with a task on a host is that host's failed task. */
  async run(): Promise<Rounds> {
    try {
      const problem = this.play.varsFilesProblem(this.host.name);
      if (problem !== undefined) throw problem;
      return await this.#rounds();
    } catch (error) {
      const round = failedRound(refused(error, this.task));
      return { rounds: [round], result: round.verdict.result, failure: round.verdict.failure };
    }
  }

  async #rounds(): Promise<Rounds> {
    const { loop } = this.task;
    if (loop === undefined) {
      const round = await this.#round({}, 0);
      return { rounds: [round], result: round.verdict.result, failure: round.verdict.failure };
    }
    let items: unknown[];
    let names: LoopNames;
    try {
      names = loopNames(loop, this.#base);
      items = loopItems(loop, this.#base);
    } catch (error) {
      const round = this.#withoutItems(error);
      return { rounds: [round], result: round.verdict.result, failure: round.verdict.failure };
    }
    return this.#loop(names, items);
  }

  /** A loop that cannot be worked out is no failure when the task would be skipped anyway. */
  #withoutItems(error: unknown): Round {
    const failed = refused(error, this.task);
    try {
      const condition = firstFalse(this.task.when, this.#base);
      if (condition !== undefined) return skippedRound(condition);
    } catch {
      // The conditions stand on the loop's variable: the loop's own failure is the one to tell
    }
    if (this.options.view.checkMode && this.#standsOnUnknown()) return assumedRound(failed.result["msg"]);
    return failedRound(failed);
  }

  async #loop(names: LoopNames, items: readonly unknown[]): Promise<Rounds> {
    const control = this.task.loop!.control;
    const rounds: Round[] = [];
    const results: Values[] = [];
    for (const [index, item] of items.entries()) {
      if (this.play.run.signal.aborted) break;
      const pause = index === 0 ? undefined : numberOf(control.pause, "pause", this.#base);
      if (pause !== undefined) await sleep(pause * 1000, this.play.run.signal);
      const local = itemVariables(names, items, index);
      const started = performance.now();
      const round = await this.#round(local, index);
      const result = finalize({
        ...round.verdict.result,
        ...local,
        ...(local["ansible_loop"] === undefined ? {} : { ansible_loop: local["ansible_loop"] }),
      }) as Values;
      rounds.push(round);
      results.push(result);
      const label = this.#label(local, item);
      const { changed, failure } = round.verdict;
      const status: Status = round.unreachable ? "unreachable" : failure !== undefined ? "failed" : round.skipped ? "skipped" : changed ? "changed" : "ok";
      const ignored = failure !== undefined && this.flag("ignore_errors");
      const outcome = this.outcome(result, status, failure, ignored, [round], performance.now() - started);
      this.play.run.emit({ type: "item", ...outcome, label: finalize(label), index });
      if (round.unreachable) break;
      const stop = control.break_when;
      if (
        stop !== undefined &&
        firstFalse(stop, withNames(this.#scope(local), this.#registered === undefined ? {} : { [this.#registered]: result })) === undefined
      )
        break;
    }
    const failure = rounds.find((round) => round.verdict.failure !== undefined)?.verdict.failure;
    const skipped = rounds.every((round) => round.skipped);
    const changed = rounds.some((round) => round.verdict.changed);
    const msg =
      failure !== undefined
        ? "One or more items failed"
        : skipped
          ? items.length === 0
            ? "No items in the list"
            : "All items skipped"
          : "All items completed";
    const result: Record<string, unknown> = { results, changed, failed: failure !== undefined, msg, ...(skipped ? { skipped: true } : { skipped: false }) };
    if (items.length === 0) result["skipped_reason"] = "No items in the list";
    if (rounds.some((round) => round.unreachable)) result["unreachable"] = true;
    return { rounds, result, failure };
  }

  #label(local: Values, item: unknown): unknown {
    const written = this.task.loop!.control.label;
    if (written === undefined) return item;
    try {
      return template(written, this.#scope(local), { place: this.task.loop!.place });
    } catch {
      return item;
    }
  }

  #scope(local: Values): Scope {
    return Object.keys(local).length === 0 ? this.#base : scopeOf(this.task, this.host.name, this.play, local, this.#watch);
  }

  async #round(local: Values, index: number): Promise<Round> {
    const scope = this.#scope(local);
    let condition: Condition | undefined;
    try {
      condition = firstFalse(this.task.when, scope);
    } catch (error) {
      const failed = refused(error, this.task);
      if (this.options.view.checkMode && this.#standsOnUnknown()) return assumedRound(failed.result["msg"]);
      return failedRound(failed);
    }
    if (condition !== undefined) return { ...skippedRound(condition), assumed: this.options.view.checkMode && this.#standsOnUnknown() };
    try {
      for (const name of FLAGS) booleanOf(keywordOf(this.task, name, scope), name, scope, placeOfKeyword(this.task, name));
      numberOf(keywordOf(this.task, "throttle", scope), "throttle", scope, placeOfKeyword(this.task, "throttle"));
      if (INCLUDES.has(this.task.action)) return this.#include(scope, local);
      return await this.#attempts(scope, index);
    } catch (error) {
      return failedRound(refused(error, this.task));
    }
  }

  #include(scope: Scope, local: Values): Round {
    try {
      const written = this.task.args instanceof Written ? {} : this.task.args;
      const { apply: _apply, ...rest } = written;
      const args = template(rest, scope, { place: this.task.place }) as Values;
      const taskVars = Object.keys(this.task.vars).length === 0 ? {} : (template(this.task.vars, scope, { place: this.task.place }) as Values);
      // what a person wrote there is still an expression in the included tasks (`when: "{{ check }}"`)
      const handedOn = copyPlaces(Object.keys(taskVars).length === 0 ? local : taskVars, { ...taskVars, ...local });
      const include: Include = { args, local: handedOn, label: Object.values(local)[0], censored: this.#censored };
      const result = { changed: false, failed: false, include: args["file"] ?? args["_raw_params"] ?? args["name"], include_args: taskVars };
      return {
        verdict: { result, changed: false, failed: false, failure: undefined },
        skipped: false,
        unreachable: false,
        assumed: false,
        delegatedTo: undefined,
        action: undefined,
        include,
      };
    } catch (error) {
      return failedRound(refused(error, this.task));
    }
  }

  async #attempts(scope: Scope, index: number): Promise<Round> {
    const { task } = this;
    const retriesGiven = numberOf(task.retries, "retries", scope, placeOfKeyword(task, "retries"));
    const retries = task.until === undefined ? (retriesGiven ?? 0) : (retriesGiven ?? 3);
    const delay = numberOf(task.delay, "delay", scope, placeOfKeyword(task, "delay")) ?? 5;
    for (let number = 1; ; number += 1) {
      const round = await this.#attempt(scope, index, retries > 0 ? number : undefined);
      if (retries <= 0 || round.unreachable || this.play.run.signal.aborted || round.action?.skipped === true) return round;
      const result: Values = { ...round.verdict.result, attempts: number };
      const seen = this.#registered === undefined ? scope : withNames(scope, { [this.#registered]: result });
      let done: boolean;
      try {
        done = task.until === undefined ? round.verdict.failure === undefined : firstFalse(task.until, seen) === undefined;
      } catch (error) {
        return failedRound(refused(error, task));
      }
      if (done || this.options.view.checkMode) return { ...round, verdict: { ...round.verdict, result } };
      if (number > retries) {
        // A failed_when of its own has the last word
        if (task.failed_when !== undefined && round.verdict.failure === undefined)
          return { ...round, verdict: { ...round.verdict, result: { ...result, attempts: number - 1, failed: true } } };
        const failure =
          round.verdict.failure ??
          new Failure(`still not so after ${number} attempts`, { code: "retries-exhausted", fault: "host", place: placeOfKeyword(task, "until") });
        return {
          ...round,
          verdict: { changed: round.verdict.changed, failed: true, failure, result: { msg: failure.message, ...result, attempts: number - 1, failed: true } },
        };
      }
      const seenResult = finalize({ ...result, retries: retries + 1 }) as Values;
      const left = { attempt: number, retriesLeft: retries - number + 1 };
      this.play.run.emit({ type: "retry", host: this.host.name, task: this.options.view, ...left, result: seenResult, censored: this.#censored });
      await sleep(delay * 1000, this.play.run.signal);
    }
  }

  /** @param number which attempt it is, for conditions on `attempts`; undefined where there is one only */
  async #attempt(scope: Scope, index: number, number: number | undefined): Promise<Round> {
    const { task, host, play } = this;
    const check = this.flag("check_mode");
    const carried = await attempt(task, host, scope, play, {
      check,
      diff: this.flag("diff"),
      isRetry: (number ?? 1) > 1,
      onPoll: (job) => play.run.emit({ type: "job", host: host.name, task: this.options.view, ...job }),
      sendAhead: (moment) => this.options.sendAhead?.(index + 1, moment),
      onOutput: (stream, text) => play.run.emit({ type: "output", host: host.name, task: this.options.view, stream, text, censored: this.#censored }),
    });
    const made = number === undefined ? carried : { ...carried, result: { ...carried.result, attempts: number } };
    const inDoubt =
      check && made.failure !== undefined && !made.isUnreachable && (this.#standsOnUnknown() || (host.doubt.announced && made.failure.fault === "host"));
    if (inDoubt) {
      if (this.#registered !== undefined) host.doubt.unknown.add(this.#registered);
      return assumedRound(made.result["msg"], !made.isController);
    }
    let verdict: Verdict;
    try {
      verdict = judge(task, made, scope, this.#registered);
    } catch (error) {
      const failed = refused(error, task);
      verdict = { result: withLines({ ...made.result, ...failed.result }), changed: false, failed: true, failure: failed.failure };
    }
    // What is read behind an announced change may be different once the change is made
    const isInDoubt = made.isUnknown || (check && host.doubt.announced && !made.isController);
    if (isInDoubt && this.#registered !== undefined) host.doubt.unknown.add(this.#registered);
    host.streak = verdict.changed || verdict.failed ? host.streak >> 2 : host.streak + 1;
    const result = finalize(verdict.result) as Values;
    if (check && made.action?.variables !== undefined && this.#standsOnUnknown()) {
      for (const name of Object.keys(made.action.variables.values)) host.doubt.unknown.add(name);
    }
    const delegatesFacts = booleanOf(task.delegate_facts, "delegate_facts", scope, placeOfKeyword(task, "delegate_facts")) === true;
    const factsOf = delegatesFacts ? textOf(task.delegate_to, scope, placeOfKeyword(task, "delegate_to")) : undefined;
    if (!verdict.failed)
      applyEffects(made, result, factsOf === undefined ? this.options.appliesTo.map(({ name }) => name) : [factsOf], this.options.appliesTo, play);
    return {
      verdict: { ...verdict, result },
      skipped: result["skipped"] === true,
      unreachable: made.isUnreachable,
      assumed: made.isAssumed === true || (check && this.#standsOnUnknown()),
      delegatedTo: made.delegatedTo,
      action: made.action,
      include: undefined,
    };
  }

  /** Whether the task's values stand, or its text, on a variable whose content check mode could not know. */
  #standsOnUnknown(): boolean {
    if (this.host.doubt.unknown.size === 0) return false;
    if (this.#hasMetUnknown) return true;
    const text = JSON.stringify([this.task.raw, this.task.when.map(({ value }) => value)]);
    return [...this.host.doubt.unknown].some((name) => new RegExp(`\\b${name}\\b`).test(text));
  }

  register(result: Values): void {
    const name = this.#registered;
    if (name === undefined) return;
    for (const host of this.options.appliesTo) this.play.run.variables.assign(host.name, { [name]: finalize(result) });
  }

  outcome(result: Values, status: Status, failure: Failure | undefined, ignored: boolean, rounds: readonly Round[], duration: number): Outcome {
    const delegatedTo = rounds.find((round) => round.delegatedTo !== undefined)?.delegatedTo;
    return {
      host: this.host.name,
      ...(delegatedTo === undefined ? {} : { delegatedTo }),
      task: this.options.view,
      status,
      ignored,
      rescued: status === "failed" && !ignored && this.options.isRescuable,
      result: finalize(result) as Values,
      assumed: rounds.some((round) => round.assumed),
      duration,
      censored: this.#censored,
      failure: failure === undefined ? undefined : this.#failureView(failure, result),
    };
  }

  #failureView(failure: Failure, result: Values): FailureView {
    const stderr = typeof result["stderr"] === "string" ? result["stderr"].trim() : typeof failure.cause === "string" ? failure.cause : "";
    return {
      code: failure.code,
      message: failure.message,
      place: failure.place ?? this.task.place,
      hint: failure.hint,
      ...(stderr === "" ? {} : { stderrTail: stderr.split("\n").slice(-12).join("\n") }),
    };
  }
}

function skippedRound(condition: Condition): Round {
  const result = { changed: false, skipped: true, skip_reason: "Conditional result was False", false_condition: condition.value };
  return { ...emptyRound, verdict: { result, changed: false, failed: false, failure: undefined }, skipped: true };
}

function failedRound(made: Attempt): Round {
  return { ...emptyRound, verdict: { result: made.result, changed: false, failed: true, failure: made.failure }, unreachable: made.isUnreachable };
}

/** Check mode, and what the task stands on has only been announced: neither success nor failure can be claimed. */
function assumedRound(message: unknown, changed = true): Round {
  const result = { changed, assumed: true, msg: `cannot be known before the changes above are made (${String(message)})` };
  return { ...emptyRound, verdict: { result, changed, failed: false, failure: undefined }, assumed: true };
}

const emptyRound = { skipped: false, unreachable: false, assumed: false, delegatedTo: undefined, action: undefined, include: undefined };
