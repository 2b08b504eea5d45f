import { Failure } from "../source/failure.ts";
import { type Place, placeOf, placeOfKey, writtenAt } from "../source/place.ts";
import { expandHostEntry } from "./address.ts";
import { addChild, addGroup, addHost, type MutableInventory, setVariable } from "./build.ts";

/** Whether loaded YAML is a mapping (not a list, nor one of the scalars that are objects). */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** What a loaded value is, in a user's words. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (isMapping(value)) return "a mapping";
  return `the ${typeof value === "object" ? "text" : typeof value} ${JSON.stringify(value)}`;
}

const SECTIONS = ["vars", "children", "hosts"];

/**
 * Reads a loaded YAML or JSON inventory (groups with hosts, vars and children) into `inventory`.
 * @throws Failure `inventory-syntax`, with the place
 */
export function readYamlInventory(inventory: MutableInventory, data: Record<string, unknown>, file: string): void {
  for (const [name, group] of Object.entries(data)) readGroup(inventory, name, group, data, file);
}

function readGroup(inventory: MutableInventory, name: string, data: unknown, parent: object, file: string): boolean {
  const place = placeOfKey(parent, name);
  if (data !== null && !isMapping(data)) {
    inventory.warnings.push(`${at(place)}"${name}" is skipped: a group is a mapping, not ${kindOf(data)}`);
    return false;
  }
  addGroup(inventory, name, place);
  for (const [section, raw] of Object.entries(data ?? {})) {
    if (raw === null) continue;
    if (!SECTIONS.includes(section)) {
      inventory.warnings.push(
        `${at(placeOfKey(data, section))}the key "${section}" of the group "${name}" is skipped: only vars, children and hosts are known`,
      );
      continue;
    }
    const content = sectionOf(raw, name, section, data!);
    if (section === "vars") {
      const group = inventory.groups.get(name)!;
      for (const [key, value] of Object.entries(content)) setVariable(inventory, group, key, value, placeOf(content, key), writtenAt(content, key));
    } else if (section === "children") {
      for (const [child, value] of Object.entries(content)) {
        if (readGroup(inventory, child, value, content, file)) addChild(inventory, name, child, placeOfKey(content, child));
      }
    } else {
      for (const [entry, vars] of Object.entries(content)) readHosts(inventory, entry, vars, name, content, file);
    }
  }
  return true;
}

/** `hosts: web1` is allowed for `hosts: {web1: }`. */
function sectionOf(content: unknown, group: string, section: string, data: object): Record<string, unknown> {
  if (isMapping(content)) return content;
  if (typeof content === "string") return { [content]: null };
  throw new Failure(`"${section}" of the group "${group}" must be a mapping, not ${kindOf(content)}`, {
    code: "inventory-syntax",
    fault: "inventory",
    place: placeOf(data, section),
    hint: section === "hosts" ? `write each host as a key, with a colon: "web1:"` : undefined,
  });
}

function readHosts(inventory: MutableInventory, entry: string, vars: unknown, group: string, parent: object, file: string): void {
  const place = placeOfKey(parent, entry);
  if (vars !== null && vars !== "" && !isMapping(vars)) {
    throw new Failure(`the variables of the host "${entry}" must be a mapping, not ${kindOf(vars)}`, {
      code: "inventory-syntax",
      fault: "inventory",
      place: placeOf(parent, entry),
    });
  }
  const { hosts, port } = expandHostEntry(entry, place);
  for (const name of hosts) {
    const host = addHost(inventory, name, { group, port, source: file, place });
    for (const [key, value] of Object.entries(vars || {})) setVariable(inventory, host, key, value, placeOf(vars, key), writtenAt(vars || {}, key));
  }
}

function at(place: Place | undefined): string {
  return place === undefined ? "" : `${place.file}:${place.line}: `;
}
