import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { evaluate, finalize, lazy, lookupTerms, template } from "../../engine/expression/evaluate.ts";
import { parseJson } from "../../engine/expression/filters/data.ts";
import { Float, omit, Undefined, Vaulted } from "../../engine/expression/values.ts";
import { scopeOf } from "./scope.ts";
import { read, written } from "../support/written.ts";
import { withExtra } from "../../engine/template/scope.ts";

test("a container without templates is handed out as it is", () => {
  const data = { a: [1, { b: "x" }] };
  assert.equal(
    lazy(data, () => scopeOf({})),
    data,
  );
});

test("entries of a container are resolved when they are read, once", () => {
  let asked = 0;
  const scope = scopeOf({ n: 1 });
  const counting = { ...scope, get: (name: string) => ((asked += 1), scope.get(name)) };
  const value = lazy(read({ a: "{{ n }}", b: ["{{ n }}", "plain"], broken: "{{ nope }}" }), () => counting) as { a: unknown; b: unknown[]; broken: unknown };
  assert.equal(asked, 0);
  assert.equal(value.a, 1);
  assert.equal(value.a, 1);
  assert.equal(asked, 1);
  assert.deepEqual(value.b, [1, "plain"]);
  assert.ok(value.broken instanceof Undefined);
});

test("omit is the whole value, or gone from containers", () => {
  const scope = scopeOf({});
  assert.equal(template(read("{{ x | default(omit) }}"), scope), omit);
  assert.deepEqual(template(read({ a: "{{ x | default(omit) }}", b: [1, "{{ omit }}"], c: { d: "{{ omit }}" } }), scope), { b: [1], c: {} });
});

test("data stays as it is, vaulted text is opened and registered", () => {
  const secrets: string[] = [];
  const vaulted = new Vaulted("cipher", (text) => `${text}-{{ open }}`);
  const scope = withExtra(scopeOf({ v: vaulted, d: { v: vaulted } }, { registerSecret: (plain) => secrets.push(plain) }), { u: "{{ nope }}" });
  assert.deepEqual(template({ a: "{{ x }}", ...read({ b: "{{ u }}", c: vaulted, d: "{{ v ~ d.v }}" }) }, scope), {
    a: "{{ x }}",
    b: "{{ nope }}",
    c: "cipher-{{ open }}",
    d: "cipher-{{ open }}cipher-{{ open }}",
  });
  assert.ok(secrets.includes("cipher-{{ open }}"));
});

test("keys are templates too", () => {
  assert.deepEqual(template(read({ "{{ k }}": 1 }), scopeOf({ k: "x" })), { x: 1 });
});

test("an expression never changes the scope's own values", () => {
  const list = [1];
  const scope = scopeOf({ list });
  assert.deepEqual(template(read("{% set _ = list.append(2) %}{{ list }}"), scope), [1, 2]);
  assert.deepEqual(list, [1]);
});

test("finalize makes plain data", () => {
  assert.deepEqual(finalize({ a: new Float(8), b: [written("x")] }), { a: 8, b: ["x"] });
});

test("__proto__ is an ordinary key", () => {
  const scope = scopeOf({ d: parseJson('{"__proto__": {"polluted": 1}}') });
  assert.equal(evaluate(written("d['__proto__'].polluted"), scope), 1);
  assert.equal(({} as { polluted?: number }).polluted, undefined);
  assert.ok(evaluate(written("({}).constructor"), scope) instanceof Undefined);
});

const loops: readonly (readonly [string, unknown, unknown])[] = [
  ["items", [1, [2, [3]]], [1, 2, [3]]],
  ["items", "x", ["x"]],
  ["dict", { a: 1 }, [{ key: "a", value: 1 }]],
  [
    "nested",
    [[1, 2], ["a"]],
    [
      [1, "a"],
      [2, "a"],
    ],
  ],
  [
    "together",
    [[1, 2], ["a"]],
    [
      [1, "a"],
      [2, null],
    ],
  ],
  ["sequence", "start=2 end=6 stride=2", ["2", "4", "6"]],
  ["sequence", "count=3 format=n%02d", ["n01", "n02", "n03"]],
  [
    "indexed_items",
    ["a", "b"],
    [
      [0, "a"],
      [1, "b"],
    ],
  ],
  ["flattened", [1, [2, [3, null]]], [1, 2, 3]],
  [
    "subelements",
    [[{ n: 1, l: ["x", "y"] }], "l"],
    [
      [{ n: 1, l: ["x", "y"] }, "x"],
      [{ n: 1, l: ["x", "y"] }, "y"],
    ],
  ],
  ["ansible.builtin.lines", "printf 'a\\nb\\n'", ["a", "b"]],
];

for (const [name, terms, items] of loops) {
  test(`with_${name} ${JSON.stringify(terms)}`, () => assert.deepEqual(lookupTerms(name, terms, scopeOf({})), items));
}

test("a term of ini or csvfile may hold the lookup's options", () => {
  const folder = mkdtempSync(join(tmpdir(), "tsplay-lookup-"));
  writeFileSync(join(folder, "a b.ini"), "[global]\nkey=plain\n[s]\nkey1=1\nkey2=2\n");
  writeFileSync(join(folder, "a.properties"), "user.name=me\n");
  writeFileSync(join(folder, "latin.ini"), Buffer.from("[global]\nkey=\u00e9t\u00e9\n", "latin1"));
  writeFileSync(join(folder, "a.csv"), "x,1\ny,2\n");
  const scope = scopeOf({}, { searchPath: [folder] });
  const values = [
    `lookup('ini', 'key file="a b.ini"')`,
    `lookup('ini', "key[12]  section=s re=true file='a b.ini'")`,
    `query('ini', 'user.name type=properties file=a.properties')`,
    `lookup('ini', 'nope default=d section=s file="a b.ini"')`,
    `lookup('ini', 'key file=latin.ini encoding=iso8859-1')`,
    `lookup('ini', 'key', file='latin.ini', encoding='latin_1')`,
    `lookup('csvfile', 'y file=a.csv delimiter=,')`,
  ].map((text) => evaluate(written(text), scope));
  assert.deepEqual(values, ["plain", "1,2", ["me"], "d", "\u00e9t\u00e9", "\u00e9t\u00e9", "2"]);
  assert.deepEqual(lookupTerms("ini", "key1 section=s file='a b.ini'", scope), ["1"]);
  assert.throws(() => evaluate(written("lookup('ini', 'key fiel=x')"), scope), /fiel is not a valid option/);
});

test("shuffle gives back what is no list, subelements refuses it", () => {
  assert.equal(evaluate(written("22 | shuffle"), scopeOf({})), 22);
  assert.throws(() => evaluate(written("{} | subelements(17)"), scopeOf({})), /subelements must be a list or a string/);
});
