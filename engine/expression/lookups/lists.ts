import { Problem } from "../problem.ts";
import { plugin, type Plugins } from "../plugin.ts";
import { truthy } from "../python/compare.ts";
import { iterate } from "../python/sequences.ts";
import { isDict, Tuple, typeError, typeName } from "../python/types.ts";
import { subelements } from "../filters/dicts.ts";
import { product, zip } from "../filters/lists.ts";

/** Lists among the terms give way to their items, one level deep. */
function flattenOnce(terms: unknown): unknown[] {
  return (terms as unknown[]).flatMap((term) => (Array.isArray(term) ? iterate(term) : [term]));
}

function flattenAll(terms: readonly unknown[]): unknown[] {
  return terms.flatMap((term) => (Array.isArray(term) ? flattenAll(term as unknown[]) : term === null || term === "None" || term === "null" ? [] : [term]));
}

function listsOf(name: string, terms: unknown): (readonly unknown[])[] {
  const lists = terms as unknown[];
  if (lists.length === 0) throw new Problem(`with_${name} requires at least one element in each list`);
  return lists.map((list) => (Array.isArray(list) ? flattenOnce(iterate(list)) : typeof list === "string" ? [list] : iterate(list)));
}

export const listLookups: Plugins = {
  items: plugin(["*terms"], (_, terms) => flattenOnce(terms)),
  list: plugin(["*terms"], (_, terms) => terms),
  flattened: plugin(["*terms"], (_, terms) => flattenAll(terms as unknown[])),
  indexed_items: plugin(["*terms"], (_, terms) => flattenOnce(terms).map((item, index) => Tuple.with([index, item]))),
  dict: plugin(["*terms"], (_, terms) =>
    flattenOnce(terms).flatMap((term) => {
      if (!isDict(term)) throw typeError(`with_dict expects a dict, not ${typeName(term)}`);
      return Object.entries(term).map(([key, value]) => ({ key, value }));
    }),
  ),
  nested: plugin(["*terms"], (_, terms) => product(listsOf("nested", terms))),
  cartesian: plugin(["*terms"], (_, terms) => product(listsOf("cartesian", terms))),
  together: plugin(["*terms"], (_, terms) => zip(listsOf("together", terms), { value: null })),
  random_choice: plugin(["*terms"], (_, terms) => {
    const items = terms as unknown[];
    return items.length === 0 ? [] : [items[Math.floor(Math.random() * items.length)]];
  }),
  subelements: plugin(["*terms", ["skip_missing", false]], (_, terms, skip) => {
    const [elements, path, flags] = terms as unknown[];
    if (path === undefined) throw new Problem("subelements lookup expects a list of two or three items: the elements, the key, and options");
    const skipMissing = truthy(skip) || (isDict(flags) && truthy(flags["skip_missing"] ?? false));
    const present = isDict(elements) ? Object.fromEntries(Object.entries(elements).filter(([, item]) => !isDict(item) || item["skipped"] !== true)) : elements;
    return subelements(present, path, skipMissing);
  }),
};
