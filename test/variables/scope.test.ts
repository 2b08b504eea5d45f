import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { template } from "../../engine/expression/evaluate.ts";
import { omit, Undefined } from "../../engine/expression/values.ts";
import { addHost, reconcile } from "../../engine/inventory/build.ts";
import { createVariables } from "../../engine/variables/variables.ts";
import { inventoryOf, playOf, requestOf, roleOf, runOf, yaml } from "./support.ts";
import { written } from "../support/written.ts";

suite("resolving", () => {
  const scopeWith = (text: string) => createVariables(runOf()).scope(requestOf({ taskVars: yaml(text) }));

  test("values keep their types, and templates stand on templates", () => {
    const scope = scopeWith(`n: 1\nm: "{{ n + 1 }}"\nlist: ["{{ m }}", "x{{ m }}"]\ndeep: {a: {b: "{{ list[0] }}"}}\nnone: ~`);
    assert.equal(template(written("{{ deep.a.b }}"), scope), 2);
    assert.deepEqual(template(written("{{ list }}"), scope), [2, "x2"]);
    assert.equal(scope.get("none"), null);
  });

  test("what is undefined is told apart from what stands on it", () => {
    const scope = scopeWith(`a: "{{ nowhere }}"\nb: {fine: 1, broken: "{{ nowhere }}"}`);
    assert.ok(scope.get("nowhere") instanceof Undefined);
    assert.ok(!scope.has("nowhere"));
    assert.ok(scope.get("a") instanceof Undefined);
    assert.ok(scope.has("a"));
    assert.equal(template(written("{{ b.fine }}"), scope), 1);
    assert.throws(() => template(written("{{ b.broken }}"), scope), { code: "undefined-variable" });
  });

  for (const [name, text, message] of [
    ["a variable on itself", `a: "{{ a }}"`, /"a" stands on itself/],
    ["a circle of three", `a: "{{ b }}"\nb: "{{ c }}"\nc: "x{{ a }}"`, /a -> b -> c -> a/],
  ] as const) {
    test(`recursion: ${name}`, () => {
      assert.throws(
        () => template(written("{{ a }}"), scopeWith(text)),
        (error: Error & { code?: string }) => {
          assert.equal(error.code, "recursive-variable", error.message);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }

  test("set_fact, register, facts and prompts are final", () => {
    const variables = createVariables(runOf());
    variables.assign("h", { a: "{{ b }}" });
    variables.setFacts("h", { ansible_distribution: "{{ b }}", ansible_kernel: "6", services: { ssh: 1 } });
    const scope = variables.scope(requestOf({ state: { prompted: { c: "{{ b }}" } } }));
    assert.deepEqual(
      ["a", "ansible_distribution", "c", "ansible_kernel", "services"].map((name) => scope.get(name)),
      ["{{ b }}", "{{ b }}", "{{ b }}", "6", { ssh: 1 }],
    );
    assert.deepEqual(scope.get("ansible_facts"), { distribution: "{{ b }}", kernel: "6", services: { ssh: 1 } });
    assert.equal(scope.has("ansible_services"), false);
  });

  test("facts cannot redirect the connection", () => {
    const variables = createVariables(runOf());
    variables.setFacts("h", { ansible_host: "evil", ansible_become_user: "evil", ansible_python_interpreter: "evil", ansible_ssh_host_key_rsa_public: "fine" });
    const scope = variables.scope(requestOf());
    assert.deepEqual(
      ["ansible_host", "ansible_become_user", "ansible_python_interpreter", "ansible_ssh_host_key_rsa_public"].map((name) => scope.has(name)),
      [false, false, false, true],
    );
  });
});

suite("magic variables", () => {
  const inventory = inventoryOf(
    { "web1.example": { x: "{{ inventory_hostname }}!", port: 80 }, db1: { x: "{{ hostvars['web1.example'].x }}{{ port }}", port: 5432 }, "10.0.0.1": {} },
    {
      web: ["web1.example"],
      db: ["db1"],
    },
  );
  const variables = createVariables(runOf({ inventory, limit: "web" }));
  const role = roleOf("a.b.inner", { parents: [roleOf("outer")] });
  const scope = variables.scope(
    requestOf({
      host: "web1.example",
      role,
      play: playOf({ name: "the play", roles: [roleOf("r", { dependencies: [roleOf("dep")] })] }),
      state: { hostsAll: ["web1.example", "db1"] },
    }),
  );
  const cases: Record<string, unknown> = {
    inventory_hostname: "web1.example",
    inventory_hostname_short: "web1",
    inventory_file: "/inventory/hosts",
    inventory_dir: "/inventory",
    group_names: ["web"],
    "groups.web": ["web1.example"],
    "groups.all | length": 3,
    "groups['ungrouped']": ["10.0.0.1"],
    "hostvars.db1.port": 5432,
    "hostvars['db1'].x": "web1.example!5432",
    "hostvars | length": 3,
    "hostvars.keys() | list": ["web1.example", "db1", "10.0.0.1"],
    "'db1' in hostvars": true,
    "'localhost' in hostvars": true,
    "'nowhere' in hostvars": false,
    "hostvars.localhost.ansible_connection": "local",
    "hostvars['10.0.0.1'].inventory_hostname_short": "10.0.0.1",
    "groups.all | map('extract', hostvars, 'port') | select('defined') | list": [80, 5432],
    "vars['port']": 80,
    "vars.x": "web1.example!",
    playbook_dir: "/nowhere/play",
    "ansible_version.full": "2.19.0",
    "ansible_version.full is version('2.9', '>=')": true,
    ansible_check_mode: false,
    ansible_limit: "web",
    ansible_play_name: "the play",
    ansible_play_hosts_all: ["web1.example", "db1"],
    ansible_play_batch: ["h"],
    ansible_play_role_names: ["r"],
    ansible_role_names: ["dep", "r"],
    ansible_dependent_role_names: ["dep"],
    role_name: "inner",
    ansible_role_name: "a.b.inner",
    role_path: "/roles/a.b.inner",
    ansible_parent_role_names: ["outer"],
    ansible_search_path: ["/nowhere/play"],
    "ansible_failed_task is defined": false,
  };
  for (const [expression, expected] of Object.entries(cases)) {
    test(expression, () => assert.deepEqual(template(written(`{{ ${expression} }}`), scope), expected));
  }
  test("omit", () => assert.equal(scope.get("omit"), omit));

  test("hostvars show what was learned since, and hosts that were added", () => {
    const before = variables.version("db1");
    variables.assign("db1", { learned: 1 });
    assert.ok(variables.version("db1") > before);
    addHost(inventory, "late", { group: "web" });
    reconcile(inventory);
    const later = variables.scope(requestOf({ host: "web1.example" }));
    assert.equal(template(written("{{ hostvars.db1.learned }} {{ groups.web | length }} {{ hostvars.late.group_names[0] }}"), later), "1 2 web");
  });

  test("recursion across hosts is found", () => {
    const circle = inventoryOf({ a: { x: "{{ hostvars.b.x }}" }, b: { x: "{{ hostvars.a.x }}" } });
    const scope = createVariables(runOf({ inventory: circle })).scope(requestOf({ host: "a" }));
    assert.throws(() => template(written("{{ x }}"), scope), { code: "recursive-variable" });
  });
});

test("a thousand hosts with a thousand variables share what they have in common", () => {
  const names = Array.from({ length: 1_000 }, (_, index) => `host${index}`);
  const inventory = inventoryOf(Object.fromEntries(names.map((name) => [name, {}])), { web: names });
  const web = inventory.groups.get("web")!;
  for (let index = 0; index < 1_000; index += 1) web.vars[`var${index}`] = { text: `value ${index}`, list: [index] };
  let listed = 0;
  const vars = new Proxy(web.vars, { ownKeys: (target) => ((listed += 1), Reflect.ownKeys(target)) });
  Object.assign(web, { vars });
  const variables = createVariables(runOf({ inventory }));
  const play = playOf();
  for (const host of names) {
    const scope = variables.scope(requestOf({ host, play }));
    for (let index = 0; index < 1_000; index += 100) assert.equal(scope.get(`var${index}`), web.vars[`var${index}`]);
  }
  assert.ok(listed <= 1, `all variables of the group were gone through ${listed} times`);
});
