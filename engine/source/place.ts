/** Where a value was written. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The source line itself, without its newline. */
  readonly text?: string;
}

interface Annotation {
  readonly self: Place;
  readonly keys: ReadonlyMap<string, { readonly key: Place; readonly value: Place }>;
}

// Loaded YAML is plain data; scalars have no identity, so places hang on their containers.
const annotations = new WeakMap<object, Annotation>();

export function annotate(container: object, annotation: Annotation): void {
  annotations.set(container, annotation);
}

/** The place of a loaded list or mapping, or of the value under `key` in it. */
export function placeOf(container: unknown, key?: string | number): Place | undefined {
  if (typeof container !== "object" || container === null) return undefined;
  const annotation = annotations.get(container);
  if (key === undefined) return annotation?.self;
  return annotation?.keys.get(String(key))?.value ?? annotation?.self;
}

/** The place of the key itself, for "unknown key" messages. */
export function placeOfKey(container: unknown, key: string): Place | undefined {
  if (typeof container !== "object" || container === null) return undefined;
  const annotation = annotations.get(container);
  return annotation?.keys.get(key)?.key ?? annotation?.self;
}

/** Gives `copy` (made from `original`, keys kept) the places of the original. */
export function copyPlaces<T extends object>(original: object, copy: T): T {
  const annotation = annotations.get(original);
  if (annotation !== undefined) annotations.set(copy, annotation);
  return copy;
}
