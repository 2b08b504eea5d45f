import assert from "node:assert/strict";
import { test } from "node:test";
import { Float } from "../../engine/expression/values.ts";
import type { Event } from "../../engine/report/events.ts";
import { createJsonReporter } from "../../engine/report/json.ts";
import { createJUnitReporter, type JUnitOptions } from "../../engine/report/junit.ts";
import { feed, oneTask, play, record, result, task } from "./build.ts";

const install = task("nginx : Install");
const toggled = task("TOGGLE RESULT x");
const events: Event[] = play(
  ["web1"],
  [
    ...oneTask(install, ["web1"], [result(install, "web1", "failed", { msg: 'bad <&"> \u001b', rc: 2 })]),
    ...oneTask(toggled, ["web1"], [result(toggled, "web1", "failed", { msg: "as it should" })]),
    ...oneTask(task("Skip"), ["web1"], [result(task("Skip"), "web1", "skipped", { skip_reason: "no need" })]),
    ...oneTask(task("Change"), ["web1"], [result(task("Change"), "web1", "changed")]),
  ],
);

test("JSON: an object a line, the task in full where it starts and by name elsewhere", () => {
  const recorded = record();
  feed(
    createJsonReporter(recorded.screen.write, () => 0),
    [...oneTask(install, ["web1"], [result(install, "web1", "ok", { version: new Float(8), raw: "{{ x }}", set: new Set([1]), text: "\u001b" })])],
  );
  const lines = recorded
    .out()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(
    lines.map((line) => line["type"]),
    ["task-start", "host-start", "result", "task-end"],
  );
  assert.deepEqual(lines[0]!["task"], { ...install });
  assert.deepEqual(lines[2]!["task"], { id: install.id, name: install.name, action: "command" });
  assert.deepEqual(lines[2]!["result"], { changed: false, version: 8, raw: "{{ x }}", set: [1], text: "\u001b" });
  assert.equal(lines[0]!["time"], "1970-01-01T00:00:00.000Z");
});

function xml(options: Partial<JUnitOptions> = {}): string {
  let text = "";
  feed(createJUnitReporter({ write: (more) => void (text += more), ...options }), events);
  return text;
}

test("JUnit: the whole document", () => {
  assert.equal(
    xml(),
    `<?xml version="1.0" encoding="utf-8"?>
<testsuites disabled="0" errors="0" failures="1" tests="4" time="0.080">
  <testsuite name="site" disabled="0" errors="0" failures="1" tests="4" time="0.080" skipped="1">
    <testcase classname="site.yml:12" name="[web1] web servers: nginx : Install" time="0.020">
      <failure message="bad &lt;&amp;&quot;&gt; \ufffd" type="failure">{&#10;&quot;changed&quot;: false,&#10;&quot;msg&quot;: &quot;bad &lt;&amp;\\&quot;&gt; \\u001b&quot;,&#10;&quot;rc&quot;: 2&#10;}</failure>
    </testcase>
    <testcase classname="site.yml:12" name="[web1] web servers: TOGGLE RESULT x" time="0.020">
      <system-out>{&#10;&quot;changed&quot;: false,&#10;&quot;msg&quot;: &quot;as it should&quot;&#10;}</system-out>
    </testcase>
    <testcase classname="site.yml:12" name="[web1] web servers: Skip" time="0.020">
      <skipped>no need</skipped>
    </testcase>
    <testcase classname="site.yml:12" name="[web1] web servers: Change" time="0.020">
      <system-out>{&#10;&quot;changed&quot;: true&#10;}</system-out>
    </testcase>
  </testsuite>
</testsuites>
`,
  );
});

const settings: readonly (readonly [string, Partial<JUnitOptions>, RegExp])[] = [
  ["a change is a failure", { failOnChange: true }, /failures="2"/],
  ["one class a file", { taskClass: true }, /classname="site"/],
  ["only test cases, and failures", { testCasePrefix: "TOGGLE" }, /tests="2"/],
];
for (const [name, options, expected] of settings) test(`JUnit: ${name}`, () => assert.match(xml(options), expected));

test("JUnit: a run that broke off has its report too, once", () => {
  let documents = 0;
  feed(createJUnitReporter({ write: () => void (documents += 1) }), events.slice(0, 5));
  feed(createJUnitReporter({ write: () => void (documents += 1) }), events);
  assert.equal(documents, 2);
});
