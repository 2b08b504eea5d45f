import { validateRoleArguments } from "../modules/role-arguments.ts";
import type { CheckContext } from "./check-context.ts";
import type { KnownNames } from "./check-names.ts";
import type { Collector, Visit } from "./check-visit.ts";
import { problem } from "./context.ts";
import { hasTemplate, isMapping } from "./names.ts";
import { placeOfKey } from "../source/place.ts";
import { Written } from "../source/written.ts";

/**
 * Values that a role's argument_specs refuse, as far as they stand written in the inventory, in vars or on the command line: types and choices.
 * What is missing, and what templates come to, only the run can tell.
 * @param set names that tasks set: what is written for them may not count, unless it is on the command line
 */
export function checkArguments({ task, play, isSure }: Visit, set: KnownNames, context: CheckContext, collector: Collector): void {
  if (task.action !== "validate_argument_spec" || !isSure || task.role === undefined || context.writtenOn === undefined) return;
  const { args, role } = task;
  const spec = !(args instanceof Written) ? args["argument_spec"] : undefined;
  if (!isMapping(spec)) return;
  for (const [name, option] of Object.entries(spec)) {
    const isFinal = Object.hasOwn(context.extraVars, name) || set?.has(name) === false;
    if (!isMapping(option) || !isFinal) continue;
    for (const { raw, place } of context.writtenOn(play, task, name)) {
      if (raw === undefined || raw === null || hasTemplate(raw)) continue;
      for (const message of validateRoleArguments({ [name]: { ...option, required: false } }, { [name]: raw })) {
        collector.report(problem(`role ${role.name}: ${message}`, "bad-role-argument", place ?? placeOfKey(spec, name) ?? task.place, description(option)));
      }
    }
  }
}

function description(option: Readonly<Record<string, unknown>>): string | undefined {
  const text: unknown = Array.isArray(option["description"]) ? option["description"][0] : option["description"];
  return typeof text === "string" ? `what it is for: ${text}` : undefined;
}
