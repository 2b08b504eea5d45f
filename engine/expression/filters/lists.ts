import { Problem } from "../problem.ts";
import { plugin, type Plugins } from "../plugin.ts";
import { anyText, asInteger } from "../python/arguments.ts";
import { compare, equals, sorted, truthy } from "../python/compare.ts";
import { arithmetic } from "../python/numbers.ts";
import { isIterable, iterate, length } from "../python/sequences.ts";
import { isInteger, Missing, plain, Tuple, typeError, typeName } from "../python/types.ts";
import { Undefined } from "../values.ts";
import { PythonRandom } from "../python/random.ts";
import { attributeGetter, attributesGetter, lowered } from "./attributes.ts";

const same = (value: unknown): unknown => value;

function extreme(sign: 1 | -1): Plugins[string] {
  return plugin(["value", ["case_sensitive", false], ["attribute", null]], (_, value, caseSensitive, attribute) => {
    const items = iterate(value);
    if (items.length === 0) return new Missing("No aggregated item, sequence was empty.", undefined);
    const key = attributeGetter(attribute, null, truthy(caseSensitive) ? same : lowered);
    return items.reduce((best, item) => (compare(key(item), key(best)) * sign > 0 ? item : best));
  });
}

const size = plugin(["value"], (_, value) => length(value));

function flatten(list: readonly unknown[], levels: number | undefined, skipNulls: boolean): unknown[] {
  return list.flatMap((item) => {
    if (skipNulls && (item === null || item === "None" || item === "null")) return [];
    if (!Array.isArray(item)) return [item];
    if (levels === undefined) return flatten(item as unknown[], undefined, skipNulls);
    return levels >= 1 ? flatten(item as unknown[], levels - 1, skipNulls) : [item];
  });
}

/** All ways to take one item of each list, the last changing fastest. */
export function product(lists: readonly (readonly unknown[])[]): Tuple[] {
  return lists.reduce<Tuple[]>((rows, list) => rows.flatMap((row) => list.map((item) => Tuple.with([...row, item]))), [Tuple.with([])]);
}

function permutations(items: readonly unknown[], count: number): Tuple[] {
  if (count === 0) return [Tuple.with([])];
  return items.flatMap((item, index) =>
    permutations([...items.slice(0, index), ...items.slice(index + 1)], count - 1).map((rest) => Tuple.with([item, ...rest])),
  );
}

function combinations(items: readonly unknown[], count: number): Tuple[] {
  if (count === 0) return [Tuple.with([])];
  return items.flatMap((item, index) => combinations(items.slice(index + 1), count - 1).map((rest) => Tuple.with([item, ...rest])));
}

/** Rows of the lists' items side by side; as many as the longest list has, or the shortest. */
export function zip(lists: readonly (readonly unknown[])[], fill?: { readonly value: unknown }): Tuple[] {
  const sizes = lists.map((list) => list.length);
  const rows = lists.length === 0 ? 0 : fill === undefined ? Math.min(...sizes) : Math.max(...sizes);
  return Array.from({ length: rows }, (_, row) => Tuple.with(lists.map((list) => (row < list.length ? list[row] : fill?.value))));
}

function randomOf(seed: unknown): PythonRandom | undefined {
  return seed === null || seed === undefined ? undefined : new PythonRandom(plain(seed));
}

export const listFilters: Plugins = {
  length: size,
  count: size,
  list: plugin(["value"], (_, value) => [...iterate(value)]),
  first: plugin(["seq"], (_, value) => {
    const items = iterate(value, true);
    return items.length === 0 ? new Missing("No first item, sequence was empty.", undefined) : items[0];
  }),
  last: plugin(["seq"], (_, value) => {
    const items = iterate(value, true);
    return items.length === 0 ? new Missing("No last item, sequence was empty.", undefined) : items.at(-1);
  }),
  join: plugin(["value", ["d", ""], ["attribute", null]], (_, value, separator, attribute) => {
    const get = attribute === null ? same : attributeGetter(attribute);
    return iterate(value)
      .map((item) => anyText(get(item)))
      .join(anyText(separator));
  }),
  reverse: plugin(["value"], (_, value) => {
    const given = plain(value);
    return typeof given === "string" ? Array.from(given).reverse().join("") : [...iterate(given)].reverse();
  }),
  sort: plugin(["value", ["reverse", false], ["case_sensitive", false], ["attribute", null]], (_, value, reverse, caseSensitive, attribute) =>
    sorted(iterate(value), attributesGetter(attribute, truthy(caseSensitive) ? same : lowered), truthy(reverse)),
  ),
  min: extreme(-1),
  max: extreme(1),
  sum: plugin(["iterable", ["attribute", null], ["start", 0]], (_, value, attribute, start) =>
    iterate(value)
      .map(attribute === null ? same : attributeGetter(attribute))
      .reduce((total, item) => arithmetic("+", total, item), start),
  ),
  batch: plugin(["value", "linecount", ["fill_with", null]], (_, value, count, fill) => {
    const items = iterate(value);
    const width = asInteger(count);
    const rows: unknown[][] = [];
    for (let at = 0; at < items.length; at += width) rows.push(items.slice(at, at + width));
    const last = rows.at(-1);
    if (fill !== null && last !== undefined) while (last.length < width) last.push(fill);
    return rows;
  }),
  slice: plugin(["value", "slices", ["fill_with", null]], (_, value, count, fill) => {
    const items = iterate(value);
    const slices = asInteger(count);
    const each = Math.floor(items.length / slices);
    const longer = items.length % slices;
    return Array.from({ length: slices }, (_unused, number) => {
      const start = number * each + Math.min(number, longer);
      const part = items.slice(start, start + each + (number < longer ? 1 : 0));
      return fill !== null && number >= longer ? [...part, fill] : part;
    });
  }),
  groupby: plugin(["value", "attribute", ["default", null], ["case_sensitive", false]], (_, value, attribute, fallback, caseSensitive) => {
    const get = attributeGetter(attribute, fallback);
    const key = truthy(caseSensitive) ? get : (item: unknown): unknown => lowered(get(item));
    const groups: { key: unknown; items: unknown[] }[] = [];
    for (const item of sorted(iterate(value), key)) {
      const last = groups.at(-1);
      if (last !== undefined && equals(last.key, key(item))) last.items.push(item);
      else groups.push({ key: key(item), items: [item] });
    }
    return groups.map(({ items }) => {
      const grouper = get(items[0]);
      const tuple = Tuple.with([grouper, items]);
      tuple.fields = { grouper, list: items };
      return tuple;
    });
  }),
  flatten: plugin(["mylist", ["levels", null], ["skip_nulls", true]], (_, value, levels, skipNulls) =>
    flatten(iterate(value), levels === null ? undefined : asInteger(levels), truthy(skipNulls)),
  ),
  zip: plugin(["*lists"], (_, lists) => zip((lists as unknown[]).map((list) => iterate(list, true)))),
  zip_longest: plugin(["*lists", ["fillvalue", null]], (_, lists, value) =>
    zip(
      (lists as unknown[]).map((list) => iterate(list, true)),
      { value },
    ),
  ),
  product: plugin(["*lists", ["repeat", 1]], (_, lists, repeat) => {
    const all = (lists as unknown[]).map((list) => iterate(list));
    return product(Array.from({ length: asInteger(repeat) }, () => all).flat());
  }),
  permutations: plugin(["iterable", ["r", null]], (_, value, count) => {
    const items = iterate(value);
    return permutations(items, count === null ? items.length : asInteger(count));
  }),
  combinations: plugin(["iterable", "r"], (_, value, count) => combinations(iterate(value), asInteger(count))),
  random: plugin(["end", ["start", null], ["step", null], ["seed", null]], (_, end, start, step, seed) => {
    const random = randomOf(seed);
    const below = (limit: number): number => (random === undefined ? Math.floor(Math.random() * limit) : random.below(limit));
    const given = plain(end);
    if (isInteger(given)) {
      const from = truthy(start) ? asInteger(start) : 0;
      const by = truthy(step) ? asInteger(step) : 1;
      const choices = Math.ceil((given - from) / by);
      if (choices <= 0) throw new Problem(`there is no number to choose from: empty range for random (${from}, ${given}, ${by})`);
      return from + by * below(choices);
    }
    if (truthy(start) || truthy(step)) throw new Problem("start and step can only be used with integer values");
    if (typeof given !== "string" && !Array.isArray(given))
      throw typeError("random can only be used on sequences and integers", `this is a ${typeName(given)}`);
    const items = iterate(given);
    return items.length === 0 ? new Missing("No random item, sequence was empty.", undefined) : items[below(items.length)];
  }),
  shuffle: plugin(["mylist", ["seed", null]], (_, value, seed) => {
    if (value instanceof Undefined) return value;
    // Ansible, too, gives back what is no list
    if (!isIterable(value)) return value;
    const items = [...iterate(value)];
    const random = truthy(seed) ? randomOf(seed) : undefined;
    for (let index = items.length - 1; index > 0; index -= 1) {
      const other = random === undefined ? Math.floor(Math.random() * (index + 1)) : random.below(index + 1);
      [items[index], items[other]] = [items[other], items[index]];
    }
    return items;
  }),
};
