import type { Module } from "./contract.ts";

/** Every module by its short name; a module's code is loaded when a play first names it. */
export const modules: Readonly<Record<string, () => Promise<Module>>> = {
  copy: () => import("./copy/copy.ts").then((m) => ({ kind: "host", module: m.copy })),
  file: () => import("./file/file.ts").then((m) => ({ kind: "host", module: m.file })),
  ping: () => import("./ping/ping.ts").then((m) => ({ kind: "host", module: m.ping })),
  command: () => import("./command/command.ts").then((m) => ({ kind: "host", module: m.command })),
  shell: () => import("./shell/shell.ts").then((m) => ({ kind: "host", module: m.shell })),
  raw: () => import("./raw/raw.ts").then((m) => ({ kind: "host", module: m.raw })),
  script: () => import("./script/script.ts").then((m) => ({ kind: "host", module: m.script })),
};

/** Other names for the same module. */
export const moduleAliases: Readonly<Record<string, string>> = {
};

/** The short names of all modules, sorted. */
export const moduleNames: readonly string[] = Object.keys(modules).sort();

const prefix = /^(?:ansible\.builtin|ansible\.legacy)\./;

/**
 * The module's short name for any way of writing it (`ansible.builtin.copy`, `systemd_service`), whether or not it exists.
 */
export function shortName(name: string): string {
  const short = name.replace(prefix, "");
  return Object.hasOwn(moduleAliases, short) ? moduleAliases[short]! : short;
}

/** Loads a module by any of its names; undefined when there is none. */
export async function loadModule(name: string): Promise<Module | undefined> {
  const short = shortName(name);
  return Object.hasOwn(modules, short) ? await modules[short]!() : undefined;
}
