import type { FailureView, Outcome } from "./events.ts";
import { formatMessage } from "./message.ts";

const STDERR_LINES = 12;

/** One failure, and the hosts that share it. */
export interface SharedFailure {
  readonly outcome: Outcome;
  readonly hosts: string[];
}

/** Failures by task and message, so that forty hosts with one complaint are told once. */
export interface FailureList {
  add(outcome: Outcome): void;
  readonly size: number;
  format(options: { readonly color: boolean; hosts(names: readonly string[]): string }): string;
}

export function createFailureList(): FailureList {
  const shared = new Map<string, SharedFailure>();
  return {
    add(outcome) {
      const view = failureView(outcome);
      const key = `${outcome.task.id}\0${view.code}\0${view.message}`;
      const known = shared.get(key);
      if (known === undefined) shared.set(key, { outcome, hosts: [outcome.host] });
      else if (!known.hosts.includes(outcome.host)) known.hosts.push(outcome.host);
    },
    get size() {
      return shared.size;
    },
    format({ color, hosts }) {
      const parts = [...shared.values()].map((failure) => formatTaskFailure(failure, hosts(failure.hosts), color));
      return parts.join("\n");
    },
  };
}

/** What a failed outcome says, also when the engine gave no more than a result. */
export function failureView(outcome: Outcome): FailureView {
  if (outcome.censored) {
    return { code: outcome.failure?.code ?? "task-failed", message: "failed; why is hidden by no_log", place: outcome.failure?.place ?? outcome.task.place };
  }
  if (outcome.failure !== undefined) return outcome.failure;
  const { msg, rc } = outcome.result;
  const message = typeof msg === "string" && msg !== "" ? msg : rc === undefined ? "failed" : `exit status ${String(rc)}`;
  return { code: outcome.status === "unreachable" ? "unreachable" : "task-failed", message, place: outcome.task.place };
}

function formatTaskFailure(failure: SharedFailure, hosts: string, color: boolean): string {
  const { outcome } = failure;
  const view = failureView(outcome);
  const place = view.place ?? outcome.task.place;
  const notes: [string, string][] = [];
  const tail = outcome.censored ? undefined : (view.stderrTail ?? lastLines(outcome.result["stderr"]) ?? lastLines(outcome.result["stdout"]));
  if (tail !== undefined && !view.message.includes(tail.trim())) notes.push(["output", lastLines(tail)!]);
  if (view.hint !== undefined) notes.push(["hint", view.hint]);
  const at = `${outcome.task.isHandler ? "handler" : "task"} "${outcome.task.name}"`;
  return formatMessage({ severity: "error", code: view.code, subject: hosts, text: view.message, place, at, notes }, { color });
}

function lastLines(text: unknown): string | undefined {
  if (typeof text !== "string" || text.trim() === "") return undefined;
  const lines = text.trimEnd().split("\n");
  return lines.length <= STDERR_LINES ? lines.join("\n") : [`(${lines.length - STDERR_LINES} lines before)`, ...lines.slice(-STDERR_LINES)].join("\n");
}
