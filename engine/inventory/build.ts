import { Failure } from "../source/failure.ts";
import { annotate, type Place, placeOf } from "../source/place.ts";
import type { Group, Host, Inventory } from "./contract.ts";
import { isAncestor } from "./groups.ts";
import type { Written } from "../source/written.ts";

/** An inventory under construction; also what `add_host` and `group_by` change during a run. */
export interface MutableInventory extends Inventory {
  readonly sources: string[];
  readonly warnings: string[];
}

type Places = Map<string, { key: Place; value: Place }>;

const placesOf = new WeakMap<object, Places>();

/** What has come to an inventory. */
interface Growth {
  revision: number;
  /** Whose membership in `all` and `ungrouped` is not in order yet. */
  readonly hosts: Set<Host>;
  readonly groups: Set<Group>;
}

const growths = new WeakMap<Inventory, Growth>();

function growthOf(inventory: Inventory): Growth {
  let growth = growths.get(inventory);
  if (growth === undefined) {
    growth = { revision: 0, hosts: new Set(), groups: new Set() };
    growths.set(inventory, growth);
  }
  return growth;
}

/** Grows with every change made by the functions of this file; caches over an inventory hang on it. */
export function revisionOf(inventory: Inventory): number {
  return growthOf(inventory).revision;
}

function touch(inventory: Inventory): Growth {
  const growth = growthOf(inventory);
  growth.revision += 1;
  return growth;
}

/** An inventory without hosts, with the groups `all` and `ungrouped`. */
export function createInventory(): MutableInventory {
  const inventory: MutableInventory = { hosts: new Map(), groups: new Map(), sources: [], warnings: [] };
  addGroup(inventory, "all");
  addGroup(inventory, "ungrouped");
  addChild(inventory, "all", "ungrouped");
  return inventory;
}

/** The variables of a host or group: a plain mapping that remembers where each value was written. */
export function createVars(place?: Place): Record<string, unknown> {
  const vars: Record<string, unknown> = {};
  const places: Places = new Map();
  placesOf.set(vars, places);
  if (place !== undefined) annotate(vars, { self: place, keys: places });
  return vars;
}

/** The group of that name, made when there is none yet. */
export function addGroup(inventory: MutableInventory, name: string, place?: Place): Group {
  const known = inventory.groups.get(name);
  if (known !== undefined) return known;
  if (name === "") throw new Failure("a group needs a name", { code: "inventory-syntax", fault: "inventory", place });
  const invalid = [...new Set(name.match(/^[\d\W]|[^\w]/g) ?? [])];
  if (invalid.length > 0) {
    const where = place === undefined ? "" : ` (${place.file}:${place.line})`;
    inventory.warnings.push(
      `the group name "${name}"${where} holds ${invalid.map((char) => `"${char}"`).join(", ")}: only letters, digits and _ are safe in expressions`,
    );
  }
  const group: Group = { name, hosts: new Set(), children: new Set(), parents: new Set(), vars: createVars(place), priority: 1 };
  inventory.groups.set(name, group);
  touch(inventory).groups.add(group);
  return group;
}

/** The host of that name, made when there is none yet, as a member of `group` when given. */
export function addHost(inventory: MutableInventory, name: string, options: { group?: string; port?: number; source?: string; place?: Place } = {}): Host {
  const { group, port, source, place } = options;
  if (name === "") throw new Failure("a host needs a name", { code: "inventory-syntax", fault: "inventory", place });
  let host = inventory.hosts.get(name);
  if (host === undefined) {
    host = { name, groups: new Set(), vars: createVars(place), source, place };
    inventory.hosts.set(name, host);
    touch(inventory).hosts.add(host);
    if (port !== undefined) setVariable(inventory, host, "ansible_port", port, place);
  }
  if (group !== undefined && !host.groups.has(group)) {
    addGroup(inventory, group, place).hosts.add(name);
    host.groups.add(group);
    touch(inventory).hosts.add(host);
  }
  return host;
}

/**
 * Makes `child` a child of the group `parent`.
 * @throws Failure `inventory-cycle`
 */
export function addChild(inventory: MutableInventory, parent: string, child: string, place?: Place): void {
  const above = addGroup(inventory, parent, place);
  const below = addGroup(inventory, child, place);
  if (parent === child || isAncestor(inventory, child, parent)) {
    const through = parent === child ? "" : `, and "${parent}" is below "${child}" already`;
    throw new Failure(`the group "${child}" cannot be a child of "${parent}"${through}: this would be a circle`, {
      code: "inventory-cycle",
      fault: "inventory",
      place,
      hint: "remove one of the two entries under children",
    });
  }
  if (above.children.has(child)) return;
  above.children.add(child);
  below.parents.add(parent);
  touch(inventory);
}

/** Sets a variable of a host or group and remembers its place. On groups, `ansible_group_priority` sets the priority instead. */
export function setVariable(inventory: MutableInventory, owner: Host | Group, name: string, value: unknown, place?: Place, written?: Written): void {
  if ("priority" in owner && name === "ansible_group_priority") {
    const priority = Number(value);
    if (!Number.isInteger(priority)) {
      throw new Failure(`ansible_group_priority must be a whole number, not ${JSON.stringify(value)}`, { code: "inventory-syntax", fault: "inventory", place });
    }
    owner.priority = priority;
  } else {
    Object.defineProperty(owner.vars, name, { value, writable: true, enumerable: true, configurable: true });
    if (place !== undefined) {
      const places = placesOf.get(owner.vars) ?? new Map();
      places.set(name, { key: place, value: place, text: written?.text });
      if (placeOf(owner.vars) === undefined) annotate(owner.vars, { self: place, keys: places });
    }
  }
  touch(inventory);
}

/** Brings membership in `all` and `ungrouped` in order, of what is new. To be called after a source was read and after changes during a run. */
export function reconcile(inventory: MutableInventory): void {
  const { hosts, groups } = growthOf(inventory);
  for (const group of groups) {
    if (group.name !== "all" && group.parents.size === 0) addChild(inventory, "all", group.name);
  }
  const ungrouped = inventory.groups.get("ungrouped")!;
  for (const host of hosts) {
    const isGrouped = [...host.groups].some((group) => group !== "all" && group !== "ungrouped");
    if (isGrouped) {
      ungrouped.hosts.delete(host.name);
      host.groups.delete("ungrouped");
    } else {
      ungrouped.hosts.add(host.name);
      host.groups.add("ungrouped");
    }
  }
  if (hosts.size > 0 || groups.size > 0) touch(inventory);
  hosts.clear();
  groups.clear();
}

/** The warnings that only the whole inventory shows. */
export function warnOfConflicts(inventory: MutableInventory): void {
  for (const name of inventory.hosts.keys()) {
    if (inventory.groups.has(name)) inventory.warnings.push(`"${name}" is a host and a group: patterns cannot tell them apart`);
  }
}
