import type { Event, HostStats, ItemOutcome, Outcome, Reporter, TaskView } from "./events.ts";
import { describe, type Description, type DescribeOptions } from "./describe.ts";
import { hostList } from "./host-list.ts";
import { createLiveLine, type LiveLine } from "./live-line.ts";
import { createLiveOutput } from "./live-output.ts";
import { formatMessage, shortPath } from "./message.ts";
import { banner, recapLines } from "./recap.ts";
import { columnsOf, type Screen } from "./screen.ts";
import { createStyle } from "./style.ts";
import { createFailureList } from "./task-failure.ts";
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

interface Group extends Description {
  readonly hosts: string[];
}

/** A task under way: its hosts' results, grouped by what there is to say. */
interface OpenTask {
  readonly view: TaskView;
  readonly started: number;
  readonly hosts: Set<string>;
  readonly groups: Map<string, Group>;
  readonly items: Map<string, ItemOutcome[]>;
  /** How many starts still wait for their end: the free strategy starts a task once a host. */
  pending: number;
  hasRetried: boolean;
  isSkipped: boolean;
}

/**
 * The screen output of tsplay: changes and failures are loud and grouped over hosts, the rest is counted. On a terminal one live line at the
 * bottom tells how far the run is; piped, there are plain lines only.
 */
export function createConsoleReporter(options: ConsoleOptions): Reporter {
  const style = createStyle(options.color);
  const now = options.now ?? ((): number => performance.now());
  const describing: DescribeOptions = {
    verbosity: options.verbosity,
    showDiff: options.showDiff,
    diffContext: options.diffContext ?? 3,
    showOk: options.showOkHosts ?? true,
    showSkipped: options.showSkippedHosts ?? true,
    style,
  };
  const open = new Map<string, OpenTask>();
  const failures = createFailureList();
  const warned = new Set<string>();
  let play = "";
  let taskCount = 0;
  let taskIndex = 0;
  let started = now();
  let quietOk = 0;
  let quietSkipped = 0;
  let isCheck = false;

  const live: LiveLine | undefined = options.isTerminal
    ? createLiveLine({ write: (text) => options.write(text), columns: () => columnsOf(options), now, text: progressText })
    : undefined;
  const print = (lines: readonly string[]): void => {
    if (lines.length === 0) return;
    const text = `${lines.join("\n")}\n`;
    if (live === undefined) options.write(text);
    else live.print(text);
  };
  const output = createLiveOutput({ print, style, now });

  function progressText(): string {
    if (play === "") return "";
    const running = [...open.values()].at(-1);
    const hosts = new Set([...open.values()].flatMap((task) => [...task.hosts]));
    const where = hosts.size === 0 ? "" : hosts.size <= 3 ? `  ${[...hosts].map(harmlessLine).join(" ")}` : `  ${hosts.size} hosts`;
    const name = running === undefined ? "" : `  ${harmlessLine(running.view.name)}`;
    return `${durationText(now() - started)}  ${harmlessLine(play)}  ${taskIndex}/${Math.max(taskCount, taskIndex)}${name}${where}`;
  }

  const flushQuiet = (): void => {
    const parts: string[] = [];
    if (quietOk > 0) parts.push(`${plural(quietOk, "task")} ok`);
    if (quietSkipped > 0) parts.push(`${quietSkipped === 1 && quietOk === 0 ? "1 task" : quietSkipped} skipped`);
    if (parts.length > 0) print([`  ${style.quiet(parts.join(", "))}`]);
    quietOk = 0;
    quietSkipped = 0;
  };

  const flushTask = (task: OpenTask): void => {
    output.end(task.view.id);
    if (task.groups.size === 0) {
      if (task.isSkipped) quietSkipped += 1;
      else quietOk += 1;
      return;
    }
    flushQuiet();
    const lines = [`  ${taskTitle(task.view)}`];
    for (const group of [...task.groups.values()].sort((a, b) => RANK[a.status] - RANK[b.status])) lines.push(...groupLines(group));
    print(lines);
  };

  const taskTitle = (view: TaskView): string => {
    // a task without a name of its own is told by its place
    const isNamed = view.name !== view.action && !view.name.endsWith(` : ${view.action}`);
    const place = !isNamed || options.verbosity >= 2 ? style.quiet(`  ${shortPath(view.place.file)}:${view.place.line}`) : "";
    return `${view.isHandler ? style.quiet("handler ") : ""}${style.strong(harmlessLine(view.name))}${place}`;
  };

  const groupLines = (group: Group): string[] => {
    const paint = group.status === "changed" ? style.changed : group.status === "ok" ? style.ok : group.status === "skipped" ? style.skipped : style.failed;
    const room = columnsOf(options) - group.word.length - 7;
    const suffix = group.suffix === "" ? "" : style.quiet(`  (${group.suffix})`);
    return [`    ${paint(group.word)}  ${hostList(group.hosts, room)}${suffix}`, ...group.body.map((line) => `      ${line}`)];
  };

  const settle = (outcome: Outcome): void => {
    const task = open.get(outcome.task.id) ?? openTask(outcome.task);
    const items = task.items.get(outcome.host) ?? [];
    task.items.delete(outcome.host);
    task.hosts.delete(outcome.host);
    if (outcome.status !== "skipped") task.isSkipped = false;
    if ((outcome.status === "failed" || outcome.status === "unreachable") && !outcome.ignored && !outcome.rescued) {
      const failed = items.filter((item) => item.status === "failed" || item.status === "unreachable");
      for (const one of failed.length > 0 ? failed : [outcome]) failures.add(one);
    }
    const warnings = outcome.result["warnings"];
    if (Array.isArray(warnings)) for (const warning of warnings) warn(String(warning));
    const description = describe(outcome, items, describing);
    if (description === undefined) return;
    const key = [description.word, description.suffix, ...description.body].join("\0");
    const group = task.groups.get(key);
    if (group === undefined) task.groups.set(key, { ...description, hosts: [outcome.host] });
    else group.hosts.push(outcome.host);
  };

  const openTask = (view: TaskView): OpenTask => {
    const task: OpenTask = { view, started: now(), hosts: new Set(), groups: new Map(), items: new Map(), pending: 0, hasRetried: false, isSkipped: true };
    open.set(view.id, task);
    return task;
  };

  const flushAll = (): void => {
    for (const task of open.values()) flushTask(task);
    open.clear();
    flushQuiet();
  };

  const warn = (message: string, rest: { place?: Outcome["task"]["place"] | undefined; hint?: string | undefined } = {}): void => {
    const notes: [string, string][] = rest.hint === undefined ? [] : [["hint", rest.hint]];
    const text = formatMessage({ severity: "warning", text: message, place: rest.place, notes }, { color: options.color });
    if (warned.has(text)) return;
    warned.add(text);
    if (live !== undefined || options.writeError === undefined) print([text.trimEnd()]);
    else options.writeError(text);
  };

  const finish = (event: Extract<Event, { type: "run-end" }>): void => {
    flushAll();
    live?.close();
    const lines: string[] = [];
    if (failures.size > 0) lines.push("", failures.format({ color: options.color, hosts: (names) => hostList(names, 60) }).trimEnd());
    lines.push(banner("PLAY RECAP", Math.max(79, columnsOf(options) - 1)), ...recapLines(event.stats, style), "");
    lines.push(summary(event));
    options.write(`${lines.join("\n")}\n`);
  };

  const summary = (event: Extract<Event, { type: "run-end" }>): string => {
    const hosts = Object.values(event.stats);
    const total = (key: keyof HostStats): number => hosts.reduce((sum, host) => sum + host[key], 0);
    const broken = hosts.filter((host) => host.failed + host.unreachable > 0).length;
    const changes = total("changed");
    const parts = [changes === 0 ? style.ok("nothing to change") : style.changed(`${plural(changes, "change")}${isCheck ? " announced, none made" : ""}`)];
    if (broken > 0) parts.unshift(style.failed(`${broken} of ${plural(hosts.length, "host")} failed`));
    else parts.unshift(plural(hosts.length, "host"));
    if (event.interrupted) parts.unshift(style.failed("interrupted"));
    return `${parts.join(", ")}, ${durationText(event.duration)}`;
  };

  const on = (event: Event): void => {
    switch (event.type) {
      case "run-start":
        started = now();
        isCheck = event.check;
        return;
      case "playbook-start":
        if (options.verbosity > 0) print([style.quiet(`playbook ${harmlessLine(event.file)}`)]);
        return;
      case "play-start":
        flushAll();
        play = event.name;
        taskIndex = 0;
        taskCount = event.taskCount;
        print([
          `${style.strong(`play ${harmlessLine(event.name)}`)}${style.quiet(`  ${event.checkMode ? "check mode, " : ""}${plural(event.hosts.length, "host")}`)}`,
        ]);
        return;
      case "no-hosts-matched":
        print([style.quiet(`  no host matches ${harmlessLine(event.pattern)}`)]);
        return;
      case "no-hosts-remaining":
        flushAll();
        print([`  ${style.failed("no hosts left")}`]);
        return;
      case "task-start": {
        const task = open.get(event.task.id) ?? openTask(event.task);
        task.pending += 1;
        for (const host of event.hosts) task.hosts.add(host);
        taskIndex = Math.max(taskIndex, event.index);
        break;
      }
      case "host-start":
        output.start(event.host, event.task);
        break;
      case "output":
        if (options.isTerminal) output.add(event.host, event.task, event.text);
        break;
      case "retry": {
        const task = open.get(event.task.id);
        if (options.verbosity > 0 || (live === undefined && task?.hasRetried === false)) {
          print([style.quiet(`  ${harmlessLine(event.task.name)}: not yet on ${harmlessLine(event.host)}, ${plural(event.retriesLeft, "try", "tries")} left`)]);
        }
        if (task !== undefined) task.hasRetried = true;
        break;
      }
      case "item": {
        const task = open.get(event.task.id) ?? openTask(event.task);
        const items = task.items.get(event.host);
        if (items === undefined) task.items.set(event.host, [event]);
        else items.push(event);
        break;
      }
      case "result":
        settle(event);
        break;
      case "task-end": {
        const task = open.get(event.task.id);
        if (task === undefined) return;
        task.pending -= 1;
        if (task.pending > 0) return;
        open.delete(event.task.id);
        flushTask(task);
        break;
      }
      case "included":
        if (options.verbosity > 0) {
          flushQuiet();
          print([style.quiet(`  included ${harmlessLine(event.file)} for ${hostList(event.hosts, 60)}`)]);
        }
        return;
      case "notified":
        if (options.verbosity > 1) print([style.quiet(`  ${harmlessLine(event.host)} notifies ${harmlessLine(event.handler)}`)]);
        return;
      case "connected":
        if (options.verbosity > 2) print([style.quiet(`  connected to ${harmlessLine(event.host)} in ${durationText(event.duration)}`)]);
        return;
      case "warning":
        warn(event.message, event);
        return;
      case "custom-stats":
        if (options.showCustomStats === true)
          print([
            "custom stats",
            ...JSON.stringify({ ...event.perHost, _run: event.values }, null, 2)
              .split("\n")
              .map((line) => `  ${line}`),
          ]);
        return;
      case "playbook-end":
        // One recap at the end tells it all
        return;
      case "run-end":
        finish(event);
        return;
    }
    live?.refresh();
  };

  return { on, close: () => live?.close() };
}

/** Loud things last, so that they are near the eye. */
const RANK: Readonly<Record<Outcome["status"], number>> = { skipped: 0, ok: 1, changed: 2, unreachable: 3, failed: 4 };
