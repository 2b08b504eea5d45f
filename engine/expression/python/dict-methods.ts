import { Problem } from "../problem.ts";
import { isDict, Tuple } from "./types.ts";
import { iterate } from "./sequences.ts";
import { keyOf } from "./compare.ts";
import { stringRepr } from "./text.ts";
import type { Method } from "./methods.ts";

type Dict = Record<string, unknown>;

/** Sets an entry; "__proto__" is an ordinary key. */
export function setEntry(dict: Dict, key: string, value: unknown): void {
  Object.defineProperty(dict, key, { value, writable: true, enumerable: true, configurable: true });
}

/** A dict out of a mapping or of pairs. */
export function toDict(source: unknown): Dict {
  const dict: Dict = {};
  if (isDict(source)) for (const [key, value] of Object.entries(source)) setEntry(dict, key, value);
  else {
    for (const pair of iterate(source)) {
      const items = iterate(pair, true);
      if (items.length !== 2) throw new Problem("a dictionary is made of pairs: each element must have length 2");
      setEntry(dict, keyOf(items[0]), items[1]);
    }
  }
  return dict;
}

export const dictMethods: ReadonlyMap<string, Method<Dict>> = new Map<string, Method<Dict>>([
  ["keys", (self) => Object.keys(self)],
  ["values", (self) => Object.values(self)],
  ["items", (self) => Object.entries(self).map((entry) => Tuple.with(entry))],
  ["get", (self, [key, fallback = null], named) => (Object.hasOwn(self, keyOf(key)) ? self[keyOf(key)] : (named["default"] ?? fallback))],
  ["copy", (self) => toDict(self)],
  [
    "update",
    (self, [other], named) => {
      if (other !== undefined) for (const [key, value] of Object.entries(toDict(other))) setEntry(self, key, value);
      for (const [key, value] of Object.entries(named)) setEntry(self, key, value);
      return null;
    },
  ],
  [
    "pop",
    (self, args) => {
      const key = keyOf(args[0]);
      if (!Object.hasOwn(self, key)) {
        if (args.length > 1) return args[1];
        throw new Problem(`there is no key ${stringRepr(key)} to pop`);
      }
      const value = self[key];
      delete self[key];
      return value;
    },
  ],
  [
    "popitem",
    (self) => {
      const key = Object.keys(self).at(-1);
      if (key === undefined) throw new Problem("popitem(): dictionary is empty");
      const value = self[key];
      delete self[key];
      return Tuple.with([key, value]);
    },
  ],
  [
    "setdefault",
    (self, [key, fallback = null]) => {
      if (!Object.hasOwn(self, keyOf(key))) setEntry(self, keyOf(key), fallback);
      return self[keyOf(key)];
    },
  ],
  [
    "clear",
    (self) => {
      for (const key of Object.keys(self)) delete self[key];
      return null;
    },
  ],
  ["fromkeys", (_, [keys, value = null]) => Object.fromEntries(iterate(keys).map((key) => [keyOf(key), value]))],
]);
