import { copyPlaces, type Place, placeOf, writtenAt } from "../source/place.ts";
import type { Written } from "../source/written.ts";

/** Variables of one origin. Layers are looked through from the strongest to the weakest; nothing is merged. */
export interface Layer {
  /** Ansible's level of precedence, 2 to 22; 23 for magic variables, 24 for loop variables. */
  readonly level: number;
  /** The level in words, for `explain`. */
  readonly title: string;
  /** Final values come from hosts and modules and are never templates. */
  readonly isFinal: boolean;
  has(name: string): boolean;
  /** The raw value; undefined when there is none. */
  get(name: string): unknown;
  placeOf(name: string): Place | undefined;
  /** The text that a person wrote for it, if that is its value. */
  writtenAs(name: string): Written | undefined;
  names(): Iterable<string>;
}

export type Values = Readonly<Record<string, unknown>>;

/** A class, since every task and loop item makes some: methods are shared where closures would be made anew. */
class MappingLayer implements Layer {
  readonly level: number;
  readonly title: string;
  readonly isFinal: boolean;
  readonly #values: Values;

  constructor(level: number, title: string, values: Values, isFinal: boolean) {
    this.level = level;
    this.title = title;
    this.isFinal = isFinal;
    this.#values = values;
  }
  has(name: string): boolean {
    return Object.hasOwn(this.#values, name);
  }
  get(name: string): unknown {
    return Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
  }
  placeOf(name: string): Place | undefined {
    return placeOf(this.#values, name);
  }
  writtenAs(name: string): Written | undefined {
    return Object.hasOwn(this.#values, name) ? writtenAt(this.#values, name) : undefined;
  }
  names(): Iterable<string> {
    return Object.keys(this.#values);
  }
}

const NO_LAYERS: readonly Layer[] = [];
const layers = new WeakMap<Values, readonly [Layer]>();

/** A layer over a mapping, or none for an empty mapping. */
export function layerOf(level: number, title: string, values: Values | undefined, isFinal = false): readonly Layer[] {
  if (values === undefined) return NO_LAYERS;
  // Remembered, since asking a large mapping whether it is empty takes as long as walking it.
  const known = layers.get(values);
  if (known !== undefined && known[0].level === level && known[0].title === title && known[0].isFinal === isFinal) return known;
  for (const _ in values) {
    const layer = [new MappingLayer(level, title, values, isFinal)] as const;
    layers.set(values, layer);
    return layer;
  }
  return NO_LAYERS;
}

/** A layer that grows during the run: each name points to the mapping that set it last. */
export interface GrowingLayer extends Layer {
  add(values: Values): void;
  clear(): void;
}

export function growingLayer(level: number, title: string, isFinal: boolean): GrowingLayer {
  const holders = new Map<string, Values>();
  return {
    level,
    title,
    isFinal,
    has: (name) => holders.has(name),
    get: (name) => holders.get(name)?.[name],
    placeOf: (name) => placeOf(holders.get(name), name),
    writtenAs: (name) => (holders.has(name) ? writtenAt(holders.get(name)!, name) : undefined),
    names: () => holders.keys(),
    add(values) {
      // A snapshot: callers may go on changing their mapping.
      const snapshot = copyPlaces(values, { ...values });
      for (const name of Object.keys(snapshot)) holders.set(name, snapshot);
    },
    clear: () => holders.clear(),
  };
}

/** Values that are computed when they are asked for. */
export function computedLayer(level: number, title: string, values: Readonly<Record<string, () => unknown>>): Layer {
  return {
    level,
    title,
    isFinal: true,
    has: (name) => Object.hasOwn(values, name),
    get: (name) => (Object.hasOwn(values, name) ? values[name]!() : undefined),
    placeOf: () => undefined,
    writtenAs: () => undefined,
    names: () => Object.keys(values),
  };
}
