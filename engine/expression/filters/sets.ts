import { plugin, type Plugins } from "../plugin.ts";
import { distinct, equals, hashKey, truthy } from "../python/compare.ts";
import { iterate } from "../python/sequences.ts";
import { attributeGetter, lowered } from "./attributes.ts";

/** Whether a list holds an item, fast for text and numbers. */
function membership(items: readonly unknown[]): (item: unknown) => boolean {
  const hashes = new Set<string>();
  const others: unknown[] = [];
  for (const item of items) {
    const hash = hashKey(item);
    if (hash === undefined) others.push(item);
    else hashes.add(hash);
  }
  return (item) => {
    const hash = hashKey(item);
    return hash === undefined ? others.some((other) => equals(other, item)) : hashes.has(hash);
  };
}

// Python's sets have no order; the order of first appearance is one that does not change between runs.
export const setFilters: Plugins = {
  unique: plugin(["a", ["case_sensitive", null], ["attribute", null]], (_, list, caseSensitive, attribute) =>
    distinct(iterate(list), attributeGetter(attribute, null, truthy(caseSensitive) ? undefined : lowered)),
  ),
  union: plugin(["a", "b"], (_, a, b) => distinct([...iterate(a), ...iterate(b)])),
  intersect: plugin(["a", "b"], (_, a, b) => distinct(iterate(a).filter(membership(iterate(b))))),
  difference: plugin(["a", "b"], (_, a, b) => {
    const isIn = membership(iterate(b));
    return distinct(iterate(a).filter((item) => !isIn(item)));
  }),
  symmetric_difference: plugin(["a", "b"], (_, a, b) => {
    const [left, right] = [iterate(a), iterate(b)];
    const [inLeft, inRight] = [membership(left), membership(right)];
    return distinct([...left.filter((item) => !inRight(item)), ...right.filter((item) => !inLeft(item))]);
  }),
};
