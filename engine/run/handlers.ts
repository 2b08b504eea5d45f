import { template } from "../expression/evaluate.ts";
import type { Handler, Task } from "../play/model.ts";
import { didYouMean, Failure } from "../source/failure.ts";
import { type HostRun, isActive, type PlayContext } from "../task/context.ts";
import { scopeOf } from "../task/scope.ts";
import { runTaskOnHosts } from "./hosts.ts";

/** More rounds than this is a circle of handlers that notify each other. */
const MOST_ROUNDS = 50;

/**
 * Marks the handlers that `names` mean: the last defined one of that name (`role : name` too), and all that listen to it.
 * @throws Failure `unknown-handler`
 */
export function notify(names: readonly string[], host: HostRun, task: Task, play: PlayContext): void {
  for (const name of names) {
    const found = handlersNamed(name, host, play);
    if (found.length === 0) {
      const known = play.handlers.flatMap((handler) => [handler.name ?? "", ...handler.listen]).filter((text) => text !== "");
      throw new Failure(`no handler is called "${name}", and none listens to it`, {
        code: "unknown-handler",
        fault: "playbook",
        place: task.place,
        hint: didYouMean(name, known) ?? "handlers stand under `handlers:` of the play or in a role's handlers/main.yml",
      });
    }
    for (const handler of found) {
      if (host.notified.has(handler)) continue;
      host.notified.add(handler);
      play.run.emit({ type: "notified", host: host.name, handler: handler.name ?? name });
    }
  }
}

function handlersNamed(name: string, host: HostRun, play: PlayContext): Handler[] {
  const named = [...play.handlers].reverse().find((handler) => namesOf(handler, host, play).includes(name));
  const listening = play.handlers.filter((handler) => handler.listen.some((topic) => resolved(topic, handler, host, play) === name));
  return [...new Set([...(named === undefined ? [] : [named]), ...listening])];
}

function namesOf(handler: Handler, host: HostRun, play: PlayContext): string[] {
  if (handler.name === undefined) return [];
  const name = resolved(handler.name, handler, host, play);
  return handler.role === undefined ? [name] : [name, `${handler.role.name} : ${name}`];
}

function resolved(text: string, handler: Handler, host: HostRun, play: PlayContext): string {
  if (!text.includes("{{")) return text;
  try {
    return String(template(text, scopeOf(handler, host.name, play)));
  } catch {
    // A handler whose name cannot be resolved on this host cannot be meant
    return text;
  }
}

/** Runs what is notified, in the order in which the handlers are defined. */
export async function flushHandlers(hosts: readonly HostRun[], play: PlayContext, isRescuable = false): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    let ran = false;
    for (const handler of [...play.handlers]) {
      const notified = hosts.filter((host) => isActive(host) && host.notified.has(handler));
      if (notified.length === 0) continue;
      ran = true;
      for (const host of notified) host.notified.delete(handler);
      await runTaskOnHosts(handler, notified, play, { isRescuable });
    }
    if (!ran) return;
  }
  throw new Failure(`handlers of this play notify each other without end`, { code: "circular-handlers", fault: "playbook", place: play.play.place });
}
