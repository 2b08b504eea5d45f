import { computedLayer, type Layer, type Values } from "./layer.ts";

/** Level 11: `ansible_facts`, and its entries under the names that their module gave them: `ansible_NAME` from setup, `services` from service_facts. */
export interface HostFacts {
  readonly layers: readonly Layer[];
  add(facts: Values): void;
  clear(): void;
}

/** A host must not say how it is reached, so these are not injected. */
const CONNECTION = new RegExp(
  `^ansible_(?:${[
    "connection|host|port|user|password|timeout|pipelining|remote_tmp|host_key_checking|executable",
    "(?:private_key|shell|become|winrm|psrp|paramiko|scp|sftp|async|delegated)(?:_.*)?",
    "(?:sudo|su|doas|dzdo|pbrun|pfexec|runas|machinectl|ksu|sesu|pmrun)_(?:user|pass|password|exe|flags)",
    // the host's public keys are facts
    "ssh_(?!host_key_(?!checking)|host_public_key_).*",
    ".*_interpreter",
  ].join("|")})$`,
);

export function createFacts(): HostFacts {
  let facts: Values = {};
  let injected: Values = {};
  return {
    layers: [
      computedLayer(11, "facts", { ansible_facts: () => facts }),
      {
        level: 11,
        title: "facts",
        isFinal: true,
        has: (name) => Object.hasOwn(injected, name),
        get: (name) => (Object.hasOwn(injected, name) ? injected[name] : undefined),
        placeOf: () => undefined,
        writtenAs: () => undefined,
        names: () => Object.keys(injected),
      },
    ],
    add(more) {
      const renamed = Object.entries(more).map(([name, value]) => [name === "ansible_local" ? name : name.replace(/^ansible_/, ""), value] as const);
      facts = { ...facts, ...Object.fromEntries(renamed) };
      injected = { ...injected, ...Object.fromEntries(Object.entries(more).filter(([name]) => !CONNECTION.test(name))) };
    },
    clear() {
      facts = {};
      injected = {};
    },
  };
}
