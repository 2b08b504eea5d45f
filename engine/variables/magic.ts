import { basename, dirname } from "node:path";
import type { Scope } from "../expression/contract.ts";
import { omit } from "../expression/values.ts";
import { isIpAddress } from "../inventory/address.ts";
import { revisionOf } from "../inventory/build.ts";
import type { Inventory } from "../inventory/contract.ts";
import { directoryOfSource } from "../inventory/group-vars.ts";
import { groupNamesOf, hostsOfGroup } from "../inventory/groups.ts";
import type { RunFacts, ScopeRequest } from "./contract.ts";
import { hostOf } from "./host-layers.ts";
import type { Layer } from "./layer.ts";
import { dependencyNames } from "./role-layers.ts";
import { mappingOf } from "./scope.ts";

/** Looking at these through `vars` or `hostvars` would never end. */
export const SELF_REFERENCES: ReadonlySet<string> = new Set(["vars", "hostvars", "omit"]);

/** What magic variables are computed from. `request` has no play where `hostvars` looks at a host from outside. */
export interface MagicContext {
  readonly run: RunFacts;
  readonly host: string;
  readonly request?: ScopeRequest | undefined;
  readonly hostvars: unknown;
  /** The scope that the variables are for, for `vars`. */
  scope?: Scope;
}

/** The version of ansible-core whose semantics we follow; playbooks compare it. */
const VERSION = { full: "2.19.0", string: "2.19.0", major: 2, minor: 19, revision: 0 };

const roleNames = (context: MagicContext): string[] | undefined => context.request?.state.play.roles.map((role) => role.name);
const dependencies = (context: MagicContext): string[] | undefined =>
  context.request === undefined ? undefined : [...new Set(context.request.state.play.roles.flatMap(dependencyNames))];
const parentRoles = (context: MagicContext) => {
  const parents = context.request?.role?.parents ?? [];
  return parents.length === 0 ? undefined : parents.toReversed();
};

/** Undefined where there is no such variable. */
const MAGIC: Readonly<Record<string, (context: MagicContext) => unknown>> = {
  inventory_hostname: ({ host }) => host,
  inventory_hostname_short: ({ host }) => (isIpAddress(host) ? host : host.split(".")[0]),
  inventory_file: ({ run, host }) => hostOf(run.inventory, host).source,
  inventory_dir: ({ run, host }) => directoryOf(hostOf(run.inventory, host).source),
  group_names: ({ run, host }) => groupNames(run.inventory, host),
  groups: ({ run }) => groupsOf(run.inventory),
  hostvars: ({ hostvars }) => hostvars,
  vars: ({ scope }) => (scope === undefined ? undefined : mappingOf(scope, SELF_REFERENCES)),
  omit: () => omit,
  playbook_dir: ({ run }) => run.playbookDirectory,
  ansible_version: () => VERSION,
  ansible_playbook_python: () => "/usr/bin/python3",
  ansible_check_mode: ({ run }) => run.checkMode,
  ansible_diff_mode: ({ run }) => run.diffMode,
  ansible_verbosity: ({ run }) => run.verbosity,
  ansible_forks: ({ run }) => run.forks,
  ansible_limit: ({ run }) => run.limit,
  ansible_run_tags: ({ run }) => (run.runTags.length === 0 ? ["all"] : run.runTags),
  ansible_skip_tags: ({ run }) => run.skipTags,
  ansible_inventory_sources: ({ run }) => run.inventory.sources,
  ansible_config_file: () => null,
  ansible_play_name: ({ request }) => request?.state.play.name ?? request?.state.play.hosts,
  ansible_play_hosts_all: ({ request }) => request?.state.hostsAll,
  ansible_play_hosts: ({ request }) => request?.state.hosts,
  ansible_play_batch: ({ request }) => request?.state.batch,
  play_hosts: ({ request }) => request?.state.batch,
  ansible_play_role_names: roleNames,
  role_names: roleNames,
  ansible_dependent_role_names: dependencies,
  ansible_role_names: (context) => {
    const names = roleNames(context);
    return names && [...new Set([...dependencies(context)!, ...names])];
  },
  ansible_parent_role_names: (context) => parentRoles(context)?.map((role) => role.name),
  ansible_parent_role_paths: (context) => parentRoles(context)?.map((role) => role.path),
  ansible_role_name: ({ request }) => request?.role?.name,
  role_name: ({ request }) => (request?.role === undefined ? undefined : shortName(request.role.name)),
  role_path: ({ request }) => request?.role?.path,
  ansible_collection_name: ({ request }) => (request?.role === undefined ? undefined : null),
  ansible_search_path: ({ request }) => request?.searchPath,
};

/** The magic variables of one host (in one play and task). */
export class MagicLayer implements Layer {
  readonly level = 23;
  readonly title = "magic variable";
  readonly isFinal = true;
  readonly #context: MagicContext;

  constructor(context: MagicContext) {
    this.#context = context;
  }
  has(name: string): boolean {
    return this.get(name) !== undefined;
  }
  get(name: string): unknown {
    return Object.hasOwn(MAGIC, name) ? MAGIC[name]!(this.#context) : undefined;
  }
  placeOf(): undefined {
    return undefined;
  }
  writtenAs(): undefined {
    return undefined;
  }
  names(): Iterable<string> {
    return Object.keys(MAGIC).filter((name) => this.has(name));
  }
}

interface Memberships {
  readonly revision: number;
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly namesOfHosts: Map<string, readonly string[]>;
}

const memberships = new WeakMap<Inventory, Memberships>();

function membershipsOf(inventory: Inventory): Memberships {
  let known = memberships.get(inventory);
  if (known === undefined || known.revision !== revisionOf(inventory)) {
    const groups = Object.fromEntries([...inventory.groups.keys()].map((name) => [name, hostsOfGroup(inventory, name)]));
    known = { revision: revisionOf(inventory), groups, namesOfHosts: new Map() };
    memberships.set(inventory, known);
  }
  return known;
}

function groupsOf(inventory: Inventory): unknown {
  return membershipsOf(inventory).groups;
}

function groupNames(inventory: Inventory, host: string): readonly string[] {
  const { namesOfHosts } = membershipsOf(inventory);
  let names = namesOfHosts.get(host);
  if (names === undefined) {
    names = groupNamesOf(inventory, hostOf(inventory, host));
    namesOfHosts.set(host, names);
  }
  return names;
}

function directoryOf(source: string | undefined): string | undefined {
  return source === undefined ? undefined : (directoryOfSource(source) ?? dirname(source));
}

function shortName(role: string): string {
  return role.split(".").length === 3 && basename(role) === role ? role.split(".")[2]! : role;
}
