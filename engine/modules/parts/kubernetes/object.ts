import type { KubeObject } from "../../../kubernetes/contract.ts";

/** What people call an object: `Deployment web/nginx`, `Node worker-1`. */
export function idOf(object: Pick<KubeObject, "kind" | "metadata">): string {
  const { name, namespace } = object.metadata;
  return `${object.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** What the API keeps for itself in an object: it changes with every write and says nothing about what was asked for. */
const OWN_METADATA = new Set([
  "managedFields",
  "resourceVersion",
  "generation",
  "uid",
  "creationTimestamp",
  "selfLink",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
]);

/** An object without status and the API's own metadata, in the order in which people write it. */
export function asAsked(object: KubeObject): KubeObject {
  const { status: _status, apiVersion, kind, metadata, ...rest } = object;
  const own = Object.fromEntries(Object.entries(metadata).filter(([key]) => !OWN_METADATA.has(key))) as unknown as KubeObject["metadata"];
  return { apiVersion, kind, metadata: own, ...rest };
}

export type Values = Readonly<Record<string, unknown>>;

export function isValues(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at `keys`, or undefined where there is none. */
export function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((inner, key) => (isValues(inner) ? inner[key] : undefined), value);
}

/** The number at `keys`; `fallback` where there is none. */
export function numberAt(value: unknown, fallback: number, ...keys: readonly string[]): number {
  const found = at(value, ...keys);
  return typeof found === "number" ? found : fallback;
}

/** `a=b,c in (d)`: a labelSelector of an object as the API's query wants it. */
export function selectorText(selector: unknown): string {
  const labels = Object.entries((at(selector, "matchLabels") ?? {}) as Record<string, string>).map(([key, value]) => `${key}=${value}`);
  const expressions = (at(selector, "matchExpressions") ?? []) as { key: string; operator: string; values?: string[] }[];
  const words: Readonly<Record<string, (key: string, values: string) => string>> = {
    In: (key, values) => `${key} in (${values})`,
    NotIn: (key, values) => `${key} notin (${values})`,
    Exists: (key) => key,
    DoesNotExist: (key) => `!${key}`,
  };
  return [...labels, ...expressions.map(({ key, operator, values = [] }) => words[operator]?.(key, values.join(",")) ?? key)].join(",");
}
