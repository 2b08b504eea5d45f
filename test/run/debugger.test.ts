import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import path from "node:path";
import { describe, test } from "node:test";
import { play, project, type Ran } from "./support.ts";

/** Runs on this machine, with `typed` as what somebody types at the debugger's prompt. @returns what was said, and the run */
async function debug(
  text: string,
  typed: readonly string[],
  strategy = "linear",
): Promise<Ran & { readonly said: readonly string[]; readonly rest: readonly string[] }> {
  const said: string[] = [];
  const rest = [...typed];
  const ran = await play(
    "localhost,",
    `- hosts: all\n  connection: local\n  gather_facts: false\n  vars: {wanted: /nowhere}\n  strategy: ${strategy}\n  tasks:\n${text}`,
    {
      prompt: (question) => {
        said.push(question);
        return Promise.resolve(rest.shift());
      },
    },
  );
  return { ...ran, said, rest };
}

const fails = `    - {name: looks, command: "ls {{ wanted }}", debugger: on_failed, register: seen}\n    - {name: after, debug: {msg: "{{ seen.rc }}"}}\n`;
const lines = (ran: Ran): string[] => ran.lines.map((line) => line.replace("localhost ", ""));

describe("debugger", () => {
  test("shows what there is, and goes on", async () => {
    const ran = await debug(fails, ["p task.name", "p result.rc", "p task_vars['wanted']", "p task.args", "p host", "p nothing", "jump", "c"]);
    assert.equal(ran.said[0], "non-zero return code\n[localhost] TASK: looks (debug)> ");
    const answers = ran.said.slice(1).map((text) => text.split("\n[localhost]")[0]);
    assert.deepEqual(answers.slice(0, 3), ["looks", "2", "/nowhere"]);
    assert.deepEqual(JSON.parse(answers[3]!), { _raw_params: "ls {{ wanted }}" });
    assert.equal(answers[4], "localhost");
    assert.match(answers[5]!, /^\*\*\*.*nothing.*undefined/);
    assert.match(answers[6]!, /not understood: jump/);
    assert.deepEqual(lines(ran), ["looks failed"]);
    assert.equal(ran.exitCode, 2);
    assert.equal(ran.stats["localhost"]?.failed, 1);
  });

  test("a variable is changed, and the task runs again", async () => {
    const ran = await debug(fails, ["task_vars['wanted'] = '/etc/' ~ 'hosts'", "r"]);
    assert.deepEqual(lines(ran), ["looks failed", "looks changed", "after ok"]);
    assert.equal(ran.results[2]!.result["msg"], 0);
    assert.deepEqual(ran.stats["localhost"], { ok: 2, changed: 1, unreachable: 0, failed: 0, skipped: 0, rescued: 0, ignored: 0 });
    assert.equal(ran.exitCode, 0);
  });

  test("an argument is changed, thrown away again, changed anew; it is asked after every failure", async () => {
    const ran = await debug(fails, ["task.args['_raw_params'] = 'true'", "u", "r", 'task.args["_raw_params"] = "true"', "redo"]);
    assert.deepEqual(lines(ran), ["looks failed", "looks failed", "looks changed", "after ok"]);
    assert.deepEqual(ran.rest, []);
  });

  test("ends the run when that is wished, and when nobody can be asked", async () => {
    for (const typed of [["q"], []]) {
      const ran = await debug(fails, typed);
      assert.deepEqual(lines(ran), ["looks failed"]);
      assert.equal(ran.exitCode, 99);
      assert.equal(ran.events.filter((event) => event.type === "warning" && event.message.includes("no terminal")).length, 1 - typed.length);
    }
  });

  const asked: readonly (readonly [string, string, number, string?])[] = [
    ["on_failed, and it is ignored", `    - {command: "false", debugger: on_failed, ignore_errors: true}\n`, 0],
    ["on_failed, and all is well", `    - {command: "true", debugger: on_failed}\n`, 0],
    ["on_skipped", `    - {command: "true", when: false, debugger: on_skipped}\n`, 1],
    ["on_skipped, and it is not", `    - {command: "true", debugger: on_skipped}\n`, 0],
    ["always", `    - {command: "true", debugger: always}\n`, 1],
    ["always, from the block", `    - block: [{command: "true"}, {command: "true"}]\n      debugger: always\n`, 2],
    ["the debug strategy", `    - {command: "true"}\n    - {command: "false"}\n`, 1, "debug"],
    ["the debug strategy, and never", `    - {command: "false", debugger: never}\n`, 0, "debug"],
    ["the debug strategy, and the failure is ignored", `    - {command: "false", ignore_errors: true}\n`, 0, "debug"],
  ];
  for (const [name, text, times, strategy] of asked) {
    test(`${name}: asks ${times === 1 ? "once" : `${times} times`}`, async () => {
      assert.equal((await debug(text, ["c", "c", "c"], strategy)).said.length, times);
    });
  }

  const hasScript = spawnSync("script", ["--version"]).status === 0;

  test("is asked on a real terminal", { skip: hasScript ? false : "there is no script(1)" }, async () => {
    const folder = project({ "site.yml": `- hosts: all\n  connection: local\n  gather_facts: false\n  tasks:\n${fails.replace("{{ wanted }}", "/nowhere")}` });
    const main = path.resolve(import.meta.dirname, "../../engine/cli/main.ts");
    const command = `${process.execPath} --import tsx ${main} -i localhost, ${path.join(folder, "site.yml")}`;
    const child = spawn("script", ["-qec", command, "/dev/null"], { cwd: path.resolve(import.meta.dirname, "../.."), stdio: ["pipe", "pipe", "inherit"] });
    const typed = ["p result.rc + 40\r", "task.args['_raw_params'] = 'true'\r", "r\r"];
    let shown = "";
    child.stdout.on("data", (chunk: Buffer) => {
      shown += chunk.toString();
      const asked = shown.split("(debug)> ").length - 1;
      if (typed.length > 3 - asked && typed.length > 0) child.stdin.write(typed.shift()!);
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    assert.equal(code, 0, shown);
    assert.match(shown, /42\r?\n\[localhost\]/);
  });
});
