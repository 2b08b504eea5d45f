import type { Block, Node, Task } from "../play/model.ts";
import { type HostRun, isActive, type PlayContext } from "../task/context.ts";
import { following, type Following } from "./ahead.ts";
import { runTaskOnHosts } from "./hosts.ts";
import { finalize } from "../expression/evaluate.ts";

export interface Surroundings {
  /** A rescue around takes care of failures. */
  readonly isRescuable: boolean;
  /** The tasks behind this list. */
  readonly after?: Following | undefined;
}

/** Runs tasks and blocks in order on the hosts that are still in the play. */
export async function runNodes(nodes: readonly Node[], hosts: readonly HostRun[], play: PlayContext, around: Surroundings): Promise<void> {
  for (const [index, node] of nodes.entries()) {
    const active = hosts.filter(isActive);
    if (active.length === 0 || play.run.signal.aborted) return;
    const after: Following = () => following(nodes, index + 1, around.after);
    if (node.kind === "block") await runBlock(node, active, play, { ...around, after });
    else await runTaskOnHosts(node, active, play, { ...around, after });
  }
}

/** block, then rescue on the hosts that failed in it, then always on all that entered it. */
async function runBlock(block: Block, hosts: readonly HostRun[], play: PlayContext, around: Surroundings): Promise<void> {
  await runNodes(block.block, hosts, play, { isRescuable: around.isRescuable || block.rescue.length > 0, after: around.after });
  const failed = hosts.filter((host) => host.failed && !host.unreachable);
  if (block.rescue.length > 0 && failed.length > 0) {
    for (const host of failed) beginRescue(host, play);
    await runNodes(block.rescue, failed, play, around);
  }
  if (block.always.length === 0) return;
  const entered = hosts.filter((host) => !host.unreachable && !host.ended);
  const wasFailed = new Set(entered.filter((host) => host.failed));
  for (const host of entered) host.failed = false;
  if (wasFailed.size > 0) play.run.variables.disturb();
  await runNodes(block.always, entered, play, around);
  for (const host of wasFailed) host.failed = true;
  if (wasFailed.size > 0) play.run.variables.disturb();
}

function beginRescue(host: HostRun, play: PlayContext): void {
  host.failed = false;
  play.run.stats.count(host.name, "rescued");
  const failure = host.lastFailure;
  if (failure === undefined) return;
  play.run.variables.assign(host.name, { ansible_failed_task: describeTask(failure.task), ansible_failed_result: failure.result });
}

function describeTask(task: Task): Record<string, unknown> {
  const { name = "", action, args, tags, register = null, role } = task;
  return finalize({ name, action, args, tags, register, role: role?.name ?? null }) as Record<string, unknown>;
}
