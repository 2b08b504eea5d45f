import { Failure, Failures } from "../source/failure.ts";
import type { Place } from "../source/place.ts";
import { canonicalPath, type LoadContext, problem } from "./context.ts";
import type { CheckContext } from "./check-context.ts";
import { extend } from "./inherit.ts";
import { findTaskFile, handlersOfRole, loadRole, loadTasks, rolePartsOf, tasksOfRole } from "./load.ts";
import type { Handler, Node, Play, Role, Task } from "./model.ts";
import { hasTemplate } from "./names.ts";
import { Written } from "../source/written.ts";
import { isInclude, isMeta, specialAction } from "./actions.ts";

export interface Collector {
  readonly report: (failure: Failure) => void;
  readonly warn: (message: string, place?: Place) => void;
}

/** A task that the run may reach. */
export interface Visit {
  readonly task: Task;
  readonly play: Play;
  /** True when nothing stands in the way: the task runs, with its arguments resolved, whenever the play does. */
  readonly isSure: boolean;
  /** True when it stands in a file that Ansible, too, reads before the run. */
  readonly isStatic: boolean;
  /** True when somebody expects it to fail (ignore_errors, failed_when, a rescue): bad arguments may be the very thing that is tried. */
  readonly isForgiven: boolean;
}

export interface VisitedPlay {
  readonly play: Play;
  readonly visits: readonly Visit[];
  readonly roles: readonly Role[];
  readonly handlers: readonly Handler[];
  /** True when tasks, roles or handlers come from where only the run can tell. */
  readonly isOpen: boolean;
}

interface State {
  readonly play: Play;
  readonly load: LoadContext;
  readonly check: CheckContext;
  readonly collector: Collector;
  readonly visits: Visit[];
  readonly roles: Set<Role>;
  readonly handlers: Handler[];
  readonly seen: Set<string>;
  isOpen: boolean;
  /** Set by a task that may end the play or the host. */
  mayHaveEnded: boolean;
}

interface Step {
  readonly isSure: boolean;
  readonly isForgiven?: boolean;
  readonly isStatic: boolean;
  /** Files included on the way here without any condition. */
  readonly unconditional: readonly string[];
}

/** All tasks of a play, those of includes with constant names too. */
export function visitPlay(play: Play, load: LoadContext, check: CheckContext, collector: Collector): VisitedPlay {
  const state: State = {
    play,
    load,
    check,
    collector,
    visits: [],
    roles: new Set(),
    handlers: [...play.handlers],
    seen: new Set(),
    isOpen: false,
    mayHaveEnded: false,
  };
  play.roles.forEach((role) => addRole(role, state));
  visitNodes(play.nodes, { isSure: true, isStatic: true, unconditional: [] }, state);
  for (const handler of play.handlers) visitTask(handler, { isSure: false, isStatic: true, unconditional: [] }, state);
  return { play, visits: state.visits, roles: [...state.roles], handlers: state.handlers, isOpen: state.isOpen };
}

function addRole(role: Role, state: State): void {
  if (state.roles.has(role)) return;
  state.roles.add(role);
  [...role.dependencies, ...role.parents].forEach((other) => addRole(other, state));
}

function visitNodes(nodes: readonly Node[], step: Step, state: State): void {
  for (const node of nodes) {
    if (node.kind === "task") {
      visitTask(node, step, state);
      continue;
    }
    // What a rescue catches is no mistake, and a rescue may never run.
    const caught: Step = { ...step, isSure: false, unconditional: [] };
    visitNodes(node.block, node.rescue.length > 0 ? { ...caught, isForgiven: true } : step, state);
    visitNodes(node.rescue, caught, state);
    visitNodes(node.always, step, state);
  }
}

function visitTask(task: Task, step: Step, state: State): void {
  const isSelected = !task.tags.includes("never") && (state.check.isSelected?.(task.tags) ?? true);
  const isPlain = task.when.length === 0 && isSelected && isFalsy(task.keywords.ignore_errors) && !state.mayHaveEnded;
  const isForgiven = step.isForgiven === true || !isFalsy(task.keywords.ignore_errors) || task.failed_when !== undefined;
  state.visits.push({ task, play: state.play, isSure: step.isSure && isPlain, isStatic: step.isStatic, isForgiven });
  if (task.role !== undefined) addRole(task.role, state);
  if (isMeta(task) && !(task.args instanceof Written) && /^end_/.test(String(task.args["free_form"] ?? task.args["_raw_params"]))) state.mayHaveEnded = true;
  if (isInclude(task)) visitInclude(task, step, isPlain && task.loop === undefined, state);
}

function visitInclude(task: Task, step: Step, isPlain: boolean, state: State): void {
  const name = task.args instanceof Written ? undefined : (task.args["file"] ?? task.args["name"] ?? task.args["role"]);
  if (typeof name !== "string" || hasTemplate(task.args)) {
    state.isOpen = true;
    return;
  }
  const isSure = step.isSure && isPlain;
  const inherited = task.apply === undefined ? task.enclosing : extend(task.enclosing, task.apply);
  const report = (failure: Failure): void => {
    // A condition may keep the run from ever looking for the file, and a path of its own may be written during the run.
    const isMissing = failure.code === "file-not-found" || failure.code === "role-not-found";
    if (!isMissing || (isSure && !name.startsWith("/"))) state.collector.report(failure);
  };
  // import_role in an included file brings its role, and the role's handlers, into the play.
  const load: LoadContext = { ...state.load, report, isHandler: false, onRole: (role) => adopt(role, state) };
  const bringsTasks = specialAction(task.action).brings === "tasks";
  let path: string;
  let nodes: readonly Node[];
  try {
    if (bringsTasks) {
      path = canonicalPath(findTaskFile(name, task.place, inherited, { ...load, isHandler: Object.hasOwn(task, "listen") }));
    } else {
      path = `role ${name} ${JSON.stringify(task.args)}`;
    }
    const again = step.unconditional.indexOf(path);
    if (again !== -1 && isPlain) {
      const chain = [...step.unconditional.slice(again), path].map((file) => file.split("/").at(-1)).join(" -> ");
      report(problem(`circular include without a condition: ${chain}`, "circular-import", task.place, "give one of the includes a condition that ends it"));
    }
    const key = `${path} ${task.role?.key ?? ""}`;
    if (state.seen.has(key)) return;
    state.seen.add(key);
    nodes = bringsTasks ? loadTasks(path, inherited, load, task.place) : roleNodes(name, task, inherited, load, state);
  } catch (error) {
    if (error instanceof Failures) error.failures.forEach(report);
    else if (error instanceof Failure) report(error);
    else throw error;
    state.isOpen = true;
    return;
  }
  visitNodes(nodes, { isSure, isStatic: false, unconditional: isPlain ? [...step.unconditional, path] : [] }, state);
}

function roleNodes(name: string, task: Task, inherited: Task["enclosing"], load: LoadContext, state: State): Node[] {
  const args = task.args as Readonly<Record<string, unknown>>;
  const text = (key: string): string | undefined => (typeof args[key] === "string" ? args[key] : undefined);
  const parts = rolePartsOf(args, text);
  const parents = task.role === undefined ? [] : [...task.role.parents, task.role];
  const role = loadRole(name, { ...parts, inherited, parents, place: task.place }, load);
  adopt(role, state);
  return tasksOfRole(role, parts, role.inherited, load);
}

function adopt(role: Role, state: State): void {
  addRole(role, state);
  const handlers = handlersOfRole(role);
  state.handlers.push(...handlers);
  for (const handler of handlers) visitTask(handler, { isSure: false, isStatic: false, unconditional: [] }, state);
}

function isFalsy(value: unknown): boolean {
  return value === undefined || value === null || value === false || /^(no|false|off|0|n|f)$/i.test(String(value));
}
