import type { Scope } from "../expression/contract.ts";
import { template } from "../expression/evaluate.ts";
import { resolved } from "../expression/waiting.ts";
import type { ApiModule, ControllerModule, HostModule, Module } from "../modules/contract.ts";
import { loadedModule, loadModule } from "../modules/index.ts";
import { isInclude } from "../play/actions.ts";
import type { Condition, Task } from "../play/model.ts";
import { canonicalName } from "../play/names.ts";
import { addSecretArgs } from "../secrets/known.ts";
import type { Script } from "../session/contract.ts";
import { Failure } from "../source/failure.ts";
import { copyPlaces, placeOf } from "../source/place.ts";
import { Written } from "../source/written.ts";
import type { Reads } from "../variables/reads.ts";
import { argumentsOf } from "./arguments.ts";
import type { HostRun, PlayContext } from "./context.ts";
import { controllerOf } from "./controller.ts";
import type { AsyncTimes } from "./job/detach.ts";
import { type ActionPlace, sharedPlaceOf } from "./place-of-action.ts";
import { booleanOf, firstFalse, isCensored, keywordOf, numberOf, placeOfKeyword, scopeOf, textOf } from "./scope.ts";

type Values = Readonly<Record<string, unknown>>;

/** An include that a task asks for: its arguments, and the variables of the loop's round. */
export interface Include {
  readonly args: Values;
  readonly local: Values;
  readonly label: unknown;
  /** `no_log` hides the label. */
  readonly censored: boolean;
}

/** What is to be done in one round, with all decided that variables decide. */
export type Deed =
  | { readonly is: "skipped"; readonly condition: Condition }
  | { readonly is: "include"; readonly include: Include }
  | { readonly is: "action"; readonly module: ControllerModule<unknown>; readonly args: unknown }
  | Scripts
  | { readonly is: "calls"; readonly module: ApiModule<unknown>; readonly args: unknown; readonly place: ActionPlace }
  | Refused;

/** A module that acts on a host. */
export interface Scripts {
  readonly is: "scripts";
  readonly module: HostModule<unknown>;
  readonly args: unknown;
  readonly place: ActionPlace;
  readonly times: AsyncTimes | undefined;
  /** What it asks its host first. Undefined when nothing can be asked before it is done: a command. */
  readonly probe: Script | undefined;
}

/** It could not be worked out. */
export interface Refused {
  readonly is: "refused";
  readonly error: unknown;
  /** In the conditions: it cannot even be told whether the task would be skipped. */
  readonly isUndecided: boolean;
  readonly delegatedTo: string | undefined;
  readonly isController: boolean;
}

/** Keywords of one round. */
export interface Modes {
  readonly check: boolean;
  readonly diff: boolean;
  readonly retries: number;
  /** Seconds between two attempts. */
  readonly delay: number;
}

/** One task on one host in one round of its loop: resolved once, sent ahead perhaps, carried out at its turn. */
export interface Step {
  /** With its module, where a template names it. */
  readonly task: Task;
  readonly scope: Scope;
  readonly deed: Deed;
  readonly modes: Modes;
  /** Whether it still holds. */
  readonly isGood: () => boolean;
  readonly reads: Reads;
}

export interface ResolveOptions {
  /** Before its turn: then nothing that has an effect, or must be waited for, is begun. */
  readonly ahead: boolean;
}

/** Keywords that must be true or false, and that a template may have made something else. */
const FLAGS = ["no_log", "run_once", "ignore_errors", "ignore_unreachable", "any_errors_fatal"] as const;

/** Decides everything about one round of a task on a host. What is wrong with it is a value too. */
export async function resolve(task: Task, local: Values, host: HostRun, play: PlayContext, options: ResolveOptions): Promise<Step> {
  return new Resolving(task, local, host, play, options).step();
}

class Resolving {
  readonly #reads: Reads;
  readonly #scope: Scope;
  #placeReads: Reads;
  #modes: Modes;
  #isUndecided = true;
  #isController = false;
  #delegatedTo: string | undefined;

  constructor(
    private readonly task: Task,
    private readonly local: Values,
    private readonly host: HostRun,
    private readonly play: PlayContext,
    private readonly options: ResolveOptions,
  ) {
    this.#reads = play.run.variables.reads(host.name);
    this.#placeReads = this.#reads;
    this.#scope = scopeOf(task, host.name, play, Object.keys(local).length === 0 ? undefined : local, this.#reads.note);
    const { checkMode: check, diffMode: diff } = play.run.facts;
    this.#modes = { check, diff, retries: 0, delay: 0 };
  }

  async step(): Promise<Step> {
    let { task } = this;
    let deed: Deed;
    const { run, state } = this.play;
    const [files, onController] = [state.varsFiles(this.host.name), run.turns.onController];
    try {
      ({ task, deed } = await this.#decide());
    } catch (error) {
      deed = { is: "refused", error, isUndecided: this.#isUndecided, delegatedTo: this.#delegatedTo, isController: this.#isController };
    }
    const isGood = (): boolean =>
      this.#reads.hold && this.#placeReads.hold && onController === run.turns.onController && files === state.varsFiles(this.host.name);
    return { task, scope: this.#scope, deed, modes: this.#modes, isGood, reads: this.#reads };
  }

  /** Evaluates, and waits where it must. */
  #evaluated<T>(work: () => T): Promise<T> {
    const { signal, turns } = this.play.run;
    return resolved(work, { signal, ahead: this.options.ahead, onEffect: () => turns.controllerChanges() });
  }

  async #decide(): Promise<{ task: Task; deed: Deed }> {
    const condition = this.task.when.length === 0 ? undefined : await this.#evaluated(() => firstFalse(this.task.when, this.#scope));
    this.#isUndecided = false;
    if (condition !== undefined) return { task: this.task, deed: { is: "skipped", condition } };
    this.#modes = await this.#evaluated(() => this.#keywords());
    if (isInclude(this.task)) return { task: this.task, deed: { is: "include", include: await this.#evaluated(() => this.#include()) } };
    const task = await this.#evaluated(() => this.#withModule());
    const module = loadedModule(task.action) ?? (await loadModule(task.action));
    if (module === undefined) throw new Failure(`unknown module "${task.module}"`, { code: "unknown-module", fault: "playbook", place: task.place });
    this.#isController = module.kind === "controller";
    return { task, deed: await this.#act(task, module) };
  }

  #keywords(): Modes {
    const { task } = this;
    const scope = this.#scope;
    const flag = (name: "check_mode" | "diff" | (typeof FLAGS)[number]): boolean | undefined =>
      booleanOf(keywordOf(task, name, scope), name, scope, placeOfKeyword(task, name));
    for (const name of FLAGS) flag(name);
    numberOf(keywordOf(task, "throttle", scope), "throttle", scope, placeOfKeyword(task, "throttle"));
    const retries = numberOf(task.retries, "retries", scope, placeOfKeyword(task, "retries"));
    return {
      check: flag("check_mode") ?? this.#modes.check,
      diff: flag("diff") ?? this.#modes.diff,
      retries: retries ?? (task.until === undefined ? 0 : 3),
      delay: numberOf(task.delay, "delay", scope, placeOfKeyword(task, "delay")) ?? 5,
    };
  }

  #include(): Include {
    const { task, local } = this;
    const written = task.args instanceof Written ? {} : task.args;
    const { apply: _apply, ...rest } = written;
    const args = template(rest, this.#scope, { place: task.place }) as Values;
    const vars = Object.keys(task.vars).length === 0 ? {} : (template(task.vars, this.#scope, { place: task.place }) as Values);
    // what a person wrote there is still an expression in the included tasks (`when: "{{ check }}"`)
    const handedOn = copyPlaces(Object.keys(vars).length === 0 ? local : vars, { ...vars, ...local });
    return { args, local: handedOn, label: Object.values(local)[0], censored: isCensored(task, this.#scope) };
  }

  /** `action: "{{ ansible_facts.pkg_mgr }} name=git"`: the module is known only now. */
  #withModule(): Task {
    const { task } = this;
    if (task.moduleTemplate === undefined) return task;
    const module = textOf(task.moduleTemplate, this.#scope, placeOf(task.raw, "action") ?? task.place) ?? "";
    return { ...task, module, action: canonicalName(module) };
  }

  async #act(task: Task, module: Module): Promise<Deed> {
    const { secrets } = this.play.run;
    const given = await this.#evaluated(() => argumentsOf(task, module, this.#scope));
    addSecretArgs(module.module.args.properties, given, secrets);
    if (module.kind !== "controller") for (const secret of module.module.secretsIn?.(given) ?? []) secrets.add(secret);
    const refusal = module.module.check?.(given as never);
    if (refusal !== undefined) throw new Failure(refusal, { code: "bad-arguments", fault: "playbook", place: task.place });
    const times = await this.#evaluated(() => asyncTimesOf(task, module, this.#scope));
    if (module.kind === "controller") return { is: "action", module: module.module, args: given };
    const { place, reads } = await this.#evaluated(() => sharedPlaceOf(task, this.host, this.#scope, this.#reads, this.play));
    this.#placeReads = reads;
    this.#delegatedTo = place.delegatedTo;
    if (place.delegatedTo !== undefined) this.#reads.noteOthers();
    const { prepare } = module.module;
    const controller = controllerOf(task, this.#scope, this.play);
    // what it evaluates it does before it first waits
    const args: unknown =
      prepare === undefined ? given : await (await this.#evaluated(() => ({ prepared: prepare.call(module.module, given, controller) }))).prepared;
    if (module.kind === "api") return { is: "calls", module: module.module, args, place };
    return { is: "scripts", module: module.module, args, place, times, probe: (module.module as HostModule<unknown>).probe?.(args) };
  }
}

/** Seconds, as Ansible's poll_interval. */
const DEFAULT_POLL = 15;

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

/** Nothing can be asked before it is done: a command. */
export function isBlind(deed: Deed): boolean {
  return deed.is === "scripts" && deed.probe === undefined;
}
