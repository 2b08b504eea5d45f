import { compareText } from "../python/compare.ts";
import { repr, stringRepr } from "../python/text.ts";
import { isDict } from "../python/types.ts";

/** As Python's pprint.pformat: what does not fit into 80 columns goes one entry a line. */
export function prettyPrint(value: unknown, column = 0, after = 0): string {
  const whole = sortedRepr(value);
  if (whole.length <= 80 - column - after || (!Array.isArray(value) && !isDict(value))) return whole;
  const pad = " ".repeat(column + 1);
  if (Array.isArray(value)) {
    const items = Array.from(value as unknown[], (item, index) => prettyPrint(item, column + 1, index === value.length - 1 ? after + 1 : 1));
    return `[${items.join(`,\n${pad}`)}]`;
  }
  const keys = Object.keys(value).sort(compareText);
  const entries = keys.map((key, index) => {
    const label = `${stringRepr(key)}: `;
    return label + prettyPrint((value as Record<string, unknown>)[key], column + 1 + label.length, index === keys.length - 1 ? after + 1 : 1);
  });
  return `{${entries.join(`,\n${pad}`)}}`;
}

function sortedRepr(value: unknown): string {
  if (Array.isArray(value)) return `[${Array.from(value as unknown[], sortedRepr).join(", ")}]`;
  if (!isDict(value)) return repr(value);
  const keys = Object.keys(value).sort(compareText);
  return `{${keys.map((key) => `${stringRepr(key)}: ${sortedRepr(value[key])}`).join(", ")}}`;
}
