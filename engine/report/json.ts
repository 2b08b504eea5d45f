import { Float, Vaulted } from "../expression/values.ts";
import type { Event, Reporter, TaskView } from "./events.ts";

/**
 * Writes every event as one JSON object on a line of its own (docs/events.md). What a record holds is all there is: the other reporters can
 * be fed from it.
 * @param write gets whole lines
 * @param clock the time of an event, milliseconds since 1970
 */
export function createJsonReporter(write: (text: string) => void, clock: () => number = Date.now): Reporter {
  return {
    on(event) {
      write(`${JSON.stringify({ time: new Date(clock()).toISOString(), ...shorten(event) }, replace)}\n`);
    },
    close: () => undefined,
  };
}

/** The whole task stands in task-start; the events that refer to it name it. */
function shorten(event: Event): object {
  if (event.type === "task-start" || !("task" in event)) return event;
  const { id, name, action }: TaskView = event.task;
  return { ...event, task: { id, name, action } };
}

function replace(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Vaulted) return { __ansible_vault: value.ciphertext };
  if (value instanceof Float) return value.value;
  if (value instanceof Set) return [...value];
  if (value instanceof Map) return Object.fromEntries(value);
  return value;
}
