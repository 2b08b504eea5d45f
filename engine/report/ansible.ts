import { text as pythonText } from "../expression/python/text.ts";
import { cleanResult, dumpResult, isVerbose, type ResultFormat } from "./ansible-result.ts";
import type { Event, HostStats, ItemOutcome, Outcome, Reporter, TaskView } from "./events.ts";
import { pythonJson } from "./python-json.ts";
import { banner, recapLines } from "./recap.ts";
import { diffLines, paintDiffLine } from "./result-diff.ts";
import { bareAction } from "./result-text.ts";
import { columnsOf, type Screen } from "./screen.ts";
import { createStyle } from "./style.ts";
import { harmless, harmlessLine } from "./text.ts";

/** The settings of Ansible's callback `default`, under Ansible's names. */
export interface AnsibleOptions extends Screen {
  readonly displayOkHosts?: boolean;
  readonly displaySkippedHosts?: boolean;
  readonly displayFailedStderr?: boolean;
  readonly displayArgs?: boolean;
  readonly showCustomStats?: boolean;
  readonly showPerHostStart?: boolean;
  readonly showTaskPathOnFailure?: boolean;
  readonly checkModeMarkers?: boolean;
  readonly resultFormat?: "json" | "yaml";
  readonly prettyResults?: boolean | undefined;
  readonly diffContext?: number;
}

/** Writes what Ansible's callback `default` writes, to the letter, for people and programs that read it. */
export function createAnsibleReporter(options: AnsibleOptions): Reporter {
  const style = createStyle(options.color);
  const showOk = options.displayOkHosts ?? true;
  const showSkipped = options.displaySkippedHosts ?? true;
  const isFiltered = !showOk || !showSkipped;
  const format: ResultFormat = { verbosity: options.verbosity, format: options.resultFormat ?? "json", pretty: options.prettyResults };
  const withItems = new Set<string>();
  const warned = new Set<string>();
  let lastBanner: string | undefined;
  let isLockstep = true;
  let isCheck = false;

  const display = (text: string, paint?: (line: string) => string): void => options.write(`${painted(text, paint)}\n`);
  const complain = (text: string, paint: (line: string) => string): void => {
    if (options.displayFailedStderr === true && options.writeError !== undefined) options.writeError(`${painted(text, paint)}\n`);
    else display(text, paint);
  };
  const headline = (text: string): void => options.write(`${banner(text, Math.max(79, columnsOf(options) - 1))}\n`);
  const dump = (outcome: Outcome, result = cleanResult(outcome)): string => dumpResult(outcome, result, format);

  const printBanner = (view: TaskView): void => {
    const args = options.displayArgs === true && view.args !== undefined ? ` ${view.args}` : "";
    const marker = view.checkMode && options.checkModeMarkers === true ? " [CHECK MODE]" : "";
    headline(`${view.isHandler ? "RUNNING HANDLER" : "TASK"} [${view.name.trim()}${args}]${marker}`);
    if (options.verbosity >= 2) printPath(view);
    lastBanner = view.id;
  };
  const ensureBanner = (view: TaskView): void => {
    if (lastBanner !== view.id) printBanner(view);
  };
  const printPath = (view: TaskView): void => display(`task path: ${harmlessLine(view.place.file)}:${view.place.line}`, style.quiet);
  const warn = (message: string): void => {
    if (warned.has(message)) return;
    warned.add(message);
    (options.writeError ?? options.write)(`${painted(`[WARNING]: ${harmless(message)}`, style.warning)}\n`);
  };
  const warnings = (outcome: Outcome): void => {
    const list = outcome.result["warnings"];
    if (Array.isArray(list) && !outcome.censored) for (const warning of list) warn(String(warning));
  };
  const printDiff = (outcome: Outcome): void => {
    if (outcome.censored || outcome.status === "skipped") return;
    const results = outcome.result["results"];
    for (const one of withItems.has(keyOf(outcome)) && Array.isArray(results) ? results : [outcome.result]) {
      if (!isMapping(one) || one["changed"] !== true || one["diff"] === undefined) continue;
      const lines = diffLines(one["diff"], options.diffContext ?? 3);
      if (lines.length === 0) continue;
      ensureBanner(outcome.task);
      options.write(`${lines.map((line) => paintDiffLine(line, style)).join("\n")}\n`);
    }
  };

  const onResult = (outcome: Outcome): void => {
    const host = hostLabel(outcome);
    const hadItems = withItems.has(keyOf(outcome));
    if (outcome.status !== "skipped" || showSkipped) printDiff(outcome);
    switch (outcome.status) {
      case "unreachable":
        ensureBanner(outcome.task);
        complain(`fatal: [${host}]: UNREACHABLE! => ${dump(outcome, { ...cleanResult(outcome), unreachable: true })}`, style.unreachable);
        if (outcome.ignored) display("...ignoring", style.skipped);
        break;
      case "failed":
        ensureBanner(outcome.task);
        warnings(outcome);
        // Ansible tells a failed loop's end only where the results are not there to see: under debug
        if (!hadItems || bareAction(outcome.task.action) === "debug") {
          if (options.verbosity < 2 && options.showTaskPathOnFailure === true) printPath(outcome.task);
          complain(`fatal: [${host}]: FAILED! => ${dumpResult(outcome, cleanResult(outcome), format, hadItems)}`, style.failed);
        }
        if (outcome.ignored) display("...ignoring", style.skipped);
        break;
      case "skipped":
        if (!showSkipped) break;
        ensureBanner(outcome.task);
        display(
          `skipping: [${harmlessLine(outcome.host)}]${isVerbose(outcome, options.verbosity) ? ` => ${dump(outcome, withoutResults(outcome, hadItems))}` : ""}`,
          style.skipped,
        );
        break;
      case "ok":
      case "changed": {
        if (outcome.status === "ok" && !showOk) break;
        ensureBanner(outcome.task);
        warnings(outcome);
        if (hadItems || isInclude(outcome.task)) break;
        display(
          `${outcome.status}: [${host}]${isVerbose(outcome, options.verbosity) ? ` => ${dump(outcome)}` : ""}`,
          outcome.status === "changed" ? style.changed : style.ok,
        );
        break;
      }
    }
    withItems.delete(keyOf(outcome));
  };

  const onItem = (item: ItemOutcome): void => {
    withItems.add(keyOf(item));
    const host = hostLabel(item);
    const label = harmless(item.censored ? "(censored due to no_log)" : pythonText(item.label));
    const verbose = isVerbose(item, options.verbosity) ? ` => ${dump(item)}` : "";
    if (isInclude(item.task) && (item.status === "ok" || item.status === "changed")) return;
    switch (item.status) {
      case "failed":
      case "unreachable":
        ensureBanner(item.task);
        warnings(item);
        complain(`failed: [${host}] (item=${label}) => ${dump(item)}`, style.failed);
        return;
      case "skipped":
        if (!showSkipped) return;
        ensureBanner(item.task);
        display(`skipping: [${harmlessLine(item.host)}] => (item=${label}) ${verbose}`, style.skipped);
        return;
      case "ok":
      case "changed":
        if (item.status === "ok" && !showOk) return;
        ensureBanner(item.task);
        warnings(item);
        display(`${item.status}: [${host}] => (item=${label})${verbose}`, item.status === "changed" ? style.changed : style.ok);
    }
  };

  const recap = (stats: Readonly<Record<string, HostStats>>): void => {
    headline("PLAY RECAP");
    options.write(`${[...recapLines(stats, style), ""].map((line) => `${line}\n`).join("")}`);
  };

  const on = (event: Event): void => {
    switch (event.type) {
      case "run-start":
        isCheck = event.check;
        return;
      case "playbook-start":
        if (options.verbosity > 1) headline(`PLAYBOOK: ${event.file.slice(event.file.lastIndexOf("/") + 1)}`);
        if (isCheck && options.checkModeMarkers === true) headline("DRY RUN");
        return;
      case "play-start": {
        isLockstep = event.strategy === undefined || !/(^|\.)(free|host_pinned)$/.test(event.strategy);
        const marker = event.checkMode && options.checkModeMarkers === true ? " [CHECK MODE]" : "";
        headline(event.name.trim() === "" ? `PLAY${marker}` : `PLAY [${event.name.trim()}]${marker}`);
        return;
      }
      case "no-hosts-matched":
        display("skipping: no hosts matched", style.skipped);
        return;
      case "no-hosts-remaining":
        headline("NO MORE HOSTS LEFT");
        return;
      case "task-start":
        if (isLockstep && !isFiltered) printBanner(event.task);
        return;
      case "host-start":
        if (options.showPerHostStart === true)
          display(` [started ${event.task.isHandler ? "HANDLER" : "TASK"}: ${harmlessLine(event.task.name)} on ${harmlessLine(event.host)}]`, style.ok);
        return;
      case "retry":
        display(
          `FAILED - RETRYING: [${harmlessLine(event.host)}]: ${harmlessLine(event.task.name)} (${event.retriesLeft} retries left).${options.verbosity > 2 ? `Result was: ${harmless(pythonJson(event.result, 4))}` : ""}`,
          style.quiet,
        );
        return;
      case "job": {
        const name = `on ${harmlessLine(event.host)}: jid=${event.id}`;
        if (event.is === "running") display(`ASYNC POLL ${name} started=True finished=False`, style.quiet);
        else display(`ASYNC ${event.is === "ok" ? "OK" : "FAILED"} ${name}`, style.quiet);
        return;
      }
      case "item":
        onItem(event);
        return;
      case "result":
        onResult(event);
        return;
      case "included":
        ensureBanner(event.task);
        display(
          `included: ${harmlessLine(event.file)} for ${event.hosts.map(harmlessLine).join(", ")}${event.label === undefined || event.label === null ? "" : ` => (item=${harmless(pythonText(event.label))})`}`,
          style.skipped,
        );
        return;
      case "notified":
        if (options.verbosity > 1) display(`NOTIFIED HANDLER ${harmlessLine(event.handler)} for ${harmlessLine(event.host)}`, style.place);
        return;
      case "warning":
        warn(event.message);
        return;
      case "playbook-end":
        recap(event.stats);
        return;
      case "run-end":
        recap(event.stats);
        printCustomStats();
        if (isCheck && options.checkModeMarkers === true) headline("DRY RUN");
        return;
      case "custom-stats":
        customStats = event;
        return;
      case "output":
      case "task-end":
      case "connected":
        return;
    }
  };

  let customStats: Extract<Event, { type: "custom-stats" }> | undefined;
  const printCustomStats = (): void => {
    if (customStats === undefined || options.showCustomStats !== true) return;
    headline("CUSTOM STATS: ");
    const flat = (value: unknown): string => harmless(pythonJson(value, 1).replace(/\n/g, ""));
    for (const host of Object.keys(customStats.perHost).sort()) display(`\t${harmlessLine(host)}: ${flat(customStats.perHost[host])}`);
    if (Object.keys(customStats.values).length > 0) display(`\n\tRUN: ${flat(customStats.values)}`);
    display("");
  };

  return { on, close: () => undefined };
}

/** Colours line by line, as Ansible's display does. */
function painted(text: string, paint: ((line: string) => string) | undefined): string {
  return paint === undefined
    ? text
    : text
        .split("\n")
        .map((line) => (line === "" ? line : paint(line)))
        .join("\n");
}

function hostLabel(outcome: Outcome): string {
  return harmlessLine(outcome.delegatedTo === undefined ? outcome.host : `${outcome.host} -> ${outcome.delegatedTo}`);
}

function keyOf(outcome: Outcome): string {
  return `${outcome.task.id}\0${outcome.host}`;
}

function withoutResults(outcome: Outcome, hadItems: boolean): Record<string, unknown> {
  const result = { ...cleanResult(outcome) };
  if (hadItems) delete result["results"];
  return result;
}

function isInclude(view: TaskView): boolean {
  const action = bareAction(view.action);
  return action === "include_tasks" || action === "include_role" || action === "include";
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
