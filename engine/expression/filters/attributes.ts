import { Undefined } from "../values.ts";
import { getItem } from "../python/access.ts";
import { isNumeric, numberOf, plain } from "../python/types.ts";
import { text } from "../python/text.ts";

type Getter = (item: unknown) => unknown;

/** Jinja's attribute paths: `a.b`, `0`, `a.0.c`. */
export function attributeGetter(path: unknown, fallback: unknown = null, finish: Getter = (value) => value): Getter {
  const given = plain(path);
  const parts: (string | number)[] =
    given === null
      ? []
      : isNumeric(given)
        ? [numberOf(given)]
        : text(given)
            .split(".")
            .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  return (item) => {
    let value = item;
    for (const part of parts) {
      value = getItem(value, part);
      if (value instanceof Undefined && fallback !== null) value = fallback;
    }
    return finish(value);
  };
}

/** Several paths, separated by commas: a list of keys to sort by. */
export function attributesGetter(paths: unknown, finish: Getter): Getter {
  if (typeof paths !== "string" || !paths.includes(",")) return attributeGetter(paths, null, finish);
  const getters = paths.split(",").map((path) => attributeGetter(path.trim(), null, finish));
  return (item) => getters.map((getter) => getter(item));
}

/** For orders that ignore case. */
export function lowered(value: unknown): unknown {
  const given = plain(value);
  return typeof given === "string" ? given.toLowerCase() : given;
}
