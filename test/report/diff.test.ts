import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { unifiedDiff } from "../../engine/report/diff.ts";
import { diffLines } from "../../engine/report/result-diff.ts";
import { mustEnd } from "../support/hang.ts";

const headers = { beforeHeader: "f", afterHeader: "f", context: 3 };

const cases: readonly (readonly [string, string, string, string[]])[] = [
  ["equal texts", "a\n", "a\n", []],
  ["one line", "a\n", "b\n", ["@@ -1 +1 @@", "-a", "+b"]],
  ["from nothing", "", "a\nb\n", ["@@ -0,0 +1,2 @@", "+a", "+b"]],
  ["to nothing", "a\n", "", ["@@ -1 +0,0 @@", "-a"]],
  ["no newline at the end", "foo", "bar", ["@@ -1 +1 @@", "-foo", "\\ No newline at end of file", "+bar", "\\ No newline at end of file"]],
  ["a newline is a difference", "a", "a\n", ["@@ -1 +1 @@", "-a", "\\ No newline at end of file", "+a"]],
  ["context", "1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nX\n6\n7\n8\n", ["@@ -2,7 +2,7 @@", " 2", " 3", " 4", "-5", "+X", " 6", " 7", " 8"]],
  [
    "two hunks",
    "a\n1\n2\n3\n4\n5\n6\n7\nb\n",
    "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
    ["@@ -1,4 +1,4 @@", "-a", "+A", " 1", " 2", " 3", "@@ -6,4 +6,4 @@", " 5", " 6", " 7", "-b", "+B"],
  ],
];
for (const [name, before, now, expected] of cases) {
  test(name, () => assert.deepEqual(unifiedDiff(before, now, headers), expected.length === 0 ? [] : ["--- f", "+++ f", ...expected]));
}

test("patch(1) turns the one into the other", (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "tsplay-diff-"));
  after(() => rmSync(folder, { recursive: true }));
  try {
    execFileSync("patch", ["--version"]);
  } catch {
    t.skip("patch is not installed");
    return;
  }
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
  for (let round = 0; round < 60; round += 1) {
    const text = (): string => Array.from({ length: random(40) }, () => "abcd"[random(4)]).join("\n") + (random(3) === 0 ? "" : "\n");
    const [before, now] = [text(), text()];
    if (before === now) continue;
    const file = path.join(folder, `file${round}`);
    writeFileSync(file, before);
    execFileSync("patch", ["-s", file], {
      input: unifiedDiff(before, now, headers)
        .map((line) => `${line}\n`)
        .join(""),
    });
    assert.equal(readFileSync(file, { encoding: "utf8", flag: "a+" }), now);
  }
});

test("the search for the smallest diff of a large file ends", () => {
  const lines = (word: string): string => Array.from({ length: 100_000 }, (_, index) => `${word}${index}\n`).join("");
  assert.equal(mustEnd(() => unifiedDiff(lines("a"), lines("b"), headers)).length, 200_003);
});

const results: readonly (readonly [string, unknown, string[]])[] = [
  [
    "mappings are compared as JSON",
    { before: { mode: "0644" }, after: { mode: "0600" } },
    ["--- before", "+++ after", "@@ -1,3 +1,3 @@", " {", '-    "mode": "0644"', '+    "mode": "0600"', " }", ""],
  ],
  ["headers", { before: "", after: "x\n", before_header: "/a", after_header: "/b" }, ["--- before: /a", "+++ after: /b", "@@ -0,0 +1 @@", "+x", ""]],
  ["prepared", [{ prepared: "+ one\n- two\n" }], ["+ one", "- two"]],
  ["binary", { dst_binary: 1 }, ["diff skipped: destination file appears to be binary"]],
  ["nothing", null, []],
];
for (const [name, diff, expected] of results) test(`diff of a result: ${name}`, () => assert.deepEqual(diffLines(diff), expected));
