import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { loadInventory } from "../../engine/inventory/load.ts";
import { createVariables } from "../../engine/variables/variables.ts";
import { playOf, requestOf, roleOf, runOf, yaml } from "./support.ts";

/** `v02: "level 2"` and so on: a variable for each level that this one must win over or be. */
function level(number: number): Record<string, unknown> {
  const names = Array.from({ length: 24 - number }, (_, index) => `v${String(number + index).padStart(2, "0")}`);
  return yaml(names.map((name) => `${name}: level ${number}`).join("\n"), `level-${number}.yml`);
}

function yamlText(number: number): string {
  return Object.entries(level(number))
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join("\n");
}

test("each of Ansible's levels wins over all below it", async () => {
  const directory = mkdtempSync(join(tmpdir(), "tsplay-levels-"));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  };
  const ini = (number: number): string =>
    Object.keys(level(number))
      .map((name) => `${name}="level ${number}"`)
      .join("\n");
  write("inv/hosts", `[g]\nh ${ini(8).replaceAll("\n", " ")}\n[all:vars]\n${ini(3).replaceAll('"', "")}\n`);
  write("inv/group_vars/all.yml", yamlText(4));
  write("play/group_vars/all.yml", yamlText(5));
  write("inv/group_vars/g.yml", yamlText(6));
  write("play/group_vars/g.yml", yamlText(7));
  write("inv/host_vars/h.yml", yamlText(9));
  write("play/host_vars/h.yml", yamlText(10));

  const inventory = await loadInventory([join(directory, "inv/hosts")]);
  const variables = createVariables(runOf({ inventory, extraVars: level(22), playbookDirectory: join(directory, "play") }));
  // Facts are injected under names of their own, so level 11 is shown by one of them.
  variables.setFacts("h", { ansible_v11: "level 11" });
  variables.include("h", level(18));
  variables.assign("h", level(19));
  const role = roleOf("r", { defaults: level(2), vars: level(15), params: level(20) });
  const request = requestOf({
    play: playOf({ vars: level(12) }),
    state: { prompted: level(13), varsFiles: () => [level(14)] },
    role,
    blockVars: [level(16)],
    taskVars: level(17),
    includeVars: [level(21)],
  });
  const scope = variables.scope(request);
  for (const number of [2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22]) {
    const name = `v${String(number).padStart(2, "0")}`;
    // The variable of a level is set there and on all levels below it.
    assert.equal(scope.get(name), `level ${number}`, name);
  }
  assert.equal(scope.get("ansible_v11"), "level 11");
  assert.deepEqual(scope.get("ansible_facts"), { v11: "level 11" });

  const explained = variables.explain(request, "v22");
  assert.deepEqual(
    explained.map((each) => each.level),
    [22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 10, 9, 8, 7, 6, 5, 4, 3, 2],
  );
  assert.equal(explained[0]!.place?.file, "level-22.yml");
  assert.deepEqual(
    variables.explain("h", "v10").map(({ title, place }) => `${title} ${place?.file.replace(`${directory}/`, "") ?? "?"}:${place?.line ?? "?"}`),
    [
      "playbook host_vars play/host_vars/h.yml:1",
      "inventory host_vars inv/host_vars/h.yml:2",
      "inventory host inv/hosts:2",
      "playbook group_vars/g play/group_vars/g.yml:4",
      "inventory group_vars/g inv/group_vars/g.yml:5",
      "playbook group_vars/all play/group_vars/all.yml:6",
      "inventory group_vars/all inv/group_vars/all.yml:7",
      'inventory group "all" inv/hosts:11',
    ],
  );
});

const dependency = roleOf("dependency", { defaults: { d: "dependency", dd: "dependency" }, vars: { v: "dependency", vd: "dependency" } });
const outer = roleOf("outer", { defaults: { d: "outer", dp: "outer" }, vars: { v: "outer", vp: "outer" }, params: { p: "outer", pp: "outer" } });
const inner = roleOf("inner", {
  defaults: { d: "inner" },
  vars: { v: "inner" },
  params: { p: "inner" },
  parents: [outer],
  dependencies: [dependency],
});
const other = roleOf("other", { defaults: { d: "other", o: "other" }, vars: { v: "other", vo: "other" } });
const last = roleOf("last", { defaults: { d: "last", o: "last" }, vars: { v: "last", vo: "last" } });

const roleCases: readonly (readonly [name: string, role: typeof inner | undefined, expected: Record<string, string | undefined>])[] = [
  [
    "a role sees its own, its parents' and its dependencies'",
    inner,
    { d: "inner", v: "inner", p: "inner", dp: "outer", vp: "outer", pp: "outer", dd: "dependency", vd: "dependency" },
  ],
  ["and what the play's roles export, the last first", inner, { o: "last", vo: "last" }],
  ["a role's own win over what later roles export", other, { d: "other", v: "other", o: "other", vo: "other" }],
  ["outside of roles the last role's are seen", undefined, { d: "last", v: "last", p: undefined }],
];

for (const [name, role, expected] of roleCases) {
  test(name, () => {
    const variables = createVariables(runOf());
    const scope = variables.scope(requestOf({ role, play: playOf({ roles: [other, last] }) }));
    for (const [variable, value] of Object.entries(expected)) {
      assert.equal(scope.has(variable) ? scope.get(variable) : undefined, value, variable);
    }
  });
}

test("stacked vars: the innermost wins; import_playbook's win over the play's; loop variables win over all", () => {
  const variables = createVariables(runOf({ extraVars: { item: "extra" } }));
  const scope = variables.scope(
    requestOf({
      play: playOf({ vars: { p: "play" }, importVars: { p: "import" } }),
      blockVars: [{ b: "outer" }, { b: "inner" }],
      includeVars: [{ i: "outer" }, { i: "inner" }],
      state: { varsFiles: () => [{ f: "first" }, { f: "second" }] },
      local: { item: "{{ never a template }}" },
    }),
  );
  assert.deepEqual(
    ["p", "b", "i", "f", "item"].map((name) => scope.get(name)),
    ["import", "inner", "inner", "second", "{{ never a template }}"],
  );
});
