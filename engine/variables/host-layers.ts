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

/** @returns a function that gives a host's layer; built when first asked for, and again only when the inventory or the playbook changed */
export function createHostLayers(inventory: Inventory, playbookDirectory: () => string, adjacent: AdjacentVars): (host: string) => HostLayer {
  let built = new Map<string, HostLayer>();
  let depths = new Map<string, number>();
  let inventories: readonly string[] | undefined;
  let state = "";

  const filesLayers = (level: number, title: string, files: readonly VarsFile[]): readonly Layer[] =>
    files.toReversed().flatMap((file) => layerOf(level, title, file.vars));

  const build = (host: Host): HostLayer => {
    // Strongest first; a directory that several sources are in counts where it was named last.
    inventories ??= [...new Set(inventory.sources.toReversed().flatMap((source) => directoryOfSource(source) ?? []))];
    const directories = inventories;
    const names = ancestorsOf(inventory, host.groups);
    for (const name of host.groups) names.add(name);
    names.delete("all");
    const groups = inMergeOrder(inventory, names, depths).reverse();
    const all = inventory.groups.get("all")!;
    const playbook = playbookDirectory();
    const ofGroup = (level: number, where: string, directory: string, group: Group): readonly Layer[] =>
      filesLayers(level, `${where} group_vars/${group.name}`, adjacent.ofGroup(directory, group.name));
    return compound([
      ...filesLayers(10, "playbook host_vars", adjacent.ofHost(playbook, host.name)),
      ...directories.flatMap((directory) => filesLayers(9, "inventory host_vars", adjacent.ofHost(directory, host.name))),
      ...layerOf(8, "inventory host", host.vars),
      ...groups.flatMap((group) => ofGroup(7, "playbook", playbook, group)),
      ...directories.flatMap((directory) => groups.flatMap((group) => ofGroup(6, "inventory", directory, group))),
      ...ofGroup(5, "playbook", playbook, all),
      ...directories.flatMap((directory) => ofGroup(4, "inventory", directory, all)),
      ...groups.flatMap((group) => layerOf(3, `inventory group "${group.name}"`, group.vars)),
      ...layerOf(3, `inventory group "all"`, all.vars),
    ]);
  };

  return (name) => {
    const now = `${revisionOf(inventory)} ${playbookDirectory()}`;
    if (now !== state) {
      state = now;
      built = new Map();
      depths = depthsOf(inventory);
    }
    let layer = built.get(name);
    if (layer === undefined) {
      layer = build(hostOf(inventory, name));
      built.set(name, layer);
    }
    return layer;
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
