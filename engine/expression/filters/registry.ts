import type { Plugin } from "../plugin.ts";
import { cryptoFilters } from "./crypto.ts";
import { dataFilters } from "./data.ts";
import { dateFilters } from "./dates.ts";
import { definedFilters } from "./defined.ts";
import { dictFilters } from "./dicts.ts";
import { ipFilters } from "./ip.ts";
import { listFilters } from "./lists.ts";
import { numberFilters } from "./numbers.ts";
import { pathFilters } from "./paths.ts";
import { regexFilters } from "./regex.ts";
import { selectFilters } from "./select.ts";
import { setFilters } from "./sets.ts";
import { textFilters } from "./text.ts";
import { urlFilters } from "./urls.ts";

/** Collections whose plugins live here under their short names. */
const collections = /^(?:ansible\.(?:builtin|legacy|utils|netcommon)|community\.general)\./;

/** The name without its collection. */
export function canonical(name: string): string {
  return name.replace(collections, "");
}

export const filters: ReadonlyMap<string, Plugin> = new Map(
  Object.entries({
    ...cryptoFilters,
    ...dataFilters,
    ...dateFilters,
    ...definedFilters,
    ...dictFilters,
    ...ipFilters,
    ...listFilters,
    ...numberFilters,
    ...pathFilters,
    ...regexFilters,
    ...selectFilters,
    ...setFilters,
    ...textFilters,
    ...urlFilters,
  }),
);

export const filterNames: readonly string[] = [...filters.keys()].sort();
