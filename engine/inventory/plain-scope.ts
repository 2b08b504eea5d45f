import type { Scope } from "../expression/contract.ts";
import { lazy } from "../expression/evaluate.ts";
import { Undefined } from "../expression/values.ts";
import { Failure } from "../source/failure.ts";
import { placeOf, writtenAt } from "../source/place.ts";

/** A scope over a few mappings, the last of which wins; their texts are templates. For expressions in inventory configurations. */
export function plainScope(layers: readonly Readonly<Record<string, unknown>>[], directory: string, decrypt?: (ciphertext: string) => string): Scope {
  const ordered = [...layers].reverse();
  const busy = new Set<string>();
  const holderOf = (name: string): Readonly<Record<string, unknown>> | undefined => ordered.find((layer) => Object.hasOwn(layer, name));
  const scope: Scope = {
    get(name) {
      const holder = holderOf(name);
      if (holder === undefined) return new Undefined(`'${name}' is undefined`);
      const place = placeOf(holder, name);
      if (busy.has(name)) throw new Failure(`the variable "${name}" stands on itself`, { code: "recursive-variable", fault: "inventory", place });
      busy.add(name);
      try {
        return lazy(holder[name], () => scope, place);
      } finally {
        busy.delete(name);
      }
    },
    has: (name) => holderOf(name) !== undefined,
    written: (name) => {
      const holder = holderOf(name);
      return holder === undefined ? undefined : writtenAt(holder, name);
    },
    names: () => new Set(ordered.flatMap((layer) => Object.keys(layer))),
    environment: {
      searchPath: [directory],
      playbookDirectory: directory,
      decrypt:
        decrypt ??
        (() => {
          throw new Failure("this value is encrypted, and no vault secret was given", { code: "vault-locked", fault: "usage" });
        }),
    },
  };
  return scope;
}
