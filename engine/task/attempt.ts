import type { Scope } from "../expression/contract.ts";
import { finalize } from "../expression/evaluate.ts";
import type { ActionResult, ApiModule, ControllerModule, HostModule, Module } from "../modules/contract.ts";
import { ModuleError } from "../modules/contract.ts";
import { loadModule } from "../modules/index.ts";
import type { Task } from "../play/model.ts";
import { Failure, Failures } from "../source/failure.ts";
import { type CarriedOut, carryOut } from "./carry-out.ts";
import type { Connection } from "./connections.ts";
import { actionContextOf, controllerOf } from "./controller.ts";
import type { HostRun, PlayContext } from "./context.ts";
import { argumentsOf } from "./arguments.ts";
import { handsOnApi } from "./hands-on-api.ts";
import { handsOnHost } from "./hands-on-host.ts";
import { type ActionPlace, actionPlaceOf } from "./place-of-action.ts";
import { registerSecret, registerSecretArgs } from "./secrets.ts";

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
  readonly onOutput?: ((stream: "stdout" | "stderr", text: string) => void) | undefined;
  /** Sends the next tasks' probes, at the moments when that is useful. */
  readonly sendAhead?: (() => void) | undefined;
}

/** Templates the arguments and carries the module out. Never throws but for faults of our own. */
export async function attempt(task: Task, host: HostRun, scope: Scope, play: PlayContext, modes: AttemptModes): Promise<Attempt> {
  let delegatedTo: string | undefined;
  let isController = false;
  try {
    const module = await loadModule(task.action);
    if (module === undefined) throw new Failure(`unknown module "${task.module}"`, { code: "unknown-module", fault: "playbook", place: task.place });
    isController = module.kind === "controller";
    const args = argumentsOf(task, module, scope);
    registerSecretArgs(module.module.args, args, play.run.secrets);
    const refusal = module.module.check?.(args as never);
    if (refusal !== undefined) throw new Failure(refusal, { code: "bad-arguments", fault: "playbook", place: task.place });
    if (module.kind === "controller") return await act(module.module as ControllerModule<unknown>, args, task, host, scope, play);
    const place = actionPlaceOf(task, host.name, scope, play);
    delegatedTo = place.delegatedTo;
    return { ...(await actThere(module, args, place, task, scope, play, modes)), delegatedTo };
  } catch (error) {
    return { ...refused(error, task), delegatedTo, isController };
  }
}

async function actThere(
  module: Exclude<Module, { kind: "controller" }>,
  given: unknown,
  place: ActionPlace,
  task: Task,
  scope: Scope,
  play: PlayContext,
  modes: AttemptModes,
): Promise<Attempt> {
  const { prepare } = module.module;
  const args: unknown = prepare === undefined ? given : await prepare.call(module.module, given, controllerOf(task, scope, play));
  const connection = await play.run.connections.get(place.target);
  try {
    const carried =
      module.kind === "api"
        ? await callApi(module.module as ApiModule<unknown>, args, place, connection, play, modes)
        : await runScripts(module.module as HostModule<unknown>, args, place, connection, modes);
    const { result, failure, unknown, assumed } = carried;
    return { result, failure: located(failure, task), isUnreachable: false, isUnknown: unknown, isAssumed: assumed, isController: false };
  } catch (error) {
    if (error instanceof Failure && error.fault === "transport" && isConnectionLoss(error)) await play.run.connections.reset(place.target.name);
    throw error;
  } finally {
    connection.changeEnds();
  }
}

function runScripts(module: HostModule<unknown>, args: unknown, place: ActionPlace, connection: Connection, modes: AttemptModes): Promise<CarriedOut> {
  const hands = handsOnHost(module, args, connection.session, {
    run: {
      ...place.run,
      onOutput: modes.onOutput === undefined ? undefined : (chunk, stream) => modes.onOutput!(stream, chunk.toString("utf8")),
    },
    ask: (script) => {
      const answer = connection.ask(script, place.run);
      modes.sendAhead?.();
      return answer;
    },
    onApply: () => {
      connection.changeBegins(place.run.become);
      modes.sendAhead?.();
    },
  });
  return carryOut(module, args, hands, modes);
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
      hide: (secret) => registerSecret(secret, play.run.secrets),
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
  if (!(error instanceof Failure)) throw error;
  const isUnreachable = error.fault === "transport" && isConnectionLoss(error);
  const result = isUnreachable ? { unreachable: true, changed: false, msg: error.message } : { failed: true, changed: false, msg: error.message };
  return { result, failure: located(error, task), isUnreachable, isUnknown: false, isController: false };
}

/** A failure on a host still tells which line of the playbook led to it. */
function located(failure: Failure | undefined, task: Task): Failure | undefined {
  if (failure === undefined || failure.place !== undefined) return failure;
  const { code, fault, hint, cause, message } = failure;
  return new Failure(message, { code, fault, hint, cause, place: task.place });
}
