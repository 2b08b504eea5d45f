import { loadInventory } from "../inventory/load.ts";
import type { Task } from "../play/model.ts";
import { didYouMean, Failure } from "../source/failure.ts";
import type { HostRun, PlayContext } from "../task/context.ts";
import { actionPlaceOf } from "../task/place-of-action.ts";
import { firstFalse, scopeOf, textOf } from "../task/scope.ts";
import { flushHandlers } from "./handlers.ts";
import { failAfterwards } from "./settle.ts";
import { viewOf } from "./view.ts";
import type { Surroundings } from "./nodes.ts";
import { Written } from "../source/written.ts";

const ACTIONS = [
  "flush_handlers",
  "refresh_inventory",
  "noop",
  "clear_facts",
  "clear_host_errors",
  "end_play",
  "end_host",
  "end_batch",
  "end_role",
  "reset_connection",
];

/** `meta`: acts on the run itself. */
export async function runMeta(task: Task, active: readonly HostRun[], play: PlayContext, around: Surroundings): Promise<void> {
  let name: string;
  try {
    name = metaAction(task, active[0]!, play);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    for (const host of active) failAfterwards(task, { host }, error, await viewOf(task, host, play), play, around);
    return;
  }
  const hosts: HostRun[] = [];
  for (const host of active) {
    try {
      if (task.when.length === 0 || firstFalse(task.when, scopeOf(task, host.name, play)) === undefined) hosts.push(host);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failAfterwards(task, { host }, error, await viewOf(task, host, play), play, around);
    }
  }
  if (hosts.length === 0) return;
  switch (name) {
    case "noop":
      return;
    case "flush_handlers":
      return flushHandlers(hosts, play, around.isRescuable);
    case "end_host":
      for (const host of hosts) host.ended = true;
      return;
    case "end_play":
    case "end_batch":
      // NOTE: one host whose condition holds ends it for all, as in Ansible
      for (const host of play.hosts.values()) host.ended = true;
      if (name === "end_play") play.broken = true;
      return;
    case "end_role":
      for (const host of hosts) if (task.role !== undefined) host.endedRoles.add(task.role.path);
      return;
    case "clear_facts":
      for (const host of hosts) play.run.variables.clearFacts(host.name);
      return;
    case "clear_host_errors":
      for (const host of play.hosts.values()) {
        host.failed = false;
        host.unreachable = false;
      }
      play.run.variables.disturb();
      return;
    case "reset_connection":
      await Promise.all(hosts.map((host) => play.run.connections.reset(actionPlaceOf(task, host.name, scopeOf(task, host.name, play), play).name)));
      return;
    case "refresh_inventory":
      return refreshInventory(play);
  }
}

function metaAction(task: Task, host: HostRun, play: PlayContext): string {
  const args = task.args instanceof Written ? {} : task.args;
  const name = textOf(args["free_form"] ?? args["_raw_params"], scopeOf(task, host.name, play)) ?? "";
  if (ACTIONS.includes(name)) return name;
  throw new Failure(`meta knows no action "${name}"`, {
    code: "bad-arguments",
    fault: "playbook",
    place: task.place,
    hint: didYouMean(name, ACTIONS) ?? `one of ${ACTIONS.join(", ")}`,
  });
}

async function refreshInventory(play: PlayContext): Promise<void> {
  const { inventory, settings, decrypt } = play.run;
  const fresh = await loadInventory(settings.inventory, { decrypt });
  inventory.hosts.clear();
  inventory.groups.clear();
  for (const [name, host] of fresh.hosts) inventory.hosts.set(name, host);
  for (const [name, group] of fresh.groups) inventory.groups.set(name, group);
}
