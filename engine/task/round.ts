import { finalize } from "../expression/evaluate.ts";
import { resolved } from "../expression/waiting.ts";
import type { ActionResult } from "../modules/contract.ts";
import type { Task } from "../play/model.ts";
import type { TaskView } from "../report/events.ts";
import { Failure } from "../source/failure.ts";
import { type Attempt, attempt, type Moment } from "./attempt.ts";
import type { Guess } from "./connection.ts";
import type { HostRun, PlayContext } from "./context.ts";
import { sleep } from "./controller.ts";
import { standsOnUnknown } from "./doubt.ts";
import { applyEffects } from "./effects.ts";
import { type Refusal, refused } from "./failures.ts";
import { booleanOf, firstFalse, placeOfKeyword, textOf, withNames } from "./scope.ts";
import { type Include, isBlind, type Step } from "./step.ts";
import { judge, type Verdict, withLines } from "./verdict.ts";

type Values = Readonly<Record<string, unknown>>;

/** One round of a task on a host: without a loop the only one. */
export interface Round {
  readonly verdict: Verdict;
  readonly skipped: boolean;
  readonly unreachable: boolean;
  readonly assumed: boolean;
  readonly delegatedTo: string | undefined;
  readonly action: ActionResult | undefined;
  readonly include: Include | undefined;
}

export interface RoundOptions {
  readonly view: TaskView;
  readonly registered: string | undefined;
  readonly censored: boolean;
  /** The hosts that the result belongs to: more than the one that runs it for run_once. */
  readonly appliesTo: readonly HostRun[];
  readonly guess: Guess | undefined;
  readonly sendAhead: (moment: Moment) => void;
}

/** Carries a step out: attempts, verdict, effects. */
export async function runRound(step: Step, host: HostRun, play: PlayContext, options: RoundOptions): Promise<Round> {
  const { deed, modes } = step;
  const isInDoubt = (): boolean => play.run.facts.checkMode && standsOnUnknown(step.task, step.reads, host);
  switch (deed.is) {
    case "skipped": {
      const result = { changed: false, skipped: true, skip_reason: "Conditional result was False", false_condition: deed.condition.value };
      return { ...emptyRound, verdict: { result, changed: false, failed: false, failure: undefined }, skipped: true, assumed: isInDoubt() };
    }
    case "include": {
      const { args, local } = deed.include;
      const result = { changed: false, failed: false, include: args["file"] ?? args["_raw_params"] ?? args["name"], include_args: included(step.task, local) };
      return { ...emptyRound, verdict: { result, changed: false, failed: false, failure: undefined }, include: deed.include };
    }
    case "refused":
      if (deed.isUndecided) {
        const failed = refused(deed.error, step.task);
        return isInDoubt() ? assumedRound(failed.result["msg"]) : failedRound(failed);
      }
  }
  if (modes.retries <= 0) return once(step, host, play, options, undefined);
  return new Attempts(step, host, play, options).run();
}

function included({ vars }: Task, local: Values): Values {
  return Object.fromEntries(Object.entries(local).filter(([name]) => Object.hasOwn(vars, name)));
}

/** `until` and `retries`. */
class Attempts {
  constructor(
    private readonly step: Step,
    private readonly host: HostRun,
    private readonly play: PlayContext,
    private readonly options: RoundOptions,
  ) {}

  async run(): Promise<Round> {
    const { run } = this.play;
    const { modes, task } = this.step;
    for (let number = 1; ; number += 1) {
      const round = await once(this.step, this.host, this.play, this.options, number);
      if (round.unreachable || run.signal.aborted || round.action?.skipped === true) return round;
      const result: Values = { ...round.verdict.result, attempts: number };
      let isDone: boolean;
      try {
        isDone = await this.isDone(round, result);
      } catch (error) {
        return failedRound(refused(error, task));
      }
      if (isDone || this.options.view.checkMode) return { ...round, verdict: { ...round.verdict, result } };
      if (number > modes.retries) return this.exhausted(round, result, number);
      const seen = finalize({ ...result, retries: modes.retries + 1 }) as Values;
      const left = { attempt: number, retriesLeft: modes.retries - number + 1 };
      run.emit({ type: "retry", host: this.host.name, task: this.options.view, ...left, result: seen, censored: this.options.censored });
      await sleep(modes.delay * 1000, run.signal);
    }
  }

  private async isDone(round: Round, result: Values): Promise<boolean> {
    const { task, scope } = this.step;
    const { until } = task;
    if (until === undefined) return round.verdict.failure === undefined;
    const { registered } = this.options;
    const seen = registered === undefined ? scope : withNames(scope, { [registered]: result });
    return (await resolved(() => firstFalse(until, seen), { signal: this.play.run.signal })) === undefined;
  }

  private exhausted(round: Round, result: Values, number: number): Round {
    const { task } = this.step;
    const left = { ...result, attempts: number - 1, failed: true };
    // A failed_when of its own has the last word
    if (task.failed_when !== undefined && round.verdict.failure === undefined) return { ...round, verdict: { ...round.verdict, result: left } };
    const failure =
      round.verdict.failure ??
      new Failure(`still not so after ${number} attempts`, { code: "retries-exhausted", fault: "host", place: placeOfKeyword(task, "until") });
    return { ...round, verdict: { changed: round.verdict.changed, failed: true, failure, result: { msg: failure.message, ...left } } };
  }
}

/** @param number which attempt it is, for conditions on `attempts`; undefined where there is one only */
async function once(step: Step, host: HostRun, play: PlayContext, options: RoundOptions, number: number | undefined): Promise<Round> {
  const { task, modes } = step;
  const { registered, view } = options;
  const carried = await attempt(step, host, play, {
    isRetry: (number ?? 1) > 1,
    guess: (number ?? 1) === 1 ? options.guess : undefined,
    onPoll: (job) => play.run.emit({ type: "job", host: host.name, task: view, ...job }),
    sendAhead: options.sendAhead,
    onOutput: (stream, text) => play.run.emit({ type: "output", host: host.name, task: view, stream, text, censored: options.censored }),
  });
  const made = number === undefined ? carried : { ...carried, result: { ...carried.result, attempts: number } };
  const isInDoubt = modes.check && standsOnUnknown(task, step.reads, host);
  if (modes.check && made.failure !== undefined && !made.isUnreachable && (isInDoubt || (host.doubt.announced && made.failure.fault === "host"))) {
    if (registered !== undefined) host.doubt.unknown.add(registered);
    return assumedRound(made.result["msg"], !made.isController);
  }
  const verdict = await verdictOn(made, step, registered, play);
  // a command says nothing of whether what follows is as it should be
  if (verdict.failed || (verdict.changed && !isBlind(step.deed))) host.streak >>= 3;
  else host.streak += 1;
  return record(made, verdict, step, host, play, options);
}

async function verdictOn(made: Attempt, step: Step, registered: string | undefined, play: PlayContext): Promise<Verdict> {
  try {
    return await resolved(() => judge(step.task, made, step.scope, registered), { signal: play.run.signal });
  } catch (error) {
    const failed = refused(error, step.task);
    return { result: withLines({ ...made.result, ...failed.result }), changed: false, failed: true, failure: failed.failure };
  }
}

/** What follows from an attempt for the host's variables, and for what check mode may claim later. */
function record(made: Attempt, verdict: Verdict, step: Step, host: HostRun, play: PlayContext, options: RoundOptions): Round {
  const { task, modes, scope } = step;
  const { registered } = options;
  const { doubt } = host;
  // What is read behind an announced change may be different once the change is made
  if (registered !== undefined && (made.isUnknown || (modes.check && doubt.announced && !made.isController))) doubt.unknown.add(registered);
  const isInDoubt = modes.check && standsOnUnknown(task, step.reads, host);
  const result = finalize(verdict.result) as Values;
  if (isInDoubt && made.action?.variables !== undefined) for (const name of Object.keys(made.action.variables.values)) doubt.unknown.add(name);
  if (!verdict.failed) {
    const delegatesFacts = booleanOf(task.delegate_facts, "delegate_facts", scope, placeOfKeyword(task, "delegate_facts")) === true;
    const factsOf = delegatesFacts ? textOf(task.delegate_to, scope, placeOfKeyword(task, "delegate_to")) : undefined;
    applyEffects(made, result, factsOf === undefined ? options.appliesTo.map(({ name }) => name) : [factsOf], options.appliesTo, play);
  }
  return {
    verdict: { ...verdict, result },
    skipped: result["skipped"] === true,
    unreachable: made.isUnreachable,
    assumed: made.isAssumed === true || isInDoubt,
    delegatedTo: made.delegatedTo,
    action: made.action,
    include: undefined,
  };
}

export function failedRound(made: Refusal): Round {
  return { ...emptyRound, verdict: { result: made.result, changed: false, failed: true, failure: made.failure }, unreachable: made.isUnreachable };
}

/** Check mode, and what the task stands on has only been announced: neither success nor failure can be claimed. */
export function assumedRound(message: unknown, changed = true): Round {
  const result = { changed, assumed: true, msg: `cannot be known before the changes above are made (${String(message)})` };
  return { ...emptyRound, verdict: { result, changed, failed: false, failure: undefined }, assumed: true };
}

const emptyRound = { skipped: false, unreachable: false, assumed: false, delegatedTo: undefined, action: undefined, include: undefined };
