import type { Scope } from "../expression/contract.ts";
import { finalize } from "../expression/evaluate.ts";
import type { ActionResult, ControllerModule, HostModule, Module } from "../modules/contract.ts";
import { ModuleError } from "../modules/contract.ts";
import { loadModule } from "../modules/index.ts";
import type { Task } from "../play/model.ts";
import { canonicalName, hasTemplate } from "../play/names.ts";
import { placeOf } from "../source/place.ts";
import { Failure, Failures } from "../source/failure.ts";
import { carryOut } from "./carry-out.ts";
import { actionContextOf, controllerOf } from "./controller.ts";
import type { HostRun, PlayContext } from "./context.ts";
import { argumentsOf } from "./arguments.ts";
import { type ActionPlace, actionPlaceOf } from "./place-of-action.ts";
import { textOf } from "./scope.ts";
import { registerSecretArgs } from "./secrets.ts";

type Values = Readonly<Record<string, unknown>>;

/** How one attempt at a task (or one item of its loop) ended, before failed_when and changed_when. */
export interface Attempt {
  readonly result: Values;
  readonly failure?: Failure | undefined;
  readonly isUnreachable: boolean;
  /** Check mode could not know what this would bring. */
  readonly isUnknown: boolean;
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
    registerSecretArgs(module.module.args, args, play.run.secrets);
    const refusal = module.module.check?.(args as never);
    if (refusal !== undefined) throw new Failure(refusal, { code: "bad-arguments", fault: "playbook", place: task.place });
    if (module.kind === "controller") return await act(module.module as ControllerModule<unknown>, args, task, host, scope, play);
    const place = actionPlaceOf(task, host.name, scope, play);
    delegatedTo = place.delegatedTo;
    return { ...(await actOnHost(module.module as HostModule<unknown>, args, place, task, scope, play, modes)), delegatedTo };
  } catch (error) {
    return { ...refused(error, task), delegatedTo, isController };
  }
}

/** `action: "{{ ansible_facts.pkg_mgr }} name=git"`: the module is known only now. */
function withModule(task: Task, scope: Scope): Task {
  if (!hasTemplate(task.module)) return task;
  const module = textOf(task.module, scope, placeOf(task.raw, "action") ?? task.place) ?? "";
  return { ...task, module, action: canonicalName(module) };
}

async function actOnHost(
  module: HostModule<unknown>,
  given: unknown,
  place: ActionPlace,
  task: Task,
  scope: Scope,
  play: PlayContext,
  modes: AttemptModes,
): Promise<Attempt> {
  const args = module.prepare === undefined ? given : await module.prepare(given, controllerOf(task, scope, play));
  const connection = await play.run.connections.get(place.target);
  const options = {
    ...place.run,
    onOutput: modes.onOutput === undefined ? undefined : (chunk: Buffer, stream: "stdout" | "stderr") => modes.onOutput!(stream, chunk.toString("utf8")),
  };
  try {
    const asked = carryOut(module, args, connection.session, {
      check: modes.check,
      diff: modes.diff,
      run: options,
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
    const carried = await asked;
    return { result: carried.result, failure: located(carried.failure, task), isUnreachable: false, isUnknown: carried.unknown, isController: false };
  } catch (error) {
    if (error instanceof Failure && error.fault === "transport" && isConnectionLoss(error)) await play.run.connections.reset(place.target.name);
    throw error;
  } finally {
    connection.changeEnds();
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

/** The module of a task, for probes sent ahead. */
export async function hostModuleOf(task: Task): Promise<HostModule<unknown> | undefined> {
  const module: Module | undefined = await loadModule(task.action);
  return module?.kind === "host" ? (module.module as HostModule<unknown>) : undefined;
}
