import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { evaluate } from "../../engine/expression/evaluate.ts";
import { dearnessOf, LimitedRegExp } from "../../engine/expression/limited-regex.ts";
import { substituteAll } from "../../engine/modules/parts/regex.ts";
import { Failure } from "../../engine/source/failure.ts";
import { ModuleError } from "../../engine/modules/contract.ts";
import { Written } from "../../engine/source/written.ts";

const scope = {
  get: (name: string) => ({ said: `${"a".repeat(41)}!` })[name],
  has: (name: string) => name === "said",
  names: () => ["said"],
  environment: { searchPath: [], playbookDirectory: "/", decrypt: (text: string) => text },
};

describe("a pattern that backtracks without end", () => {
  for (const expression of [
    "said is match('^(a+)+$')",
    "said is search('(a|aa)+$')",
    "said is regex('^(a*)*$')",
    "said | regex_replace('^(a+)+$', 'x')",
    "said | regex_search('^(a|a)*$')",
    "said | regex_findall('^(?:a+a*)+$')",
    "[said] | select('match', '^(a+)+$') | list",
  ])
    test(`fails the task that uses it: ${expression}`, { timeout: 10_000 }, () => {
      assert.throws(
        () => evaluate(new Written(expression), scope),
        (error) => error instanceof Failure && error.code === "regex-too-slow",
      );
    });

  test("is a module's refusal", () => {
    assert.throws(() => substituteAll("^(a+)+$", {}, "x", `${"a".repeat(41)}!`), ModuleError);
  });
});

describe("what a pattern may cost", () => {
  for (const [pattern, repetitions, isNested] of [
    ["abc", 0, false],
    ["a+", 1, false],
    ["^.*foo.*$", 2, false],
    ["[+*(]+x", 1, false],
    [String.raw`\(\++`, 1, false],
    ["a{2,}", 1, false],
    ["a{3}", 0, false],
    ["(ab)+", 1, false],
    ["(?:ab)*", 1, false],
    ["(a+)+", 2, true],
    ["(a|ab)*", 1, true],
    ["((a*)b)+", 2, true],
    ["(a?)+", 1, true],
    ["(a+){2,5}", 2, true],
    ["(a+){9}", 1, true],
    [String.raw`(a+)\1`, 2, true],
  ] as const)
    test(pattern, () => assert.deepEqual(dearnessOf(pattern), { repetitions, isNested }));
});

test("a watched expression does what an unwatched one does", () => {
  const text = `${"x".repeat(30)}aabyab`;
  const regex = (): RegExp => new LimitedRegExp("(a+)+b", "gu");
  assert.equal(text.replace(regex(), "[$1]"), text.replace(/(a+)+b/gu, "[$1]"));
  assert.deepEqual(text.match(regex()), text.match(/(a+)+b/gu));
  assert.deepEqual(
    [...text.matchAll(regex())].map(({ index }) => index),
    [...text.matchAll(/(a+)+b/gu)].map(({ index }) => index),
  );
  assert.deepEqual(text.split(regex()), text.split(/(a+)+b/gu));
});
