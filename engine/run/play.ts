import { loadVarsFile } from "../inventory/vars-file.ts";
import { selectHosts } from "../inventory/pattern.ts";
import { nothingInherited } from "../play/inherit.ts";
import type { LoadContext } from "../play/load.ts";
import type { Scope } from "../expression/contract.ts";
import type { Node, Play, Task } from "../play/model.ts";
import { impliedTask } from "../play/task.ts";
import type { TaskView } from "../report/events.ts";
import { Failure, nearest } from "../source/failure.ts";
import { placeOf } from "../source/place.ts";
import { type HostRun, newHostRun, type PlayContext, type RunContext } from "../task/context.ts";
import { booleanOf, numberOf, textOf, valueOf } from "../task/scope.ts";
import { batchesOf, inOrder } from "./batches.ts";
import { flushHandlers } from "./handlers.ts";
import { runTaskOnHosts } from "./hosts.ts";
import { tellFailure } from "./settle.ts";
import { runNodes } from "./nodes.ts";
import type { PendingHandlers } from "./pending.ts";
import { askPrompts } from "./prompts.ts";
import { following, type Following } from "./ahead.ts";
import { varsFilesOf } from "./vars-files.ts";
import { isActive } from "../task/context.ts";
import { isMeta } from "../play/actions.ts";

/** How a play ended, for the plays after it. */
export interface PlayEnd {
  /** Hosts that take no further part in the run. */
  readonly lost: readonly string[];
  /** Nobody is left, or the play was broken off: the run ends. */
  readonly isOver: boolean;
}

/** Runs one play: hosts, batches, facts, tasks, handlers. */
export async function runPlay(play: Play, load: LoadContext, lost: ReadonlySet<string>, run: RunContext, pending: PendingHandlers): Promise<PlayEnd> {
  run.facts.playbookDirectory = play.directory;
  const before = run.variables.scope({ host: "localhost", state: emptyState(play), searchPath: [play.directory] });
  const pattern = String(valueOf(play.hosts, before, placeOf(play.raw, "hosts")) ?? "");
  const { hosts: matched, unmatched } = selectHosts(run.inventory, pattern, run.settings.limit === undefined ? {} : { limit: run.settings.limit });
  for (const name of unmatched) {
    const near = nearest(name, [...run.inventory.hosts.keys(), ...run.inventory.groups.keys()]);
    run.emit({
      type: "warning",
      message: `Could not match supplied host pattern, ignoring: ${name}`,
      place: placeOf(play.raw, "hosts"),
      hint: near === undefined ? undefined : `did you mean "${near}"?`,
    });
  }
  const name = textOf(play.name, before) ?? pattern;
  if (matched.length === 0) {
    run.emit({ type: "play-start", name, place: play.place, hosts: [], taskCount: 0, checkMode: run.facts.checkMode });
    run.emit({ type: "no-hosts-matched", pattern, place: placeOf(play.raw, "hosts") ?? play.place });
    return { lost: [], isOver: false };
  }
  const playing = matched.filter((host) => !lost.has(host));
  let ordered = playing;
  let problem: Failure | undefined;
  try {
    ordered = inOrder(playing, textOf(play.order, before));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    problem = error;
  }
  const taskCount = [...following(play.nodes, 0, undefined)].filter((task) => !isMeta(task)).length;
  run.emit({ type: "play-start", name, place: play.place, hosts: ordered, taskCount, checkMode: run.facts.checkMode, strategy: strategyOf(play, run) });
  if (playing.length === 0) {
    run.emit({ type: "no-hosts-remaining" });
    return { lost: [], isOver: true };
  }
  try {
    if (problem !== undefined) throw problem;
    return await runBatches(play, load, run, pending, before, ordered);
  } catch (error) {
    if (error instanceof Failure) return failPlay(play, name, error, playing, run);
    throw error;
  }
}

/** A keyword of the play that cannot be worked out, perhaps by what a host said: its hosts fail of it, and the run goes to its recap. */
function failPlay(play: Play, name: string, error: Failure, hosts: readonly string[], run: RunContext): PlayEnd {
  const { place } = play;
  const view: TaskView = { id: `${place.file}:${place.line}`, name, action: "play", place, isHandler: false, tags: [], checkMode: run.facts.checkMode };
  run.emit({ type: "task-start", task: view, hosts, index: 0 });
  for (const host of hosts) {
    tellFailure(host, error, view, run);
    run.stats.count(host, "failed");
  }
  run.emit({ type: "task-end", task: view });
  run.emit({ type: "no-hosts-remaining" });
  return { lost: hosts, isOver: true };
}

async function runBatches(
  play: Play,
  load: LoadContext,
  run: RunContext,
  pending: PendingHandlers,
  before: Scope,
  hostsAll: readonly string[],
): Promise<PlayEnd> {
  const prompted = await askPrompts(play, run, before);
  const allLost: string[] = [];
  for (const batch of batchesOf(valueOf(play.serial, before, placeOf(play.raw, "serial")), hostsAll)) {
    const context = batchContext(play, load, run, hostsAll, batch, prompted);
    await runBatch(context, pending);
    const hosts = [...context.hosts.values()];
    const bad = hosts.filter((host) => host.failed || host.unreachable);
    allLost.push(...bad.map((host) => host.name));
    const limit = numberOf(play.maxFailPercentage, "max_fail_percentage", before);
    const isTooMuch = limit !== undefined && bad.length > 0 && (bad.length / hosts.length) * 100 > limit;
    const isFatal = bad.length > 0 && booleanOf(play.inherited.keywords.any_errors_fatal, "any_errors_fatal", before) === true;
    if (bad.length === hosts.length || isTooMuch || isFatal) {
      run.emit({ type: "no-hosts-remaining" });
      return { lost: allLost, isOver: true };
    }
    if (context.broken || run.signal.aborted) break;
  }
  return { lost: allLost, isOver: run.signal.aborted };
}

function emptyState(play: Play): PlayContext["state"] {
  return { play, hostsAll: [], hosts: [], batch: [], varsFiles: () => [], prompted: {} };
}

function batchContext(
  play: Play,
  load: LoadContext,
  run: RunContext,
  hostsAll: readonly string[],
  batch: readonly string[],
  prompted: Record<string, unknown>,
): PlayContext {
  const hosts = new Map<string, HostRun>(batch.map((name) => [name, newHostRun(name, run)]));
  const state: PlayContext["state"] = {
    play,
    hostsAll,
    hosts: batch,
    batch,
    prompted,
    varsFiles: (host) => files.of(host),
  };
  // ansible_play_hosts loses hosts as they fail
  Object.defineProperty(state, "hosts", { get: () => batch.filter((name) => !hosts.get(name)!.failed && !hosts.get(name)!.unreachable) });
  const files = varsFilesOf(play, run, state, (file) => loadVarsFile(file, { decrypt: run.decrypt }));
  return { run, play, state, load, hosts, varsFilesProblem: files.problem, handlers: [...play.handlers], throttles: new Map(), broken: false, taskIndex: 0 };
}

async function runBatch(play: PlayContext, pending: PendingHandlers): Promise<void> {
  const hosts = [...play.hosts.values()];
  await gatherFacts(play, hosts);
  const strategy = strategyOf(play.play, play.run);
  const isFree = strategy === "free" || strategy === "host_pinned";
  play.run.turns.isLinear = !isFree;
  // What an earlier run left behind waits for this run's tasks: they may mend what the handlers need
  const afterPreTasks = play.play.nodes.findIndex((node) => node.kind === "task" && isMeta(node)) + 1;
  const [first, rest] = [play.play.nodes.slice(0, afterPreTasks), play.play.nodes.slice(afterPreTasks)];
  await runSection(first, hosts, isFree, play, () => following(rest, 0, undefined));
  pending.restore(play);
  await runSection(rest, hosts, isFree, play);
  await forceHandlers(play, hosts);
  pending.keep(play);
}

function strategyOf(play: Play, run: RunContext): string {
  return String(play.strategy ?? run.settings.strategy ?? "linear").replace(/^ansible\.builtin\./, "");
}

async function runSection(nodes: readonly Node[], hosts: readonly HostRun[], isFree: boolean, play: PlayContext, after?: Following): Promise<void> {
  const around = { isRescuable: false, after };
  if (isFree) await Promise.all(hosts.map((host) => runNodes(nodes, [host], play, around)));
  else await runNodes(nodes, hosts, play, around);
}

/** force_handlers: hosts that failed still run what was notified. */
async function forceHandlers(play: PlayContext, hosts: readonly HostRun[]): Promise<void> {
  const scope = play.run.variables.scope({ host: hosts[0]!.name, state: play.state, searchPath: [play.play.directory] });
  const isForced = booleanOf(play.play.forceHandlers, "force_handlers", scope) ?? play.run.settings.forceHandlers ?? false;
  const failed = hosts.filter((host) => host.failed && !host.unreachable && (host.notifications.size > 0 || host.notified.size > 0));
  if (!isForced || failed.length === 0) return;
  for (const host of failed) host.failed = false;
  await flushHandlers(failed, play);
  for (const host of failed) host.failed = true;
}

async function gatherFacts(play: PlayContext, hosts: readonly HostRun[]): Promise<void> {
  const { run } = play;
  const scope = run.variables.scope({ host: hosts[0]!.name, state: play.state, searchPath: [play.play.directory] });
  const wanted = booleanOf(play.play.gatherFacts, "gather_facts", scope, placeOf(play.play.raw, "gather_facts"));
  const gathering = run.settings.gathering ?? "implicit";
  if (wanted === false || (wanted === undefined && gathering === "explicit")) return;
  const chosen = wanted === undefined && gathering === "smart" ? hosts.filter((host) => !run.gathered.has(host.name)) : hosts;
  if (chosen.length === 0) return;
  const task: Task = {
    ...impliedTask(
      "setup",
      factArguments(play.play),
      "Gathering Facts",
      play.play.place,
      { ...nothingInherited, ...play.play.inherited, when: [], tags: ["always"] },
      play.load,
    ),
    tags: [...play.play.inherited.tags, "always"],
  };
  const nodes = play.play.nodes;
  const was = run.started;
  run.started = true;
  await runTaskOnHosts(task, chosen.filter(isActive), play, { isRescuable: false, after: () => following(nodes, 0, undefined) });
  run.started = was;
  for (const host of chosen) if (isActive(host)) run.gathered.add(host.name);
}

function factArguments(play: Play): Record<string, unknown> {
  return {
    ...(play.gatherSubset === undefined ? {} : { gather_subset: play.gatherSubset }),
    ...(play.gatherTimeout === undefined ? {} : { gather_timeout: play.gatherTimeout }),
    ...(play.factPath === undefined ? {} : { fact_path: play.factPath }),
  };
}

/** Refuses a limit that selects nobody. @throws Failure `no-hosts-in-limit` */
export function checkLimit(run: RunContext): void {
  const { limit } = run.settings;
  if (limit === undefined) return;
  const { hosts, unmatchedLimits } = selectHosts(run.inventory, "all", { limit });
  if (hosts.length > 0) return;
  const local = selectHosts(run.inventory, limit).hosts;
  if (local.length > 0) return;
  const near = unmatchedLimits.map((name) => nearest(name, [...run.inventory.hosts.keys(), ...run.inventory.groups.keys()])).find((name) => name !== undefined);
  throw new Failure(`--limit ${limit} matches no host of the inventory`, {
    code: "no-hosts-in-limit",
    fault: "usage",
    hint: near === undefined ? "see the hosts with --list-hosts" : `did you mean "${near}"?`,
  });
}
