import { dirname } from "node:path";
import { condition, evaluate, template } from "../expression/evaluate.ts";
import type { Scope } from "../expression/contract.ts";
import { Undefined } from "../expression/values.ts";
import { Failure } from "../source/failure.ts";
import { asWritten, type Place, placeOf, writtenAt } from "../source/place.ts";
import { addChild, addGroup, addHost, type MutableInventory, setVariable } from "./build.ts";
import type { Host } from "./contract.ts";
import { createAdjacentVars, directoryOfSource } from "./group-vars.ts";
import { ancestorsOf, groupNamesOf, inMergeOrder } from "./groups.ts";
import { plainScope } from "./plain-scope.ts";
import type { PluginOptions } from "./plugin.ts";
import { isMapping, kindOf } from "./yaml.ts";
import { isText, Written } from "../source/written.ts";

const KEYS = ["plugin", "strict", "compose", "groups", "keyed_groups", "use_vars_plugins", "use_extra_vars", "leading_separator"];

/** The plug-in `constructed`: variables and groups computed from what earlier sources said about each host. */
export function readConstructed(inventory: MutableInventory, config: Record<string, unknown>, file: string, options: PluginOptions): void {
  const unknown = Object.keys(config).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) inventory.warnings.push(`${file}: the key "${unknown}" is not known to the inventory plug-in "constructed"`);
  const compose = mappingAt(config, "compose");
  const groups = mappingAt(config, "groups");
  const keyedGroups = config.keyed_groups ?? [];
  if (!Array.isArray(keyedGroups)) throw fail(`"keyed_groups" must be a list, not ${kindOf(keyedGroups)}`, placeOf(config, "keyed_groups"));
  const isStrict = config.strict === true;
  const scopeOf = scopes(inventory, config.use_vars_plugins === true, file, options);

  for (const host of inventory.hosts.values()) {
    const scope = scopeOf(host);
    for (const name of Object.keys(compose)) {
      const place = placeOf(compose, name);
      const value = attempt(isStrict, () => evaluate(expressionAt(compose, name), scope, { place }), `set "${name}" of the host "${host.name}"`, place);
      if (value !== undefined) setVariable(inventory, host, name, value, place);
    }
    const composed = scopeOf(host);
    for (const name of Object.keys(groups)) {
      const place = placeOf(groups, name);
      const isMember = attempt(
        isStrict,
        () => condition(asWritten(groups, name), composed, { place }),
        `add the host "${host.name}" to the group "${name}"`,
        place,
      );
      if (isMember === true) addHost(inventory, host.name, { group: addGroup(inventory, safeName(name), place).name });
    }
    keyedGroups.forEach((entry: unknown, index) => {
      const place = placeOf(keyedGroups, index);
      if (!isMapping(entry) || writtenAt(entry, "key") === undefined) throw fail(`each of "keyed_groups" must be a mapping with a "key"`, place);
      addKeyed(inventory, host, entry, scopeOf(host), isStrict, config.leading_separator !== false);
    });
  }
}

function addKeyed(inventory: MutableInventory, host: Host, entry: Record<string, unknown>, scope: Scope, isStrict: boolean, leadsWithSeparator: boolean): void {
  const place = placeOf(entry, "key");
  const what = `group the host "${host.name}" by "${String(entry.key)}"`;
  const key = attempt(isStrict, () => evaluate(expressionAt(entry, "key"), scope, { place }), what, place);
  if (key === undefined) return;
  const names = namesOf(key, entry, place);
  if (names.length === 0) {
    const isEmptyContainer = typeof key === "object" && key !== null;
    if (isStrict && !isEmptyContainer) throw fail(`cannot ${what}: there is no value`, place);
    return;
  }
  const prefix = String(entry.prefix ?? "");
  const separator = prefix === "" && !leadsWithSeparator ? "" : String(entry.separator ?? "_");
  const parent = isText(entry.parent_group)
    ? attempt(isStrict, () => template(entry.parent_group, scope, { place: placeOf(entry, "parent_group") }), what, place)
    : undefined;
  if (parent === undefined && entry.parent_group !== undefined && entry.parent_group !== null) return;
  for (const bare of names) {
    const name = addGroup(inventory, safeName(`${prefix}${separator}${bare}`), place).name;
    addHost(inventory, host.name, { group: name });
    if (parent !== undefined && parent !== "") addChild(inventory, safeName(String(parent)), name, place);
  }
}

/** The groups' names, without prefix, that a value gives; none when it is empty. */
function namesOf(key: unknown, entry: Record<string, unknown>, place: Place | undefined): string[] {
  const fallback = entry.default_value;
  if (fallback !== undefined && entry.trailing_separator !== undefined) {
    throw fail(`"default_value" and "trailing_separator" exclude each other`, place);
  }
  const orDefault = (value: unknown): string[] => {
    if (value !== null && value !== "") return [String(value)];
    return fallback === undefined || fallback === null ? [String(value ?? "None")] : [String(fallback)];
  };
  if (key === null || key === "") return fallback === undefined || fallback === null ? [] : [String(fallback)];
  if (typeof key === "string") return [key];
  if (Array.isArray(key)) return key.flatMap(orDefault);
  if (key === false || key === 0) return [];
  if (!isMapping(key)) throw fail(`a group's name must be text, or a list or mapping of them, not ${kindOf(key)}`, place);
  const separator = String(entry.separator ?? "_");
  return Object.entries(key).map(([name, value]) => {
    if (value !== null && value !== "") return `${name}${separator}${String(value)}`;
    if (fallback !== undefined && fallback !== null) return `${name}${separator}${String(fallback)}`;
    return entry.trailing_separator === false ? name : `${name}${separator}${String(value ?? "None")}`;
  });
}

/** A number or a boolean is an expression as well as text is. @throws Failure for what is none */
function expressionAt(holder: Readonly<Record<string, unknown>>, key: string): Written {
  const written = writtenAt(holder, key);
  if (written !== undefined) return written;
  const value = holder[key];
  if (typeof value === "number" || typeof value === "boolean") return new Written(value === true ? "True" : value === false ? "False" : String(value));
  throw fail(`"${key}" must be an expression, not ${kindOf(value)}`, placeOf(holder, key));
}

/** Without `strict`, what cannot be computed counts as not there. */
function attempt<T>(isStrict: boolean, compute: () => T, what: string, place: Place | undefined): T | undefined {
  let value: T;
  try {
    value = compute();
  } catch (error) {
    if (!isStrict && error instanceof Failure) return undefined;
    throw new Failure(`cannot ${what}: ${(error as Error).message}`, { code: "inventory-constructed", fault: "inventory", place, cause: error });
  }
  if (!(value instanceof Undefined)) return value;
  if (isStrict) throw fail(`cannot ${what}: ${value.message}`, place);
  return undefined;
}

function scopes(inventory: MutableInventory, withFiles: boolean, file: string, options: PluginOptions): (host: Host) => Scope {
  const adjacent = createAdjacentVars(options.decrypt ?? (() => ""));
  // The source in hand is not yet read: only what came before it counts.
  const directories = withFiles ? inventory.sources.flatMap((source) => directoryOfSource(source) ?? []) : [];
  return (host) => {
    const names = ancestorsOf(inventory, host.groups);
    for (const name of host.groups) names.add(name);
    const groups = inMergeOrder(inventory, names);
    return plainScope(
      [
        ...groups.map((group) => group.vars),
        ...directories.flatMap((directory) => groups.flatMap((group) => adjacent.ofGroup(directory, group.name).map((found) => found.vars))),
        host.vars,
        { inventory_hostname: host.name, inventory_hostname_short: host.name.split(".")[0], group_names: groupNamesOf(inventory, host) },
        ...directories.flatMap((directory) => adjacent.ofHost(directory, host.name).map((found) => found.vars)),
      ],
      dirname(file),
      options.decrypt,
    );
  };
}

/** Computed names are made safe, as Ansible's plug-ins do. */
function safeName(name: string): string {
  return name.replace(/^[\d\W]|[^\w]/g, "_");
}

function mappingAt(config: Record<string, unknown>, key: string): Record<string, unknown> {
  const value = config[key] ?? {};
  if (!isMapping(value)) throw fail(`"${key}" must be a mapping of names to expressions, not ${kindOf(value)}`, placeOf(config, key));
  return value;
}

function fail(message: string, place: Place | undefined): Failure {
  return new Failure(message, { code: "inventory-syntax", fault: "inventory", place });
}
