import { loadModule } from "../modules/index.ts";
import { argumentsOf } from "../task/arguments.ts";
import { controllerOf } from "../task/controller.ts";
import type { HostRun, PlayContext } from "../task/context.ts";
import { itemVariables, loopItems, loopNames } from "../task/loop.ts";
import { actionPlaceOf } from "../task/place-of-action.ts";
import { firstFalse, scopeOf } from "../task/scope.ts";
import type { Node, Task } from "../play/model.ts";
import type { HostModule } from "../modules/contract.ts";
import type { Scope } from "../expression/contract.ts";
import { isSelected } from "./tags.ts";

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
 * Sends the probes of the next tasks on a host before their turn, so that a converged host answers many tasks in one round trip. A guess
 * can be wrong (a variable that an earlier task still sets): then its probe is simply not the one asked for later.
 * @param current the task in hand, of whose loop the items from `nextItem` on come first
 */
export function sendAhead(current: Task, nextItem: number, moment: "asked" | "applying", next: Following, host: HostRun, play: PlayContext): void {
  // Where one task after the other changes the host, what is sent before this one's apply would be void by it
  if (moment === "asked" && host.streak === 0) return;
  void guessAll(current, nextItem, moment === "applying", next, host, play);
}

async function guessAll(current: Task, nextItem: number, isChanging: boolean, next: Following, host: HostRun, play: PlayContext): Promise<void> {
  const streak = isChanging ? host.streak >> 2 : host.streak;
  const window = Math.min(MOST_TASKS, 1 + streak * 2);
  if (current.loop !== undefined) {
    // Where one item changes the host, most do: a guess behind the next one would be void before it is asked for
    if (!isGuessed(current, nextItem, host) && (!(await guessTask(current, host, play, nextItem, isChanging ? 1 : MOST_ITEMS)) || isChanging)) return;
  }
  let count = 0;
  for (const task of next()) {
    if ((count += 1) > window) return;
    if (!isSelected(task.tags, play.run.facts.runTags, play.run.facts.skipTags)) continue;
    // NOTE: what comes after a flush may depend on the handlers; it is still likely that none runs
    if (task.action === "meta" || (task.role !== undefined && host.endedRoles.has(task.role.path))) continue;
    if (isGuessed(task, 0, host)) continue;
    if (!(await guessTask(task, host, play, 0, MOST_ITEMS))) return;
  }
}

function isGuessed(task: Task, item: number, host: HostRun): boolean {
  return host.guessed.get(`${task.id}/${item}`)?.isGood() === true;
}

/** @returns false when the task will surely change the host: guesses behind it would be void */
async function guessTask(task: Task, host: HostRun, play: PlayContext, firstItem: number, mostItems: number): Promise<boolean> {
  const loaded = await loadModule(task.action);
  // what a cluster is told may change its hosts at any time
  if (loaded?.kind === "api") return false;
  if (loaded?.kind !== "host") return task.action !== "pause" && task.action !== "include_tasks" && task.action !== "include_role";
  const { module } = loaded;
  try {
    const base = scopeOf(task, host.name, play);
    if (task.loop === undefined) return await guessOne(task, module, host, play, base, 0);
    const names = loopNames(task.loop, base);
    const items = loopItems(task.loop, base);
    for (let index = firstItem; index < Math.min(items.length, firstItem + mostItems); index += 1) {
      const scope = scopeOf(task, host.name, play, itemVariables(names, items, index));
      if (!(await guessOne(task, module, host, play, scope, index))) return false;
    }
  } catch {
    // Not to be guessed yet: the task's own turn tells whether something is wrong with it
  }
  return true;
}

async function guessOne(task: Task, module: HostModule<unknown>, host: HostRun, play: PlayContext, scope: Scope, item: number): Promise<boolean> {
  const { variables } = play.run;
  const version = variables.version(host.name);
  const key = `${task.id}/${item}`;
  const remember = (isGood: () => boolean): void => void host.guessed.set(key, { isGood: () => variables.version(host.name) === version && isGood() });
  const forgotten = (): true => (host.guessed.delete(key), true);
  remember(() => true);
  if (firstFalse(task.when, scope) !== undefined) return true;
  const place = actionPlaceOf(task, host.name, scope, play);
  const connection = await play.run.connections.opened(place.target);
  if (connection === undefined) return forgotten();
  const given = argumentsOf(task, { kind: "host", module }, scope);
  const args = module.prepare === undefined ? given : await module.prepare(given, controllerOf(task, scope, play));
  const script = module.probe?.(args);
  if (script === undefined) return module.apply === undefined;
  if (play.run.jobs.isWorkingOn(place.target.name)) return !forgotten();
  if (!connection.guess(script, place.run)) return forgotten();
  const { epoch } = connection;
  remember(() => connection.epoch === epoch);
  return true;
}
