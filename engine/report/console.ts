import { dispatch, type Handlers } from "./dispatch.ts";
import type { Event, HostStats, Outcome, Reporter, TaskView } from "./events.ts";
import { describe, type DescribeOptions } from "./describe.ts";
import { hostList } from "./host-list.ts";
import { createLiveLine, type LiveLine } from "./live-line.ts";
import { createLiveOutput, type LiveOutput } from "./live-output.ts";
import { formatMessage, shortPath } from "./message.ts";
import { type Group, OpenTask } from "./open-task.ts";
import { banner, recapLines } from "./recap.ts";
import { columnsOf, type Screen } from "./screen.ts";
import { createStyle, type Style } from "./style.ts";
import { createFailureList, type FailureList } from "./task-failure.ts";
import { harmlessLine } from "./text.ts";
import { durationText, plural } from "./words.ts";

export interface ConsoleOptions extends Screen {
  readonly showDiff: boolean;
  /** Equal lines around a change in diffs; 3 when not given. */
  readonly diffContext?: number;
  /** With -v: list hosts that were already right, or skipped. True when not given. */
  readonly showOkHosts?: boolean;
  readonly showSkippedHosts?: boolean;
  readonly showCustomStats?: boolean;
  /** Milliseconds; for tests. */
  readonly now?: () => number;
}

type RunEnd = Extract<Event, { type: "run-end" }>;

/**
 * The screen output of tsplay: changes and failures are loud and grouped over hosts, the rest is counted. On a terminal one live line at the
 * bottom tells how far the run is; piped, there are plain lines only.
 */
export function createConsoleReporter(options: ConsoleOptions): Reporter {
  return new ConsoleReporter(options);
}

class ConsoleReporter implements Reporter {
  readonly #options: ConsoleOptions;
  readonly #style: Style;
  readonly #now: () => number;
  readonly #describing: DescribeOptions;
  readonly #live: LiveLine | undefined;
  readonly #output: LiveOutput;
  readonly #open = new Map<string, OpenTask>();
  readonly #failures: FailureList = createFailureList();
  readonly #warned = new Set<string>();
  #play = "";
  #taskCount = 0;
  #taskIndex = 0;
  #started: number;
  #quietOk = 0;
  #quietSkipped = 0;
  #isCheck = false;

  constructor(options: ConsoleOptions) {
    this.#options = options;
    this.#style = createStyle(options.color);
    this.#now = options.now ?? ((): number => performance.now());
    this.#started = this.#now();
    this.#describing = {
      verbosity: options.verbosity,
      showDiff: options.showDiff,
      diffContext: options.diffContext ?? 3,
      showOk: options.showOkHosts ?? true,
      showSkipped: options.showSkippedHosts ?? true,
      style: this.#style,
    };
    const write = (text: string): void => options.write(text);
    if (options.isTerminal) this.#live = createLiveLine({ write, columns: () => columnsOf(options), now: this.#now, text: () => this.#progress() });
    this.#output = createLiveOutput({ print: (lines) => this.#print(lines), style: this.#style, now: this.#now });
  }

  on(event: Event): void {
    dispatch(this.#handlers, event);
    this.#live?.refresh();
  }

  close(): void {
    this.#live?.close();
  }

  readonly #handlers: Handlers = {
    "run-start": ({ check }) => {
      this.#started = this.#now();
      this.#isCheck = check;
    },
    "playbook-start": ({ file }) => this.#printQuietly(1, `playbook ${harmlessLine(file)}`),
    "play-start": (event) => this.#startPlay(event),
    "no-hosts-matched": ({ pattern }) => this.#printQuietly(0, `  no host matches ${harmlessLine(pattern)}`),
    "no-hosts-remaining": () => {
      this.#flushAll();
      this.#print([`  ${this.#style.failed("no hosts left")}`]);
    },
    "task-start": ({ task: view, hosts, index }) => {
      const task = this.#taskOf(view);
      task.pending += 1;
      for (const host of hosts) task.hosts.add(host);
      this.#taskIndex = Math.max(this.#taskIndex, index);
    },
    "host-start": ({ host, task }) => this.#output.start(host, task),
    output: ({ host, task, text }) => {
      if (this.#options.isTerminal) this.#output.add(host, task, text);
    },
    retry: (event) => this.#retry(event),
    item: (item) => this.#taskOf(item.task).addItem(item),
    result: (outcome) => this.#settle(outcome),
    "task-end": ({ task }) => this.#endTask(task),
    included: ({ file, hosts }) => {
      if (this.#options.verbosity > 0) this.#flushQuiet();
      this.#printQuietly(1, `  included ${harmlessLine(file)} for ${hostList(hosts, 60)}`);
    },
    notified: ({ host, handler }) => this.#printQuietly(2, `  ${harmlessLine(host)} notifies ${harmlessLine(handler)}`),
    connected: ({ host, duration }) => this.#printQuietly(3, `  connected to ${harmlessLine(host)} in ${durationText(duration)}`),
    warning: (event) => this.#warn(event.message, event),
    "custom-stats": ({ perHost, values }) => {
      if (this.#options.showCustomStats !== true) return;
      const lines = JSON.stringify({ ...perHost, _run: values }, null, 2).split("\n");
      this.#print(["custom stats", ...lines.map((line) => `  ${line}`)]);
    },
    "run-end": (event) => this.#finish(event),
  };

  #print(lines: readonly string[]): void {
    if (lines.length === 0) return;
    const text = `${lines.join("\n")}\n`;
    if (this.#live === undefined) this.#options.write(text);
    else this.#live.print(text);
  }

  /** @param verbosity from which on it is told */
  #printQuietly(verbosity: number, line: string): void {
    if (this.#options.verbosity >= verbosity) this.#print([this.#style.quiet(line)]);
  }

  #warn(message: string, rest: { place?: TaskView["place"] | undefined; hint?: string | undefined } = {}): void {
    const { color, writeError } = this.#options;
    const notes: [string, string][] = rest.hint === undefined ? [] : [["hint", rest.hint]];
    const text = formatMessage({ severity: "warning", text: message, place: rest.place, notes }, { color });
    if (this.#warned.has(text)) return;
    this.#warned.add(text);
    if (this.#live !== undefined || writeError === undefined) this.#print([text.trimEnd()]);
    else writeError(text);
  }

  #progress(): string {
    if (this.#play === "") return "";
    const open = [...this.#open.values()];
    const running = open.at(-1);
    const hosts = new Set(open.flatMap((task) => [...task.hosts]));
    const where = hosts.size === 0 ? "" : hosts.size <= 3 ? `  ${[...hosts].map(harmlessLine).join(" ")}` : `  ${hosts.size} hosts`;
    const name = running === undefined ? "" : `  ${harmlessLine(running.view.name)}`;
    const count = `${this.#taskIndex}/${Math.max(this.#taskCount, this.#taskIndex)}`;
    return `${durationText(this.#now() - this.#started)}  ${harmlessLine(this.#play)}  ${count}${name}${where}`;
  }

  #startPlay(event: Extract<Event, { type: "play-start" }>): void {
    this.#flushAll();
    this.#play = event.name;
    this.#taskIndex = 0;
    this.#taskCount = event.taskCount;
    const about = `  ${event.checkMode ? "check mode, " : ""}${plural(event.hosts.length, "host")}`;
    this.#print([`${this.#style.strong(`play ${harmlessLine(event.name)}`)}${this.#style.quiet(about)}`]);
  }

  #taskOf(view: TaskView): OpenTask {
    const task = this.#open.get(view.id) ?? new OpenTask(view);
    this.#open.set(view.id, task);
    return task;
  }

  #retry({ task: view, host, retriesLeft }: Extract<Event, { type: "retry" }>): void {
    const task = this.#open.get(view.id);
    if (this.#options.verbosity > 0 || (this.#live === undefined && task?.hasRetried === false)) {
      this.#printQuietly(0, `  ${harmlessLine(view.name)}: not yet on ${harmlessLine(host)}, ${plural(retriesLeft, "try", "tries")} left`);
    }
    if (task !== undefined) task.hasRetried = true;
  }

  #settle(outcome: Outcome): void {
    const task = this.#taskOf(outcome.task);
    const items = task.finish(outcome);
    if (isFailed(outcome) && !outcome.ignored && !outcome.rescued) {
      const failed = items.filter(isFailed);
      for (const one of failed.length > 0 ? failed : [outcome]) this.#failures.add(one);
    }
    const warnings = outcome.result["warnings"];
    if (Array.isArray(warnings)) for (const warning of warnings) this.#warn(String(warning));
    const description = describe(outcome, items, this.#describing);
    if (description !== undefined) task.say(outcome.host, description);
  }

  #endTask({ id }: TaskView): void {
    const task = this.#open.get(id);
    if (task === undefined) return;
    task.pending -= 1;
    if (task.pending > 0) return;
    this.#open.delete(id);
    this.#flushTask(task);
  }

  #flushAll(): void {
    for (const task of this.#open.values()) this.#flushTask(task);
    this.#open.clear();
    this.#flushQuiet();
  }

  #flushTask(task: OpenTask): void {
    this.#output.end(task.view.id);
    const { groups } = task;
    if (groups.length === 0) {
      if (task.isSkipped) this.#quietSkipped += 1;
      else this.#quietOk += 1;
      return;
    }
    this.#flushQuiet();
    this.#print([`  ${this.#title(task.view)}`, ...groups.flatMap((group) => this.#groupLines(group))]);
  }

  #flushQuiet(): void {
    const [ok, skipped] = [this.#quietOk, this.#quietSkipped];
    const parts = [...(ok > 0 ? [`${plural(ok, "task")} ok`] : []), ...(skipped > 0 ? [`${skipped === 1 && ok === 0 ? "1 task" : skipped} skipped`] : [])];
    if (parts.length > 0) this.#printQuietly(0, `  ${parts.join(", ")}`);
    this.#quietOk = 0;
    this.#quietSkipped = 0;
  }

  #title(view: TaskView): string {
    const style = this.#style;
    // a task without a name of its own is told by its place
    const isNamed = view.name !== view.action && !view.name.endsWith(` : ${view.action}`);
    const place = !isNamed || this.#options.verbosity >= 2 ? style.quiet(`  ${shortPath(view.place.file)}:${view.place.line}`) : "";
    return `${view.isHandler ? style.quiet("handler ") : ""}${style.strong(harmlessLine(view.name))}${place}`;
  }

  #groupLines(group: Group): string[] {
    const style = this.#style;
    const paint = group.status === "unreachable" ? style.failed : style[group.status];
    const room = columnsOf(this.#options) - group.word.length - 7;
    const suffix = group.suffix === "" ? "" : style.quiet(`  (${group.suffix})`);
    return [`    ${paint(group.word)}  ${hostList(group.hosts, room)}${suffix}`, ...group.body.map((line) => `      ${line}`)];
  }

  #finish(event: RunEnd): void {
    const { color, write } = this.#options;
    this.#flushAll();
    this.#live?.close();
    const lines: string[] = [];
    if (this.#failures.size > 0) lines.push("", this.#failures.format({ color, hosts: (names) => hostList(names, 60) }).trimEnd());
    lines.push(banner("PLAY RECAP", Math.max(79, columnsOf(this.#options) - 1)), ...recapLines(event.stats, this.#style), "");
    lines.push(this.#summary(event));
    write(`${lines.join("\n")}\n`);
  }

  #summary({ stats, interrupted, duration }: RunEnd): string {
    const style = this.#style;
    const hosts = Object.values(stats);
    const total = (key: keyof HostStats): number => hosts.reduce((sum, host) => sum + host[key], 0);
    const broken = hosts.filter((host) => host.failed + host.unreachable > 0).length;
    const changes = total("changed");
    return [
      ...(interrupted ? [style.failed("interrupted")] : []),
      broken > 0 ? style.failed(`${broken} of ${plural(hosts.length, "host")} failed`) : plural(hosts.length, "host"),
      changes === 0 ? style.ok("nothing to change") : style.changed(`${plural(changes, "change")}${this.#isCheck ? " announced, none made" : ""}`),
      durationText(duration),
    ].join(", ");
  }
}

function isFailed({ status }: Outcome): boolean {
  return status === "failed" || status === "unreachable";
}
