import { Undefined, Vaulted } from "../values.ts";
import { plugin, tolerant, type Plugin, type Plugins } from "../plugin.ts";
import { anyText, asNumber } from "../python/arguments.ts";
import { compare, contains, distinct, equals, truthy } from "../python/compare.ts";
import { arithmetic } from "../python/numbers.ts";
import { iterate } from "../python/sequences.ts";
import { isDict, isFloat, isInteger, isNumeric, numberOf, plain, PyObject, use } from "../python/types.ts";
import { canonical, filters } from "../filters/registry.ts";
import { toBoolean } from "../filters/numbers.ts";

const of = (test: (value: unknown) => boolean): Plugin => plugin(["value"], (_, value) => test(plain(value)));
const between = (test: (value: unknown, other: unknown) => boolean): Plugin => plugin(["value", "other"], (_, value, other) => test(value, other));

const eq = between(equals);
const ne = between((a, b) => !equals(a, b));
const lt = between((a, b) => compare(a, b, "<") < 0);
const le = between((a, b) => compare(a, b, "<=") <= 0);
const gt = between((a, b) => compare(a, b, ">") > 0);
const ge = between((a, b) => compare(a, b, ">=") >= 0);
const isSubset = (a: unknown, b: unknown): boolean => {
  const whole = iterate(b);
  return distinct(iterate(a)).every((item) => contains(whole, item));
};
const subset = between(isSubset);
const superset = between((a, b) => isSubset(b, a));
const nan = of((value) => typeof value === "number" && Number.isNaN(value));

function convertedTruth(value: unknown, convert: unknown): boolean {
  const given = plain(use(value));
  const word = typeof given === "string" ? given.trim().toLowerCase() : undefined;
  if (truthy(convert) && word !== undefined && /^(y|yes|on|1|true|t|1\.0|n|no|off|0|false|f|0\.0)$/.test(word))
    return /^(y|t|1\.0)$/.test(word) || toBoolean(word);
  return truthy(given);
}

export const valueTests: Plugins = {
  defined: tolerant(["value"], (_, value) => !(value instanceof Undefined)),
  undefined: tolerant(["value"], (_, value) => value instanceof Undefined),
  none: of((value) => value === null),
  boolean: of((value) => typeof value === "boolean"),
  true: of((value) => value === true),
  false: of((value) => value === false),
  integer: of(isInteger),
  float: of(isFloat),
  number: of(isNumeric),
  string: of((value) => typeof value === "string"),
  mapping: of(isDict),
  sequence: of((value) => typeof value === "string" || Array.isArray(value) || isDict(value)),
  iterable: of((value) => typeof value === "string" || Array.isArray(value) || isDict(value) || (value instanceof PyObject && Symbol.iterator in value)),
  callable: of((value) => typeof value === "function" || (value instanceof PyObject && value.call !== undefined)),
  escaped: of(() => false),
  odd: of((value) => Math.abs(asNumber(value) % 2) === 1),
  even: of((value) => asNumber(value) % 2 === 0),
  divisibleby: plugin(["value", "num"], (_, value, by) => equals(arithmetic("%", value, by), 0)),
  sameas: between((a, b) => {
    const [x, y] = [plain(a), plain(b)];
    return x === y || (isNumeric(x) && isNumeric(y) && typeof x === typeof y && isFloat(x) === isFloat(y) && numberOf(x) === numberOf(y));
  }),
  in: between((value, seq) => contains(seq, value)),
  contains: between(contains),
  eq,
  equalto: eq,
  "==": eq,
  ne,
  "!=": ne,
  lt,
  lessthan: lt,
  "<": lt,
  le,
  "<=": le,
  gt,
  greaterthan: gt,
  ">": gt,
  ge,
  ">=": ge,
  filter: of((value) => filters.has(canonical(anyText(value)))),
  test: plugin(["value"], (call, value) => call.hasTest(anyText(value))),
  truthy: plugin(["value", ["convert_bool", false]], (_, value, convert) => convertedTruth(value, convert)),
  falsy: plugin(["value", ["convert_bool", false]], (_, value, convert) => !convertedTruth(value, convert)),
  all: of((value) => iterate(value).every(truthy)),
  any: of((value) => iterate(value).some(truthy)),
  subset,
  issubset: subset,
  superset,
  issuperset: superset,
  nan,
  isnan: nan,
  vault_encrypted: plugin(["value"], (_, value) => value instanceof Vaulted || (typeof value === "string" && value.startsWith("$ANSIBLE_VAULT;"))),
};
