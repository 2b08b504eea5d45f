import { isTemplate, readWritten, Written } from "./written.ts";

/** Where a value was written. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The source line itself, without its newline. */
  readonly text?: string;
}

/** Where a key and its value were written. */
export interface Entry {
  readonly key: Place;
  readonly value: Place;
  /** The value, where it is text without a template: as such it can still be an expression (`that: "{{ checks }}"`). */
  readonly text?: string | undefined;
  /** The key, where it is a template. */
  readonly template?: Written | undefined;
}

interface Annotation {
  readonly self: Place;
  readonly keys: ReadonlyMap<string, Entry>;
  /** The same with keys that are no templates: worked out when it is first asked for. */
  final?: Annotation;
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

/** All that is known of an entry of a loaded list or mapping, for those who take it apart and put it together anew. */
export function entryOf(container: unknown, key: string | number): Entry | undefined {
  return typeof container === "object" && container !== null ? annotations.get(container)?.keys.get(String(key)) : undefined;
}

/**
 * The value under `key`, if it is text that a person wrote there. Text that something else put in its place is none, whatever it says: what is
 * returned is the text that was read.
 */
export function writtenAt(container: object, key: string | number): Written | undefined {
  const value = (container as Readonly<Record<string, unknown>>)[key];
  if (value instanceof Written) return value;
  const entry = entryOf(container, key);
  return entry?.text !== undefined && entry.text === value ? new Written(entry.text, entry.value) : undefined;
}

/** A value under `key`: as text that a person wrote if it is, else as it stands. */
export function asWritten(container: object, key: string | number): unknown {
  return writtenAt(container, key) ?? (container as Readonly<Record<string, unknown>>)[key];
}

/** The template that a key was written as. */
export function templateOfKey(container: object, key: string): Written | undefined {
  return entryOf(container, key)?.template;
}

/** `copyPlaces` for a copy whose templates are resolved: its keys are final. */
export function renderedPlaces<T extends object>(original: object, copy: T): T {
  const annotation = annotations.get(original);
  if (annotation === undefined) return copy;
  annotation.final ??= finalOf(annotation);
  annotations.set(copy, annotation.final);
  return copy;
}

function finalOf(annotation: Annotation): Annotation {
  for (const { template } of annotation.keys.values()) {
    if (template === undefined) continue;
    return { self: annotation.self, keys: new Map([...annotation.keys].map(([key, entry]) => [key, { ...entry, template: undefined }])) };
  }
  return annotation;
}

/** Notes that `copy[name]` is the text that a person wrote at `original[key]`, if it is. Of other entries of `copy` nothing is known. */
export function passOn<T extends object>(original: object, key: string | number, copy: T, name: string): T {
  const written = writtenAt(original, key);
  const place = written?.place;
  if (place !== undefined) annotate(copy, { self: place, keys: new Map([[name, { key: place, value: place, text: written!.text }]]) });
  return copy;
}

/**
 * Data that is no YAML (an inventory's Python literals, a script's JSON) as a loader hands it out: texts with templates in them are `Written`, the
 * others may be expressions, and all of it has one place. Lists and mappings are changed, not copied.
 */
export function asRead(value: unknown, place: Place): unknown {
  if (typeof value === "string") return readWritten(value, place);
  if (typeof value !== "object" || value === null || (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype)) return value;
  const container = value as Record<string, unknown>;
  const keys = new Map<string, Entry>();
  for (const key of Object.keys(container)) {
    container[key] = asRead(container[key], place);
    keys.set(key, entryFor(key, place, container[key], place));
  }
  annotate(container, { self: place, keys });
  return container;
}

/** What loaders remember of an entry. */
export function entryFor(key: string, keyPlace: Place, value: unknown, valuePlace: Place): Entry {
  return {
    key: keyPlace,
    value: valuePlace,
    ...(typeof value === "string" ? { text: value } : {}),
    ...(isTemplate(key) ? { template: new Written(key, keyPlace) } : {}),
  };
}
