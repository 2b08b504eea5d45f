import type { Event, ItemOutcome, Outcome, Reporter, Shown, Status, TaskView } from "../../engine/report/events.ts";
import type { Screen } from "../../engine/report/screen.ts";

export const place = { file: "site.yml", line: 12, column: 7, text: "    - name: Install nginx" };

/** Events of a run in few words. */
export function task(name: string, more: Partial<TaskView> = {}): TaskView {
  return { id: name, name, action: "command", place, isHandler: false, tags: [], checkMode: false, ...more };
}

export function result(view: TaskView, host: string, status: Status, values: Record<string, unknown> = {}, more: Partial<Outcome> = {}): Event {
  return {
    type: "result",
    host,
    task: view,
    status,
    ignored: false,
    rescued: false,
    assumed: false,
    censored: false,
    duration: 20,
    result: { changed: status === "changed", ...values },
    ...more,
  };
}

export function item(
  view: TaskView,
  host: string,
  status: Status,
  label: unknown,
  index: number,
  values: Record<string, unknown> = {},
  more: Partial<ItemOutcome> = {},
): Event {
  return { ...(result(view, host, status, values) as Extract<Event, { type: "result" }>), type: "item", label, index, ...more };
}

export function oneTask(view: TaskView, hosts: readonly string[], events: readonly Event[], index = 1): Event[] {
  return [
    { type: "task-start", task: view, hosts, index },
    ...hosts.map((host): Event => ({ type: "host-start", host, task: view })),
    ...events,
    { type: "task-end", task: view },
  ];
}

export const counts = { ok: 0, changed: 0, unreachable: 0, failed: 0, skipped: 0, rescued: 0, ignored: 0 };

export function play(
  hosts: readonly string[],
  tasks: readonly Event[],
  options: { check?: boolean; diff?: boolean; name?: string; stats?: Record<string, typeof counts> } = {},
): Event[] {
  return [
    { type: "run-start", playbooks: ["site.yml"], check: options.check ?? false, diff: options.diff ?? false, version: "0" },
    { type: "playbook-start", file: "site.yml" },
    { type: "play-start", name: options.name ?? "web servers", place, hosts, taskCount: 3, checkMode: options.check ?? false },
    ...tasks,
    { type: "run-end", stats: options.stats ?? Object.fromEntries(hosts.map((host) => [host, counts])), duration: 3_210, exitCode: 0, interrupted: false },
  ];
}

export interface Recorded {
  readonly out: () => string;
  readonly err: () => string;
  readonly screen: Screen;
}

export function record(options: Partial<Screen> = {}): Recorded {
  let out = "";
  let err = "";
  const screen: Screen = {
    write: (text) => void (out += text),
    writeError: (text) => void (err += text),
    isTerminal: false,
    columns: 80,
    color: false,
    verbosity: 0,
    ...options,
  };
  return { out: () => out, err: () => err, screen };
}

/** An event as the gate lets it out. */
export function passed(event: Event): Shown<Event> {
  return event as Shown<Event>;
}

export function feed(reporter: Reporter, events: readonly Event[]): void {
  for (const event of events) reporter.on(passed(event));
  void reporter.close();
}

/** What a terminal of unlimited height shows after these bytes: only what our reporters use is understood. */
export function terminalShows(bytes: string): string {
  const rows = [""];
  let column = 0;

  for (const [piece] of bytes.matchAll(/\u001b\[2K|\u001b\[[0-9;]*m|\r|\n|[^\u001b\r\n]+/g)) {
    if (piece === "\r") column = 0;
    else if (piece === "\n") {
      rows.push("");
      column = 0;
    } else if (piece === "\u001b[2K") rows[rows.length - 1] = "";
    else if (!piece.startsWith("\u001b")) {
      const row = rows[rows.length - 1]!;
      rows[rows.length - 1] = row.slice(0, column).padEnd(column) + piece + row.slice(column + piece.length);
      column += piece.length;
    }
  }
  return rows.join("\n");
}
