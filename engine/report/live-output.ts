import type { TaskView } from "./events.ts";
import type { Style } from "./style.ts";
import { harmless, harmlessLine } from "./text.ts";

/** A command that takes longer than this is worth watching. Milliseconds. */
const WATCH_AFTER = 2_000;
const KEPT_LINES = 20;

interface Stream {
  readonly host: string;
  readonly since: number;
  /** Complete lines that wait for the command to become a long one. */
  kept: string[];
  partial: string;
  isNamed: boolean;
}

/** What long commands write, line by line as it arrives, each with its host. Short commands stay silent. */
export interface LiveOutput {
  start(host: string, task: TaskView): void;
  add(host: string, task: TaskView, text: string): void;
  end(taskId: string): void;
}

export function createLiveOutput(options: { print(lines: readonly string[]): void; style: Style; now(): number }): LiveOutput {
  const tasks = new Map<string, Map<string, Stream>>();
  const streamOf = (host: string, task: TaskView): Stream => {
    const streams = tasks.get(task.id) ?? new Map<string, Stream>();
    tasks.set(task.id, streams);
    const stream = streams.get(host) ?? { host, since: options.now(), kept: [], partial: "", isNamed: false };
    streams.set(host, stream);
    return stream;
  };
  return {
    start: streamOf,
    add(host, task, text) {
      const stream = streamOf(host, task);
      const lines = (stream.partial + text).split("\n");
      // A progress bar redraws its line; the last state is the one to keep
      stream.partial = lines
        .pop()!
        .replace(/^.*\r(?=.)/s, "")
        .slice(-4_096);
      const isShort = options.now() - stream.since < WATCH_AFTER;
      const shown = (isShort ? lines.slice(-KEPT_LINES) : lines).map((line) => line.replace(/\r$/, "").replace(/^.*\r/, ""));
      stream.kept = isShort ? [...stream.kept, ...shown].slice(-KEPT_LINES) : [...stream.kept, ...shown];
      if (isShort) return;
      if (stream.kept.length === 0) return;
      const title = stream.isNamed ? [] : [`  ${options.style.quiet(harmlessLine(task.name))}`];
      options.print([...title, ...stream.kept.map((line) => `    ${options.style.quiet(`${harmlessLine(host)} | ${harmless(line)}`)}`)]);
      stream.isNamed = true;
      stream.kept = [];
    },
    end(taskId) {
      tasks.delete(taskId);
    },
  };
}
