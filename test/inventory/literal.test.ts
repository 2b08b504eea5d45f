import assert from "node:assert/strict";
import { test } from "node:test";
import { Float } from "../../engine/expression/values.ts";
import { notLiteral, parseLiteral } from "../../engine/inventory/literal.ts";

// What Python's ast.literal_eval says of them; the cases in cases/ini-basics hold the plain ones.
const cases: readonly (readonly [text: string, value: unknown])[] = [
  ["8.0", new Float(8)],
  ["8.5", 8.5],
  ["1e3", new Float(1000)],
  ["-0x10", -16],
  ["- 1", -1],
  ["123456789012345678901234567890", "123456789012345678901234567890"],
  ["True # yes", true],
  ["'''a 'quoted' text'''", "a 'quoted' text"],
  [String.raw`'\q\x41\101\''`, "\\qAA'"],
  ["{1: 'a', True: 'b', None: 'c'}", { 1: "a", True: "b", None: "c" }],
  ["[1, [2, (3,)], {'a': {4}}]", [1, [2, [3]], { a: [4] }]],
  ["1,", [1]],
  ["{'__proto__': 1}", Object.defineProperty({}, "__proto__", { value: 1, enumerable: true, configurable: true, writable: true })],
  ...[
    "",
    "yes",
    "1.2.3",
    "010",
    "1_",
    "0x",
    "'open",
    "[1, 2",
    "{'a' 1}",
    "1 2",
    "f'x'",
    "Trueish",
    "a.b",
    "{1: 2, 3}",
    "-",
    "--",
    "[a]",
    "'\\xz'",
    "1abc",
    "[".repeat(1000),
  ].map((text) => [text, notLiteral] as const),
];

for (const [text, value] of cases) {
  test(JSON.stringify(text.slice(0, 40)), () => assert.deepEqual(parseLiteral(text), value));
}
