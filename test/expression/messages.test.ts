import assert from "node:assert/strict";
import { test } from "node:test";
import { check, condition, evaluate, template, variablesOf } from "../../engine/expression/evaluate.ts";
import { Failure } from "../../engine/source/failure.ts";
import type { Place } from "../../engine/source/place.ts";
import { loadYaml } from "../../engine/source/yaml.ts";
import { scopeOf } from "./scope.ts";
import { written } from "../support/written.ts";

const scope = scopeOf({ port: 80, name: "web", user: { login: "bob", groups: [] }, hosts: ["a"], alias: "{{ missing }}", loop_a: "{{ loop_a2 }}" });

function failureOf(run: () => unknown): Failure {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    return error;
  }
  return assert.fail("nothing was thrown");
}

// text as it stands in a YAML file, then: code, words of the message, words of the hint, line:column
const located: readonly (readonly [string, string, RegExp, RegExp | undefined, string])[] = [
  ['msg: "{{ prot }}"', "undefined-variable", /'prot' is undefined/, /did you mean "port"/, "1:10"],
  ['msg: "on {{ user.logn }}"', "undefined-variable", /no attribute 'logn'/, /did you mean "login"/, "1:18"],
  ["a:\n  - x\n  - '{{ name | uper }}'", "unknown-filter", /No filter named 'uper'/, /did you mean "upper"/, "3:16"],
  ["msg: |\n  first\n  {{ prot }}", "undefined-variable", /'prot' is undefined/, /port/, "3:4"],
  ['msg: "{{ name is defind }}"', "unknown-test", /No test named 'defind'/, /did you mean "defined"/, "1:18"],
  ['msg: "{{ name | defined }}"', "unknown-filter", /No filter named 'defined'/, /is a test: write "is defined"/, "1:17"],
  ['msg: "{{ (1 + 2 }}"', "template-syntax", /is never closed/, undefined, "1:10"],
  ['msg: "{{ port = 1 }}"', "template-syntax", /unexpected "="/, undefined, "1:15"],
  ['msg: "{{ name + 1 }}"', "expression-type", /can only concatenate str/, /~/, "1:15"],
  ['msg: "{% fro x in y %}{% endfor %}"', "template-syntax", /unknown statement "fro"/, /for/, "1:10"],
  ["msg: \"{{ name | regex_replace('(') }}\"", "bad-regex", /Unterminated group/, undefined, "1:17"],
  ["msg: \"{{ lookup('envv', 'x') }}\"", "unknown-lookup", /'envv' was not found/, /did you mean "env"/, "1:16"],
  ["msg: \"{{ name | replace('a') }}\"", "expression-type", /missing required argument: 'new'/, undefined, "1:17"],
  ["msg: \"{{ name | default('a', tru=1) }}\"", "expression-type", /unexpected keyword argument 'tru'/, /boolean/, "1:17"],
];

for (const [yaml, code, message, hint, at] of located) {
  test(`message for ${yaml}`, () => {
    const failure = failureOf(() => template(loadYaml(yaml, "play.yml", { isWritten: true }), scope));
    assert.equal(failure.code, code);
    assert.match(failure.message, message);
    if (hint !== undefined) assert.match(failure.hint ?? "", hint);
    assert.equal(`${failure.place?.line}:${failure.place?.column}`, at);
    assert.equal(failure.place?.file, "play.yml");
  });
}

const conditions: readonly (readonly [unknown, RegExp, RegExp | undefined])[] = [
  ["name", /"?'web'"? \(str\), not to a boolean/, /name \| bool/],
  ["hosts", /\(list\)/, /hosts \| length > 0/],
  ["hosts | length", /\(int\)/, /is truthy/],
  ["{{ name }}", /'web' is undefined|'web'/, undefined],
  ["", /empty/, undefined],
  [5, /must be text or a boolean/, undefined],
];

for (const [given, message, hint] of conditions) {
  test(`condition ${JSON.stringify(given)} is refused`, () => {
    const failure = failureOf(() => condition(typeof given === "string" ? written(given) : given, scope));
    assert.match(failure.message, message);
    if (hint !== undefined) assert.match(failure.hint ?? "", hint);
  });
}

test("the place of a variable's own template is named", () => {
  const place: Place = { file: "vars.yml", line: 3, column: 5, text: '    x: "{{ missing }}"' };
  assert.match(failureOf(() => template(written("{{ alias }}"), scope, { place })).message, /'missing' is undefined/);
});

test("text that refers to itself is an error, not a crash", () => {
  const circular = scopeOf({ a: "{{ b }}", b: "{{ a }}" });
  assert.equal(failureOf(() => evaluate(written("a"), circular)).code, "template-recursion");
});

test("deep nesting is an error, not a crash", () => {
  assert.equal(failureOf(() => evaluate(written(`${"(".repeat(5000)}1${")".repeat(5000)}`), scope)).code, "template-syntax");
});

test("check finds what is wrong without values", () => {
  assert.equal(check("{{ x | upper }} {% if y is defined %}{% endif %}", "template"), undefined);
  assert.equal(check("x | uper", "expression")?.hint, 'did you mean "upper"?');
  assert.equal(check("lookup('fil', 'x')", "expression")?.code, "unknown-lookup");
  assert.equal(check("{{ x", "template")?.code, "template-syntax");
});

test("variablesOf names what a text takes from the scope", () => {
  assert.deepEqual([...variablesOf("{% for h in hosts %}{{ h.name }}{{ port }}{% endfor %}")].sort(), ["hosts", "port"]);
  assert.deepEqual([...variablesOf("a.b | default(c) and d is defined", { unguarded: true })], ["c"]);
});
