import { didYouMean, Failure } from "../source/failure.ts";
import { asRead, type Place } from "../source/place.ts";
import { expandHostEntry } from "./address.ts";
import { addChild, addGroup, addHost, type MutableInventory, setVariable } from "./build.ts";
import { notLiteral, parseLiteral } from "./literal.ts";
import { splitWords } from "./words.ts";
import { Written } from "../source/written.ts";

const SECTION = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/;
const GROUP_NAME = /^([^:\]\s]+)\s*(?:#.*)?$/;

/**
 * Reads an INI inventory into `inventory`.
 * @param file the name shown in messages, also the hosts' source
 * @throws Failure `inventory-syntax`, with the line
 */
export function readIni(inventory: MutableInventory, text: string, file: string): void {
  const fail = (message: string, place: Place, hint?: string): Failure => new Failure(message, { code: "inventory-syntax", fault: "inventory", place, hint });
  let group = "ungrouped";
  let state = "hosts";
  // A section [x:vars] or an entry under [y:children] may come before x is declared, but x must be declared.
  const pending = new Map<string, { place: Place; message: string; parents: { name: string; place: Place }[] }>();

  text.split(/\r\n|\r|\n/).forEach((raw, index) => {
    const line = raw.trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) return;
    const place: Place = { file, line: index + 1, column: raw.length - raw.trimStart().length + 1, text: raw.slice(0, 400) };

    const section = SECTION.exec(line);
    if (section !== null) {
      group = section[1]!;
      state = section[2] ?? "hosts";
      if (!["hosts", "children", "vars"].includes(state)) {
        throw fail(`the section [${group}:${state}] has the unknown type "${state}"`, place, "the types are hosts, children and vars");
      }
      if (state === "vars" && !inventory.groups.has(group) && !pending.has(group)) {
        pending.set(group, { place, message: `the section [${group}:vars] is for a group that is declared nowhere`, parents: [] });
      }
      addGroup(inventory, group, place);
      if (state !== "vars") {
        // Children count from where they are declared: this is the order of their hosts.
        for (const parent of pending.get(group)?.parents ?? []) addChild(inventory, parent.name, group, parent.place);
        pending.delete(group);
      }
      return;
    }
    if (line.startsWith("[") && line.endsWith("]")) {
      throw fail(`"${line}" is no valid section`, place, "a section is [group], [group:children] or [group:vars], without spaces");
    }
    if (state === "hosts") readHost(inventory, line, group, place, fail);
    else if (state === "vars") {
      const at = line.indexOf("=");
      if (at === -1) throw fail(`expected name=value, found "${line}"`, place);
      const value = readValue(line.slice(at + 1).trim(), place);
      setVariable(inventory, inventory.groups.get(group)!, line.slice(0, at).trim(), value, place, expressionIn(value, place));
    } else {
      const child = GROUP_NAME.exec(line)?.[1];
      if (child === undefined) throw fail(`expected the name of a group, found "${line}"`, place);
      const waiting = pending.get(child);
      if (waiting !== undefined && !inventory.groups.has(child)) waiting.parents.push({ name: group, place });
      else if (inventory.groups.has(child)) addChild(inventory, group, child, place);
      else
        pending.set(child, { place, message: `[${group}:children] names the group "${child}", which is declared nowhere`, parents: [{ name: group, place }] });
    }
  });
  for (const [name, { place, message }] of pending)
    throw fail(
      message,
      place,
      didYouMean(
        name,
        [...inventory.groups.keys()].filter((group) => !pending.has(group)),
      ) ?? `add a section [${name}]`,
    );
}

function readHost(
  inventory: MutableInventory,
  line: string,
  group: string,
  place: Place,
  fail: (message: string, place: Place, hint?: string) => Failure,
): void {
  const split = splitWords(line);
  if ("problem" in split) throw fail(`this line cannot be read: ${split.problem}`, place);
  const [entry = "", ...assignments] = split.words;
  const { hosts, port } = expandHostEntry(entry, place);
  if (entry.endsWith(":") && port === undefined) throw fail(`"${entry}" ends in ":", but there is no port`, place);
  if (hosts.some((host) => host.trim() === "---")) throw fail(`"---" is no host`, place, "if this is YAML, give the file the extension .yml");
  const values = assignments.map((assignment): [string, unknown] => {
    const at = assignment.indexOf("=");
    if (at === -1) throw fail(`expected name=value after the host, found "${assignment}"`, place, "write one host a line");
    return [assignment.slice(0, at), readValue(assignment.slice(at + 1), place)];
  });
  for (const name of hosts) {
    const host = addHost(inventory, name, { group, port, source: place.file, place });
    for (const [key, value] of values) setVariable(inventory, host, key, value, place, expressionIn(value, place));
  }
}

/** A Python literal, else the text as it stands; a person wrote it, so that it may be a template. */
export function readValue(text: string, place: Place): unknown {
  const value = parseLiteral(text);
  return asRead(value === notLiteral ? text : value, place);
}

function expressionIn(value: unknown, place: Place): Written | undefined {
  return typeof value === "string" ? new Written(value, place) : undefined;
}
