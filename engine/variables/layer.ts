import { copyPlaces, type Place, placeOf } from "../source/place.ts";

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
  names(): Iterable<string>;
}

export type Values = Readonly<Record<string, unknown>>;

/** A layer over a mapping, or none for an empty mapping. */
export function layerOf(level: number, title: string, values: Values | undefined, isFinal = false): Layer[] {
  if (values === undefined || Object.keys(values).length === 0) return [];
  return [
    {
      level,
      title,
      isFinal,
      has: (name) => Object.hasOwn(values, name),
      get: (name) => (Object.hasOwn(values, name) ? values[name] : undefined),
      placeOf: (name) => placeOf(values, name),
      names: () => Object.keys(values),
    },
  ];
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
    names: () => Object.keys(values),
  };
}
