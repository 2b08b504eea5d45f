import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { Float } from "../../engine/expression/values.ts";
import { loadPlaybook } from "../../engine/play/load.ts";
import type { Handler, Node, Task } from "../../engine/play/model.ts";
import { moduleNamesForTests } from "./module-names.ts";
import { Written } from "../../engine/source/written.ts";

// What ansible-core makes of the same playbooks lies beside them in ansible.json, written by dump.py.
const good = join(import.meta.dirname, "good");

type Plain = Record<string, unknown>;

const INHERITED = [
  "become",
  "become_user",
  "ignore_errors",
  "no_log",
  "run_once",
  "check_mode",
  "diff",
  "connection",
  "remote_user",
  "port",
  "debugger",
] as const;

function describe(task: Task): Plain {
  const raw = { ...task.keywords } as Plain;
  const conditions = (list: Task["until"]): unknown[] => (list ?? []).map((entry) => entry.value);
  const found: Plain = {
    name: task.name ?? null,
    action: task.module,
    role: task.role?.name ?? null,
    args: argsOf(task),
    when: conditions(task.when),
    tags: [...task.tags].sort(),
    environment: distinct(task.keywords.environment ?? []),
    notify: [...(task.notify ?? [])],
    vars: Object.assign({}, ...task.blockVars, task.vars) as unknown,
    delegate_to: task.delegate_to ?? null,
    register: task.register ?? null,
    until: conditions(task.until),
    failed_when: conditions(task.failed_when),
    changed_when: conditions(task.changed_when),
    retries: task.retries ?? null,
    delay: task.delay ?? 5,
    loop: task.loop?.value ?? null,
    loop_with: task.loop === undefined || task.loop.kind === "loop" ? null : task.loop.kind,
  };
  for (const name of INHERITED) found[name] = raw[name] ?? null;
  if ("listen" in task) found["listen"] = (task as Handler).listen;
  return found;
}

function argsOf(task: Task): unknown {
  if (task.args instanceof Written) return { _template: task.args };
  const { free_form: freeForm, _variable_params: params, ...args } = task.args;
  if (params !== undefined) return { _template: params };
  if (task.action === "include_tasks" && args["file"] !== undefined) {
    const { file, ...rest } = args;
    return { _raw_params: file, ...rest, ...(task.apply === undefined ? {} : { apply: task.apply }) };
  }
  if (task.action === "validate_argument_spec") return { argument_spec: args["argument_spec"], provided_arguments: args["provided_arguments"] };
  return freeForm === undefined ? args : { _raw_params: freeForm };
}

function describeTheirs(task: Plain): Plain {
  const found = { ...task };
  const args = found["args"] as Plain;
  const variable = args["_variable_params"];
  const text = args["_raw_params"];
  if (variable !== undefined) found["args"] = { _template: variable };
  else if (typeof text === "string" && /^\{\{.*\}\}$/.test(text) && found["action"] === "debug") found["args"] = { _template: text };
  else if (found["action"] === "ansible.builtin.validate_argument_spec") {
    found["action"] = "validate_argument_spec";
    found["args"] = { argument_spec: args["argument_spec"], provided_arguments: args["provided_arguments"] };
  }
  for (const name of ["section", "throttle", "timeout", "any_errors_fatal"]) delete found[name];
  for (const name of ["until", "notify"]) found[name] = [found[name]].flat();
  // The same layer is listed once for each way that leads to it.
  found["environment"] = distinct(found["environment"] as unknown[]);
  // A flush runs no command, so that it has no use for the play's keywords.
  if (found["action"] === "meta" && (found["tags"] as string[]).includes("always")) {
    for (const name of INHERITED) found[name] = null;
    found["environment"] = [];
    found["tags"] = ["always"];
  }
  // "false" is what Ansible's own default says
  for (const name of ["no_log", "become", "ignore_errors", "run_once"]) if (found[name] === undefined) found[name] = null;
  return found;
}

function distinct(values: readonly unknown[]): unknown[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

function tasksOf(nodes: readonly Node[]): Task[] {
  return nodes.flatMap((node) => (node.kind === "task" ? [node] : [...tasksOf(node.block), ...tasksOf(node.rescue), ...tasksOf(node.always)]));
}

/** Our data as JSON would hold it; the default `no_log: false` counts as not given. */
function plain(value: unknown): Plain {
  return JSON.parse(
    JSON.stringify(value, (key, entry: unknown) => (entry instanceof Float ? entry.value : key === "no_log" && entry === false ? null : entry)),
  ) as Plain;
}

for (const name of readdirSync(good)) {
  const theirs = JSON.parse(readFileSync(join(good, name, "ansible.json"), "utf8")) as Plain[];
  const playbook = loadPlaybook(join(good, name, "site.yml"), { moduleNames: moduleNamesForTests });
  test(`compare ${name}: plays`, () => {
    assert.deepEqual(
      playbook.plays.map((play) => [play.name ?? play.hosts, [...play.inherited.tags].sort(), { ...play.vars, ...play.importVars }]),
      theirs.map((play) => [play["name"], play["tags"], play["vars"]]),
    );
  });
  for (const [index, play] of theirs.entries()) {
    for (const part of ["tasks", "handlers"] as const) {
      const expected = (play[part] as Plain[]).map(describeTheirs);
      const ours = (part === "tasks" ? tasksOf(playbook.plays[index]!.nodes) : [...playbook.plays[index]!.handlers]).map(describe);
      test(`compare ${name}: ${part} of play ${index + 1}, in order`, () => {
        assert.deepEqual(
          ours.map((task) => [task["role"], task["name"], task["action"]]),
          expected.map((task) => [task["role"], task["name"], task["action"]]),
        );
      });
      for (const [at, task] of expected.entries()) {
        test(`compare ${name}: ${part} ${at + 1} ${String(task["name"] ?? task["action"])}`, () => assert.deepEqual(plain(ours[at]), plain(task)));
      }
    }
  }
}
