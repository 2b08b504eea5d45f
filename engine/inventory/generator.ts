import { dirname } from "node:path";
import { template } from "../expression/evaluate.ts";
import type { Scope } from "../expression/contract.ts";
import { Failure } from "../source/failure.ts";
import { placeOf } from "../source/place.ts";
import { isText } from "../source/written.ts";
import { addChild, addGroup, addHost, type MutableInventory, setVariable } from "./build.ts";
import { plainScope } from "./plain-scope.ts";
import type { PluginOptions } from "./plugin.ts";
import { isMapping, kindOf } from "./yaml.ts";

const MAX_HOSTS = 1_000_000;

/** The plug-in `generator`: a host for every combination of the layers' values, with parents named by templates. */
export function readGenerator(inventory: MutableInventory, config: Record<string, unknown>, file: string, options: PluginOptions): void {
  const { layers, hosts } = config;
  if (!isMapping(layers)) throw fail(`"layers" must be a mapping of names to lists, not ${kindOf(layers)}`, config, "layers");
  if (!isMapping(hosts)) throw fail(`"hosts" must be a mapping with a name, not ${kindOf(hosts)}`, config, "hosts");
  if (!isText(hosts.name)) throw fail(`"hosts" needs a "name", a template for the hosts' names`, config, "hosts");

  let combinations: Record<string, unknown>[] = [{}];
  for (const [layer, values] of Object.entries(layers)) {
    if (!Array.isArray(values)) throw fail(`the layer "${layer}" must be a list, not ${kindOf(values)}`, layers, layer);
    if (combinations.length * values.length > MAX_HOSTS) throw fail(`these layers give more than ${MAX_HOSTS} hosts`, config, "layers");
    combinations = combinations.flatMap((before) => values.map((value: unknown) => ({ ...before, [layer]: value })));
  }
  for (const combination of combinations) {
    const scope = plainScope([combination], dirname(file), options.decrypt);
    const name = String(template(hosts.name, scope, { place: placeOf(hosts, "name") }));
    addHost(inventory, name, { source: file, place: placeOf(hosts, "name") });
    addParents(inventory, { host: name }, hosts.parents, scope, hosts);
  }
}

function addParents(inventory: MutableInventory, child: { host: string } | { group: string }, parents: unknown, scope: Scope, holder: object): void {
  if (parents === undefined || parents === null) return;
  if (!Array.isArray(parents)) throw fail(`"parents" must be a list, not ${kindOf(parents)}`, holder, "parents");
  for (const parent of parents as unknown[]) {
    if (!isMapping(parent) || !isText(parent.name)) throw fail(`each of "parents" must be a mapping with a "name"`, holder, "parents");
    const place = placeOf(parent, "name");
    const name = String(template(parent.name, scope, { place }));
    const group = addGroup(inventory, name, place);
    if (parent.vars !== undefined && !isMapping(parent.vars)) throw fail(`"vars" must be a mapping, not ${kindOf(parent.vars)}`, parent, "vars");
    for (const [key, value] of Object.entries(parent.vars ?? {})) {
      const valuePlace = placeOf(parent.vars, key);
      setVariable(inventory, group, key, isText(value) ? template(value, scope, { place: valuePlace }) : value, valuePlace);
    }
    if ("host" in child) addHost(inventory, child.host, { group: name });
    else addChild(inventory, name, child.group, place);
    addParents(inventory, { group: name }, parent.parents, scope, parent);
  }
}

function fail(message: string, holder: object, key: string): Failure {
  return new Failure(message, { code: "inventory-syntax", fault: "inventory", place: placeOf(holder, key) });
}
