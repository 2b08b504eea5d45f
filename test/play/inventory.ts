import type { Inventory } from "../../engine/inventory/contract.ts";

/** An inventory of groups and their hosts, with variables of `all`. */
export function emptyInventory(groups: Readonly<Record<string, readonly string[]>>, vars: Record<string, unknown>): Inventory {
  const hosts = Object.entries(groups).flatMap(([group, names]) => names.map((name) => [name, { name, groups: new Set([group]), vars: {} }] as const));
  const group = (name: string, members: readonly string[], own: Record<string, unknown>) =>
    [name, { name, hosts: new Set(members), children: new Set<string>(), parents: new Set(["all"]), vars: own, priority: 1 }] as const;
  return {
    hosts: new Map(hosts),
    groups: new Map([group("all", [], vars), group("ungrouped", [], {}), ...Object.entries(groups).map(([name, members]) => group(name, members, {}))]),
    sources: [],
    warnings: [],
  };
}
