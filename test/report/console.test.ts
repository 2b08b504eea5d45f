import assert from "node:assert/strict";
import { test } from "node:test";
import { createConsoleReporter, type ConsoleOptions } from "../../engine/report/console.ts";
import type { Event } from "../../engine/report/events.ts";
import { feed, item, oneTask, passed, place, play, record, result, task, terminalShows } from "./build.ts";

const hosts = ["web1", "web2", "db1"];
const quiet = task("Look around");
const install = task("nginx : Install");
const announced = task("nginx : Install", { checkMode: true });
const say = task("Say it", { action: "ansible.builtin.debug" });
const each = task("Each user");

function screen(events: readonly Event[], options: Partial<ConsoleOptions> = {}): { out: string; err: string } {
  const recorded = record(options);
  feed(createConsoleReporter({ showDiff: false, ...recorded.screen, ...options }), events);
  return { out: recorded.out(), err: recorded.err() };
}

const RECAP = `
PLAY RECAP *********************************************************************
db1                        : ok=0    changed=0    unreachable=0    failed=0    skipped=0    rescued=0    ignored=0${"   "}
web1                       : ok=0    changed=0    unreachable=0    failed=0    skipped=0    rescued=0    ignored=0${"   "}
web2                       : ok=0    changed=0    unreachable=0    failed=0    skipped=0    rescued=0    ignored=0${"   "}

3 hosts, nothing to change, 3.2 s
`;

// the tasks' events, options, and what stands between the play's headline and the recap
const cases: readonly (readonly [string, readonly Event[], Partial<ConsoleOptions>, string])[] = [
  [
    "what is right takes no line",
    oneTask(
      quiet,
      hosts,
      hosts.map((host) => result(quiet, host, "ok")),
    ),
    {},
    "  1 task ok\n",
  ],
  [
    "a task skipped everywhere is counted as skipped",
    oneTask(
      quiet,
      hosts,
      hosts.map((host) => result(quiet, host, "skipped")),
    ),
    {},
    "  1 task skipped\n",
  ],
  [
    "equal results share a line",
    oneTask(install, hosts, [result(install, "web1", "changed"), result(install, "db1", "ok"), result(install, "web2", "changed")]),
    {},
    "  nginx : Install\n    changed  web1 web2\n",
  ],
  [
    "-v shows what was right",
    oneTask(
      quiet,
      hosts,
      hosts.map((host) => result(quiet, host, "ok", { stdout: "hi\u001b[2J" })),
    ),
    { verbosity: 1 },
    "  Look around\n    ok  web1 web2 db1\n      hi\\x1b[2J\n",
  ],
  [
    "equal diffs are folded, the one that differs stands out",
    oneTask(
      install,
      hosts,
      hosts.map((host) =>
        result(install, host, "changed", { diff: { before: host === "db1" ? "x\n" : "a\n", after: "b\n", before_header: "/etc/f", after_header: "/etc/f" } }),
      ),
    ),
    { showDiff: true },
    `  nginx : Install
    changed  web1 web2
      --- before: /etc/f
      +++ after: /etc/f
      @@ -1 +1 @@
      -a
      +b
    changed  db1
      --- before: /etc/f
      +++ after: /etc/f
      @@ -1 +1 @@
      -x
      +b
`,
  ],
  [
    "mappings in a diff are shown as YAML",
    oneTask(install, ["web1"], [result(install, "web1", "changed", { diff: { before: { mode: "0644" }, after: { mode: "0600" } } })]),
    { showDiff: true },
    '  nginx : Install\n    changed  web1\n      --- before\n      +++ after\n      @@ -1 +1 @@\n      -mode: "0644"\n      +mode: "0600"\n',
  ],
  [
    "no diff unless asked for",
    oneTask(install, ["web1"], [result(install, "web1", "changed", { diff: { before: "a", after: "b" } })]),
    {},
    "  nginx : Install\n    changed  web1\n",
  ],
  [
    "check mode announces, and marks what it assumes",
    oneTask(announced, hosts, [result(announced, "web1", "changed"), result(announced, "web2", "changed", {}, { assumed: true })]),
    {},
    "  nginx : Install\n    would change  web1\n    would change  web2  (assumed: stands on a change that was only announced)\n",
  ],
  [
    "debug speaks",
    oneTask(
      say,
      hosts,
      hosts.map((host) => result(say, host, "ok", { msg: "Hello" })),
    ),
    {},
    "  Say it\n    ok  web1 web2 db1\n      Hello\n",
  ],
  [
    "debug shows values as YAML",
    oneTask(say, ["web1"], [result(say, "web1", "ok", { users: [{ name: "a" }] })]),
    {},
    "  Say it\n    ok  web1\n      users:\n      - name: a\n",
  ],
  [
    "a task without a name is told by its place",
    oneTask(task("command"), ["web1"], [result(task("command"), "web1", "changed")]),
    {},
    "  command  site.yml:12\n    changed  web1\n",
  ],
  [
    "a loop names the items that matter",
    oneTask(
      each,
      ["web1"],
      [
        ...["ann", "bob", "cy"].map((name, index) => item(each, "web1", name === "bob" ? "ok" : "changed", name, index)),
        result(each, "web1", "changed", { results: [] }),
      ],
    ),
    {},
    "  Each user\n    changed  web1  (2 of 3 items: ann, cy)\n",
  ],
  [
    "no_log hides everything but that it happened",
    oneTask(install, ["web1"], [result(install, "web1", "changed", { stdout: "secret", diff: { before: "secret", after: "" } }, { censored: true })]),
    { showDiff: true, verbosity: 1 },
    "  nginx : Install\n    changed  web1\n      (hidden by no_log)\n",
  ],
  [
    "an ignored failure is no failure of the run",
    oneTask(install, ["web1"], [result(install, "web1", "failed", { msg: "no such package" }, { ignored: true })]),
    {},
    "  nginx : Install\n    failed (ignored)  web1\n      no such package\n",
  ],
  [
    "the host acted on, and how often it was tried",
    oneTask(install, ["web1"], [result(install, "web1", "changed", { attempts: 3 }, { delegatedTo: "db1" })]),
    {},
    "  nginx : Install\n    changed  web1  (on db1; 3 attempts)\n",
  ],
  [
    "handlers are named so",
    oneTask(task("Restart", { isHandler: true }), ["web1"], [result(task("Restart", { isHandler: true }), "web1", "changed")]),
    {},
    "  handler Restart\n    changed  web1\n",
  ],
  [
    "retries of a long wait are told once when piped",
    oneTask(
      install,
      ["web1"],
      [
        { type: "retry", host: "web1", task: install, attempt: 1, retriesLeft: 5, result: {}, censored: false },
        { type: "retry", host: "web1", task: install, attempt: 2, retriesLeft: 4, result: {}, censored: false },
        result(install, "web1", "ok", { attempts: 3 }),
      ],
    ),
    {},
    "  nginx : Install: not yet on web1, 5 tries left\n  1 task ok\n",
  ],
  [
    "the free strategy starts a task once a host",
    [
      ...oneTask(install, ["web1"], []).slice(0, 2),
      ...oneTask(install, ["web2"], [result(install, "web2", "changed")]),
      result(install, "web1", "changed"),
      { type: "task-end", task: install },
    ],
    {},
    "  nginx : Install\n    changed  web2 web1\n",
  ],
];
for (const [name, events, options, expected] of cases) {
  test(name, () => {
    const { out } = screen(play(hosts, events), options);
    const start = out.indexOf("3 hosts\n") + 8;
    assert.equal(out.slice(start, out.indexOf("\nPLAY RECAP")), expected);
  });
}

test("a run from beginning to end", () => {
  const { out, err } = screen(
    play(
      hosts,
      oneTask(
        quiet,
        hosts,
        hosts.map((host) => result(quiet, host, "ok")),
      ),
    ),
  );
  assert.equal(out, `play web servers  3 hosts\n  1 task ok\n${RECAP}`);
  assert.equal(err, "");
});

test("failures are told again at the end, once for all hosts that share them, with place and hint", () => {
  const failure = { code: "command-failed", message: "exit status 1", hint: "look into the log", place, stderrTail: "nginx: [emerg] \u001b[31mbad" };
  const { out } = screen(
    play(
      hosts,
      oneTask(
        install,
        hosts,
        hosts.map((host) => result(install, host, "failed", { msg: "exit status 1" }, { failure })),
      ),
    ),
  );
  assert.ok(
    out.includes(`
    failed  web1 web2 db1
      exit status 1

error[command-failed] web1 web2 db1: exit status 1
  --> site.yml:12:7  (task "nginx : Install")
   |
12 |     - name: Install nginx
   |       ^^^^
   = output: nginx: [emerg] \\x1b[31mbad
   = hint: look into the log

PLAY RECAP`),
    out,
  );
});

test("no_log hides why a task failed", () => {
  const failure = { code: "command-failed", message: "password hunter2", place, stderrTail: "hunter2" };
  const { out } = screen(
    play(["web1"], oneTask(install, ["web1"], [result(install, "web1", "failed", { msg: "hunter2", stderr: "hunter2" }, { failure, censored: true })])),
  );
  assert.doesNotMatch(out, /hunter2/);
  assert.match(out, /hidden by no_log/);
});

test("a warning is told once, on standard error", () => {
  const warning: Event = { type: "warning", message: "no such group", hint: "write it" };
  const { out, err } = screen(play(hosts, [warning, warning]));
  assert.equal(err, "warning: no such group\n  = hint: write it\n");
  assert.doesNotMatch(out, /no such group/);
});

test("many hosts are named as far as the line reaches", () => {
  const many = Array.from({ length: 40 }, (_, index) => `web${index}`);
  const { out } = screen(
    play(
      many,
      oneTask(
        install,
        many,
        many.map((host) => result(install, host, "changed")),
      ),
    ),
    { columns: 40 },
  );
  assert.match(out, /\n {4}changed {2}web0 web1 web2 web3 \(\+36\)\n/);
});

test("on a terminal one live line is redrawn and gone at the end", () => {
  let clock = 0;
  const recorded = record({ isTerminal: true, columns: 40 });
  const reporter = createConsoleReporter({ ...recorded.screen, showDiff: false, now: () => clock });
  const events = play(hosts, [
    ...oneTask(
      quiet,
      hosts,
      hosts.map((host) => result(quiet, host, "ok")),
    ),
    ...oneTask(
      install,
      hosts,
      hosts.map((host) => result(install, host, "changed")),
      2,
    ),
  ]);
  const seen: string[] = [];
  for (const event of events) {
    clock += 150;
    reporter.on(passed(event));
    seen.push(terminalShows(recorded.out()).split("\n").at(-1)!);
  }
  void reporter.close();
  assert.ok(
    seen.some((line) => /web servers {2}1\/3 {2}Look/.test(line)),
    seen.join("\n"),
  );
  assert.ok(seen.every((line) => line.length < 40));
  const shown = terminalShows(recorded.out());
  assert.ok(shown.startsWith("play web servers  3 hosts\n  1 task ok\n  nginx : Install\n    changed  web1 web2 db1\n\nPLAY RECAP"), shown);
});

test("the live line is drawn ten times a second at most", () => {
  const recorded = record({ isTerminal: true });
  let writes = 0;
  let clock = 0;
  const reporter = createConsoleReporter({ ...recorded.screen, write: () => void (writes += 1), showDiff: false, now: () => clock });
  for (const event of play(hosts, []).slice(0, 3)) reporter.on(passed(event));
  writes = 0;
  for (let index = 0; index < 1_000; index += 1) {
    clock += 1;
    for (const event of oneTask(quiet, ["web1"], [result(quiet, "web1", "ok")])) reporter.on(passed(event));
  }
  void reporter.close();
  assert.ok(writes <= 12, String(writes));
});

test("what a long command writes is shown as it comes, on a terminal only", () => {
  const output = (text: string): Event => ({ type: "output", host: "web1", task: install, stream: "stdout", text, censored: false });
  for (const isTerminal of [true, false]) {
    let clock = 0;
    const recorded = record({ isTerminal });
    const reporter = createConsoleReporter({ ...recorded.screen, showDiff: false, now: () => clock });
    const events = [...oneTask(install, ["web1"], []).slice(0, 2), output("short\n"), output("10%\r20"), output("%\ndone \u001b[2J\n")];
    for (const event of events) {
      clock += 900;
      reporter.on(passed(event));
    }
    void reporter.close();
    const shown = terminalShows(recorded.out());
    if (isTerminal) assert.match(shown, /web1 \| short\n {4}web1 \| 20%\n {4}web1 \| done \\x1b\[2J\n/);
    else assert.equal(shown, "");
  }
});
