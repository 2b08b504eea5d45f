import type { Plugin } from "../plugin.ts";
import { fileLookups } from "./files.ts";
import { firstFound } from "./first-found.ts";
import { iniLookups } from "./ini.ts";
import { inventoryLookups } from "./inventory.ts";
import { listLookups } from "./lists.ts";
import { passwordLookup } from "./password.ts";
import { processLookups } from "./process.ts";
import { sequence } from "./sequence.ts";
import { variableLookups } from "./variables.ts";

/** Lookups take their terms as `*terms` and give a list. */
export const lookups: ReadonlyMap<string, Plugin> = new Map(
  Object.entries({
    ...fileLookups,
    ...iniLookups,
    ...inventoryLookups,
    ...listLookups,
    ...processLookups,
    ...variableLookups,
    first_found: firstFound,
    password: passwordLookup,
    sequence,
  }),
);

export const lookupNames: readonly string[] = [...lookups.keys()].sort();
