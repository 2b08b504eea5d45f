import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { template } from "../../engine/expression/evaluate.ts";
import { Vaulted } from "../../engine/expression/values.ts";
import { createVariables } from "../../engine/variables/variables.ts";
import { inventoryOf, requestOf, runOf } from "./support.ts";
import { written } from "../support/written.ts";

/** Hosts with these variables, what `hostvars` shows of them, and a way to change one. */
function hostsWith(hosts: Record<string, Record<string, unknown>>) {
  const variables = createVariables(runOf({ inventory: inventoryOf(hosts) }));
  return {
    seen: (expression: string): unknown => template(written(`{{ ${expression} }}`), variables.scope(requestOf({ host: Object.keys(hosts)[0]! }))),
    change: (host: string, values: Record<string, unknown>): void => variables.assign(host, values),
  };
}

suite("what a register costs the others", () => {
  for (const count of [200, 400, 800, 1_600]) {
    test(`${count} hosts: a value is resolved once, and again only for the host that changed`, () => {
      let resolutions = 0;
      // a vaulted value tells the run of each time that it is resolved
      const secret = new Vaulted("", () => "plain");
      const names = Array.from({ length: count }, (_, index) => `h${index}`);
      const inventory = inventoryOf(Object.fromEntries(names.map((name) => [name, { secret }])));
      const variables = createVariables(runOf({ inventory, registerSecret: () => (resolutions += 1) }));
      const LOOKS = 20;
      for (const host of names.slice(0, LOOKS)) {
        const all = template(written("{{ groups['all'] | map('extract', hostvars, 'secret') | list }}"), variables.scope(requestOf({ host })));
        assert.equal((all as unknown[]).length, count);
        variables.assign(host, { result: { rc: 0 } });
      }
      assert.equal(resolutions, count + LOOKS - 1);
    });
  }
});

suite("what stands on a change is resolved again", () => {
  test("a host's own value", () => {
    const { seen, change } = hostsWith({ a: {}, b: { port: 1, address: "b:{{ port }}" } });
    assert.equal(seen("hostvars.b.address"), "b:1");
    change("b", { port: 2 });
    assert.equal(seen("hostvars.b.address"), "b:2");
  });

  test("one that stands on another host's, over several hosts", () => {
    const { seen, change } = hostsWith({ a: {}, b: { x: "b{{ hostvars.c.x }}" }, c: { x: "c{{ hostvars.d.x }}" }, d: { x: 1 } });
    assert.equal(seen("hostvars.b.x"), "bc1");
    change("d", { x: 2 });
    assert.equal(seen("hostvars.b.x"), "bc2");
    change("c", { x: "C" });
    assert.equal(seen("hostvars.b.x"), "bC");
    change("d", { x: 3 });
    assert.equal(seen("hostvars.b.x"), "bC");
  });

  test("hosts that stand on each other", () => {
    const { seen, change } = hostsWith({ a: {}, b: { x: "{{ hostvars.c.y }}", y: 1 }, c: { x: "{{ hostvars.b.y }}", y: 2 } });
    assert.deepEqual(seen("[hostvars.b.x, hostvars.c.x]"), [2, 1]);
    change("b", { y: 3 });
    change("c", { y: 4 });
    assert.deepEqual(seen("[hostvars.b.x, hostvars.c.x]"), [4, 3]);
  });

  test("an entry of a mapping that is read later than the mapping", () => {
    const { seen, change } = hostsWith({ a: {}, b: { all: { peer: "{{ hostvars.c.x }}", own: 1 } }, c: { x: 1 } });
    assert.equal(seen("hostvars.b.all.own"), 1);
    assert.equal(seen("hostvars.b.all.peer"), 1);
    change("c", { x: 2 });
    assert.equal(seen("hostvars.b.all.peer"), 2);
  });

  test("one that stands on very many hosts", () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`n${index}`, { x: 1 }]));
    const { seen, change } = hostsWith({
      a: { sum: "{{ groups['all'] | map('extract', hostvars) | selectattr('x', 'defined') | map(attribute='x') | sum }}" },
      ...many,
    });
    assert.equal(seen("hostvars.a.sum"), 200);
    for (const host of ["n0", "n100", "n199"]) change(host, { x: 11 });
    assert.equal(seen("hostvars.a.sum"), 230);
  });

  for (const [what, expression] of [
    ["a lookup", "lookup('env', 'TSPLAY_HOSTVARS')"],
    ["a lookup behind another variable", "[hidden] | first"],
    ["a query", "query('env', 'TSPLAY_HOSTVARS') | first"],
  ] as const) {
    test(`${what}, when anything has changed`, () => {
      const { seen, change } = hostsWith({ a: {}, b: { x: `{{ ${expression} }}`, hidden: "{{ lookup('ansible.builtin.env', 'TSPLAY_HOSTVARS') }}" } });
      try {
        process.env["TSPLAY_HOSTVARS"] = "before";
        assert.equal(seen("hostvars.b.x"), "before");
        process.env["TSPLAY_HOSTVARS"] = "after";
        assert.equal(seen("hostvars.b.x"), "before");
        change("a", { done: true });
        assert.equal(seen("hostvars.b.x"), "after");
      } finally {
        delete process.env["TSPLAY_HOSTVARS"];
      }
    });
  }

  test("the controller's files, asked by a test whose name is a text", () => {
    const folder = mkdtempSync(join(tmpdir(), "tsplay-hostvars-"));
    const { seen, change } = hostsWith({ a: {}, b: { x: "{{ [path] | select('exists') | list | length }}", path: join(folder, "later") } });
    try {
      assert.equal(seen("hostvars.b.x"), 0);
      writeFileSync(join(folder, "later"), "");
      change("a", { done: true });
      assert.equal(seen("hostvars.b.x"), 1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
