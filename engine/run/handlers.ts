import { template } from "../expression/evaluate.ts";
import type { Handler, Task } from "../play/model.ts";
import { didYouMean, Failure } from "../source/failure.ts";
import { type HostRun, isActive, type PlayContext } from "../task/context.ts";
import { rolePrefixes } from "../play/names.ts";
import { scopeOf } from "../task/scope.ts";
import { runTaskOnHosts } from "./hosts.ts";
import { type Text, Written } from "../source/written.ts";

/**
 * Remembers that `names` are notified. Which handlers they mean is decided by the flush: a role included meanwhile may define them anew. A handler that
 * notifies means those that are there now.
 * @throws Failure `unknown-handler`
 */
export function notify(names: readonly string[], host: HostRun, task: Task, play: PlayContext): void {
  for (const name of names) {
    const isKnown = host.isFlushing ? mark(name, host, play) : handlersNamed(name, host, play).length > 0;
    if (isKnown) {
      if (!host.isFlushing) host.notifications.add(name);
    } else if (play.run.settings.errorOnMissingHandler === false) {
      play.run.emit({ type: "warning", message: `no handler is called "${name}", and none listens to it`, place: task.place });
    } else {
      const known = play.handlers.flatMap((handler) => [String(handler.name ?? ""), ...handler.listen]).filter((text) => text !== "");
      throw new Failure(`no handler is called "${name}", and none listens to it`, {
        code: "unknown-handler",
        fault: "playbook",
        place: task.place,
        hint: didYouMean(name, known) ?? "handlers stand under `handlers:` of the play or in a role's handlers/main.yml",
      });
    }
  }
}

/** @returns false when nothing is meant by the name */
function mark(name: string, host: HostRun, play: PlayContext): boolean {
  const found = handlersNamed(name, host, play);
  for (const handler of found) {
    if (host.notified.has(handler)) continue;
    host.notified.add(handler);
    play.run.emit({ type: "notified", host: host.name, handler: handler.name === undefined ? name : resolved(handler.name, handler, host, play) });
  }
  return found.length > 0;
}

/** The first handler of that name, and all that listen to it: of those of one name the first. */
function handlersNamed(name: string, host: HostRun, play: PlayContext): Handler[] {
  const handlers = byPrecedence(play.handlers);
  const named = handlers.find((handler) => handler.name !== undefined && withRole(resolved(handler.name, handler, host, play), handler).includes(name));
  const listening = handlers.filter((handler) => handler.listen.some((topic) => withRole(topic, handler).includes(name)));
  const distinct = listening.filter((handler, index) => handler.name === undefined || listening.findIndex((other) => other.name === handler.name) === index);
  return [...new Set([...(named === undefined ? [] : [named]), ...distinct])];
}

/** The role (or the play) that came last wins; in one list of handlers the first of a name does. */
function byPrecedence(handlers: readonly Handler[]): Handler[] {
  const lists = new Map<Handler["role"], Handler[]>();
  for (const handler of handlers) lists.set(handler.role, [...(lists.get(handler.role) ?? []), handler]);
  return [...lists.values()].reverse().flat();
}

function withRole(text: string, { role }: Handler): string[] {
  return role === undefined ? [text] : [text, ...rolePrefixes(role.name).map((prefix) => `${prefix} : ${text}`)];
}

function resolved(text: Text, handler: Handler, host: HostRun, play: PlayContext): string {
  if (!(text instanceof Written)) return text;
  try {
    return String(template(text, scopeOf(handler, host.name, play)));
  } catch {
    // A handler whose name cannot be resolved on this host cannot be meant
    return text.text;
  }
}

/**
 * Runs what is notified, once in the order in which the handlers are defined: a handler that is notified by a later one waits for the next flush.
 */
export async function flushHandlers(hosts: readonly HostRun[], play: PlayContext, isRescuable = false): Promise<void> {
  if (hosts.every((host) => host.notifications.size === 0 && host.notified.size === 0)) return;
  for (const host of hosts) {
    for (const name of host.notifications) mark(name, host, play);
    host.notifications.clear();
    host.isFlushing = true;
  }
  for (const handler of [...play.handlers]) {
    const notified = hosts.filter((host) => isActive(host) && host.notified.has(handler));
    if (notified.length === 0) continue;
    for (const host of notified) host.notified.delete(handler);
    await runTaskOnHosts(handler, notified, play, { isRescuable });
  }
  for (const host of hosts) host.isFlushing = false;
}
