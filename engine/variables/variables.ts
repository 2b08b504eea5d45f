import type { Environment, Scope } from "../expression/contract.ts";
import { createAdjacentVars } from "../inventory/group-vars.ts";
import { revisionOf } from "../inventory/build.ts";
import { LOCALHOSTS } from "../inventory/groups.ts";
import { selectHosts } from "../inventory/pattern.ts";
import type { Place } from "../source/place.ts";
import type { RunFacts, ScopeRequest, Variables } from "./contract.ts";
import { createFacts, type HostFacts } from "./facts.ts";
import { createHostLayers } from "./host-layers.ts";
import { growingLayer, type GrowingLayer, type Layer, layerOf, type Values } from "./layer.ts";
import { type MagicContext, magicLayer } from "./magic.ts";
import { layersOfPlay, layersOfRole, type RoleLayers } from "./role-layers.ts";
import { createScope, lazyMapping, mappingOf } from "./scope.ts";

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
  readonly facts: HostFacts;
  version: number;
}

const NONE: RoleLayers = { params: [], vars: [], defaults: [] };
/** Looking at these through `vars` or `hostvars` would never end. */
const SELF_REFERENCES: ReadonlySet<string> = new Set(["vars", "hostvars"]);

/** The variables of a run, in all 22 levels of Ansible's precedence. */
export function createVariables(run: RunFacts): ExplainedVariables {
  const states = new Map<string, HostState>();
  const hostLayerOf = createHostLayers(run.inventory, () => run.playbookDirectory, createAdjacentVars(run.decrypt));
  const extraVars = layerOf(22, "extra vars", run.extraVars);
  let changes = 0;

  const stateOf = (host: string): HostState => {
    let state = states.get(host);
    if (state === undefined) {
      state = {
        included: growingLayer(18, "include_vars", false),
        assigned: growingLayer(19, "set_fact, register", true),
        facts: createFacts(),
        version: 0,
      };
      states.set(host, state);
    }
    return state;
  };
  const changed = (host: string, change: (state: HostState) => void): void => {
    const state = stateOf(host);
    change(state);
    state.version += 1;
    changes += 1;
  };

  const environmentOf = (searchPath: readonly string[]): Environment => ({
    searchPath,
    playbookDirectory: run.playbookDirectory,
    decrypt: run.decrypt,
    encrypt: run.encrypt,
    registerSecret: run.registerSecret,
    hostsOf: (pattern) => selectHosts(run.inventory, pattern).hosts,
  });

  const segmentsOf = (host: string, request: ScopeRequest | undefined, magic: Layer): (readonly Layer[])[] => {
    const state = stateOf(host);
    const play = request && layersOfPlay(request.state.play);
    const role = request?.role === undefined ? NONE : layersOfRole(request.role);
    const stacked = (level: number, title: string, values: readonly Values[] | undefined): Layer[] =>
      (values ?? []).toReversed().flatMap((each) => layerOf(level, title, each));
    return [
      layerOf(24, "loop and rescue variables", request?.local, true),
      [magic],
      extraVars,
      stacked(21, "params of an include", request?.includeVars),
      role.params,
      [state.assigned, state.included],
      layerOf(17, "task vars", request?.taskVars),
      stacked(16, "block vars", request?.blockVars),
      role.vars,
      play?.roleVars ?? [],
      request === undefined ? [] : stacked(14, "vars_files", request.state.varsFiles(host)),
      layerOf(13, "vars_prompt", request?.state.prompted, true),
      play?.vars ?? [],
      state.facts.layers,
      [hostLayerOf(host)],
      role.defaults,
      play?.defaults ?? [],
    ];
  };
  const scopeOf = (host: string, request: ScopeRequest | undefined): Scope => {
    const context: MagicContext = { run, host, request, hostvars: () => hostvars, vars: () => mappingOf(scope, SELF_REFERENCES) };
    const scope = createScope(segmentsOf(host, request, magicLayer(context)), environmentOf(request?.searchPath ?? [run.playbookDirectory]));
    return scope;
  };

  // A host's variables may stand on another host's, so any change makes all that was resolved void.
  let outside = new Map<string, unknown>();
  let outsideState = "";
  const outsideOf = (host: string): unknown => {
    const now = `${changes} ${revisionOf(run.inventory)} ${run.playbookDirectory}`;
    if (now !== outsideState) {
      outsideState = now;
      outside = new Map();
    }
    let mapping = outside.get(host);
    if (mapping === undefined) {
      mapping = mappingOf(scopeOf(host, undefined), SELF_REFERENCES);
      outside.set(host, mapping);
    }
    return mapping;
  };
  const hostvars = lazyMapping(
    (host) => run.inventory.hosts.has(host) || LOCALHOSTS.includes(host),
    outsideOf,
    () => run.inventory.hosts.keys(),
  );

  return {
    scope: (request) => scopeOf(request.host, request),
    setFacts: (host, facts) => changed(host, (state) => state.facts.add(facts)),
    assign: (host, values) => changed(host, (state) => state.assigned.add(values)),
    include: (host, values) => changed(host, (state) => state.included.add(values)),
    clearFacts: (host) => changed(host, (state) => state.facts.clear()),
    version: (host) => (states.get(host)?.version ?? 0) + revisionOf(run.inventory),
    explain(request, name) {
      const host = typeof request === "string" ? request : request.host;
      const from = typeof request === "string" ? undefined : request;
      const context: MagicContext = { run, host, request: from, hostvars: () => hostvars, vars: () => undefined };
      return segmentsOf(host, from, magicLayer(context))
        .flat()
        .flatMap((layer) => ("parts" in layer ? (layer.parts as readonly Layer[]) : [layer]))
        .filter((layer) => layer.has(name))
        .map((layer) => ({ level: layer.level, title: layer.title, raw: layer.get(name), place: layer.placeOf(name) }));
    },
  };
}
