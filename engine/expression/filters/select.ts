import { Problem } from "../problem.ts";
import { Undefined } from "../values.ts";
import { tolerant, type Call, type Plugin, type Plugins } from "../plugin.ts";
import { truthy } from "../python/compare.ts";
import { iterate } from "../python/sequences.ts";
import { getItem } from "../python/access.ts";
import { text } from "../python/text.ts";
import { use } from "../python/types.ts";
import { attributeGetter } from "./attributes.ts";

type Named = Readonly<Record<string, unknown>>;

function tester(call: Call, args: readonly unknown[], named: Named): (value: unknown) => boolean {
  if (args.length === 0) return truthy;
  const [name, ...rest] = args;
  const test = text(name);
  return (value) => call.applyTest(test, [value, ...rest], named);
}

function selecting(keeps: boolean): Plugin {
  return tolerant(["value", "*args", "**kwargs"], (call, value, args, named) => {
    const passes = tester(call, args as unknown[], named as Named);
    return iterate(value, true).filter((item) => passes(item) === keeps);
  });
}

function selectingAttribute(keeps: boolean): Plugin {
  return tolerant(["value", "attribute", "*args", "**kwargs"], (call, value, attribute, args, named) => {
    const get = attributeGetter(use(attribute));
    const passes = tester(call, args as unknown[], named as Named);
    return iterate(value, true).filter((item) => passes(get(item)) === keeps);
  });
}

export const selectFilters: Plugins = {
  select: selecting(true),
  reject: selecting(false),
  selectattr: selectingAttribute(true),
  rejectattr: selectingAttribute(false),
  map: tolerant(["value", "*args", "**kwargs"], (call, value, given, keywords) => {
    const args = given as readonly unknown[];
    const named = keywords as Named;
    const items = iterate(value, true);
    if (args.length === 0 && Object.hasOwn(named, "attribute")) {
      const extra = Object.keys(named).find((name) => name !== "attribute" && name !== "default");
      if (extra !== undefined) throw new Problem(`Unexpected keyword argument '${extra}'`, "expression-type");
      return items.map(attributeGetter(named["attribute"], named["default"] ?? null));
    }
    if (args.length === 0) throw new Problem("map requires a filter argument", "expression-type", 'write map("upper") or map(attribute="name")');
    const [name, ...rest] = args;
    const filter = text(name);
    return items.map((item) => call.applyFilter(filter, [item, ...rest], named));
  }),
  extract: tolerant(["item", "container", ["morekeys", null]], (_, item, container, more) => {
    const keys = more === null ? [item] : Array.isArray(more) ? [item, ...(more as unknown[])] : [item, more];
    return keys.reduce((value, key) => (value instanceof Undefined ? value : getItem(value, key)), container);
  }),
};
