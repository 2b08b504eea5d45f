import PQueue from "p-queue";
import { template } from "../expression/evaluate.ts";
import { loadModule } from "../modules/index.ts";
import type { Handler, Task } from "../play/model.ts";
import type { TaskView } from "../report/events.ts";
import { Failure } from "../source/failure.ts";
import type { HostRun, PlayContext, RunContext } from "../task/context.ts";
import { booleanOf, isCensored, numberOf, scopeOf, valueOf } from "../task/scope.ts";
import { runTask, type TaskOutcome } from "../task/task.ts";
import { sendAhead } from "./ahead.ts";
import { debugTask, wantsDebugger } from "./debugger.ts";
import { applyToInventory } from "./grow.ts";
import { notify } from "./handlers.ts";
import { runIncludes } from "./includes.ts";
import { runMeta } from "./meta.ts";
import type { Surroundings } from "./nodes.ts";
import { isSelected } from "./tags.ts";
import type { Text } from "../source/written.ts";
import { rememberTask } from "./remember.ts";

/** Runs one task on several hosts at once, and draws the consequences. */
export async function runTaskOnHosts(task: Task, active: readonly HostRun[], play: PlayContext, around: Surroundings): Promise<void> {
  // What was notified runs, whatever its tags, and what handlers include does too
  const isFlush = active.some((host) => host.isFlushing);
  if (!isFlush && !isSelected(task.tags, play.run.facts.runTags, play.run.facts.skipTags)) return;
  const hosts = active.filter((host) => mayRun(task, host));
  if (hosts.length === 0) return;
  if (task.action === "meta") return runMeta(task, hosts, play, around);
  if (!(await isReached(task, hosts[0]!, play))) return;

  await rememberTask(task, play.run.secrets);
  const isOnce = await runsOnce(task, hosts[0]!, play);
  const chosen = isOnce ? hosts.slice(0, 1) : hosts;
  const view = viewOf(task, chosen[0]!, play);
  play.run.emit({ type: "task-start", task: view, hosts: chosen.map((host) => host.name), index: (play.taskIndex += 1) });
  const queue = queueOf(task, chosen[0]!, play);
  const runOn = (host: HostRun, given: Task): Promise<TaskOutcome> =>
    queue.add(async () => {
      play.run.emit({ type: "host-start", host: host.name, task: view });
      return runTask(given, host, play, {
        view,
        appliesTo: isOnce ? hosts : [host],
        isRescuable: around.isRescuable,
        sendAhead: (nextItem, moment) => around.after !== undefined && sendAhead(given, nextItem, moment, around.after, host, play),
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

/** --start-at-task and --step. */
async function isReached(task: Task, host: HostRun, play: PlayContext): Promise<boolean> {
  const { run } = play;
  if (!run.started) {
    const wanted = run.settings.startAtTask!;
    const name = String(task.name ?? task.action);
    const full = task.role === undefined ? name : `${task.role.name} : ${name}`;
    const isWanted = [name, full].some(
      (candidate) =>
        candidate === wanted ||
        new RegExp(
          `^${wanted
            .replace(/[.+^${}()|[\]\\]/g, "\\$&")
            .replace(/\*/g, ".*")
            .replace(/\?/g, ".")}$`,
        ).test(candidate),
    );
    if (!isWanted && !task.tags.includes("always")) return false;
    if (isWanted) run.started = true;
  }
  if (run.settings.step === undefined || !run.stepping) return true;
  const answer = await run.settings.step(viewOf(task, host, play).name);
  if (answer === "all") run.stepping = false;
  return answer !== false;
}

async function runsOnce(task: Task, host: HostRun, play: PlayContext): Promise<boolean> {
  const module = await loadModule(task.action);
  if (module?.kind === "controller" && module.module.oncePerBatch === true) return true;
  if (task.keywords.run_once === undefined) return false;
  return orElse(false, () => booleanOf(task.keywords.run_once, "run_once", scopeOf(task, host.name, play)) ?? false);
}

function queueOf(task: Task, host: HostRun, play: PlayContext): PQueue {
  if (task.keywords.throttle === undefined) return play.run.queue;
  const limit = orElse(0, () => numberOf(task.keywords.throttle, "throttle", scopeOf(task, host.name, play)) ?? 0);
  return limit > 0 ? new PQueue({ concurrency: limit }) : play.run.queue;
}

/** A keyword that cannot be worked out fails each host's own task; until then it counts as not given. */
function orElse<T>(fallback: T, value: () => T): T {
  try {
    return value();
  } catch (error) {
    if (error instanceof Failure) return fallback;
    throw error;
  }
}

export function viewOf(task: Task, host: HostRun, play: PlayContext): TaskView {
  const scope = scopeOf(task, host.name, play);
  const resolved = (text: Text): string => {
    try {
      return String(template(text, scope));
    } catch {
      // A name is for people; one that cannot be resolved (loop variables) is shown as written
      return String(text);
    }
  };
  const own = task.name === undefined || task.name === "" ? undefined : resolved(task.name);
  const label = own ?? task.module;
  const isCheck = play.run.facts.checkMode;
  const checkMode = orElse(isCheck, () => booleanOf(task.keywords.check_mode, "check_mode", scope) ?? isCheck);
  return {
    id: task.id,
    name: task.role === undefined ? label : `${task.role.name} : ${label}`,
    action: task.module,
    place: task.place,
    role: task.role?.name,
    isHandler: Object.hasOwn(task, "listen"),
    tags: task.tags,
    checkMode,
  };
}

/** Statistics, failures, notifications and what else follows from one host's outcome. */
async function settle(task: Task, outcome: TaskOutcome, hosts: readonly HostRun[], view: TaskView, play: PlayContext, around: Surroundings): Promise<void> {
  const { stats } = play.run;
  const { host } = outcome;
  if (task.role !== undefined && outcome.status !== "skipped") host.roles.set(task.role.key, task.role);
  switch (outcome.status) {
    case "unreachable":
      if (outcome.ignored) stats.count(host.name, "skipped");
      else {
        stats.count(host.name, "unreachable");
        for (const each of hosts) each.unreachable = true;
      }
      return;
    case "failed":
      if (outcome.ignored) {
        stats.count(host.name, "ok");
        stats.count(host.name, "ignored");
        if (outcome.result["changed"] === true) stats.count(host.name, "changed");
        break;
      }
      if (!around.isRescuable) stats.count(host.name, "failed");
      for (const each of hosts) {
        each.failed = true;
        each.lastFailure = { task, result: outcome.result };
      }
      return;
    case "skipped":
      stats.count(host.name, "skipped");
      return;
    default:
      if (outcome.includes.length === 0) stats.count(host.name, "ok");
      if (outcome.changed) stats.count(host.name, "changed");
  }
  for (const action of outcome.actions) applyToInventory(action, host, play);
  if (outcome.changed && task.notify !== undefined && task.notify.length > 0) {
    try {
      for (const each of hosts) notify(notificationsOf(task, each, play), each, task, play);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failAfterwards(task, outcome, error, view, play, around);
    }
  }
}

function notificationsOf(task: Task, host: HostRun, play: PlayContext): string[] {
  const scope = scopeOf(task, host.name, play);
  return (task.notify ?? [])
    .flatMap((name) => valueOf(name, scope, task.place))
    .filter((name) => name !== null && name !== undefined && name !== "")
    .map(String);
}

/** A failure that shows only after the task's own result: an unknown handler, an include that cannot be loaded. */
export function failAfterwards(task: Task, outcome: Pick<TaskOutcome, "host">, error: Failure, view: TaskView, play: PlayContext, around: Surroundings): void {
  const { host } = outcome;
  const result = tellFailure(host.name, error, view, play.run, { isRescued: around.isRescuable, isCensored: isCensored(task, scopeOf(task, host.name, play)) });
  if (!around.isRescuable) play.run.stats.count(host.name, "failed");
  host.failed = true;
  host.lastFailure = { task, result };
}

/** Tells of a failure that no module reported. @returns what is registered of it */
export function tellFailure(
  host: string,
  error: Failure,
  view: TaskView,
  run: RunContext,
  { isRescued = false, isCensored = false } = {},
): Readonly<Record<string, unknown>> {
  const result = { failed: true, changed: false, msg: error.message };
  run.emit({
    type: "result",
    host,
    task: view,
    status: "failed",
    ignored: false,
    rescued: isRescued,
    result,
    assumed: false,
    duration: 0,
    censored: isCensored,
    failure: { code: error.code, message: error.message, place: error.place ?? view.place, hint: error.hint },
  });
  return result;
}

/** any_errors_fatal: one host's failure is everybody's. */
function breakOff(task: Task | Handler, outcomes: readonly TaskOutcome[], hosts: readonly HostRun[], play: PlayContext): void {
  const fatal = outcomes.filter((outcome) => (outcome.failed || outcome.unreachable) && !outcome.ignored);
  if (fatal.length === 0) return;
  const scope = scopeOf(task, fatal[0]!.host.name, play);
  if (orElse(false, () => booleanOf(task.keywords.any_errors_fatal, "any_errors_fatal", scope)) !== true) return;
  for (const host of hosts) {
    if (host.failed || host.unreachable) continue;
    host.failed = true;
    host.lastFailure = { task, result: fatal[0]!.result };
  }
}
