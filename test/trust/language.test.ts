// The law of trust for the language: whatever a filter, a test, a lookup, a global or a method makes of a host's text is data. It is generated from
// the registries, so that a new one is covered by itself.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { condition, evaluate, indirectly, lazy, lookupTerms, template } from "../../engine/expression/evaluate.ts";
import { filterNames, filters } from "../../engine/expression/filters/registry.ts";
import { globalFunctions } from "../../engine/expression/globals/functions.ts";
import { lookupNames, lookups } from "../../engine/expression/lookups/registry.ts";
import type { Plugin } from "../../engine/expression/plugin.ts";
import { dictMethods } from "../../engine/expression/python/dict-methods.ts";
import { listMethods } from "../../engine/expression/python/list-methods.ts";
import { stringMethods } from "../../engine/expression/python/string-methods.ts";
import { testNames, tests } from "../../engine/expression/tests/registry.ts";
import { Failure } from "../../engine/source/failure.ts";
import { Written } from "../../engine/source/written.ts";
import { withNames } from "../../engine/task/scope.ts";
import { scopeOf } from "../expression/scope.ts";
import { written } from "../support/written.ts";

const folder = mkdtempSync(path.join(tmpdir(), "tsplay-trust-"));
after(() => rmSync(folder, { recursive: true }));
const mark = path.join(folder, "MARK");
const asTemplate = `{{ lookup("pipe", "touch ${mark}") }}`;
const asExpression = `lookup("pipe", "touch ${mark}") == ""`;
writeFileSync(path.join(folder, "said"), asTemplate);

/** What a host said: as it stands, and in dresses that a filter takes off. */
const said: Readonly<Record<string, unknown>> = {
  t: asTemplate,
  e: asExpression,
  base64: Buffer.from(asTemplate).toString("base64"),
  json: JSON.stringify({ a: asTemplate, [asTemplate]: [asExpression] }),
  yaml: `a: ${JSON.stringify(asTemplate)}\nb: !unsafe ${JSON.stringify(asTemplate)}\n`,
  quoted: encodeURIComponent(asTemplate),
  list: [asTemplate, asExpression],
  dict: { a: asTemplate, [asTemplate]: asExpression },
  pairs: [{ key: "a", value: asTemplate }],
  file: path.join(folder, "said"),
};
const scope = withNames(
  scopeOf({ own: "{{ t }}" }, { searchPath: [folder], playbookDirectory: folder, hostsOf: () => [asTemplate], encrypt: (plain) => plain }),
  said,
);
const sources = Object.keys(said);

/** Evaluates, then renders what came out of it in every way that a run has, and once more. */
function tryOut(what: () => unknown): void {
  let value: unknown;
  try {
    value = what();
  } catch (error) {
    assert.ok(error instanceof Failure, `a refusal that is no Failure: ${error instanceof Error ? error.stack : String(error)}`);
    return;
  }
  const later = withNames(scope, { x: value });
  const ways: (() => unknown)[] = [
    () => template(value, later),
    () => template({ [String(value)]: value, y: written("{{ x }} and {{ x ~ '' }}") }, later),
    () => template(template(written("{{ x }}"), later), later),
    () => lazy(value, () => later),
    () => indirectly(written("{{ x }}"), later),
    () => condition(value, later),
    () => condition(written("{{ x }}"), later),
    () => condition(written("{{ [x] | first }}"), later),
    () => lookupTerms("items", value, later),
    () => evaluate(written("lookup('vars', 'x')"), later),
  ];
  assert.deepEqual(writtenIn(value), [], "a result may hold no text that counts as a person's");
  for (const way of ways) {
    try {
      assert.deepEqual(writtenIn(way()), []);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }
}

function writtenIn(value: unknown, depth = 0): string[] {
  if (value instanceof Written) return [value.text];
  if (typeof value !== "object" || value === null || depth > 6) return [];
  return Object.values(value).flatMap((entry) => writtenIn(entry, depth + 1));
}

const namesOf = (plugin: Plugin): string[] => plugin.parameters.map((parameter) => (typeof parameter === "string" ? parameter : parameter[0]));

let tries = 0;
function tryAll(expressions: readonly string[]): void {
  for (const expression of expressions) {
    tries += 1;
    tryOut(() => template(written(`{{ ${expression} }}`), scope));
    assert.ok(!existsSync(mark), `a host's text ran: {{ ${expression} }}`);
  }
}

function* uses(target: string, call: (args: string) => string, plugin: Plugin, first: number): Generator<string> {
  yield call("");
  const parameters = namesOf(plugin);
  for (const source of ["t", "e", "list", "dict", "file"]) {
    yield call(source);
    yield call(`${source}, ${source}`);
    for (const name of parameters.slice(first)) if (/^\w+$/.test(name)) yield call(`${name}=${source}`);
  }
  yield target;
}

// they run what they are given, which is what they are for; what they answer is tried as of any other
const RUNS_ITS_TERM = new Set(["pipe", "lines"]);

// what takes seconds, or forever, of a long text is tried in a few forms
const SLOW: Readonly<Record<string, readonly string[]>> = {
  password_hash: ["t | password_hash('md5')", "'a' | password_hash('md5', t)", "'a' | password_hash(t)"],
  permutations: ["list | permutations", "t | permutations(1)"],
  combinations: ["list | combinations(1)", "t | combinations(1)"],
  product: ["list | product", "list | product(list)", "t | product(t)"],
};

test("filters", () => {
  for (const name of filterNames) {
    const few = SLOW[name];
    if (few !== undefined) {
      tryAll(few);
      continue;
    }
    for (const source of [...sources, "'a'", "[1]", "{'a': 1}", "own"])
      tryAll([...uses(source, (args) => `${source} | ${name}${args === "" ? "" : `(${args})`}`, filters.get(name)!, 1)]);
  }
});

test("tests", () => {
  for (const name of testNames) {
    for (const source of sources) tryAll([...uses(source, (args) => `${source} is ${name}${args === "" ? "" : `(${args})`}`, tests.get(name)!, 1)]);
  }
});

test("lookups", () => {
  for (const name of lookupNames) {
    if (RUNS_ITS_TERM.has(name)) continue;
    const plugin = lookups.get(name)!;
    for (const source of sources) {
      for (const callee of ["lookup", "query"])
        tryAll([...uses(source, (args) => `${callee}('${name}', ${[source, args].filter((part) => part !== "").join(", ")})`, plugin, 1)]);
      tries += 1;
      tryOut(() => lookupTerms(name, said[source], scope));
      assert.ok(!existsSync(mark), `with_${name} of ${source}`);
    }
  }
  for (const name of RUNS_ITS_TERM) tryAll([`lookup('${name}', 'cat ${path.join(folder, "said")}')`, `query('${name}', 'cat ${path.join(folder, "said")}')`]);
  tryAll(["lookup(t, t)", "lookup(e)", "lookup('vars', t)", "lookup('file', file)", "query('file', 'said')", "lookup('env', 'SAID')"]);
});

test("globals and operators", () => {
  for (const name of globalFunctions.keys())
    tryAll(sources.flatMap((source) => [`${name}(${source})`, `${name}(a=${source})`, `${name}(${source}, ${source})`]));
  tryAll(
    sources.flatMap((source) => [source, `${source} ~ t`, `[${source}, t]`, `{t: ${source}}`, `(${source}, t)`, `${source} if true else t`, `${source} or t`]),
  );
  tryAll(["t[:]", "t + e", "t * 2", "list + list", "list[0]", "dict.a", "dict[t]", "nothing | default(t)", "true | ternary(t, e)", "t % 1", "'%s' % t"]);
});

test("methods", () => {
  const all = [...stringMethods.keys(), ...listMethods.keys(), ...dictMethods.keys()];
  for (const name of new Set(all))
    tryAll(sources.flatMap((source) => [`${source}.${name}()`, `${source}.${name}(t)`, `${source}.${name}(t, e)`, `'{}'.${name}(t)`]));
});

test("what a template passes on is what a person wrote, and nothing else", () => {
  const own = scopeOf({ check: "1 == 1", checks: { disk: "2 == 2" }, other: "{{ check }}", chosen: "{{ check if true else t }}" });
  const both = withNames(own, said);
  for (const expression of ["check", "checks.disk", "checks['disk']", "other", "chosen", "nothing | default(check)", "[check] | first | default(check)"]) {
    const given = written(`{{ ${expression} }}`);
    if (expression.startsWith("[")) assert.throws(() => condition(given, both), { code: "not-an-expression" });
    else assert.equal(condition(given, both), true, expression);
  }
  for (const expression of ["e", "dict.a", "check ~ ''", "e | default(check)", "list[1]", "nothing | default(e)"]) {
    assert.throws(() => condition(written(`{{ ${expression} }}`), both), { code: "not-an-expression" }, expression);
  }
  assert.ok(!existsSync(mark));
});

test("how much was tried", (t) => {
  assert.ok(tries > 10_000);
  t.diagnostic(`measured: ${filterNames.length} filters, ${testNames.length} tests, ${lookupNames.length} lookups, ${tries} tries`);
});
