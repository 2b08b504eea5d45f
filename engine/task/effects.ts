import { isMapping } from "../modules/coerce.ts";
import type { ActionResult } from "../modules/contract.ts";
import type { Attempt } from "./attempt.ts";
import type { HostRun, PlayContext } from "./context.ts";

type Values = Readonly<Record<string, unknown>>;

/**
 * Gives hosts the variables and facts that a result carries.
 * @param names the hosts that get them: those of the task, or with delegate_facts the one that it is delegated to
 */
export function applyEffects(made: Attempt, result: Values, names: readonly string[], hosts: readonly HostRun[], play: PlayContext): void {
  const { variables } = play.run;
  const given = made.action?.variables;
  for (const name of names) {
    if (given?.level === "set_fact") {
      variables.assign(name, given.values);
      if (given.cacheable === true) variables.setFacts(name, given.values);
    } else if (given?.level === "include_vars") variables.include(name, given.values);
    else if (given?.level === "facts") variables.setFacts(name, given.values);
    else if (isMapping(result["ansible_facts"])) variables.setFacts(name, result["ansible_facts"]);
  }
  if (made.action !== undefined) applyStats(made.action, hosts, play);
}

function applyStats(action: ActionResult, hosts: readonly HostRun[], play: PlayContext): void {
  const stats = action.stats;
  if (stats === undefined) return;
  const { data, perHost, aggregate } = stats as { data: Values; perHost?: boolean; aggregate?: boolean };
  const targets = perHost === true ? hosts.map((host) => (play.run.customStats.perHost[host.name] ??= {})) : [play.run.customStats.values];
  for (const target of targets) for (const [key, value] of Object.entries(data)) target[key] = aggregate === false ? value : added(target[key], value);
}

/** Numbers add up, lists and texts are joined, mappings merged, as Ansible's set_stats does. */
function added(old: unknown, value: unknown): unknown {
  if (typeof old === "number" && typeof value === "number") return old + value;
  if (typeof old === "string" && typeof value === "string") return old + value;
  if (Array.isArray(old) && Array.isArray(value)) return [...(old as unknown[]), ...(value as unknown[])];
  if (isMapping(old) && isMapping(value)) return { ...old, ...value };
  return value;
}
