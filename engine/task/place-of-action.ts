import type { Scope } from "../expression/contract.ts";
import type { Task } from "../play/model.ts";
import { addUrlPasswords } from "../secrets/known.ts";
import type { RunOptions, Target } from "../session/contract.ts";
import { becomeOf, targetOf } from "../variables/target.ts";
import { hasTemplate } from "../play/names.ts";
import type { Reads } from "../variables/reads.ts";
import type { HostRun, PlayContext } from "./context.ts";
import { booleanOf, keywordOf, numberOf, placeOfKeyword, scopeOf, textOf, valueOf } from "./scope.ts";

/** Which machine a task acts on, as whom, and with what around it. */
export interface ActionPlace {
  /** The host's name: the task's, or the one it is delegated to. */
  readonly name: string;
  readonly delegatedTo: string | undefined;
  readonly target: Target;
  readonly run: RunOptions;
}

/** Places that many tasks of a host share, by what their keywords say; each with the variables that it was made from. */
export type KnownPlaces = Map<string, { readonly place: ActionPlace; readonly reads: Reads }>;

/**
 * The place of a task on a host, from what an earlier task of the same keywords had, while that holds.
 * @param reads gets the names of the variables that it stands on
 * @throws Failure for keywords that do not resolve
 */
export function sharedPlaceOf(
  task: Task,
  host: HostRun,
  scope: Scope,
  reads: Reads,
  play: PlayContext,
): { readonly place: ActionPlace; readonly reads: Reads } {
  const key = keyOf(task);
  if (key === undefined) return { place: actionPlaceOf(task, host.name, scope, play), reads };
  const known = host.places.get(key);
  if (known?.reads.hold === true) return known;
  const own = play.run.variables.reads(host.name);
  const made = { place: actionPlaceOf(task, host.name, scopeOf(task, host.name, play, undefined, own.note), play), reads: own };
  host.places.set(key, made);
  return made;
}

const KEYWORDS = [
  "remote_user",
  "port",
  "connection",
  "become",
  "become_method",
  "become_user",
  "become_exe",
  "become_flags",
  "timeout",
] as const satisfies readonly (keyof Task["keywords"])[];

/** Undefined for a task whose own variables or templates may say where it acts. */
function keyOf({ keywords, delegate_to: delegate, vars, blockVars, includeVars, role, loop, searchPath }: Task): string | undefined {
  if (delegate !== undefined || (keywords.environment?.length ?? 0) > 0 || blockVars.length > 0 || includeVars.length > 0) return undefined;
  if (Object.keys(vars).length > 0 || loop?.control.loop_var !== undefined || loop?.control.index_var !== undefined) return undefined;
  const values = KEYWORDS.map((name) => keywords[name]);
  return hasTemplate(values) ? undefined : JSON.stringify([role?.key, searchPath[0], values]);
}

/**
 * Works out delegation, connection, become, environment and time limit of a task on a host.
 * @param scope the task's variables on `host`
 * @throws Failure for keywords that do not resolve
 */
export function actionPlaceOf(task: Task, host: string, scope: Scope, play: PlayContext): ActionPlace {
  const delegate = textOf(task.delegate_to, scope, placeOfKeyword(task, "delegate_to"));
  const name = delegate ?? host;
  const connectionScope = delegate === undefined || delegate === host ? scope : delegateScope(task, delegate, play);
  const { connection = {}, become = {} } = play.run.settings;
  const given = targetOf(name, connectionScope, {
    remote_user: textOf(keywordOf(task, "remote_user", scope), scope),
    port: numberOf(keywordOf(task, "port", scope), "port", scope),
    connection: textOf(keywordOf(task, "connection", scope), scope),
    commandLine: { ...connection, sshCommonArgs: connection.sshArgs },
  });
  const target = {
    ...given,
    port: given.port ?? connection.port,
    hostKeyChecking: given.hostKeyChecking ?? connection.hostKeyChecking,
    retries: given.retries ?? connection.retries,
  };
  const environment = environmentOf(task, scope);
  const asWhom = becomeOf(
    name,
    connectionScope,
    {
      become: booleanOf(keywordOf(task, "become", scope), "become", scope, placeOfKeyword(task, "become")),
      become_method: textOf(keywordOf(task, "become_method", scope), scope),
      become_user: textOf(keywordOf(task, "become_user", scope), scope),
      become_exe: textOf(keywordOf(task, "become_exe", scope), scope),
      become_flags: textOf(keywordOf(task, "become_flags", scope), scope),
    },
    { become: become.become, becomeUser: become.user, becomeMethod: become.method, becomePassword: become.password },
  );
  const { secrets } = play.run;
  for (const password of [target.password, target.privateKeyPassphrase, asWhom?.password]) if (password !== undefined) secrets.add(password);
  addUrlPasswords(environment, secrets);
  const timeout = numberOf(keywordOf(task, "timeout", scope), "timeout", scope);
  return {
    name,
    delegatedTo: delegate,
    target,
    run: {
      become: asWhom,
      environment,
      timeout: timeout === undefined || timeout === 0 ? undefined : timeout * 1000,
      signal: play.run.signal,
    },
  };
}

/** Delegated tasks keep the variables of their own host, but connect with those of the other. */
function delegateScope(task: Task, delegate: string, play: PlayContext): Scope {
  return play.run.variables.scope({ host: delegate, state: play.state, role: task.role, searchPath: task.searchPath });
}

function environmentOf(task: Task, scope: Scope): Record<string, string> | undefined {
  const layers = task.keywords.environment ?? [];
  if (layers.length === 0) return undefined;
  const environment: Record<string, string> = {};
  for (const layer of layers) {
    const resolved = valueOf(layer, scope, placeOfKeyword(task, "environment"));
    for (const part of Array.isArray(resolved) ? resolved : [resolved]) {
      if (typeof part !== "object" || part === null) continue;
      for (const [key, value] of Object.entries(part as Record<string, unknown>)) environment[key] = String(value);
    }
  }
  return environment;
}
