import { loadedModule, loadModule } from "../modules/index.ts";
import type { Node, Task } from "../play/model.ts";
import type { Moment } from "../task/attempt.ts";
import type { HostRun, PlayContext } from "../task/context.ts";
import { itemVariables, loopOf } from "../task/loop.ts";
import { type PreparedStep, renewed } from "../task/prepared.ts";
import { resolve, type Scripts } from "../task/step.ts";
import { isSelected } from "./tags.ts";
import { isMeta, specialAction } from "../play/actions.ts";

/** The tasks that will probably follow, in order; rescue sections are left out. */
export type Following = () => Iterable<Task>;

const MOST_TASKS = 32;
const MOST_ITEMS = 200;

/** The tasks of `nodes` from `index` on, then what follows them. */
export function* following(nodes: readonly Node[], index: number, after: Following | undefined): Generator<Task> {
  for (let at = index; at < nodes.length; at += 1) yield* tasksIn(nodes[at]!);
  if (after !== undefined) yield* after();
}

function* tasksIn(node: Node): Generator<Task> {
  if (node.kind === "task") yield node;
  else for (const child of [...node.block, ...node.always]) yield* tasksIn(child);
}

/**
 * Resolves the next tasks' steps on a host before their turn and sends their probes, so that a converged host answers many tasks in one round
 * trip. What a step was made from may change until then: it is looked at when the task takes it.
 * @param current the task in hand, of whose loop the items from `nextItem` on come first
 */
export function sendAhead(current: Task, nextItem: number, moment: Moment, next: Following, host: HostRun, play: PlayContext): void {
  // Where one task after the other changes the host, what is sent before this one's apply would be void by it
  if (moment === "asked" && host.streak === 0) return;
  void new Ahead(host, play, moment === "applying").send(current, nextItem, next).catch(() => {
    // whatever is wrong with a task is told at its own turn
  });
}

/** What a task means for those behind it. */
type Seen = "goes on" | "changes" | "overtaken";

class Ahead {
  readonly #taken: number;

  constructor(
    private readonly host: HostRun,
    private readonly play: PlayContext,
    private readonly isChanging: boolean,
  ) {
    this.#taken = host.prepared.taken;
  }

  async send(current: Task, nextItem: number, next: Following): Promise<void> {
    const { turns, facts } = this.play.run;
    if (current.loop !== undefined) {
      // Where one item changes the host, most do: a guess behind the next one would be void before it is asked for
      const seen = await this.#task(current, nextItem, this.isChanging ? 1 : MOST_ITEMS, true);
      if (seen !== "goes on" || (this.isChanging && nextItem < (this.host.prepared.loop(current)?.items.length ?? 0))) return;
    }
    const calm = turns.isLinear ? Math.min(turns.calm, this.host.streak) : this.host.streak;
    const window = Math.min(MOST_TASKS, 1 + (this.isChanging ? calm >> 2 : calm) * 2);
    let count = 0;
    for (const task of next()) {
      if ((count += 1) > window) return;
      if (!isSelected(task.tags, facts.runTags, facts.skipTags)) continue;
      // NOTE: what comes after a flush may depend on the handlers; it is still likely that none runs
      if (isMeta(task) || (task.role !== undefined && this.host.endedRoles.has(task.role.path))) continue;
      if ((await this.#task(task, 0, MOST_ITEMS, false)) !== "goes on") return;
    }
  }

  async #task(task: Task, firstItem: number, mostItems: number, isCurrent: boolean): Promise<Seen> {
    const { host, play } = this;
    if (task.loop === undefined) return this.#round(task, {}, 0, isCurrent);
    let loop = host.prepared.loop(task);
    if (loop === undefined) {
      try {
        loop = await loopOf(task, host, play.run.variables.reads(host.name), play, { ahead: true });
      } catch {
        // Not to be known yet: the task's own turn tells whether something is wrong with it
        return "goes on";
      }
      if (this.#isOvertaken) return "overtaken";
      host.prepared.keepLoop(task, loop);
    }
    for (let index = firstItem; index < Math.min(loop.items.length, firstItem + mostItems); index += 1) {
      const seen = this.#isReady(task, index) ? "goes on" : await this.#round(task, itemVariables(loop.names, loop.items, index), index, isCurrent);
      if (seen !== "goes on") return seen;
    }
    return "goes on";
  }

  get #isOvertaken(): boolean {
    return this.host.prepared.taken !== this.#taken;
  }

  #isReady(task: Task, index: number): boolean {
    const prepared = this.host.prepared.step(task, index);
    return prepared !== undefined && (prepared.guess?.holds === true || prepared.step.deed.is === "skipped") && prepared.step.isGood();
  }

  async #round(task: Task, local: Readonly<Record<string, unknown>>, index: number, isCurrent: boolean): Promise<Seen> {
    if (this.#isReady(task, index)) return "goes on";
    const loaded = loadedModule(task.action) ?? (await loadModule(task.action));
    // what a cluster is told may change its hosts at any time
    if (loaded?.kind === "api" || specialAction(task.action).hidesWhatFollows === true) return "changes";
    if (loaded?.kind !== "host" || loaded.module.bulky === true) return "goes on";
    const prepared = await this.#prepared(task, local, index);
    if (prepared === undefined) return "overtaken";
    const { deed } = prepared.step;
    return deed.is === "scripts" ? this.#ask(prepared, deed, isCurrent) : "goes on";
  }

  /** @returns undefined when the task's turn has come meanwhile */
  async #prepared(task: Task, local: Readonly<Record<string, unknown>>, index: number): Promise<PreparedStep | undefined> {
    const { prepared } = this.host;
    const old = prepared.step(task, index);
    if (old?.step.isGood() === true) return old;
    const made = renewed(await resolve(task, local, this.host, this.play, { ahead: true }), old);
    if (this.#isOvertaken) return undefined;
    // What cannot be resolved may be so later: the task's own turn tells
    if (made.step.deed.is !== "refused") prepared.keep(task, index, made);
    return made;
  }

  async #ask(prepared: PreparedStep, deed: Scripts, isCurrent: boolean): Promise<Seen> {
    const { run } = this.play;
    if (prepared.guess?.holds === true) return "goes on";
    const script = deed.probe;
    if (script === undefined) return deed.module.apply === undefined ? "goes on" : "changes";
    const connection = await run.connections.opened(deed.place.target);
    if (this.#isOvertaken) return "overtaken";
    if (connection === undefined) return "goes on";
    if (run.jobs.isWorkingOn(deed.place.target.name)) return "changes";
    // it would be void at its turn
    if (!isCurrent && run.turns.isLinear && connection.othersAtWork) return "changes";
    prepared.guess = connection.guess(script, deed.place.run);
    return "goes on";
  }
}
