import type { Scope } from "../expression/contract.ts";
import { finalize } from "../expression/evaluate.ts";
import type { ActionResult, ApiModule, ControllerModule, HostModule, Module, Patience } from "../modules/contract.ts";
import { ModuleError } from "../modules/contract.ts";
import { loadModule } from "../modules/index.ts";
import type { Task } from "../play/model.ts";
import type { Session } from "../session/contract.ts";
import { canonicalName } from "../play/names.ts";
import { addSecretArgs } from "../secrets/known.ts";
import { placeOf } from "../source/place.ts";
import { Failure, Failures } from "../source/failure.ts";
import { type CarriedOut, carryOut } from "./carry-out.ts";
import type { Connection } from "./connections.ts";
import { actionContextOf, controllerOf } from "./controller.ts";
import type { HostRun, PlayContext } from "./context.ts";
import { argumentsOf } from "./arguments.ts";
import { handsOnApi } from "./hands-on-api.ts";
import { handsOnHost } from "./hands-on-host.ts";
import { createLiveOutput } from "./live-output.ts";
import { type AsyncTimes, detached, type DetachOptions } from "./job/detach.ts";
import { patiently } from "./patience.ts";
import { type ActionPlace, actionPlaceOf } from "./place-of-action.ts";
import { numberOf, placeOfKeyword, textOf } from "./scope.ts";

type Values = Readonly<Record<string, unknown>>;

/** How one attempt at a task (or one item of its loop) ended, before failed_when and changed_when. */
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

export interface AttemptModes {
  readonly check: boolean;
  readonly diff: boolean;
  /** An attempt before this one was not enough (`until`, `retries`). */
  readonly isRetry?: boolean;
  /** Told how far a job of the task is that runs detached and is waited for. */
  readonly onPoll?: DetachOptions["onPoll"];
  readonly onOutput?: ((stream: "stdout" | "stderr", text: string) => void) | undefined;
  /** Sends the next tasks' probes: when this task's own has been asked, and again behind its apply, which made the first ones void. */
  readonly sendAhead?: ((moment: "asked" | "applying") => void) | undefined;
}

/** Templates the arguments and carries the module out. Never throws but for faults of our own. */
export async function attempt(written: Task, host: HostRun, scope: Scope, play: PlayContext, modes: AttemptModes): Promise<Attempt> {
  let delegatedTo: string | undefined;
  let isController = false;
  let task = written;
  try {
    task = withModule(written, scope);
    const module = await loadModule(task.action);
    if (module === undefined) throw new Failure(`unknown module "${task.module}"`, { code: "unknown-module", fault: "playbook", place: task.place });
    isController = module.kind === "controller";
    const args = argumentsOf(task, module, scope);
    addSecretArgs(module.module.args.properties, args, play.run.secrets);
    if (module.kind !== "controller") for (const secret of module.module.secretsIn?.(args) ?? []) play.run.secrets.add(secret);
    const refusal = module.module.check?.(args as never);
    if (refusal !== undefined) throw new Failure(refusal, { code: "bad-arguments", fault: "playbook", place: task.place });
    const times = asyncTimesOf(task, module, scope);
    if (module.kind === "controller") return await act(module.module as ControllerModule<unknown>, args, task, host, scope, play);
    const place = actionPlaceOf(task, host.name, scope, play);
    delegatedTo = place.delegatedTo;
    return { ...(await actThere(module, args, place, task, scope, play, modes, times)), delegatedTo };
  } catch (error) {
    return { ...refused(error, task), delegatedTo, isController };
  }
}

/** `action: "{{ ansible_facts.pkg_mgr }} name=git"`: the module is known only now. */
function withModule(task: Task, scope: Scope): Task {
  if (task.moduleTemplate === undefined) return task;
  const module = textOf(task.moduleTemplate, scope, placeOf(task.raw, "action") ?? task.place) ?? "";
  return { ...task, module, action: canonicalName(module) };
}

async function actThere(
  module: Exclude<Module, { kind: "controller" }>,
  given: unknown,
  place: ActionPlace,
  task: Task,
  scope: Scope,
  play: PlayContext,
  modes: AttemptModes,
  times: AsyncTimes | undefined,
): Promise<Attempt> {
  const { prepare } = module.module;
  const args: unknown = prepare === undefined ? given : await prepare.call(module.module, given, controllerOf(task, scope, play));
  const patience = module.kind === "host" ? module.module.patience?.(args) : undefined;
  if (patience !== undefined && module.module.apply === undefined) return waitForConnection(patience, place, task, play, modes.check);
  if (patience !== undefined && place.target.connection === "local") {
    throw new Failure(`Running ${task.action} with local connection would reboot the control node.`, {
      code: "local-reboot",
      fault: "playbook",
      place: task.place,
    });
  }
  const connection = await play.run.connections.get(place.target);
  if (modes.isRetry === true) connection.timePassed();
  try {
    const carried =
      module.kind === "api"
        ? await callApi(module.module as ApiModule<unknown>, args, place, connection, play, modes)
        : await runScripts(module.module as HostModule<unknown>, args, place, connection, play, modes, times);
    const { result, failure, unknown, assumed } = carried;
    return { result, failure: located(failure, task), isUnreachable: false, isUnknown: unknown, isAssumed: assumed, isController: false };
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
  if (value === true) return { ...verdict, result: { changed: false, elapsed } };
  const failure = new Failure(`${patience.message}: ${trouble}`, { code: "timed-out", fault: "host", place: task.place });
  return { ...verdict, failure, result: { changed: false, failed: true, elapsed, msg: failure.message } };
}

/** `async` and `poll`; undefined when the task is to be waited for as every other. @throws Failure when the module cannot be detached */
function asyncTimesOf(task: Task, module: Module, scope: Scope): AsyncTimes | undefined {
  const limit = numberOf(task.async, "async", scope, placeOfKeyword(task, "async")) ?? 0;
  if (limit <= 0) return undefined;
  if (module.kind !== "host" || module.module.deliver !== undefined || module.module.endedJob !== undefined || module.module.patience !== undefined) {
    const place = placeOfKeyword(task, "async");
    throw new Failure(`This action (${task.action}) does not support async.`, { code: "no-async", fault: "playbook", place, hint: "remove `async`" });
  }
  return { limit, poll: Math.max(0, numberOf(task.poll, "poll", scope, placeOfKeyword(task, "poll")) ?? DEFAULT_POLL) };
}

/** Seconds, as Ansible's poll_interval. */
const DEFAULT_POLL = 15;

async function runScripts(
  module: HostModule<unknown>,
  args: unknown,
  place: ActionPlace,
  connection: Connection,
  play: PlayContext,
  modes: AttemptModes,
  times: AsyncTimes | undefined,
): Promise<CarriedOut> {
  const { connections, jobs } = play.run;
  const { onOutput } = modes;
  const live = onOutput === undefined ? undefined : createLiveOutput(module.watched, onOutput);
  const standing = async (): Promise<Session> => (await connections.get(place.target)).session;
  // A job and a host that reboots may outlive the connection
  const session =
    times === undefined && module.patience === undefined
      ? connection.session
      : { run: async (...given: Parameters<Session["run"]>) => (await standing()).run(...given) };
  const hands = handsOnHost(module, args, session, {
    run: {
      ...place.run,
      onOutput: live === undefined ? undefined : (chunk, stream) => live.add(chunk, stream),
    },
    ask: (script) => {
      const answer = connection.ask(script, place.run);
      modes.sendAhead?.("asked");
      return answer;
    },
    onApply: () => {
      connection.changeBegins(place.run.become);
      modes.sendAhead?.("applying");
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
            onBegin: () => connection.changeBegins(place.run.become),
            onPoll: (job) => modes.onPoll?.(job),
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
    return await carryOut(module, args, hands, modes);
  } finally {
    live?.end();
  }
}

async function callApi(
  module: ApiModule<unknown>,
  args: unknown,
  place: ActionPlace,
  connection: Connection,
  play: PlayContext,
  modes: AttemptModes,
): Promise<CarriedOut> {
  const use = await connection.cluster(module.access(args), place.run, (line) => modes.onOutput?.("stdout", `${line}\n`));
  try {
    const hands = handsOnApi(module, args, use.cluster, {
      hide: (secret) => play.run.secrets.add(secret),
      // what the cluster then does may change the host too
      onApply: () => connection.changeBegins(place.run.become),
    });
    return await carryOut(module, args, hands, modes);
  } finally {
    use.end();
  }
}

async function act(module: ControllerModule<unknown>, args: unknown, task: Task, host: HostRun, scope: Scope, play: PlayContext): Promise<Attempt> {
  const action = await module.act(args as never, actionContextOf(task, host.name, scope, play));
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

/** A connection that cannot be used any more. Become, time limits and interrupts leave it alive. */
function isConnectionLoss(failure: Failure): boolean {
  return !["become-failed", "command-timeout", "interrupted"].includes(failure.code);
}

export function refused(error: unknown, task: Task): Attempt {
  if (error instanceof Failures) {
    const first = error.failures[0]!;
    return { ...refused(first, task), result: { failed: true, changed: false, msg: error.message } };
  }
  if (error instanceof ModuleError) {
    const failure = new Failure(error.message, { code: "module-refused", fault: "host", place: task.place, hint: error.hint });
    return {
      result: { changed: false, msg: error.message, ...error.result, failed: true },
      failure,
      isUnreachable: false,
      isUnknown: false,
      isController: false,
    };
  }
  if (!(error instanceof Failure)) return refused(ours(error), task);
  const isUnreachable = error.fault === "transport" && isConnectionLoss(error);
  const result = isUnreachable ? { unreachable: true, changed: false, msg: error.message } : { failed: true, changed: false, msg: error.message };
  return { result, failure: located(error, task), isUnreachable, isUnknown: false, isController: false };
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

/** A failure on a host still tells which line of the playbook led to it. */
function located(failure: Failure | undefined, task: Task): Failure | undefined {
  if (failure === undefined || failure.place !== undefined) return failure;
  const { code, fault, hint, cause, message } = failure;
  return new Failure(message, { code, fault, hint, cause, place: task.place });
}
