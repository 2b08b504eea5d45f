import { revisionOf } from "../inventory/build.ts";
import type { Group, Host, Inventory } from "../inventory/contract.ts";
import { type AdjacentVars, directoryOfSource, type VarsFile } from "../inventory/group-vars.ts";
import { ancestorsOf, depthsOf, implicitLocalhost, inMergeOrder, LOCALHOSTS } from "../inventory/groups.ts";
import type { Place } from "../source/place.ts";
import { type Layer, layerOf } from "./layer.ts";

/** Levels 3 to 10 of one host as one layer: what inventory, group_vars and host_vars say, which a run does not change. */
export interface HostLayer extends Layer {
  /** The layers it is made of, strongest first. */
  readonly parts: readonly Layer[];
}

/** The host of that name; this machine, or a host without variables, when the inventory has none. */
export function hostOf(inventory: Inventory, name: string): Host {
  const known = inventory.hosts.get(name);
  if (known !== undefined) return known;
  if (!LOCALHOSTS.includes(name)) return { name, groups: new Set(), vars: {} };
  const alias = LOCALHOSTS.find((localhost) => inventory.hosts.has(localhost));
  return alias === undefined ? implicitLocalhost(name) : inventory.hosts.get(alias)!;
}

/** The layers of all hosts; made when first asked for, and again only when the inventory changed. */
export interface HostLayers {
  of(host: string, playbookDirectory: string): HostLayer;
  /** The names of all variables that any host has so. */
  names(playbookDirectory: string): ReadonlySet<string>;
}

/** What hosts of one inventory and playbook share. */
interface Shared {
  readonly hosts: Map<string, HostLayer>;
  /** By the names of a host's own groups: most hosts are members of the same ones as others. */
  readonly groups: Map<string, GroupLayers>;
  names?: ReadonlySet<string>;
}

/** Levels 3 to 7 of the hosts that are in the same groups, strongest first. */
type GroupLayers = readonly Layer[];

const NO_LAYERS: readonly Layer[] = [];

export function createHostLayers(inventory: Inventory, adjacent: AdjacentVars): HostLayers {
  let byDirectory = new Map<string, Shared>();
  let depths = new Map<string, number>();
  let revision = -1;
  let inventories: readonly string[] | undefined;

  const filesLayers = (level: number, title: string, files: readonly VarsFile[]): readonly Layer[] =>
    files.length === 0 ? NO_LAYERS : files.toReversed().flatMap((file) => layerOf(level, title, file.vars));

  // Strongest first; a directory that several sources are in counts where it was named last.
  const inventoryDirectories = (): readonly string[] =>
    (inventories ??= [...new Set(inventory.sources.toReversed().flatMap((source) => directoryOfSource(source) ?? []))]);

  const layersOfGroups = (own: ReadonlySet<string>, playbook: string): GroupLayers => {
    const names = ancestorsOf(inventory, own);
    for (const name of own) names.add(name);
    names.delete("all");
    const groups = inMergeOrder(inventory, names, depths).reverse();
    const all = inventory.groups.get("all")!;
    const ofGroup = (level: number, where: string, directory: string, group: Group): readonly Layer[] =>
      filesLayers(level, `${where} group_vars/${group.name}`, adjacent.ofGroup(directory, group.name));
    return [
      ...groups.flatMap((group) => ofGroup(7, "playbook", playbook, group)),
      ...inventoryDirectories().flatMap((directory) => groups.flatMap((group) => ofGroup(6, "inventory", directory, group))),
      ...ofGroup(5, "playbook", playbook, all),
      ...inventoryDirectories().flatMap((directory) => ofGroup(4, "inventory", directory, all)),
      ...groups.flatMap((group) => layerOf(3, `inventory group "${group.name}"`, group.vars)),
      ...layerOf(3, `inventory group "all"`, all.vars),
    ];
  };

  const build = (host: Host, playbook: string, shared: Shared): HostLayer => {
    const key = [...host.groups].join("\n");
    let groups = shared.groups.get(key);
    if (groups === undefined) {
      groups = layersOfGroups(host.groups, playbook);
      shared.groups.set(key, groups);
    }
    return compound([
      ...filesLayers(10, "playbook host_vars", adjacent.ofHost(playbook, host.name)),
      ...inventoryDirectories().flatMap((directory) => filesLayers(9, "inventory host_vars", adjacent.ofHost(directory, host.name))),
      ...layerOf(8, "inventory host", host.vars),
      ...groups,
    ]);
  };

  const sharedOf = (playbook: string): Shared => {
    if (revision !== revisionOf(inventory)) {
      revision = revisionOf(inventory);
      byDirectory = new Map();
      depths = depthsOf(inventory);
    }
    let shared = byDirectory.get(playbook);
    if (shared === undefined) {
      shared = { hosts: new Map(), groups: new Map() };
      byDirectory.set(playbook, shared);
    }
    return shared;
  };

  const of = (name: string, playbook: string): HostLayer => {
    const shared = sharedOf(playbook);
    let layer = shared.hosts.get(name);
    if (layer === undefined) {
      layer = build(hostOf(inventory, name), playbook, shared);
      shared.hosts.set(name, layer);
    }
    return layer;
  };

  return {
    of,
    names(playbook) {
      const shared = sharedOf(playbook);
      if (shared.names !== undefined) return shared.names;
      const parts = new Set([...inventory.hosts.keys()].flatMap((host) => of(host, playbook).parts));
      const names = new Set<string>();
      for (const part of parts) for (const name of part.names()) names.add(name);
      shared.names = names;
      return names;
    },
  };
}

function compound(parts: readonly Layer[]): HostLayer {
  // Which part has a name never changes, so each name is searched for once per host, whatever the number of tasks.
  const found = new Map<string, Layer | undefined>();
  const find = (name: string): Layer | undefined => {
    if (found.has(name)) return found.get(name);
    const layer = parts.find((part) => part.has(name));
    found.set(name, layer);
    return layer;
  };
  return {
    level: 10,
    title: "inventory",
    isFinal: false,
    parts,
    has: (name) => find(name) !== undefined,
    get: (name) => find(name)?.get(name),
    placeOf: (name): Place | undefined => find(name)?.placeOf(name),
    writtenAs: (name) => find(name)?.writtenAs(name),
    names: () => new Set(parts.flatMap((part) => [...part.names()])),
  };
}
