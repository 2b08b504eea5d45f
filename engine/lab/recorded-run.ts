import path from "node:path";
import type { Event, FailureView } from "../report/events.ts";
import { capture } from "./process.ts";

/** One task's end on one host, as a run told it. */
export interface Told {
  /** The same in two runs of one playbook: place, action and host. */
  readonly key: string;
  readonly text: string;
  readonly status: string;
  /** Check mode said that it cannot know: a command that nothing foretells, or a verdict that stands on a change that was only announced. */
  readonly isOpen: boolean;
  readonly failure: FailureView | undefined;
}

export interface RecordedRun {
  readonly seconds: number;
  readonly code: number;
  readonly told: readonly Told[];
  readonly stderr: string;
}

export function changedIn(run: RecordedRun): readonly Told[] {
  return run.told.filter((told) => told.status === "changed");
}

/**
 * Holds check mode to its word: what it announced and no more is what was done.
 * @returns a line for each lie
 */
export function compareRuns(announced: RecordedRun, applied: RecordedRun): string[] {
  const said = new Map(changedIn(announced).map((told) => [told.key, told]));
  const done = new Map(changedIn(applied).map((told) => [told.key, told]));
  const open = new Set(announced.told.filter((told) => told.isOpen).map((told) => told.key));
  const lies = [...said.values()].filter((told) => !done.has(told.key) && !open.has(told.key)).map((told) => `announced, not done: ${told.text}`);
  return [...lies, ...[...done.values()].filter((told) => !said.has(told.key) && !open.has(told.key)).map((told) => `done, not announced: ${told.text}`)];
}

/** Why a run did not end well, a line each; nothing when it did. */
export function failuresOf(run: RecordedRun): string[] {
  if (run.code === 0) return [];
  const failed = run.told.filter((told) => told.status === "failed" || told.status === "unreachable");
  const lines = failed.map(({ text, status, failure }) => {
    const tail = failure?.stderrTail === undefined ? "" : `\n${failure.stderrTail}`;
    return `${text}: ${failure?.message ?? status}${failure?.hint ? ` (${failure.hint})` : ""}${tail}`;
  });
  if (lines.length > 0) return lines;
  return [`tsplay ended with ${run.code}`, ...run.stderr.trim().split("\n").slice(-15)];
}

/**
 * Runs a playbook by the command line, and reads its events.
 * @param cli how tsplay is called
 * @param args the playbook, the inventory, flags
 */
export async function recordRun(cli: readonly string[], args: readonly string[], env?: NodeJS.ProcessEnv): Promise<RecordedRun> {
  const [program, ...first] = cli;
  const started = performance.now();
  const answer = await capture(program!, [...first, ...args, "--output", "json"], env === undefined ? {} : { env });
  // a task's place is told once, when it starts
  const places = new Map<string, string>();
  const told: Told[] = [];
  for (const line of answer.stdout.split("\n")) {
    const event = parseEvent(line);
    if (event?.type === "task-start") places.set(event.task.id, `${path.relative(process.cwd(), event.task.place.file)}:${event.task.place.line}`);
    else if (event?.type === "result") told.push(tell(event, places.get(event.task.id) ?? event.task.name));
  }
  return { code: answer.code, told, stderr: answer.stderr, seconds: (performance.now() - started) / 1000 };
}

function parseEvent(line: string): Event | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as Event;
  } catch {
    return undefined;
  }
}

function tell(event: Extract<Event, { type: "result" }>, place: string): Told {
  return {
    key: `${place} ${event.task.action} ${event.host}`,
    text: `${event.task.name} (${place})`,
    // a failure that the play takes care of is none of ours
    status: event.ignored || event.rescued ? "ok" : event.status,
    isOpen: event.assumed || (event.status === "skipped" && String(event.result["msg"] ?? "").includes("if not in check mode")),
    failure: event.failure,
  };
}
