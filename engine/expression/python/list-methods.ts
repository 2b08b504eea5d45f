import { Problem } from "../problem.ts";
import { equals, sorted, truthy } from "./compare.ts";
import { asInteger } from "./arguments.ts";
import { iterate } from "./sequences.ts";
import { repr } from "./text.ts";
import type { Method } from "./methods.ts";

function position(list: readonly unknown[], given: unknown): number {
  const index = asInteger(given);
  return index < 0 ? Math.max(0, index + list.length) : index;
}

export const listMethods: ReadonlyMap<string, Method<unknown[]>> = new Map<string, Method<unknown[]>>([
  [
    "append",
    (self, [item]) => {
      self.push(item);
      return null;
    },
  ],
  [
    "extend",
    (self, [items]) => {
      for (const item of iterate(items).slice()) self.push(item);
      return null;
    },
  ],
  [
    "insert",
    (self, [at, item]) => {
      self.splice(position(self, at), 0, item);
      return null;
    },
  ],
  [
    "index",
    (self, [item, start = 0, stop = self.length]) => {
      const from = position(self, start);
      const to = asInteger(stop);
      const found = self.findIndex((entry, at) => at >= from && at < to && equals(entry, item));
      if (found === -1) throw new Problem(`${repr(item)} is not in list`);
      return found;
    },
  ],
  ["count", (self, [item]) => self.filter((entry) => equals(entry, item)).length],
  ["copy", (self) => [...self]],
  [
    "pop",
    (self, [at = -1]) => {
      const given = asInteger(at);
      const index = given < 0 ? given + self.length : given;
      if (self.length === 0) throw new Problem("pop from empty list");
      if (index < 0 || index >= self.length) throw new Problem("pop index out of range");
      return self.splice(index, 1)[0];
    },
  ],
  [
    "remove",
    (self, [item]) => {
      const found = self.findIndex((entry) => equals(entry, item));
      if (found === -1) throw new Problem("list.remove(x): x not in list");
      self.splice(found, 1);
      return null;
    },
  ],
  [
    "reverse",
    (self) => {
      self.reverse();
      return null;
    },
  ],
  [
    "sort",
    (self, _, named) => {
      self.splice(0, self.length, ...sorted(self, undefined, truthy(named["reverse"] ?? false)));
      return null;
    },
  ],
  [
    "clear",
    (self) => {
      self.length = 0;
      return null;
    },
  ],
]);
