import type { Scope } from "../expression/contract.ts";
import { SELF_REFERENCES } from "./magic.ts";
import { lazyMapping, mappingOf } from "./scope.ts";

/** What a host's variables are made with where others look at it. */
export interface OutsideView {
  /** `hostvars` as this host sees it. */
  readonly hostvars: unknown;
  /** To be told when a value stands on what no variable holds. */
  readonly readsWorld: () => void;
}

/** What `hostvars` reads from. */
export interface HostvarsSource {
  has(host: string): boolean;
  names(): Iterable<string>;
  /** Differs when any host's variables may be others: the inventory, the playbook in hand. */
  state(): string;
  scopeOf(host: string, view: OutsideView): Scope;
}

export interface Hostvars {
  /** Mappings of variables by host's name. */
  readonly mapping: unknown;
  /** To be told when a host's variables have changed. */
  changed(host: string): void;
}

/** Who reads more hosts than this stands on all of them: what is kept must not grow with the square of the hosts. */
const MANY = 64;

/**
 * The variables of hosts as other hosts see them, each resolved once and kept until what it stands on has changed: that host's variables, those of hosts whose
 * it reads through `hostvars` of its own, and for what reads the world, anything.
 */
export function createHostvars(source: HostvarsSource): Hostvars {
  let kept = new Map<string, unknown>();
  /** By host: those whose kept values were made with its values. */
  let readers = new Map<string, Set<string>>();
  let worldly = new Set<string>();
  let state = "";

  const drop = (host: string): void => {
    const waiting = [host];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      kept.delete(next);
      worldly.delete(next);
      const above = readers.get(next);
      if (above === undefined) continue;
      readers.delete(next);
      waiting.push(...above);
    }
  };

  const variablesOf = (host: string): unknown => {
    const now = source.state();
    if (now !== state) {
      state = now;
      kept = new Map();
      readers = new Map();
      worldly = new Set();
    }
    let variables = kept.get(host);
    if (variables === undefined) {
      variables = mappingOf(source.scopeOf(host, { hostvars: seenBy(host), readsWorld: () => worldly.add(host) }), SELF_REFERENCES);
      kept.set(host, variables);
    }
    return variables;
  };

  const mappingWith = (get: (host: string) => unknown): unknown =>
    lazyMapping(
      (host) => source.has(host),
      get,
      () => source.names(),
    );
  const seenBy = (reader: string): unknown => {
    const seen = new Set<string>();
    return mappingWith((host) => {
      const variables = variablesOf(host);
      if (seen.size === MANY || seen.has(host)) return variables;
      seen.add(host);
      if (seen.size === MANY) worldly.add(reader);
      const above = readers.get(host);
      if (above === undefined) readers.set(host, new Set([reader]));
      else above.add(reader);
      return variables;
    });
  };

  return {
    mapping: mappingWith(variablesOf),
    changed(host) {
      drop(host);
      for (const each of worldly) drop(each);
    },
  };
}
