import type { Play, Role } from "../play/model.ts";
import { type Layer, layerOf } from "./layer.ts";

/** The layers that stand on plays and roles alone: they are made once. Strongest first. */
export interface PlayLayers {
  /** Level 15, what the play's roles export to all tasks. */
  readonly roleVars: readonly Layer[];
  /** Level 12. */
  readonly vars: readonly Layer[];
  /** Level 2, what tasks outside of roles see. */
  readonly defaults: readonly Layer[];
}

export interface RoleLayers {
  /** Level 20. */
  readonly params: readonly Layer[];
  /** Level 15. */
  readonly vars: readonly Layer[];
  /** Level 2. */
  readonly defaults: readonly Layer[];
}

const plays = new WeakMap<Play, PlayLayers>();
const roles = new WeakMap<Role, RoleLayers>();

export function layersOfPlay(play: Play): PlayLayers {
  let layers = plays.get(play);
  if (layers === undefined) {
    const lastFirst = play.roles.toReversed();
    layers = {
      roleVars: lastFirst.flatMap((role) => [...varsOf(role), ...ofDependencies(role, varsOf)]),
      vars: [...layerOf(12, "vars of import_playbook", play.importVars), ...layerOf(12, "play vars", play.vars)],
      defaults: lastFirst.flatMap((role) => [...defaultsOf(role), ...ofDependencies(role, defaultsOf)]),
    };
    plays.set(play, layers);
  }
  return layers;
}

/** A role's own values, then those of the roles that brought it in (nearest first) and of its dependencies, in Ansible's order. */
export function layersOfRole(role: Role): RoleLayers {
  let layers = roles.get(role);
  if (layers === undefined) {
    const parents = role.parents.toReversed();
    layers = {
      params: [role, ...parents].flatMap((each) => layerOf(20, `params of role "${each.name}"`, each.params)),
      vars: [...varsOf(role), ...ofDependencies(role, varsOf), ...parents.flatMap(varsOf)],
      defaults: [...defaultsOf(role), ...parents.flatMap(defaultsOf), ...ofDependencies(role, defaultsOf)],
    };
    roles.set(role, layers);
  }
  return layers;
}

function varsOf(role: Role): readonly Layer[] {
  return layerOf(15, `vars of role "${role.name}"`, role.vars);
}

function defaultsOf(role: Role): readonly Layer[] {
  return layerOf(2, `defaults of role "${role.name}"`, role.defaults);
}

function ofDependencies(role: Role, layersOf: (role: Role) => readonly Layer[]): readonly Layer[] {
  return role.dependencies.toReversed().flatMap((dependency) => [...layersOf(dependency), ...ofDependencies(dependency, layersOf)]);
}

/** The names of the roles that `role` depends on, directly and not. */
export function dependencyNames(role: Role): string[] {
  return role.dependencies.flatMap((dependency) => [...dependencyNames(dependency), dependency.name]);
}
