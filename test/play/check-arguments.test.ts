import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { prepare } from "../../engine/run/run.ts";
import { createGate } from "../../engine/secrets/gate.ts";
import { Failures } from "../../engine/source/failure.ts";

// A role's argument_specs against what stands written for its variables, before any host is touched.
const folder = mkdtempSync(path.join(tmpdir(), "tsplay-arguments-"));
after(() => rmSync(folder, { recursive: true }));
const write = (name: string, text: string): void => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
};
const spec = {
  port: { type: "int", required: true },
  level: { type: "str", choices: ["low", "high"] },
  names: { type: "list", elements: "str" },
};
write("roles/app/meta/argument_specs.yml", JSON.stringify({ argument_specs: { main: { options: spec } } }, null, 2));
write("roles/app/defaults/main.yml", "level: low\n");
write("roles/app/tasks/main.yml", "- debug: {}\n");
write("vars/more.yml", "port: 80\nlevel: low\n");
write("hosts", "[web]\nweb1\nweb2\n");

interface Case {
  readonly name: string;
  readonly play?: string;
  readonly vars?: string;
  readonly extraVars?: Record<string, unknown>;
  /** What is said; nothing when it is not refused. */
  readonly said?: RegExp;
}

const cases: readonly Case[] = [
  { name: "right values", vars: "port: 80\nnames: [a]\n" },
  { name: "text that is a number", vars: 'port: "80"\n' },
  { name: "nothing written: the run tells" },
  { name: "a wrong type in host_vars", vars: "port: soon\n", said: /^host_vars\/web2\.yml:1:7 role app: argument 'port' is of type .* to int/ },
  {
    name: "a wrong choice on the command line",
    extraVars: { level: "middle" },
    said: /argument_specs\.yml:\d+:\d+ role app: value of level must be one of: low, high/,
  },
  { name: "a template: the run tells", vars: 'port: "{{ 40 + 40 }}"\n' },
  { name: "a value that a task sets before", vars: "port: soon\n", play: "  pre_tasks:\n    - set_fact: { port: 80 }\n" },
  { name: "a value that a file of variables may set", vars: "port: soon\n", play: "  pre_tasks:\n    - include_vars: more.yml\n" },
  {
    name: "what no task can change",
    vars: "port: 80\n",
    extraVars: { level: "middle" },
    play: "  pre_tasks:\n    - include_vars: more.yml\n",
    said: /value of level must be one of/,
  },
  { name: "the stronger value counts", vars: "port: soon\n", extraVars: { port: 80 } },
  { name: "vars of the play", play: "  vars: { level: none }\n", said: /^play\.yml:2:\d+ role app: value of level/ },
  { name: "a role under a condition: the run tells", vars: "port: soon\n", play: "  vars: { level: low }\n  # when\n" },
];

for (const { name, play = "", vars = "", extraVars, said } of cases) {
  test(name, async () => {
    write("host_vars/web2.yml", vars);
    const role = play.includes("# when") ? "{ role: app, when: inventory_hostname == 'web1' }" : "app";
    write("play.yml", `- hosts: web\n${play}  roles: [${role}]\n`);
    const messages = await prepare(
      { playbooks: [path.join(folder, "play.yml")], inventory: [path.join(folder, "hosts")], extraVars },
      createGate(() => undefined),
    ).then(
      () => [],
      (error: unknown) => {
        assert.ok(error instanceof Failures, String(error));
        return error.failures.map(({ message, place }) => `${place?.file.replace(`${folder}/`, "")}:${place?.line}:${place?.column} ${message}`);
      },
    );
    if (said === undefined) assert.deepEqual(messages, []);
    else assert.match(messages.join("\n"), said);
  });
}
