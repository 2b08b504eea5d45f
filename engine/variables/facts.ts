import { computedLayer, type Layer, type Values } from "./layer.ts";

/** Level 11: `ansible_facts` and its entries as `ansible_NAME`. */
export interface HostFacts {
  readonly layers: readonly Layer[];
  add(facts: Values): void;
  clear(): void;
}

/** A host must not say how it is reached, so these are not injected. */
const CONNECTION = /^ansible_(?:connection|host|port|user|password|shell_.*|become(?:_.*)?|remote_tmp|ssh_(?!host_key_|host_public_key_).*|.*_interpreter)$/;

export function createFacts(): HostFacts {
  let facts: Values = {};
  const injected = (name: string): unknown => {
    if (!name.startsWith("ansible_") || CONNECTION.test(name)) return undefined;
    const short = name.slice("ansible_".length);
    if (Object.hasOwn(facts, short)) return facts[short];
    return Object.hasOwn(facts, name) ? facts[name] : undefined;
  };
  return {
    layers: [
      computedLayer(11, "facts", { ansible_facts: () => facts }),
      {
        level: 11,
        title: "facts",
        isFinal: true,
        has: (name) => injected(name) !== undefined,
        get: injected,
        placeOf: () => undefined,
        names: () =>
          Object.keys(facts)
            .map((name) => (name.startsWith("ansible_") ? name : `ansible_${name}`))
            .filter((name) => !CONNECTION.test(name)),
      },
    ],
    add(more) {
      const renamed = Object.entries(more).map(([name, value]) => [name === "ansible_local" ? name : name.replace(/^ansible_/, ""), value] as const);
      facts = { ...facts, ...Object.fromEntries(renamed) };
    },
    clear: () => (facts = {}),
  };
}
