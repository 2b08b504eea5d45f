// Inventories that were also read by ansible-core 2.19; cases/NAME/expected.json holds what it found there.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { finalize } from "../../engine/expression/evaluate.ts";
import { createAdjacentVars } from "../../engine/inventory/group-vars.ts";
import { groupNamesOf, hostsOfGroup } from "../../engine/inventory/groups.ts";
import { loadInventory } from "../../engine/inventory/load.ts";
import { selectHosts } from "../../engine/inventory/pattern.ts";
import { createHostLayers } from "../../engine/variables/host-layers.ts";

const root = join(import.meta.dirname, "cases");

interface Case {
  readonly sources: string[];
  readonly playbook?: string;
}

interface Expected {
  readonly groups: Record<string, { hosts: string[]; children: string[]; members: string[]; priority: number }>;
  readonly hosts: Record<string, { vars: Record<string, unknown>; group_names: string[] }>;
  readonly patterns: readonly { pattern: string; limit?: string; hosts?: string[]; error?: string }[];
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

for (const name of readdirSync(root)) {
  suite(name, async () => {
    const directory = join(root, name);
    const { sources, playbook } = readJson<Case>(join(directory, "case.json"));
    const expected = readJson<Expected>(join(directory, "expected.json"));
    const inventory = await loadInventory(sources, { cwd: directory });

    test("hosts and groups", () => {
      assert.deepEqual([...inventory.hosts.keys()], Object.keys(expected.hosts));
      const groups = Object.fromEntries(
        [...inventory.groups.values()].map((group) => [
          group.name,
          { hosts: [...group.hosts].sort(), children: [...group.children].sort(), members: hostsOfGroup(inventory, group.name), priority: group.priority },
        ]),
      );
      for (const group of Object.values(expected.groups)) {
        group.hosts.sort();
        group.children.sort();
      }
      assert.deepEqual(groups, expected.groups);
      for (const host of inventory.hosts.values()) assert.deepEqual(groupNamesOf(inventory, host), expected.hosts[host.name]!.group_names);
    });

    test("variables of the hosts", () => {
      const adjacent = createAdjacentVars(() => assert.fail());
      const layers = createHostLayers(inventory, adjacent);
      for (const host of inventory.hosts.keys()) {
        const layer = layers.of(host, join(directory, playbook ?? "nowhere"));
        const vars = Object.fromEntries([...layer.names()].map((key) => [key, finalize(layer.get(key))]));
        assert.deepEqual(vars, expected.hosts[host]!.vars, host);
      }
    });

    for (const { pattern, limit, hosts, error } of expected.patterns) {
      test(`pattern ${pattern}${limit === undefined ? "" : ` limited to ${limit}`}`, () => {
        const select = () => selectHosts(inventory, pattern, { limit: limit?.replace("@", `@${directory}/`) }).hosts;
        if (error === undefined) assert.deepEqual(select(), hosts);
        else assert.throws(select, { code: "bad-pattern" });
      });
    }
  });
}
