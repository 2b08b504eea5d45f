import { Problem } from "../problem.ts";
import { plugin, type Plugins } from "../plugin.ts";
import { anyText } from "../python/arguments.ts";
import { contains, equals, keyOf, sorted, truthy } from "../python/compare.ts";
import { setEntry } from "../python/dict-methods.ts";
import { iterate } from "../python/sequences.ts";
import { repr } from "../python/text.ts";
import { isDict, plain, Tuple, typeError, typeName } from "../python/types.ts";
import { lowered } from "./attributes.ts";

type Dict = Record<string, unknown>;
const listMerges = ["replace", "keep", "append", "prepend", "append_rp", "prepend_rp"];

function mergeLists(low: readonly unknown[], high: readonly unknown[], how: string): readonly unknown[] {
  switch (how) {
    case "replace":
      return high;
    case "append":
      return [...low, ...high];
    case "prepend":
      return [...high, ...low];
    case "append_rp":
      return [...low.filter((item) => !high.some((other) => equals(item, other))), ...high];
    case "prepend_rp":
      return [...high, ...low.filter((item) => !high.some((other) => equals(item, other)))];
    default:
      return low;
  }
}

/** `high` over `low`, as Ansible's merge_hash. */
export function mergeDicts(low: unknown, high: unknown, recursive: boolean, listMerge: string): Dict {
  for (const side of [low, high]) {
    if (!isDict(side)) {
      throw typeError(`failed to combine variables, expected dicts but got a '${typeName(low)}' and a '${typeName(high)}'`);
    }
  }
  const result: Dict = {};
  for (const [key, value] of Object.entries(low as Dict)) setEntry(result, key, value);
  for (const [key, value] of Object.entries(high as Dict)) {
    const old = Object.hasOwn(result, key) ? result[key] : undefined;
    if (recursive && isDict(old) && isDict(value)) setEntry(result, key, mergeDicts(old, value, true, listMerge));
    else if (Array.isArray(old) && Array.isArray(value)) setEntry(result, key, mergeLists(old, value, listMerge));
    else setEntry(result, key, value);
  }
  return result;
}

/** Each element of `obj` paired with each entry of its list at `path`. */
export function subelements(obj: unknown, path: unknown, skipMissing: boolean): Tuple[] {
  const elements = isDict(obj) ? Object.values(obj) : Array.isArray(obj) ? (obj as unknown[]) : undefined;
  if (elements === undefined) throw typeError("obj must be a list of dicts or a nested dict");
  if (!Array.isArray(path) && typeof plain(path) !== "string") throw typeError("subelements must be a list or a string");
  const steps = Array.isArray(path) ? path.map(anyText) : anyText(path).split(".");
  return elements.flatMap((element) => {
    let value: unknown = element;
    for (const step of steps) {
      if (!isDict(value)) throw typeError(`the key ${step} should point to a dictionary, got '${anyText(value)}'`);
      if (!Object.hasOwn(value, step)) {
        if (skipMissing) return [];
        throw new Problem(`could not find '${step}' key in iterated item ${repr(value)}`, "expression-failed", "skip such items with skip_missing=true");
      }
      value = value[step];
    }
    if (!Array.isArray(value)) throw typeError(`the key '${steps.at(-1)}' should point to a list, got ${repr(value)}`);
    return iterate(value).map((item) => Tuple.with([element, item]));
  });
}

export const dictFilters: Plugins = {
  combine: plugin(["*terms", ["recursive", false], ["list_merge", "replace"]], (_, terms, recursive, listMerge) => {
    const how = anyText(listMerge);
    if (!contains(listMerges, how)) {
      throw new Problem(`combine: invalid value for list_merge: ${how}`, "expression-type", `it is one of ${listMerges.join(", ")}`);
    }
    const dicts = (terms as unknown[]).flatMap((term) => (Array.isArray(term) ? (term as unknown[]) : [term])).filter((term) => term !== null);
    if (dicts.length <= 1) return dicts[0] ?? {};
    return dicts.reduce((low, high) => mergeDicts(low, high, truthy(recursive), how));
  }),
  dict2items: plugin(["mydict", ["key_name", "key"], ["value_name", "value"]], (_, dict, keyName, valueName) => {
    if (!isDict(dict)) throw typeError(`dict2items requires a dictionary, got ${typeName(dict)} instead.`);
    return Object.entries(dict).map(([key, value]) => ({ [anyText(keyName)]: key, [anyText(valueName)]: value }));
  }),
  items2dict: plugin(["mylist", ["key_name", "key"], ["value_name", "value"]], (_, list, keyName, valueName) => {
    if (!Array.isArray(list)) throw typeError(`items2dict requires a list, got ${typeName(list)} instead.`);
    const [key, value] = [anyText(keyName), anyText(valueName)];
    const dict: Dict = {};
    for (const item of iterate(list)) {
      if (!isDict(item)) throw typeError(`items2dict requires a list of dictionaries, got ${repr(list)} instead.`);
      if (!Object.hasOwn(item, key) || !Object.hasOwn(item, value)) {
        throw typeError(`items2dict requires each dictionary in the list to contain the keys '${key}' and '${value}', got ${repr(list)} instead.`);
      }
      setEntry(dict, keyOf(item[key]), item[value]);
    }
    return dict;
  }),
  dictsort: plugin(["value", ["case_sensitive", false], ["by", "key"], ["reverse", false]], (_, dict, caseSensitive, by, reverse) => {
    if (!isDict(dict)) throw typeError(`dictsort requires a dictionary, got ${typeName(dict)} instead.`);
    if (by !== "key" && by !== "value") throw new Problem('You can only sort by either "key" or "value"');
    const entries = Object.entries(dict).map((entry) => Tuple.with(entry));
    const key = (entry: unknown): unknown => (entry as Tuple)[by === "key" ? 0 : 1];
    return sorted(entries, (entry) => (truthy(caseSensitive) ? key(entry) : lowered(key(entry))), truthy(reverse));
  }),
  items: plugin(["value"], (_, dict) => {
    if (!isDict(dict)) throw typeError("Can only get item pairs from a mapping.");
    return Object.entries(dict).map((entry) => Tuple.with(entry));
  }),
  subelements: plugin(["obj", "subelements", ["skip_missing", false]], (_, obj, path, skip) => subelements(obj, path, truthy(skip))),
  rekey_on_member: plugin(["data", "key", ["duplicates", "error"]], (_, data, member, duplicates) => {
    if (duplicates !== "error" && duplicates !== "overwrite") {
      throw new Problem(`duplicates parameter to rekey_on_member has unknown value ${repr(duplicates)}`, "expression-type", "it is error or overwrite");
    }
    if (!isDict(data) && !Array.isArray(data)) throw typeError("Type is not a valid list, set, or dict");
    const name = keyOf(member);
    const result: Dict = {};
    for (const item of isDict(data) ? Object.values(data) : iterate(data)) {
      if (!isDict(item)) throw typeError("List item is not a valid dict");
      if (!Object.hasOwn(item, name)) throw new Problem(`Key ${repr(member)} was not found.`);
      const key = keyOf(item[name]);
      if (Object.hasOwn(result, key) && duplicates === "error") throw new Problem(`Key ${repr(key)} is not unique, cannot convert to dict.`);
      setEntry(result, key, item);
    }
    return result;
  }),
};
