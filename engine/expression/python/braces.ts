import { Problem } from "../problem.ts";
import { formatSpec } from "./format.ts";
import { characters, repr, text } from "./text.ts";
import { isDict, plain, PyObject, typeName, use } from "./types.ts";

/** Python's str.format(). */
export function formatBraces(pattern: string, args: readonly unknown[], named: Readonly<Record<string, unknown>>): string {
  let automatic = 0;
  return pattern.replace(/\{\{|\}\}|\{((?:[^{}]|\{[^{}]*\})*)\}|[{}]/g, (whole, field: string | undefined) => {
    if (whole === "{{") return "{";
    if (whole === "}}") return "}";
    if (field === undefined) throw new Problem(`Single '${whole}' encountered in format string`);
    const parts = /^([^!:]*)(?:!([rsa]))?(?::([^]*))?$/.exec(field);
    if (parts === null) throw new Problem(`cannot read the replacement field {${field}}`);
    const [, path = "", conversion, specification = ""] = parts;
    const names = /^([^.[]*)(.*)$/.exec(path);
    const first = names?.[1] ?? "";
    let value: unknown;
    if (first === "" || /^\d+$/.test(first)) {
      const position = first === "" ? automatic++ : Number(first);
      if (position >= args.length) throw new Problem(`Replacement index ${position} out of range for positional args tuple`);
      value = args[position];
    } else {
      if (!Object.hasOwn(named, first)) throw new Problem(`str.format() has no argument named '${first}'`);
      value = named[first];
    }
    for (const [, attribute, item] of (names?.[2] ?? "").matchAll(/\.([^.[]+)|\[([^\]]*)\]/g)) {
      value = attribute === undefined ? entry(value, item ?? "") : attributeOf(value, attribute);
    }
    value = plain(use(value));
    if (conversion !== undefined) value = conversion === "s" ? text(value) : repr(value);
    const spec = specification.replace(/\{([^{}]*)\}/g, (_, inner: string) => formatBraces(`{${inner === "" ? automatic++ : inner}}`, args, named));
    return formatSpec(value, spec);
  });
}

/** `{0[name]}` and `{0[1]}`. */
function entry(owner: unknown, key: string): unknown {
  const value = plain(use(owner));
  if (isDict(value) && Object.hasOwn(value, key)) return value[key];
  const items = typeof value === "string" ? characters(value) : Array.isArray(value) ? (value as unknown[]) : undefined;
  if (items === undefined || !/^\d+$/.test(key) || Number(key) >= items.length)
    throw new Problem(`the replacement field [${key}] is not in the ${typeName(value)}`);
  return items[Number(key)];
}

/** `{0.name}`: plain data has no attributes in Python. */
function attributeOf(owner: unknown, name: string): unknown {
  const value = owner instanceof PyObject ? owner.attribute(name) : undefined;
  if (value === undefined) throw new Problem(`'${typeName(use(owner))}' object has no attribute '${name}'`, "expression-type", `write [${name}] for an entry`);
  return value;
}
