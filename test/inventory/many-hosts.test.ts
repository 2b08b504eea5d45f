import assert from "node:assert/strict";
import { test } from "node:test";
import { addHost, createInventory, reconcile, setVariable } from "../../engine/inventory/build.ts";
import { hostsOfGroup } from "../../engine/inventory/groups.ts";
import { selectHosts } from "../../engine/inventory/pattern.ts";
import { createHostLayers } from "../../engine/variables/host-layers.ts";

// What must not be done for each host, nor all hosts be walked for one, is counted or forbidden here: times say nothing on a busy machine.

function manyHosts(count: number, groups: number) {
  const inventory = createInventory();
  inventory.sources.push("/nowhere/inventory/hosts");
  for (let index = 0; index < count; index += 1) setVariable(inventory, addHost(inventory, `h${index}`, { group: `g${index % groups}` }), "rank", index);
  reconcile(inventory);
  return inventory;
}

/** From now on nobody may walk all hosts. */
function forbidWalks(hosts: object): void {
  const walk = (): never => assert.fail("all hosts are walked");
  Object.assign(hosts, { values: walk, keys: walk, entries: walk, forEach: walk, [Symbol.iterator]: walk });
}

test("a host that comes into a group is the only one that is looked at", () => {
  const inventory = manyHosts(1_000, 10);
  forbidWalks(inventory.hosts);
  for (let index = 0; index < 100; index += 1) {
    addHost(inventory, `h${index}`, { group: `by_${index % 3}` });
    reconcile(inventory);
  }
  addHost(inventory, "late", {});
  reconcile(inventory);
  assert.deepEqual([...inventory.groups.get("ungrouped")!.hosts], ["late"]);
  addHost(inventory, "late", { group: "by_1" });
  reconcile(inventory);
  assert.deepEqual([...inventory.groups.get("ungrouped")!.hosts], []);
  assert.equal(hostsOfGroup(inventory, "by_1").length, 34);
  assert.ok(inventory.groups.get("all")!.children.has("by_1"));
});

test("names of hosts and groups are looked up, not searched for", () => {
  const inventory = manyHosts(1_000, 10);
  forbidWalks(inventory.hosts);
  forbidWalks(inventory.groups);
  assert.equal(selectHosts(inventory, "g1:g2:!h1:!h2").hosts.length, 198);
  assert.deepEqual(selectHosts(inventory, "h7,h3", { limit: "h3,h7,h9" }).hosts, ["h7", "h3"]);
  assert.deepEqual(selectHosts(inventory, "h7,nowhere").unmatched, ["nowhere"]);
});

test("group_vars are looked for once a group and folder, whatever the number of hosts", () => {
  const looked: string[] = [];
  const adjacent = {
    ofGroup: (directory: string, group: string) => (looked.push(`${directory} ${group}`), []),
    ofHost: () => [],
  };
  const layers = createHostLayers(manyHosts(1_000, 10), adjacent);
  assert.deepEqual([...layers.names("/nowhere/play")], ["rank"]);
  // each of the ten with what is read for `all`
  assert.equal(new Set(looked).size, 2 * 11);
  assert.equal(looked.length, 2 * 10 + 2 * 10);
  layers.of("h1", "/nowhere/play");
  layers.names("/nowhere/play");
  assert.equal(looked.length, 40);
});
