import { finalize } from "../expression/evaluate.ts";
import { resolved } from "../expression/waiting.ts";
import type { ActionResult, Patience } from "../modules/contract.ts";
import type { Task } from "../play/model.ts";
import type { Answer, Script, Session } from "../session/contract.ts";
import { Failure } from "../source/failure.ts";
import { type CarriedOut, carryOut } from "./carry-out.ts";
import type { Connection, Effect, Guess } from "./connection.ts";
import type { HostRun, PlayContext } from "./context.ts";
import { actionContextOf } from "./controller.ts";
import { isConnectionLoss, located, refused } from "./failures.ts";
import { handsOnApi } from "./hands-on-api.ts";
import { handsOnHost } from "./hands-on-host.ts";
import { detached, type DetachOptions } from "./job/detach.ts";
import { createLiveOutput } from "./live-output.ts";
import { patiently } from "./patience.ts";
import type { ActionPlace } from "./place-of-action.ts";
import { type Deed, isBlind, type Scripts, type Step } from "./step.ts";

type Values = Readonly<Record<string, unknown>>;

/** How one attempt at a step ended, before failed_when and changed_when. */
export interface Attempt {
  readonly result: Values;
  readonly failure?: Failure | undefined;
  readonly isUnreachable: boolean;
  /** Check mode could not know what this would bring. */
  readonly isUnknown: boolean;
  /** Check mode's plan stands on what is only planned too. */
  readonly isAssumed?: boolean | undefined;
  readonly delegatedTo?: string | undefined;
  /** True for modules that act on the run and not on a host. */
  readonly isController: boolean;
  /** What a controller-side module wants done to the run. */
  readonly action?: ActionResult | undefined;
}

/** When the next tasks' probes may be sent: when this task's own has been asked, or behind its apply, which makes the first ones void. */
export type Moment = "asked" | "applying";

export interface AttemptOptions {
  /** An attempt before this one was not enough (`until`, `retries`). */
  readonly isRetry: boolean;
  /** Sent before the task's turn. */
  readonly guess: Guess | undefined;
  /** Told how far a job of the task is that runs detached and is waited for. */
  readonly onPoll: DetachOptions["onPoll"];
  readonly onOutput: (stream: "stdout" | "stderr", text: string) => void;
  readonly sendAhead: (moment: Moment) => void;
}

/** Carries a step out, once. Never throws: what goes wrong is the attempt's failure. */
export async function attempt(step: Step, host: HostRun, play: PlayContext, options: AttemptOptions): Promise<Attempt> {
  const { deed, task } = step;
  switch (deed.is) {
    case "refused":
      return failed(deed.error, task, deed);
    case "action":
      try {
        return await act(deed, step, host, play);
      } catch (error) {
        return failed(error, task, { delegatedTo: undefined, isController: true });
      }
    case "scripts":
    case "calls": {
      const { delegatedTo } = deed.place;
      try {
        return { ...(await actThere(deed, step, play, options)), delegatedTo };
      } catch (error) {
        return failed(error, task, { delegatedTo, isController: false });
      }
    }
    default:
      throw new Error(`a step that is ${deed.is} is not carried out`);
  }
}

function failed(error: unknown, task: Task, rest: Pick<Attempt, "delegatedTo" | "isController">): Attempt {
  return { ...refused(error, task), isUnknown: false, delegatedTo: rest.delegatedTo, isController: rest.isController };
}

async function actThere(deed: Extract<Deed, { is: "scripts" | "calls" }>, step: Step, play: PlayContext, options: AttemptOptions): Promise<Attempt> {
  const { place } = deed;
  const { task } = step;
  const patience = deed.is === "scripts" ? deed.module.patience?.(deed.args) : undefined;
  if (patience !== undefined && deed.module.apply === undefined) return waitForConnection(patience, place, task, play, step.modes.check);
  if (patience !== undefined && place.target.connection === "local") {
    throw new Failure(`Running ${task.action} with local connection would reboot the control node.`, {
      code: "local-reboot",
      fault: "playbook",
      place: task.place,
    });
  }
  const connection = await play.run.connections.get(place.target);
  if (options.isRetry) connection.timePassed();
  try {
    const carried = await (deed.is === "calls" ? callApi(deed, connection, step, play, options) : runScripts(deed, connection, step, play, options));
    const { result, failure, unknown, assumed } = carried;
    return {
      result,
      failure: failure === undefined ? undefined : located(failure, task),
      isUnreachable: false,
      isUnknown: unknown,
      isAssumed: assumed,
      isController: false,
    };
  } catch (error) {
    if (error instanceof Failure && error.fault === "transport" && isConnectionLoss(error)) await play.run.connections.reset(place.target.name);
    throw error;
  } finally {
    connection.changeEnds();
  }
}

/** Tries until the host answers a script of the task's user. */
async function waitForConnection(patience: Patience, { target, run }: ActionPlace, task: Task, play: PlayContext, isCheck: boolean): Promise<Attempt> {
  const verdict = { isUnreachable: false, isUnknown: false, isController: false };
  if (isCheck) return { ...verdict, result: { changed: false, skipped: true } };
  const { connections } = play.run;
  const look = async (): Promise<true> => {
    await connections.reset(target.name);
    await (await connections.get(target)).session.run({ text: ":" }, { ...run, repeatable: true });
    return true;
  };
  const { value, elapsed, trouble } = await patiently(patience, look, { signal: play.run.signal });
  play.run.turns.timePassed();
  if (value === true) return { ...verdict, result: { changed: false, elapsed } };
  const failure = new Failure(`${patience.message}: ${trouble}`, { code: "timed-out", fault: "host", place: task.place });
  return { ...verdict, failure, result: { changed: false, failed: true, elapsed, msg: failure.message } };
}

/** What was asked ahead, while it holds, or the question itself. */
function answerOf(script: Script, guess: Guess | undefined, connection: Connection, place: ActionPlace): Promise<Answer> {
  return guess?.holds === true ? guess.answer : connection.ask(script, place.run);
}

function effectOf({ deed, task }: Step): Effect {
  if (!isBlind(deed)) return "planned";
  return task.changed_when?.some(({ value }) => value === false) === true ? "denied" : "blind";
}

async function runScripts(deed: Scripts, connection: Connection, step: Step, play: PlayContext, options: AttemptOptions): Promise<CarriedOut> {
  const { module, args, place, times } = deed;
  const { connections, jobs } = play.run;
  const live = createLiveOutput(module.watched, options.onOutput);
  const standing = async (): Promise<Session> => (await connections.get(place.target)).session;
  const changeBegins = (): void => connection.changeBegins(place.run.become, effectOf(step));
  // A job and a host that reboots may outlive the connection
  const session =
    times === undefined && module.patience === undefined
      ? connection.session
      : { run: async (...given: Parameters<Session["run"]>) => (await standing()).run(...given) };
  const hands = handsOnHost(module, args, session, {
    probe: deed.probe,
    run: {
      ...place.run,
      onOutput: (chunk, stream) => live.add(chunk, stream),
    },
    ask: (script) => {
      const answer = answerOf(script, options.guess, connection, place);
      options.sendAhead("asked");
      return answer;
    },
    onApply: () => {
      changeBegins();
      options.sendAhead("applying");
    },
    detached:
      times === undefined
        ? undefined
        : detached({
            ...times,
            jobs,
            host: place.target.name,
            shell: place.target.shell ?? "/bin/sh",
            run: place.run,
            session: standing,
            onTrouble: () => connections.reset(place.target.name),
            onBegin: changeBegins,
            onPoll: options.onPoll,
            signal: play.run.signal,
          }),
    reconnect: () => connections.reset(place.target.name),
    concludeJob: async (job) => {
      const concluded = await jobs.conclude(job);
      connection.timePassed();
      return concluded;
    },
  });
  try {
    return await carryOut(module, args, hands, step.modes);
  } finally {
    live.end();
    // fetch writes its file here
    if (module.deliver !== undefined) play.run.turns.controllerChanges();
  }
}

async function callApi(
  deed: Extract<Deed, { is: "calls" }>,
  connection: Connection,
  step: Step,
  play: PlayContext,
  options: AttemptOptions,
): Promise<CarriedOut> {
  const { module, args, place } = deed;
  const use = await connection.cluster(module.access(args as never), place.run, (line) => options.onOutput("stdout", `${line}\n`));
  try {
    const hands = handsOnApi(module, args, use.cluster, {
      hide: (secret) => play.run.secrets.add(secret),
      // what the cluster then does may change the host too
      onApply: () => connection.changeBegins(place.run.become),
    });
    return await carryOut(module, args, hands, step.modes);
  } finally {
    use.end();
  }
}

async function act({ module, args }: Extract<Deed, { is: "action" }>, { task, scope }: Step, host: HostRun, play: PlayContext): Promise<Attempt> {
  const context = actionContextOf(task, host.name, scope, play);
  // what it evaluates it does before it first waits
  const { acting } = await resolved(() => ({ acting: module.act(args as never, context) }), { signal: play.run.signal });
  const action = await acting;
  for (const secret of action.secrets ?? []) play.run.secrets.addAll(secret);
  const result: Record<string, unknown> = {
    ...action.result,
    changed: action.changed ?? false,
    ...(action.msg === undefined ? {} : { msg: action.msg }),
    ...(action.skipped === true ? { skipped: true } : {}),
    ...(action.failed === true ? { failed: true } : {}),
  };
  const failure =
    action.failed === true
      ? new Failure(typeof action.msg === "string" ? action.msg : JSON.stringify(finalize(action.msg ?? "failed")), {
          code: "task-failed",
          fault: "playbook",
          place: task.place,
        })
      : undefined;
  return { result: finalize(result) as Values, failure, isUnreachable: false, isUnknown: false, isController: true, action };
}
