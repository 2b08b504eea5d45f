import type { Environment, Scope } from "../../engine/expression/contract.ts";
import { lazy } from "../../engine/expression/evaluate.ts";
import { omit, Undefined } from "../../engine/expression/values.ts";
import { writtenAt } from "../../engine/source/place.ts";
import { read } from "../support/written.ts";

/** A scope over variables as they stand in a file. */
export function scopeOf(variables: Readonly<Record<string, unknown>>, environment: Partial<Environment> = {}): Scope {
  const given = read({ ...variables });
  const known = new Map<string, unknown>([["omit", omit]]);
  const scope: Scope = {
    get: (name) => {
      if (known.has(name)) return known.get(name);
      if (!Object.hasOwn(variables, name)) return new Undefined(`'${name}' is undefined`);
      const value = lazy(given[name], () => scope);
      known.set(name, value);
      return value;
    },
    has: (name) => name === "omit" || Object.hasOwn(variables, name),
    written: (name) => (Object.hasOwn(given, name) ? writtenAt(given, name) : undefined),
    names: () => Object.keys(variables),
    environment: { searchPath: [], playbookDirectory: "/", decrypt: (text) => text, ...environment },
  };
  return scope;
}
