import type { Group, Host, Inventory } from "./contract.ts";

/** Whether the group `ancestor` stands above the group `name`. */
export function isAncestor(inventory: Inventory, ancestor: string, name: string): boolean {
  return ancestorsOf(inventory, [name]).has(ancestor);
}

/** All groups above the given ones, without them (unless they stand above each other). */
export function ancestorsOf(inventory: Inventory, names: Iterable<string>): Set<string> {
  const seen = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const parent of inventory.groups.get(name)?.parents ?? []) {
      if (seen.has(parent)) continue;
      seen.add(parent);
      open.push(parent);
    }
  }
  return seen;
}

/** The hosts of a group and of all groups below it, in the order in which they were written, nearest groups first. */
export function hostsOfGroup(inventory: Inventory, name: string): string[] {
  const hosts = new Set<string>();
  const seen = new Set([name]);
  for (const each of seen) {
    const group = inventory.groups.get(each);
    for (const host of group?.hosts ?? []) hosts.add(host);
    // A set that grows while it is walked: breadth first, each group once.
    for (const child of group?.children ?? []) seen.add(child);
  }
  return [...hosts];
}

/** All groups of a host but `all`, direct and inherited, sorted by name: the variable `group_names`. */
export function groupNamesOf(inventory: Inventory, host: Host): string[] {
  const names = ancestorsOf(inventory, host.groups);
  for (const name of host.groups) names.add(name);
  names.delete("all");
  return [...names].sort(byCodePoint);
}

/** The longest way from `all` to each group. */
export function depthsOf(inventory: Inventory): Map<string, number> {
  const depths = new Map<string, number>();
  const depthOf = (name: string): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    let depth = 0;
    for (const parent of inventory.groups.get(name)?.parents ?? []) depth = Math.max(depth, depthOf(parent) + 1);
    depths.set(name, depth);
    return depth;
  };
  for (const name of inventory.groups.keys()) depthOf(name);
  return depths;
}

/** Groups in the order in which their variables are merged: parents before children, then by priority, then by name. */
export function inMergeOrder(inventory: Inventory, names: Iterable<string>, depths = depthsOf(inventory)): Group[] {
  const groups = [...names].flatMap((name) => inventory.groups.get(name) ?? []);
  return groups.sort((a, b) => depths.get(a.name)! - depths.get(b.name)! || a.priority - b.priority || byCodePoint(a.name, b.name));
}

export function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The names that always mean this machine. */
export const LOCALHOSTS: readonly string[] = ["localhost", "127.0.0.1", "::1"];

/** The host that stands for this machine when the inventory has none: connected locally, member of no group. */
export function implicitLocalhost(name = "localhost"): Host {
  return { name, groups: new Set(), vars: { ansible_connection: "local" } };
}
