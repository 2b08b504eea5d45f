import type { Task } from "../play/model.ts";
import type { Reads } from "../variables/reads.ts";
import type { HostRun } from "./context.ts";

/** Whether a task stands, by its values or its text, on a variable whose content check mode could not know. */
export function standsOnUnknown(task: Task, reads: Reads, host: HostRun): boolean {
  const { unknown } = host.doubt;
  if (unknown.size === 0) return false;
  if (reads.hasAny(unknown)) return true;
  const text = JSON.stringify([task.raw, task.when.map(({ value }) => value)]);
  return [...unknown].some((name) => new RegExp(`\\b${name}\\b`).test(text));
}
