import type { Scope } from "../../engine/expression/contract.ts";
import { Undefined } from "../../engine/expression/values.ts";

/** A scope of plain values. */
export function scopeOf(values: Readonly<Record<string, unknown>>, folder: string): Scope {
  return {
    get: (name) => (Object.hasOwn(values, name) ? values[name] : new Undefined(`'${name}' is undefined`)),
    has: (name) => Object.hasOwn(values, name),
    names: () => Object.keys(values),
    environment: { searchPath: [folder], playbookDirectory: folder, decrypt: (text) => text },
  };
}
