import { asText, isText, type Text, Written } from "../source/written.ts";

/** Collections whose modules this engine has under their short names; names of others stay as written (`grafana.grafana.user` is no `user`). */
const COLLECTIONS: ReadonlySet<string> = new Set([
  "ansible.posix",
  "ansible.utils",
  "community.crypto",
  "community.digitalocean",
  "community.docker",
  "community.general",
  "community.grafana",
  "community.hashi_vault",
  "community.kubernetes",
  "community.libvirt",
  "community.mysql",
  "community.okd",
  "community.postgresql",
  "containers.podman",
  "kubernetes.core",
]);

/** The canonical name of a module: `ansible.builtin.copy` is `copy`, `community.general.ufw` is `ufw`. */
export function canonicalName(name: string): string {
  const builtin = /^ansible\.(?:builtin|legacy)\.([^.]+)$/.exec(name);
  if (builtin !== null) return builtin[1]!;
  const qualified = /^([^.]+\.[^.]+)\.([^.]+)$/.exec(name);
  return qualified !== null && COLLECTIONS.has(qualified[1]!) ? qualified[2]! : name;
}

export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export function hasTemplate(value: unknown): boolean {
  if (value instanceof Written) return true;
  if (Array.isArray(value)) return value.some(hasTemplate);
  return isMapping(value) && Object.values(value).some(hasTemplate);
}

/** True when the text may be one template and nothing else, `{{ a }}={{ b }}` being arguments. */
export function isWholeTemplate(value: unknown): value is Written {
  return value instanceof Written && /^\s*(?:\{\{(?:(?!\}\}\s*=)[\s\S])*\}\}|\{%[\s\S]*%\})\s*$/.test(value.text);
}

/** What a play or task is called; undefined when it has no name. */
export function nameIn(raw: Readonly<Record<string, unknown>>): Text | undefined {
  const name = raw["name"];
  return name === null || name === undefined ? undefined : asText(name);
}

/** What a value is, in the words of messages. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (isMapping(value)) return "a mapping";
  if (isText(value)) return "text";
  if (typeof value === "boolean") return "true or false";
  if (typeof value === "number") return "a number";
  return "a value";
}

/** What may stand before ` : ` to name a role's handler: the role's name, with its collection or without. */
export function rolePrefixes(role: string): string[] {
  return [...new Set([role, role.split(".").at(-1)!])];
}
