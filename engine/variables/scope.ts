import type { Environment, Scope } from "../expression/contract.ts";
import { lazy } from "../expression/evaluate.ts";
import { Undefined } from "../expression/values.ts";
import { Failure } from "../source/failure.ts";
import type { Layer } from "./layer.ts";
import type { Written } from "../source/written.ts";

/** Who wants to know what a scope is asked. */
export interface ScopeListeners {
  /** Told of each variable that is looked up. */
  readonly onGet?: ((name: string) => void) | undefined;
  readonly readsWorld?: (() => void) | undefined;
}

/** A scope over layers. Values resolve when they are asked for, and once. */
export class LayeredScope implements Scope {
  readonly environment: Environment;
  readonly #segments: readonly (readonly Layer[])[];
  readonly #known = new Map<string, unknown>();
  readonly #onGet: ScopeListeners["onGet"];
  readonly #readsWorld: ScopeListeners["readsWorld"];
  #busy: Map<string, Layer> | undefined;

  /** @param segments the layers, strongest first, in lists so that callers can share them */
  constructor(segments: readonly (readonly Layer[])[], environment: Environment, { onGet, readsWorld }: ScopeListeners = {}) {
    this.#onGet = onGet;
    this.#readsWorld = readsWorld;
    this.#segments = segments;
    this.environment = environment;
  }

  get(name: string): unknown {
    this.#onGet?.(name);
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const value = this.#resolve(name);
    this.#known.set(name, value);
    return value;
  }

  has(name: string): boolean {
    this.#onGet?.(name);
    const known = this.#known.get(name);
    if (known !== undefined && !(known instanceof Undefined)) return true;
    return this.#find(name) !== undefined;
  }

  written(name: string): Written | undefined {
    this.#onGet?.(name);
    return this.#find(name)?.writtenAs(name);
  }

  readsWorld(): void {
    this.#readsWorld?.();
  }

  names(): Iterable<string> {
    this.#onGet?.("vars");
    return new Set(this.#segments.flatMap((segment) => segment.flatMap((layer) => [...layer.names()])));
  }

  #find(name: string): Layer | undefined {
    for (const segment of this.#segments) for (const layer of segment) if (layer.has(name)) return layer;
    return undefined;
  }

  #resolve(name: string): unknown {
    const layer = this.#find(name);
    if (layer === undefined) return new Undefined(`'${name}' is undefined`);
    const raw = layer.get(name) ?? null;
    if (layer.isFinal || typeof raw !== "object" || raw === null) return raw;
    const busy = (this.#busy ??= new Map());
    if (busy.has(name)) throw recursion(name, busy);
    busy.set(name, layer);
    try {
      return lazy(raw, () => this, layer.placeOf(name));
    } finally {
      busy.delete(name);
    }
  }
}

function recursion(name: string, busy: ReadonlyMap<string, Layer>): Failure {
  const names = [...busy.keys()];
  const chain = [...names.slice(names.indexOf(name)), name];
  const steps = chain.length === 2 ? "on itself" : `on itself: ${chain.join(" -> ")}`;
  return new Failure(`recursive variable: "${name}" stands ${steps}`, {
    code: "recursive-variable",
    fault: "playbook",
    place: busy.get(name)?.placeOf(name),
    hint: chain.length === 2 ? "give one of the two another name" : "break the circle by renaming one of them",
  });
}

/**
 * The variables of a scope as a mapping for expressions (`hostvars[host]`, `vars`): entries resolve when they are read.
 * @param hidden names that are left out
 */
export function mappingOf(scope: Scope, hidden: ReadonlySet<string> = new Set()): Readonly<Record<string, unknown>> {
  return lazyMapping(
    (name) => !hidden.has(name) && scope.has(name),
    (name) => scope.get(name),
    () => [...scope.names()].filter((name) => !hidden.has(name)),
  );
}

/** A read-only mapping whose entries are computed when they are read. To everybody else it is a plain object. */
export function lazyMapping(has: (name: string) => boolean, get: (name: string) => unknown, names: () => Iterable<string>): Readonly<Record<string, unknown>> {
  const isEntry = (key: string | symbol): key is string => typeof key === "string" && has(key);
  return new Proxy<Record<string, unknown>>(
    {},
    {
      has: (_, key) => isEntry(key),
      get: (target, key) => (isEntry(key) ? get(key) : Reflect.get(target, key)),
      ownKeys: () => [...names()],
      getOwnPropertyDescriptor: (_, key) => (isEntry(key) ? { get: () => get(key), enumerable: true, configurable: true } : undefined),
      set: () => false,
      defineProperty: () => false,
      deleteProperty: () => false,
    },
  );
}
