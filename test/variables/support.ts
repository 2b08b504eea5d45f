import type { MutableInventory } from "../../engine/inventory/build.ts";
import { addHost, createInventory, reconcile, setVariable } from "../../engine/inventory/build.ts";
import type { Play, Role } from "../../engine/play/model.ts";
import { loadYaml } from "../../engine/source/yaml.ts";
import type { PlayState, RunFacts, ScopeRequest } from "../../engine/variables/contract.ts";
import { read } from "../support/written.ts";

type Values = Record<string, unknown>;

/** Variables as YAML text, with places in a file of the given name. */
export function yaml(text: string, file = "vars.yml"): Values {
  return loadYaml(text, file, { isWritten: true }) as Values;
}

/** An inventory of hosts with variables, each in the given groups. */
export function inventoryOf(hosts: Record<string, Values>, groups: Record<string, string[]> = {}): MutableInventory {
  const inventory = createInventory();
  for (const [name, vars] of Object.entries(hosts)) {
    const host = addHost(inventory, name, { source: "/inventory/hosts" });
    for (const [key, value] of Object.entries(vars)) setVariable(inventory, host, key, read(value));
  }
  for (const [group, names] of Object.entries(groups)) for (const name of names) addHost(inventory, name, { group });
  reconcile(inventory);
  return inventory;
}

export function runOf(over: Partial<RunFacts> = {}): RunFacts {
  return {
    inventory: inventoryOf({ h: {} }),
    extraVars: {},
    checkMode: false,
    diffMode: false,
    verbosity: 0,
    forks: 5,
    runTags: ["all"],
    skipTags: [],
    decrypt: (text) => text,
    playbookDirectory: "/nowhere/play",
    ...over,
  };
}

const inherited = { keywords: {}, when: [], tags: [], blockVars: [], includeVars: [], searchPath: [] };

export function roleOf(name: string, over: Partial<Role> = {}): Role {
  return {
    name,
    path: `/roles/${name}`,
    defaults: {},
    vars: {},
    params: {},
    handlers: [],
    parents: [],
    dependencies: [],
    allowDuplicates: false,
    key: name,
    inherited,
    ...over,
  };
}

export function playOf(over: Partial<Play> = {}): Play {
  const place = { file: "play.yml", line: 1, column: 1 };
  return {
    place,
    raw: {},
    hosts: "all",
    inherited,
    vars: {},
    varsFiles: [],
    varsPrompt: [],
    roles: [],
    nodes: [],
    handlers: [],
    directory: "/nowhere/play",
    importVars: {},
    ...over,
  };
}

export function requestOf(over: Partial<Omit<ScopeRequest, "state">> & { play?: Play; state?: Partial<PlayState> } = {}): ScopeRequest {
  const { play = playOf(), state, ...rest } = over;
  return {
    host: "h",
    searchPath: ["/nowhere/play"],
    ...rest,
    state: { play, hostsAll: ["h"], hosts: ["h"], batch: ["h"], varsFiles: () => [], prompted: {}, ...state },
  };
}
