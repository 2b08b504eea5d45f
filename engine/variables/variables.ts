import type { Environment, Scope } from "../expression/contract.ts";
import { createAdjacentVars } from "../inventory/group-vars.ts";
import { revisionOf } from "../inventory/build.ts";
import { LOCALHOSTS } from "../inventory/groups.ts";
import { selectHosts } from "../inventory/pattern.ts";
import type { Place } from "../source/place.ts";
import type { RunFacts, ScopeRequest, Variables } from "./contract.ts";
import { createFacts, type HostFacts } from "./facts.ts";
import { createHostLayers } from "./host-layers.ts";
import { createHostvars } from "./hostvars.ts";
import { growingLayer, type GrowingLayer, type Layer, layerOf, type Values } from "./layer.ts";
import { type MagicContext, MagicLayer } from "./magic.ts";
import { layersOfPlay, layersOfRole, type RoleLayers } from "./role-layers.ts";
import { Changes, Reads } from "./reads.ts";
import { LayeredScope } from "./scope.ts";

/** One place that sets a variable. */
export interface Explanation {
  readonly level: number;
  readonly title: string;
  /** As written: templates are not resolved. */
  readonly raw: unknown;
  readonly place: Place | undefined;
}

export interface ExplainedVariables extends Variables {
  /** Every place that sets the variable for the host, the one that counts first. Without a play when only a host's name is given. */
  explain(request: ScopeRequest | string, name: string): Explanation[];
}

/** What a host has learned during the run. */
interface HostState {
  readonly included: GrowingLayer;
  readonly assigned: GrowingLayer;
  /** Both, strongest first. */
  readonly growing: readonly Layer[];
  readonly facts: HostFacts;
  version: number;
}

const NONE: RoleLayers = { params: [], vars: [], defaults: [] };
const NO_LAYERS: readonly Layer[] = [];

/** The variables of a run, in all 22 levels of Ansible's precedence. */
export function createVariables(run: RunFacts): ExplainedVariables {
  const states = new Map<string, HostState>();
  const hostLayers = createHostLayers(run.inventory, createAdjacentVars(run.decrypt));
  const extraVars = layerOf(22, "extra vars", run.extraVars);
  const changes = new Changes();

  const stateOf = (host: string): HostState => {
    let state = states.get(host);
    if (state === undefined) {
      const included = growingLayer(18, "include_vars", false);
      const assigned = growingLayer(19, "set_fact, register", true);
      state = {
        included,
        assigned,
        growing: [assigned, included],
        facts: createFacts(),
        version: 0,
      };
      states.set(host, state);
    }
    return state;
  };
  const changed = (host: string, names: Iterable<string> | undefined, change: (state: HostState) => void): void => {
    const state = stateOf(host);
    change(state);
    state.version += 1;
    changes.changed(host, names);
    hostvars.changed(host);
  };

  const environments = new WeakMap<readonly string[], Environment>();
  const environmentOf = (searchPath: readonly string[]): Environment => {
    let environment = environments.get(searchPath);
    if (environment === undefined || environment.playbookDirectory !== run.playbookDirectory) {
      environment = {
        searchPath,
        playbookDirectory: run.playbookDirectory,
        decrypt: run.decrypt,
        encrypt: run.encrypt,
        registerSecret: run.registerSecret,
        hostsOf: (pattern) => selectHosts(run.inventory, pattern).hosts,
      };
      environments.set(searchPath, environment);
    }
    return environment;
  };

  const segmentsOf = (host: string, request: ScopeRequest | undefined, context: MagicContext): (readonly Layer[])[] => {
    const state = stateOf(host);
    const play = request && layersOfPlay(request.state.play);
    const role = request?.role === undefined ? NONE : layersOfRole(request.role);
    return [
      layerOf(24, "loop and rescue variables", request?.local, true),
      [new MagicLayer(context)],
      extraVars,
      stacked(21, "params of an include", request?.includeVars),
      role.params,
      request?.isBeforeTasks === true ? NO_LAYERS : state.growing,
      layerOf(17, "task vars", request?.taskVars),
      stacked(16, "block vars", request?.blockVars),
      role.vars,
      play?.roleVars ?? NO_LAYERS,
      stacked(14, "vars_files", request?.state.varsFiles(host)),
      layerOf(13, "vars_prompt", request?.state.prompted, true),
      play?.vars ?? NO_LAYERS,
      state.facts.layers,
      [hostLayers.of(host, run.playbookDirectory)],
      role.defaults,
      play?.defaults ?? NO_LAYERS,
      layerOf(1, "keywords and command line", request?.connection, true),
    ];
  };
  const scopeOf = (request: ScopeRequest): Scope => {
    const context: MagicContext = { run, host: request.host, request, hostvars: hostvars.mapping };
    context.scope = new LayeredScope(segmentsOf(request.host, request, context), environmentOf(request.searchPath), { onGet: request.onGet });
    return context.scope;
  };

  let path: readonly string[] = [];
  const outsidePath = (): readonly string[] => (path[0] === run.playbookDirectory ? path : (path = [run.playbookDirectory]));
  const hostvars = createHostvars({
    has: (host) => run.inventory.hosts.has(host) || LOCALHOSTS.includes(host),
    names: () => run.inventory.hosts.keys(),
    state: () => `${revisionOf(run.inventory)} ${run.playbookDirectory}`,
    scopeOf(host, { hostvars, readsWorld }) {
      const context: MagicContext = { run, host, hostvars };
      context.scope = new LayeredScope(segmentsOf(host, undefined, context), environmentOf(outsidePath()), { readsWorld });
      return context.scope;
    },
  });

  return {
    scope: scopeOf,
    setFacts: (host, facts) => changed(host, ["ansible_facts", ...Object.keys(facts)], (state) => state.facts.add(facts)),
    assign: (host, values) => changed(host, Object.keys(values), (state) => state.assigned.add(values)),
    include: (host, values) => changed(host, Object.keys(values), (state) => state.included.add(values)),
    clearFacts: (host) => changed(host, undefined, (state) => state.facts.clear()),
    inventoryNames: (playbookDirectory) => hostLayers.names(playbookDirectory),
    version: (host) => (states.get(host)?.version ?? 0) + revisionOf(run.inventory),
    disturb: () => changes.disturbed(),
    reads(host) {
      const revision = revisionOf(run.inventory);
      return new Reads(changes.now, (then, names) => revision === revisionOf(run.inventory) && !changes.since(then, host, names));
    },
    explain(request, name) {
      const host = typeof request === "string" ? request : request.host;
      const from = typeof request === "string" ? undefined : request;
      return segmentsOf(host, from, { run, host, request: from, hostvars: hostvars.mapping })
        .flat()
        .flatMap((layer) => ("parts" in layer ? (layer.parts as readonly Layer[]) : [layer]))
        .filter((layer) => layer.has(name))
        .map((layer) => ({ level: layer.level, title: layer.title, raw: layer.get(name), place: layer.placeOf(name) }));
    },
  };
}

/** Mappings of one level, of which the last is the strongest. */
function stacked(level: number, title: string, mappings: readonly Values[] | undefined): readonly Layer[] {
  if (mappings === undefined || mappings.length === 0) return NO_LAYERS;
  return mappings.toReversed().flatMap((values) => layerOf(level, title, values));
}
