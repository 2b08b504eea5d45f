import { extend } from "../play/inherit.ts";
import { findTaskFile, handlersOfRole, type LoadContext, loadRole, loadTasks, rolePartsOf, tasksOfRole } from "../play/load.ts";
import type { Inherited, Node, Role, Task } from "../play/model.ts";
import type { TaskView } from "../report/events.ts";
import { Failure, Failures } from "../source/failure.ts";
import type { HostRun, PlayContext } from "../task/context.ts";
import type { Include } from "../task/step.ts";
import type { TaskOutcome } from "../task/task.ts";
import { failAfterwards } from "./settle.ts";
import { runNodes, type Surroundings } from "./nodes.ts";
import { specialAction } from "../play/actions.ts";

interface IncludeGroup {
  readonly include: Include;
  readonly hosts: HostRun[];
}

/** Loads what include_tasks and include_role ask for and runs it: hosts that include the same thing with the same variables go together. */
export async function runIncludes(
  task: Task,
  outcomes: readonly TaskOutcome[],
  allHosts: readonly HostRun[] | undefined,
  view: TaskView,
  play: PlayContext,
  around: Surroundings,
): Promise<void> {
  for (const { include, hosts } of grouped(outcomes, allHosts)) {
    let nodes: readonly Node[];
    let name: string;
    // A role that the included file imports brings its handlers into the play
    const load: LoadContext = { ...play.load, onRole: (role) => void play.handlers.push(...handlersOfRole(role)) };
    try {
      ({ nodes, name } = specialAction(task.action).brings === "role" ? includeRole(task, include, play, load) : includeTasks(task, include, load));
    } catch (error) {
      const failure = error instanceof Failures ? error.failures[0]! : error;
      if (!(failure instanceof Failure)) throw error;
      for (const host of hosts) failAfterwards(task, { host }, failure, view, play, around);
      continue;
    }
    play.run.emit({ type: "included", file: name, hosts: hosts.map((host) => host.name), task: view, label: include.label, censored: include.censored });
    for (const host of hosts) play.run.stats.count(host.name, "ok");
    await runNodes(nodes, hosts, play, around);
  }
}

function grouped(outcomes: readonly TaskOutcome[], allHosts: readonly HostRun[] | undefined): IncludeGroup[] {
  const groups = new Map<string, IncludeGroup>();
  for (const outcome of outcomes) {
    for (const [index, include] of outcome.includes.entries()) {
      const key = JSON.stringify([index, include.args, include.local]);
      const group = groups.get(key) ?? { include, hosts: [] };
      group.hosts.push(...(allHosts ?? [outcome.host]));
      groups.set(key, group);
    }
  }
  return [...groups.values()];
}

/** What the included tasks inherit: what surrounds the include, `apply`, and the include's variables. */
function inheritedBy(task: Task, include: Include): Inherited {
  const base = task.apply === undefined ? task.enclosing : extend(task.enclosing, task.apply);
  return Object.keys(include.local).length === 0 ? base : { ...base, includeVars: [...base.includeVars, include.local] };
}

function includeTasks(task: Task, include: Include, load: LoadContext): { nodes: Node[]; name: string } {
  const file = String(include.args["file"] ?? include.args["_raw_params"] ?? "");
  if (file === "") throw new Failure("include_tasks needs the name of a file", { code: "missing-argument", fault: "playbook", place: task.place });
  const inherited = inheritedBy(task, include);
  const isHandler = Object.hasOwn(task, "listen");
  const path = findTaskFile(file, task.place, inherited, { ...load, isHandler });
  return { nodes: loadTasks(path, inherited, { ...load, isHandler: false }, task.place), name: path };
}

function includeRole(task: Task, include: Include, play: PlayContext, load: LoadContext): { nodes: Node[]; name: string } {
  const { args } = include;
  const name = String(args["name"] ?? args["role"] ?? "");
  if (name === "") throw new Failure("include_role needs the name of a role", { code: "missing-argument", fault: "playbook", place: task.place });
  const inherited = inheritedBy(task, include);
  const text = (key: string): string | undefined => (args[key] === undefined || args[key] === null ? undefined : String(args[key]));
  const outer = task.role;
  const parts = rolePartsOf(args, text);
  const parents = outer === undefined ? [] : [...outer.parents, outer];
  const role = loadRole(name, { ...parts, inherited, parents, allowDuplicates: args["allow_duplicates"] !== false, place: task.place }, load);
  play.handlers.push(...handlersOfRole(role));
  if (args["public"] === true || args["public"] === "yes" || args["public"] === "true") {
    (play.play.roles as Role[]).push(role);
    play.run.variables.disturb();
  }
  return { nodes: tasksOfRole(role, parts, role.inherited, load), name: role.name };
}
