import assert from "node:assert/strict";
import { test } from "node:test";
import { exitCodeOf, formatFailure } from "../../engine/cli/failures.ts";
import { Failure, Failures, type Fault } from "../../engine/source/failure.ts";

const failure = (message: string, more: Partial<ConstructorParameters<typeof Failure>[1]> = {}): Failure =>
  new Failure(message, { code: "some-code", fault: "playbook", ...more });
const at = (line: number, column: number, text?: string) => ({ file: "site.yml", line, column, ...(text === undefined ? {} : { text }) });

const cases: readonly (readonly [string, unknown, string])[] = [
  [
    "place, line, caret, hint",
    failure(`unknown keyword "hots"`, { place: at(3, 5, "  - hots: all"), hint: `did you mean "hosts"?` }),
    `error[some-code]: unknown keyword "hots"
 --> site.yml:3:5
  |
3 |   - hots: all
  |     ^^^^
  = hint: did you mean "hosts"?
`,
  ],
  [
    "tabs, wide and control characters before the column",
    failure("bad", { place: at(12, 7, "\t日本\u001b: xyz") }),
    `error[some-code]: bad
  --> site.yml:12:7
   |
12 |     日本\\x1b: xyz
   |               ^^^
`,
  ],
  [
    "a long line is cut around the column",
    failure("bad", { place: at(1, 302, `${"a".repeat(300)} word${"b".repeat(300)}`.replace("word", "word ")) }),
    `error[some-code]: bad
 --> site.yml:1:302
  |
1 | …${"a".repeat(39)} word ${"b".repeat(75)}…
  | ${" ".repeat(41)}^^^^
`,
  ],
  ["no line to show", failure("bad", { place: { file: "/nowhere/x", line: 3, column: 1 } }), `error[some-code]: bad\n --> /nowhere/x:3:1\n`],
  ["several lines of message", failure("one\ntwo"), "error[some-code]: one\n  two\n"],
  [
    "causes, told once",
    failure("top", { cause: new Error("middle", { cause: new Error("bottom") }) }),
    "error[some-code]: top\n  = cause: middle\n  = cause: bottom\n",
  ],
  ["a cause that the message repeats", failure("cannot: EACCES", { cause: new Error("EACCES") }), "error[some-code]: cannot: EACCES\n"],
  ["escape sequences in a message", failure("x\u001b[2Jy\u202ez"), "error[some-code]: x\\x1b[2Jy\\u202ez\n"],
  [
    "many, by place, counted",
    new Failures([failure("later", { place: at(9, 1, "b") }), failure("sooner", { place: at(2, 1, "a") })]),
    `error[some-code]: sooner
 --> site.yml:2:1
  |
2 | a
  | ^

error[some-code]: later
 --> site.yml:9:1
  |
9 | b
  | ^

2 errors
`,
  ],
  [
    "a bug of ours",
    new TypeError("x is not a function"),
    "error[bug]: TypeError: x is not a function\n  = hint: this is a bug of tsplay; please report it with the output of -vvv\n",
  ],
];
for (const [name, error, expected] of cases) {
  test(name, () => assert.equal(formatFailure(error, { color: false }), expected));
}

test("colour adds escape sequences of ours only", () => {
  const plain = formatFailure(failure("x\u001b[2J", { place: at(1, 1, "y") }), { color: true }).replace(/\u001b\[\d+m/g, "");
  assert.equal(plain, formatFailure(failure("x\u001b[2J", { place: at(1, 1, "y") }), { color: false }));
});

test("the stack of a bug is shown at -vvv only", () => {
  assert.doesNotMatch(formatFailure(new Error("x"), { color: false }), /failures\.test/);
  assert.match(formatFailure(new Error("x"), { color: false, verbosity: 3 }), /failures\.test/);
});

const codes: readonly (readonly [Fault, number])[] = [
  ["playbook", 4],
  ["inventory", 4],
  ["transport", 4],
  ["usage", 5],
  ["host", 2],
  ["internal", 250],
];
for (const [fault, code] of codes) test(`exit code of ${fault}: ${code}`, () => assert.equal(exitCodeOf(failure("x", { fault })), code));

test("exit codes of interruptions, bugs and several failures", () => {
  assert.equal(exitCodeOf(failure("x", { code: "interrupted", fault: "transport" })), 99);
  assert.equal(exitCodeOf(new TypeError("x")), 250);
  assert.equal(exitCodeOf(new Failures([failure("a"), failure("b", { fault: "usage" })])), 4);
});
