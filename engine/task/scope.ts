import { condition, template } from "../expression/evaluate.ts";
import type { Scope } from "../expression/contract.ts";
import { omit, Undefined } from "../expression/values.ts";
import type { Condition, Keywords, Task } from "../play/model.ts";
import { hasTemplate } from "../play/names.ts";
import { Failure } from "../source/failure.ts";
import { type Place, placeOf, writtenAt } from "../source/place.ts";
import type { PlayContext } from "./context.ts";
import { Written } from "../source/written.ts";

type Values = Readonly<Record<string, unknown>>;

/** The variables that a task sees on a host; `local` holds loop variables and the like, `onGet` is told of what is looked up. */
export function scopeOf(task: Task, host: string, play: PlayContext, local?: Values, onGet?: (name: string) => void): Scope {
  return play.run.variables.scope({
    host,
    state: play.state,
    role: task.role,
    blockVars: task.blockVars,
    taskVars: task.vars,
    includeVars: task.includeVars,
    searchPath: task.searchPath,
    connection: connectionOf(task, host, play),
    ...(local === undefined ? {} : { local }),
    onGet,
  });
}

/** What variables of the connection hold where the inventory sets none. A keyword that is a template may stand on them, and does not count. */
function connectionOf({ keywords }: Task, host: string, play: PlayContext): Values {
  const { connection = {} } = play.run.settings;
  const plain = (value: unknown): unknown => (value === null || value === undefined || hasTemplate(value) ? undefined : value);
  const user = plain(keywords.remote_user) ?? connection.user;
  return {
    ansible_host: host,
    ansible_connection: plain(keywords.connection) ?? connection.connection ?? "ssh",
    ...(user === undefined ? {} : { ansible_user: user }),
  };
}

/** `scope` with more names in front. */
export function withNames(scope: Scope, names: Values): Scope {
  return {
    environment: scope.environment,
    get: (name) => (Object.hasOwn(names, name) ? names[name] : scope.get(name)),
    has: (name) => Object.hasOwn(names, name) || scope.has(name),
    written: (name) => (Object.hasOwn(names, name) ? writtenAt(names, name) : scope.written?.(name)),
    names: () => new Set([...Object.keys(names), ...scope.names()]),
  };
}

/** The first condition that does not hold, or undefined when all do. */
export function firstFalse(conditions: readonly Condition[], scope: Scope): Condition | undefined {
  return conditions.find(({ value, place }) => !condition(value, scope, { place }));
}

const TRUE = /^(y|yes|on|true|t|1|1\.0)$/i;
const FALSE = /^(n|no|off|false|f|0|0\.0|)$/i;

/** A keyword that must be a boolean, in any of Ansible's spellings. @throws Failure `wrong-type` */
export function booleanOf(value: unknown, name: string, scope: Scope, place?: Place): boolean | undefined {
  const final = valueOf(value, scope, place);
  if (final === undefined || final === null) return undefined;
  if (typeof final === "boolean") return final;
  if (typeof final === "number") return final !== 0;
  const text = String(final);
  if (TRUE.test(text)) return true;
  if (FALSE.test(text) || text === "None") return false;
  throw new Failure(`"${name}" must be true or false, not "${text}"`, { code: "wrong-type", fault: "playbook", place });
}

/** A keyword that is true or false, or what holds without it where it cannot be told: the task has failed of that already. */
export function flagOf(task: Task, name: keyof Keywords, scope: Scope, fallback: boolean): boolean {
  try {
    return booleanOf(keywordOf(task, name, scope), name, scope, placeOfKeyword(task, name)) ?? fallback;
  } catch (error) {
    if (error instanceof Failure) return fallback;
    throw error;
  }
}

export function numberOf(value: unknown, name: string, scope: Scope, place?: Place): number | undefined {
  const final = valueOf(value, scope, place);
  if (final === undefined || final === null || final === "") return undefined;
  const number = Number(final);
  if (Number.isFinite(number)) return number;
  throw new Failure(`"${name}" must be a number, not "${String(final)}"`, { code: "wrong-type", fault: "playbook", place });
}

export function textOf(value: unknown, scope: Scope, place?: Place): string | undefined {
  const final = valueOf(value, scope, place);
  return final === undefined || final === null || final === "" ? undefined : String(final);
}

/** A keyword's value with its templates resolved. */
export function valueOf(value: unknown, scope: Scope, place?: Place): unknown {
  if (value === undefined || value === null || typeof value === "boolean" || typeof value === "number") return value;
  const final = template(value, scope, { place });
  if (final instanceof Undefined)
    throw new Failure(final.message, { code: "undefined-variable", fault: "playbook", place: final.place ?? place, hint: final.hint });
  return typeof final === "symbol" ? undefined : final;
}

/** A keyword's final value on a task; `omit` gives what it would be without the task's own. */
export function keywordOf(task: Task, name: keyof Keywords, scope: Scope): unknown {
  const value = task.keywords[name];
  if (!(value instanceof Written)) return value;
  const final = template(value, scope, { place: placeOfKeyword(task, name) });
  return final === omit ? task.enclosing.keywords[name] : final;
}

/** Whether `no_log` hides what comes of the task. It may stand on the loop's variables; what cannot be decided is hidden. */
export function isCensored(task: Task, scope: Scope): boolean {
  try {
    return booleanOf(keywordOf(task, "no_log", scope), "no_log", scope) ?? false;
  } catch {
    return true;
  }
}

/** Where a keyword of the task was written. */
export function placeOfKeyword(task: Task, name: string): Place {
  return placeOf(task.raw, name) ?? task.place;
}
