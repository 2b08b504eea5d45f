import PQueue from "p-queue";
import { loadedModule, loadModule } from "../modules/index.ts";
import type { Handler, Task } from "../play/model.ts";
import { Failure } from "../source/failure.ts";
import type { HostRun, PlayContext } from "../task/context.ts";
import { flagOf, numberOf, scopeOf } from "../task/scope.ts";
import { runTask, type TaskOutcome } from "../task/task.ts";
import { sendAhead } from "./ahead.ts";
import { debugTask, wantsDebugger } from "./debugger.ts";
import { runIncludes } from "./includes.ts";
import { runMeta } from "./meta.ts";
import type { Surroundings } from "./nodes.ts";
import { isSelected } from "./tags.ts";
import { isReached } from "./reach.ts";
import { rememberTask } from "./remember.ts";
import { settle } from "./settle.ts";
import { viewOf } from "./view.ts";
import { isMeta } from "../play/actions.ts";

/** Runs one task on several hosts at once, and draws the consequences. */
export async function runTaskOnHosts(task: Task, active: readonly HostRun[], play: PlayContext, around: Surroundings): Promise<void> {
  // What was notified runs, whatever its tags, and what handlers include does too
  const isFlush = active.some((host) => host.isFlushing);
  if (!isFlush && !isSelected(task.tags, play.run.facts.runTags, play.run.facts.skipTags)) return;
  const hosts = active.filter((host) => mayRun(task, host));
  if (hosts.length === 0) return;
  if (isMeta(task)) return runMeta(task, hosts, play, around);
  if (!(await isReached(task, hosts[0]!, play))) return;

  play.run.turns.next();
  await rememberTask(task, play.run.secrets);
  const isOnce = await runsOnce(task, hosts[0]!, play);
  const chosen = isOnce ? hosts.slice(0, 1) : hosts;
  const view = await viewOf(task, chosen[0]!, play);
  play.run.emit({ type: "task-start", task: view, hosts: chosen.map((host) => host.name), index: (play.taskIndex += 1) });
  const runOn = (host: HostRun, given: Task): Promise<TaskOutcome> =>
    inTurn(task, host, play, async () => {
      play.run.emit({ type: "host-start", host: host.name, task: view });
      return runTask(given, host, play, {
        view,
        appliesTo: isOnce ? hosts : [host],
        isRescuable: around.isRescuable,
        sendAhead: (nextItem, moment) => {
          if (around.after !== undefined) sendAhead(given, nextItem, moment, around.after, host, play);
        },
      });
    });
  const outcomes = await Promise.all(chosen.map((host) => runOn(host, task)));
  // One after the other: there is one terminal
  for (const [index, outcome] of outcomes.entries()) outcomes[index] = await debugged(task, outcome, play, runOn);
  for (const outcome of outcomes) await settle(task, outcome, isOnce ? hosts : [outcome.host], view, play, around);
  if (outcomes.some((outcome) => outcome.includes.length > 0)) await runIncludes(task, outcomes, isOnce ? hosts : undefined, view, play, around);
  play.run.emit({ type: "task-end", task: view });
  breakOff(task, outcomes, hosts, play);
}

/** What came of the task at last, when the debugger let it run again. */
async function debugged(task: Task, first: TaskOutcome, play: PlayContext, runOn: (host: HostRun, task: Task) => Promise<TaskOutcome>): Promise<TaskOutcome> {
  let current: Task | undefined = task;
  let outcome = first;
  while (!play.run.signal.aborted && wantsDebugger(current, outcome, play)) {
    current = await debugTask(current, outcome, play);
    if (current === undefined) break;
    outcome = await runOn(outcome.host, current);
  }
  return outcome;
}

function mayRun(task: Task, host: HostRun): boolean {
  const { role } = task;
  if (role === undefined) return true;
  if (host.endedRoles.has(role.path)) return false;
  const first = host.roles.get(role.key);
  return first === undefined || first === role || role.allowDuplicates;
}

async function runsOnce(task: Task, host: HostRun, play: PlayContext): Promise<boolean> {
  const module = loadedModule(task.action) ?? (await loadModule(task.action));
  if (module?.kind === "controller" && module.module.oncePerBatch === true) return true;
  return task.keywords.run_once !== undefined && flagOf(task, "run_once", scopeOf(task, host.name, play), false);
}

/** Works for a host when it is its turn: of all hosts of the run (`--forks`), and of those of the task (`throttle`). */
function inTurn<T>(task: Task, host: HostRun, play: PlayContext, work: () => Promise<T>): Promise<T> {
  const { queue } = play.run;
  const limit = throttleOf(task, host, play);
  if (limit <= 0) return queue.add(work);
  const throttle = play.throttles.get(task.id) ?? new PQueue({ concurrency: limit });
  play.throttles.set(task.id, throttle);
  return throttle.add(() => queue.add(work));
}

function throttleOf(task: Task, host: HostRun, play: PlayContext): number {
  if (task.keywords.throttle === undefined) return 0;
  try {
    return numberOf(task.keywords.throttle, "throttle", scopeOf(task, host.name, play)) ?? 0;
  } catch (error) {
    // each host's own task fails of it
    if (error instanceof Failure) return 0;
    throw error;
  }
}

/** any_errors_fatal: one host's failure is everybody's. */
function breakOff(task: Task | Handler, outcomes: readonly TaskOutcome[], hosts: readonly HostRun[], play: PlayContext): void {
  const fatal = outcomes.filter((outcome) => (outcome.failed || outcome.unreachable) && !outcome.ignored);
  if (fatal.length === 0) return;
  const scope = scopeOf(task, fatal[0]!.host.name, play);
  if (!flagOf(task, "any_errors_fatal", scope, false)) return;
  for (const host of hosts) {
    if (host.failed || host.unreachable) continue;
    host.failed = true;
    host.lastFailure = { task, result: fatal[0]!.result };
  }
}
