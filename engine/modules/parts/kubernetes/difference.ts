import { stringify } from "yaml";
import type { KubeObject } from "../../../kubernetes/contract.ts";
import type { Change, Diff, Scalar } from "../../contract.ts";
import { asAsked, idOf, isValues } from "./object.ts";
import { shownObject } from "./secret.ts";

/**
 * The fields in which two forms of one object differ, as changes `Deployment web/nginx spec.replicas: 1 -> 2`. Lists whose entries have
 * names are compared by them. A Secret's values are never in it.
 */
export function fieldChanges(live: KubeObject, wanted: KubeObject): Change[] {
  const id = idOf(wanted);
  const [before, after] = [shownObject(asAsked(live), asAsked(wanted), "before"), shownObject(asAsked(wanted), asAsked(live), "after")];
  return [...differences("", before, after)].map(([path, from, to]) => ({ key: `${id} ${path}`, from, to }));
}

function* differences(path: string, from: unknown, to: unknown): Generator<readonly [string, Scalar, Scalar]> {
  if (isSame(from, to)) return;
  const [left, right] = [partsOf(from, to), partsOf(to, from)];
  if (left === undefined || right === undefined) {
    yield [path, scalarOf(from), scalarOf(to)];
    return;
  }
  let isTold = false;
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const inner = [...differences(`${path}${key.startsWith("[") || path === "" ? "" : "."}${key}`, left.get(key), right.get(key))];
    isTold ||= inner.length > 0;
    yield* inner;
  }
  // the same entries in another order
  if (!isTold) yield [path, scalarOf(from), scalarOf(to)];
}

/** The parts of a value by their names, when both sides can be taken apart alike; undefined for what is compared whole. */
function partsOf(value: unknown, other: unknown): Map<string, unknown> | undefined {
  if (isValues(value) && (other === undefined || isValues(other)))
    return Object.keys(value).length === 0 ? undefined : new Map(Object.entries(value).map(([key, entry]) => [keyText(key), entry]));
  if (value === undefined && ((isValues(other) && Object.keys(other).length > 0) || (Array.isArray(other) && isNamed(other)))) return new Map();
  if (!Array.isArray(value) || !(other === undefined || Array.isArray(other))) return undefined;
  const list = value as unknown[];
  const both = [...list, ...((other ?? []) as unknown[])];
  if (isNamed(both)) return new Map(list.map((entry) => [`[${(entry as { name: string }).name}]`, entry]));
  // without names an entry is known by its place, as long as none came or went
  if (other !== undefined && (other as unknown[]).length === list.length && both.every((entry) => isValues(entry)))
    return new Map(list.map((entry, index) => [`[${index}]`, entry]));
  return undefined;
}

function isNamed(list: readonly unknown[]): boolean {
  return list.length > 0 && list.every((entry) => isValues(entry) && typeof entry["name"] === "string");
}

function keyText(key: string): string {
  return /[./]/.test(key) ? `["${key}"]` : key;
}

function scalarOf(value: unknown): Scalar {
  if (value === undefined || value === null) return null;
  return typeof value === "object" ? JSON.stringify(value) : (value as Scalar);
}

/** Equal as JSON, whatever the order of keys. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((entry, index) => isSame(entry, b[index]));
  if (!isValues(a) || !isValues(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]));
}

/** The two forms as YAML, for --diff. */
export function objectDiff(live: KubeObject | undefined, wanted: KubeObject | undefined): Diff {
  const id = idOf((wanted ?? live)!);
  const text = (object: KubeObject | undefined, other: KubeObject | undefined, mark: "before" | "after"): string =>
    object === undefined ? "" : stringify(shownObject(asAsked(object), other === undefined ? undefined : asAsked(other), mark), { lineWidth: 0 });
  return { before: text(live, wanted, "before"), after: text(wanted, live, "after"), before_header: id, after_header: id };
}

/** What `definition` asks for laid over what is there: what an apply will probably bring, where the API cannot be asked. */
export function laidOver(live: unknown, definition: unknown): unknown {
  if (isValues(live) && isValues(definition)) {
    const keys = new Set([...Object.keys(live), ...Object.keys(definition)]);
    return Object.fromEntries([...keys].map((key) => [key, Object.hasOwn(definition, key) ? laidOver(live[key], definition[key]) : live[key]]));
  }
  if (Array.isArray(live) && Array.isArray(definition) && isNamed([...(live as unknown[]), ...(definition as unknown[])])) {
    const entries = live as { name: string }[];
    return (definition as { name: string }[]).map((entry) =>
      laidOver(
        entries.find(({ name }) => name === entry.name),
        entry,
      ),
    );
  }
  return definition;
}
