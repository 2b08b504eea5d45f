import { resolved } from "../expression/waiting.ts";
import type { Task } from "../play/model.ts";
import type { TaskView } from "../report/events.ts";
import { Failure } from "../source/failure.ts";
import type { HostRun, PlayContext, RunContext } from "../task/context.ts";
import { isCensored, scopeOf, valueOf } from "../task/scope.ts";
import type { TaskOutcome } from "../task/task.ts";
import { applyToInventory } from "./grow.ts";
import { notify } from "./handlers.ts";
import type { Surroundings } from "./nodes.ts";

/** Statistics, failures, notifications and what else follows from one host's outcome. */
export async function settle(
  task: Task,
  outcome: TaskOutcome,
  hosts: readonly HostRun[],
  view: TaskView,
  play: PlayContext,
  around: Surroundings,
): Promise<void> {
  const { stats } = play.run;
  const { host } = outcome;
  if (task.role !== undefined && outcome.status !== "skipped") host.roles.set(task.role.key, task.role);
  switch (outcome.status) {
    case "unreachable":
      if (outcome.ignored) stats.count(host.name, "skipped");
      else {
        stats.count(host.name, "unreachable");
        for (const each of hosts) each.unreachable = true;
        play.run.variables.disturb();
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
      play.run.variables.disturb();
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
      for (const each of hosts) notify(await notificationsOf(task, each, play), each, task, play);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failAfterwards(task, outcome, error, view, play, around);
    }
  }
}

async function notificationsOf(task: Task, host: HostRun, play: PlayContext): Promise<string[]> {
  const scope = scopeOf(task, host.name, play);
  const names = await resolved(() => (task.notify ?? []).flatMap((name) => valueOf(name, scope, task.place)), { signal: play.run.signal });
  return names.filter((name) => name !== null && name !== undefined && name !== "").map(String);
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
