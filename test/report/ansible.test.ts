import assert from "node:assert/strict";
import { test } from "node:test";
import { createAdHocReporter } from "../../engine/report/adhoc.ts";
import { type AnsibleOptions, createAnsibleReporter } from "../../engine/report/ansible.ts";
import type { Event } from "../../engine/report/events.ts";
import { counts, feed, item, oneTask, play, record, result, task } from "./build.ts";

const h = "testhost";
const changed = task("Changed task");
const fail = task("Failed task", { action: "fail" });
const loop = task("Loop task");
const debug = task("debug loop", { action: "debug" });
const include = task("include_tasks", { action: "include_tasks" });

function screen(events: readonly Event[], options: Partial<AnsibleOptions> = {}): { out: string; err: string } {
  const recorded = record(options);
  feed(createAnsibleReporter({ ...recorded.screen, ...options }), events);
  return { out: recorded.out(), err: recorded.err() };
}

const stars = (text: string): string => `\n${text} ${"*".repeat(79 - text.length)}\n`;

// as ansible-core prints them (its own test target callback_default)
const cases: readonly (readonly [string, readonly Event[], Partial<AnsibleOptions>, string])[] = [
  ["changed", oneTask(changed, [h], [result(changed, h, "changed")]), {}, `${stars("TASK [Changed task]")}changed: [testhost]\n`],
  ["skipping", oneTask(changed, [h], [result(changed, h, "skipped")]), {}, `${stars("TASK [Changed task]")}skipping: [testhost]\n`],
  [
    "a failure that is ignored",
    oneTask(fail, [h], [result(fail, h, "failed", { msg: "no reason", failed: true }, { ignored: true })]),
    {},
    `${stars("TASK [Failed task]")}fatal: [testhost]: FAILED! => {"changed": false, "msg": "no reason"}\n...ignoring\n`,
  ],
  [
    "a loop with labels",
    oneTask(loop, [h], [...[1, 2].map((number, index) => item(loop, h, "changed", `foo-${number}`, index)), result(loop, h, "changed", { results: [] })]),
    {},
    `${stars("TASK [Loop task]")}changed: [testhost] => (item=foo-1)\nchanged: [testhost] => (item=foo-2)\n`,
  ],
  [
    "a loop of debug that fails",
    oneTask(
      debug,
      [h],
      [
        item(debug, h, "changed", "debug-1", 0, { msg: "debug-1" }),
        item(debug, h, "failed", "debug-2", 1, { msg: "debug-2", failed_when_result: true }),
        item(debug, h, "ok", "debug-3", 2, { msg: "debug-3" }),
        item(debug, h, "skipped", "debug-4", 3, { skip_reason: "Conditional result was False" }),
        result(debug, h, "failed", { msg: "One or more items failed", results: [] }, { ignored: true }),
      ],
    ),
    {},
    `${stars("TASK [debug loop]")}changed: [testhost] => (item=debug-1) => {
    "msg": "debug-1"
}
failed: [testhost] (item=debug-2) => {
    "msg": "debug-2"
}
ok: [testhost] => (item=debug-3) => {
    "msg": "debug-3"
}
skipping: [testhost] => (item=debug-4)${" "}
fatal: [testhost]: FAILED! => {"msg": "One or more items failed"}
...ignoring
`,
  ],
  [
    "an include in a loop",
    [
      { type: "task-start", task: include, hosts: [h], index: 1 },
      { type: "included", file: "/p/include_me.yml", hosts: [h, "b"], task: include, label: 1, censored: false },
    ],
    {},
    `${stars("TASK [include_tasks]")}included: /p/include_me.yml for testhost, b => (item=1)\n`,
  ],
  [
    "a diff before the result",
    oneTask(changed, [h], [result(changed, h, "changed", { diff: { before: "foo", after: "bar", before_header: "/t", after_header: "/t" } })]),
    {},
    `${stars("TASK [Changed task]")}--- before: /t
+++ after: /t
@@ -1 +1 @@
-foo
\\ No newline at end of file
+bar
\\ No newline at end of file

changed: [testhost]
`,
  ],
  [
    "handlers",
    oneTask({ ...changed, isHandler: true }, [h], [result({ ...changed, isHandler: true }, h, "ok")]),
    {},
    `${stars("RUNNING HANDLER [Changed task]")}ok: [testhost]\n`,
  ],
  ["delegation", oneTask(changed, [h], [result(changed, h, "ok", {}, { delegatedTo: "db" })]), {}, `${stars("TASK [Changed task]")}ok: [testhost -> db]\n`],
  [
    "-v",
    oneTask(changed, [h], [result(changed, h, "ok", { rc: 0, invocation: {}, diff: {}, b: [1, { c: null }] })]),
    { verbosity: 1 },
    `${stars("TASK [Changed task]")}ok: [testhost] => {"b": [1, {"c": null}], "changed": false, "rc": 0}\n`,
  ],
  [
    "unreachable",
    oneTask(changed, [h], [result(changed, h, "unreachable", { msg: "no route" })]),
    {},
    `${stars("TASK [Changed task]")}fatal: [testhost]: UNREACHABLE! => {"changed": false, "msg": "no route", "unreachable": true}\n`,
  ],
  [
    "retries",
    oneTask(changed, [h], [{ type: "retry", host: h, task: changed, attempt: 1, retriesLeft: 2, result: {}, censored: false }]),
    {},
    `${stars("TASK [Changed task]")}FAILED - RETRYING: [testhost]: Changed task (2 retries left).\n`,
  ],
  [
    "a job of async",
    oneTask(
      changed,
      [h],
      [
        { type: "job", host: h, task: changed, id: "j1.1", is: "running" },
        { type: "job", host: h, task: changed, id: "j1.1", is: "ok" },
        { type: "job", host: h, task: changed, id: "j1.1", is: "failed" },
      ],
    ),
    {},
    `${stars("TASK [Changed task]")}ASYNC POLL on testhost: jid=j1.1 started=True finished=False\nASYNC OK on testhost: jid=j1.1\nASYNC FAILED on testhost: jid=j1.1\n`,
  ],
  [
    "no_log",
    oneTask(fail, [h], [result(fail, h, "failed", { msg: "hunter2" }, { censored: true })]),
    {},
    `${stars("TASK [Failed task]")}fatal: [testhost]: FAILED! => {"censored": "the output has been hidden due to the fact that 'no_log: true' was specified for this result", "changed": false}\n`,
  ],
  ["no hosts left", [{ type: "no-hosts-remaining" }], {}, stars("NO MORE HOSTS LEFT")],
  ["ok hosts hidden: no headline without a line", oneTask(changed, [h], [result(changed, h, "ok")]), { displayOkHosts: false }, ""],
  [
    "ok hosts hidden: changes shown",
    oneTask(changed, [h], [result(changed, h, "changed")]),
    { displayOkHosts: false },
    `${stars("TASK [Changed task]")}changed: [testhost]\n`,
  ],
  [
    "the path on failure",
    oneTask(fail, [h], [result(fail, h, "failed", { msg: "x" })]),
    { showTaskPathOnFailure: true },
    `${stars("TASK [Failed task]")}task path: site.yml:12\nfatal: [testhost]: FAILED! => {"changed": false, "msg": "x"}\n`,
  ],
  [
    "results as YAML",
    oneTask(fail, [h], [result(fail, h, "failed", { msg: "no reason" })]),
    { resultFormat: "yaml" },
    `${stars("TASK [Failed task]")}fatal: [testhost]: FAILED! => \n    changed: false\n    msg: no reason\n`,
  ],
  [
    "control characters of a host",
    oneTask(changed, [h], [result(changed, h, "ok", { stdout: "\u001b[2J\u009b2J" })]),
    { verbosity: 1 },
    `${stars("TASK [Changed task]")}ok: [testhost] => {"changed": false, "stdout": "\\u001b[2J\\x9b2J"}\n`,
  ],
];
for (const [name, events, options, expected] of cases) {
  test(name, () => {
    const { out } = screen(play([h], events), options);
    const headline = stars("PLAY [web servers]");
    assert.equal(out.slice(out.indexOf(headline) + headline.length, out.indexOf("\nPLAY RECAP")), expected);
  });
}

test("the recap, colours and all", () => {
  const events = play([h], [], { stats: { b: { ...counts, ok: 3, changed: 12, ignored: 1 }, a: { ...counts, ok: 1, failed: 1 } } });
  const plain =
    "a                          : ok=1    changed=0    unreachable=0    failed=1    skipped=0    rescued=0    ignored=0   \nb                          : ok=3    changed=12   unreachable=0    failed=0    skipped=0    rescued=0    ignored=1   \n\n";
  assert.ok(screen(events).out.endsWith(`\nPLAY RECAP ${"*".repeat(69)}\n${plain}`));

  assert.ok(
    screen(events, { color: true })
      .out.replace(/\u001b\[\d+m/g, "")
      .endsWith(plain),
  );
});

test("check mode's markers", () => {
  const view = { ...changed, checkMode: true };
  const { out } = screen(play([h], oneTask(view, [h], [result(view, h, "changed")]), { check: true }), { checkModeMarkers: true });
  for (const line of ["DRY RUN", "PLAY [web servers] [CHECK MODE]", "TASK [Changed task] [CHECK MODE]"]) assert.ok(out.includes(stars(line)), line);
  assert.ok(out.endsWith(stars("DRY RUN")));
});

test("the free strategy repeats a headline when its task changes", () => {
  const two = task("Second");
  const events: Event[] = [
    { type: "play-start", name: "p", place: changed.place, hosts: ["a", "b"], taskCount: 2, checkMode: false, strategy: "ansible.builtin.free" },
    ...oneTask(changed, ["a"], [result(changed, "a", "ok")]),
    ...oneTask(two, ["a"], [result(two, "a", "ok")]),
    ...oneTask(changed, ["b"], [result(changed, "b", "ok")]),
  ];
  const { out } = screen(events);
  assert.equal(out, `${stars("PLAY [p]")}${stars("TASK [Changed task]")}ok: [a]\n${stars("TASK [Second]")}ok: [a]\n${stars("TASK [Changed task]")}ok: [b]\n`);
});

test("failures go to standard error when asked to", () => {
  const { out, err } = screen(play([h], oneTask(fail, [h], [result(fail, h, "failed", { msg: "x" })])), { displayFailedStderr: true });
  assert.doesNotMatch(out, /fatal/);
  assert.equal(err, 'fatal: [testhost]: FAILED! => {"changed": false, "msg": "x"}\n');
});

test("minimal and oneline", () => {
  const events = oneTask(changed, [h], [result(changed, h, "changed", { rc: 0, stdout: "a\nb", stderr: "" }), result(fail, h, "failed", { msg: "no" })]);
  for (const [oneLine, expected] of [
    [false, 'testhost | CHANGED | rc=0 >>\na\nb\ntesthost | FAILED! => {\n    "changed": false,\n    "msg": "no"\n}\n'],
    [true, 'testhost | CHANGED | rc=0 | (stdout) a\\nb\ntesthost | FAILED! => {"changed": false, "msg": "no"}\n'],
  ] as const) {
    const recorded = record();
    feed(createAdHocReporter({ ...recorded.screen, oneLine }), events);
    assert.equal(recorded.out(), expected);
  }
});
