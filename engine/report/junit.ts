import path from "node:path";
import { cleanResult } from "./ansible-result.ts";
import type { Event, Outcome, Reporter, TaskView } from "./events.ts";
import { pythonJson } from "./python-json.ts";
import { bareAction } from "./result-text.ts";

/** The settings of Ansible's callback `junit` (JUNIT_* variables). */
export interface JUnitOptions {
  /** Gets the whole document, once, at the end. */
  write(text: string): void;
  /** One class a YAML file, not one a task. */
  readonly taskClass?: boolean;
  /** Class names relative to this folder. */
  readonly taskRelativePath?: string | undefined;
  readonly failOnChange?: boolean;
  readonly failOnIgnore?: boolean;
  readonly includeSetupTasks?: boolean;
  /** Only tasks whose name begins so, and those that fail. */
  readonly testCasePrefix?: string;
  readonly replaceOutOfTreePath?: string | undefined;
}

type CaseStatus = "ok" | "failed" | "skipped" | "included";

interface Case {
  readonly view: TaskView;
  readonly play: string;
  readonly host: string;
  readonly status: CaseStatus;
  readonly outcome?: Outcome;
  readonly text?: string;
  readonly seconds: number;
}

/** A JUnit XML report: one suite, one case a task and host, named as Ansible's callback names them. */
export function createJUnitReporter(options: JUnitOptions): Reporter {
  const cases: Case[] = [];
  let suite = "tsplay";
  let play = "";
  let isWritten = false;

  const add = (outcome: Outcome): void => {
    const { task } = outcome;
    let status: CaseStatus = outcome.status === "failed" || outcome.status === "unreachable" ? "failed" : outcome.status === "skipped" ? "skipped" : "ok";
    if (status === "failed" && outcome.ignored && options.failOnIgnore !== true) status = "ok";
    if (status === "ok" && outcome.status === "changed" && options.failOnChange === true) status = "failed";
    if (status === "failed" && task.name.includes("EXPECTED FAILURE")) status = "ok";
    else if (task.name.includes("TOGGLE RESULT")) status = status === "failed" ? "ok" : status === "ok" ? "failed" : status;
    if (options.includeSetupTasks === false && ["setup", "gather_facts"].includes(bareAction(task.action))) return;
    if (!task.name.startsWith(options.testCasePrefix ?? "") && status !== "failed") return;
    cases.push({ view: task, play, host: outcome.host, status, outcome, seconds: outcome.duration / 1_000 });
  };

  const className = (view: TaskView): string => {
    let file =
      options.taskRelativePath === undefined || options.taskRelativePath === "" ? view.place.file : path.relative(options.taskRelativePath, view.place.file);
    if (options.replaceOutOfTreePath !== undefined && file.startsWith("../")) file = options.replaceOutOfTreePath + path.basename(file);
    return options.taskClass === true ? file.replace(/\.yml$/, "") : `${file}:${view.place.line}`;
  };

  const caseXml = (one: Case): string => {
    const head = `    <testcase${attributes({ classname: className(one.view), name: `[${one.host}] ${one.play}: ${one.view.name}`, time: one.seconds.toFixed(3) })}`;
    const inner = caseBody(one);
    return inner === "" ? `${head}/>` : `${head}>\n      ${inner}\n    </testcase>`;
  };

  const write = (): void => {
    isWritten = true;
    const counts = {
      disabled: "0",
      errors: "0",
      failures: String(cases.filter((one) => one.status === "failed").length),
      tests: String(cases.length),
      time: cases.reduce((sum, one) => sum + one.seconds, 0).toFixed(3),
    };
    const skipped = String(cases.filter((one) => one.status === "skipped").length);
    const lines = [
      `<?xml version="1.0" encoding="utf-8"?>`,
      `<testsuites${attributes(counts)}>`,
      `  <testsuite${attributes({ name: suite, ...counts, skipped })}>`,
      ...cases.map(caseXml),
      `  </testsuite>`,
      `</testsuites>`,
    ];
    options.write(`${lines.join("\n")}\n`);
  };

  const on = (event: Event): void => {
    if (event.type === "playbook-start" && cases.length === 0) suite = path.basename(event.file).replace(/\.[^.]+$/, "");
    else if (event.type === "play-start") play = event.name;
    else if (event.type === "result") add(event);
    else if (event.type === "included")
      cases.push({ view: event.task, play, host: "include", status: "included", text: `${event.file} (${event.hosts.join(", ")})`, seconds: 0 });
    else if (event.type === "run-end") write();
  };

  // A run that broke off has a report too
  return { on, close: () => void (isWritten || write()) };
}

function caseBody(one: Case): string {
  if (one.outcome === undefined) return `<system-out>${escape(one.text ?? "")}</system-out>`;
  const result = cleanResult(one.outcome);
  const dump = pythonJson(result, 0);
  if (one.status === "ok") return `<system-out>${escape(dump)}</system-out>`;
  if (one.status === "skipped") return `<skipped>${escape(String(result["skip_reason"] ?? "skipped"))}</skipped>`;
  const message = one.outcome.censored
    ? "failed; why is hidden by no_log"
    : result["msg"] === undefined
      ? `rc=${String(result["rc"] ?? 0)}`
      : String(result["msg"]);
  return `<failure${attributes({ message, type: "failure" })}>${escape(dump)}</failure>`;
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escape(value)}"`)
    .join("");
}

// XML 1.0 has no way to say control characters at all

const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;" };

function escape(text: string): string {
  return text.replace(NOT_XML, "\ufffd").replace(/[&<>"\n]/g, (character) => ENTITIES[character]!);
}
