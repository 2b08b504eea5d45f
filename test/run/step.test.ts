import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import type { Settings } from "../../engine/index.ts";
import { play, project, type Ran } from "./support.ts";

/** Two names of this machine. */
const hosts = "a ansible_connection=local\nb ansible_connection=local\n";

/** Runs a play on the two; `DIR` in its text is its folder. */
async function here(text: string, settings: Partial<Settings> = {}): Promise<Ran & { readonly folder: string }> {
  const folder = project({ hosts });
  writeFileSync(path.join(folder, "site.yml"), text.replaceAll("DIR", folder));
  const ran = await play(path.join(folder, "hosts"), { folder }, settings);
  return { ...ran, folder };
}

function messages(ran: Ran, task: string): unknown[] {
  return ran.results.filter((outcome) => outcome.task.name === task).map(({ result }) => result["msg"]);
}

function linesOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
}

describe("a step is resolved once", () => {
  test("a lookup runs once for a task on a host, at its turn, and not for a task that is skipped", async () => {
    const { folder, exitCode } = await here(`
- hosts: all
  gather_facts: false
  vars: { noted: "{{ lookup('pipe', 'echo ' ~ inventory_hostname ~ ' >> DIR/noted') }}" }
  tasks:
    - { file: { path: DIR/one, state: directory } }
    - { copy: { dest: "DIR/{{ inventory_hostname }}", content: "{{ noted }}" } }
    - { copy: { dest: DIR/never, content: "{{ lookup('pipe', 'echo x >> DIR/skipped') }}" }, when: false }
    - { command: "echo {{ lookup('pipe', 'echo {{ inventory_hostname }} >> DIR/retried') }}", register: said, until: said.attempts == 2, retries: 3, delay: 0 }
    - { name: "{{ lookup('pipe', 'echo named >> DIR/named') }}", debug: { msg: x } }
`);
    assert.equal(exitCode, 0);
    assert.deepEqual(linesOf(path.join(folder, "noted")).sort(), ["a", "b"]);
    assert.deepEqual(linesOf(path.join(folder, "skipped")), []);
    assert.deepEqual(linesOf(path.join(folder, "retried")).sort(), ["a", "b"]);
    assert.deepEqual(linesOf(path.join(folder, "named")), ["named"]);
  });

  test("a lookup with effects does not run before the task in front of it", async () => {
    const { folder } = await here(`
- hosts: a
  gather_facts: false
  tasks:
    - { file: { path: DIR/one, state: absent } }
    - { file: { path: DIR/two, state: absent } }
    - { command: "sh -c 'echo command >> DIR/order'" }
    - { copy: { dest: DIR/three, content: "{{ lookup('pipe', 'echo lookup >> DIR/order') }}" } }
`);
    assert.deepEqual(linesOf(path.join(folder, "order")), ["command", "lookup"]);
  });

  test("what was resolved ahead is resolved anew when a variable that it read has changed", async () => {
    const ran = await here(`
- hosts: all
  gather_facts: false
  vars: { word: old, through: "{{ word }}" }
  tasks:
    - { file: { path: DIR/none, state: absent } }
    - { command: echo new, register: said, changed_when: false }
    - { set_fact: { word: "{{ said.stdout }}" } }
    - { copy: { dest: "DIR/{{ inventory_hostname }}", content: "{{ through }}" } }
    - { file: { path: "DIR/loop-{{ item }}", state: touch }, loop: "{{ [through] }}", when: word == 'new' }
`);
    assert.equal(readFileSync(path.join(ran.folder, "a"), "utf8"), "new");
    assert.ok(existsSync(path.join(ran.folder, "loop-new")));
  });

  test("a file of the controller that a task has just written is read anew", async () => {
    const { folder } = await here(`
- hosts: a
  gather_facts: false
  tasks:
    - { copy: { dest: DIR/source, content: old } }
- hosts: a
  gather_facts: false
  tasks:
    - { file: { path: DIR/none, state: absent } }
    - { copy: { dest: DIR/source, content: new } }
    - { copy: { dest: DIR/looked-up, content: "{{ lookup('file', 'DIR/source') }}" } }
    - { copy: { src: DIR/source, dest: DIR/copied } }
`);
    assert.equal(readFileSync(path.join(folder, "looked-up"), "utf8"), "new");
    assert.equal(readFileSync(path.join(folder, "copied"), "utf8"), "new");
  });
});

describe("the linear strategy's promise", () => {
  for (const [what, change] of [
    ["a module", "copy: { dest: DIR/made, content: x }"],
    ["a command", "command: touch DIR/made"],
  ] as const)
    test(`what ${what} changed on one host is seen by the next task on every host`, async () => {
      const ran = await here(`
- hosts: all
  gather_facts: false
  tasks:
    - { file: { path: DIR/none, state: absent } }
    - { file: { path: DIR/none, state: absent } }
    - { ${change}, when: inventory_hostname == 'a' }
    - { stat: { path: DIR/made }, register: seen }
    - { name: seen, debug: { msg: "{{ seen.stat.exists }}" } }
`);
      assert.deepEqual(messages(ran, "seen"), [true, true]);
    });

  test("what another task delegated is seen", async () => {
    const ran = await here(`
- hosts: all
  gather_facts: false
  tasks:
    - { file: { path: DIR/none, state: absent } }
    - { copy: { dest: DIR/made, content: x }, delegate_to: b, when: inventory_hostname == 'a' }
    - { stat: { path: DIR/made }, register: seen }
    - { name: seen, debug: { msg: "{{ seen.stat.exists }}" } }
`);
    assert.deepEqual(messages(ran, "seen"), [true, true]);
  });
});

describe("the controller never stands still", () => {
  test("lookups of several hosts run side by side", async () => {
    // each waits for the other: one after the other they would wait for ever
    const meet = "touch DIR/$here; i=0; while [ ! -e DIR/$there ]; do i=$((i + 1)); [ $i -lt 200 ] || exit 1; sleep 0.05; done; echo met";
    const ran = await here(`
- hosts: all
  gather_facts: false
  tasks:
    - name: met
      debug: { msg: "{{ lookup('pipe', 'here=' ~ inventory_hostname ~ ' there=' ~ {'a': 'b', 'b': 'a'}[inventory_hostname] ~ '; ${meet}') }}" }
`);
    assert.deepEqual(messages(ran, "met"), ["met", "met"]);
  });

  test("a lookup ends with the run", { timeout: 20_000 }, async () => {
    const interrupt = new AbortController();
    const folder = project({ hosts });
    writeFileSync(
      path.join(folder, "site.yml"),
      `
- hosts: a
  gather_facts: false
  tasks:
    - { debug: { msg: "{{ lookup('pipe', 'echo $$ > ${folder}/pid; sleep 1000') }}" } }
    - { name: after, debug: { msg: x } }
`,
    );
    const running = play(path.join(folder, "hosts"), { folder }, { signal: interrupt.signal });
    while (linesOf(path.join(folder, "pid"))[0] === undefined || linesOf(path.join(folder, "pid"))[0] === "")
      await new Promise((resolve) => setTimeout(resolve, 20));
    interrupt.abort();
    const ran = await running;
    assert.equal(ran.exitCode, 99);
    assert.ok(!ran.lines.includes("a after ok"));
    const pid = Number(linesOf(path.join(folder, "pid"))[0]);
    assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
  });
});

describe("hosts at work at the same time", () => {
  // fails when it is not alone
  const alone = "mkdir DIR/lock && sleep 0.1 && rmdir DIR/lock";
  for (const [strategy, forks] of [
    ["linear", 5],
    ["free", 5],
    ["linear", 1],
  ] as const)
    test(`throttle holds with strategy ${strategy} and ${forks} forks`, async () => {
      const ran = await here(
        `
- hosts: all
  gather_facts: false
  strategy: ${strategy}
  tasks:
    - { shell: "${alone}", throttle: ${forks === 1 ? 3 : 1} }
`,
        { forks },
      );
      assert.equal(ran.exitCode, 0);
    });
});
