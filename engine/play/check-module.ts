import type { Module } from "../modules/contract.ts";
import { validateArgs } from "../modules/validate.ts";
import { didYouMean, nearest } from "../source/failure.ts";
import { copyPlaces, placeOf, placeOfKey } from "../source/place.ts";
import { isAnsibleModule } from "./ansible-modules.ts";
import type { CheckContext } from "./check-context.ts";
import type { Collector, Visit } from "./check-visit.ts";
import { problem } from "./context.ts";
import { taskKeywords } from "./keywords.ts";
import { hasTemplate } from "./names.ts";
import { Written } from "../source/written.ts";
import { isMeta, specialAction } from "./actions.ts";

/** Whether the module exists, and whether its constant arguments are right. */
export function checkModule(visit: Visit, module: Module | undefined, context: CheckContext, collector: Collector): void {
  const { task } = visit;
  if (task.moduleTemplate !== undefined) return;
  if (module === undefined) {
    if (specialAction(task.action).brings === undefined && !isMeta(task)) checkUnknown(visit, context, collector);
    return;
  }
  if (task.args instanceof Written || visit.isForgiven) return;
  const own = module.module;
  const args = named(task.args, own.freeForm);
  const hasDefaults = (task.keywords.module_defaults ?? []).length > 0;
  const place = { raw: task.raw, place: placeOfKey(task.raw, task.module) ?? task.place, moduleName: task.action };
  const validated = validateArgs(own.args, args, { ...place, partial: true, mayHaveMore: hasDefaults });
  for (const failure of validated.problems) {
    // An argument that only Ansible's module has is no mistake where a condition may keep us from it.
    if (failure.code === "unknown-argument" && !visit.isSure && failure.hint?.startsWith("did you mean") !== true) continue;
    collector.report(failure);
  }
  if (validated.problems.length > 0 || hasDefaults || hasTemplate(args) || own.check === undefined || Object.hasOwn(task.args, "_variable_params")) return;
  const message = own.check(validated.args as never);
  if (message !== undefined) collector.report(problem(`${task.action}: ${message}`, "argument-rule", placeOf(task.args) ?? task.place));
}

function checkUnknown({ task, isSure, isStatic }: Visit, context: CheckContext, collector: Collector): void {
  const place = placeOfKey(task.raw, task.module) ?? placeOf(task.raw, "action") ?? task.place;
  const isElsewhere = isAnsibleModule(task.module);
  const meant = nearest(task.action, context.moduleNames);
  // Roles for many systems name modules that other systems have; a condition keeps the run from them.
  if (!isSure && (isElsewhere || (meant === undefined && !isStatic))) return;
  if (isElsewhere) {
    const hint = "use a module of this engine, or command";
    collector.report(
      problem(`the module "${task.module}" is not in this engine`, "unknown-module", place, meant === undefined ? hint : `did you mean "${meant}"?`),
    );
    return;
  }
  const keyword = nearest(task.module, Object.keys(taskKeywords));
  const hint =
    didYouMean(task.action, context.moduleNames) ?? (keyword === undefined ? undefined : `did you mean the keyword "${keyword}"? This task has no module`);
  collector.report(problem(`unknown module "${task.module}"`, "unknown-module", place, hint));
}

/** Free text under the name that the module gives it. */
function named(args: Readonly<Record<string, unknown>>, freeForm: string | undefined): Readonly<Record<string, unknown>> {
  if (freeForm === undefined || !Object.hasOwn(args, "_raw_params")) return args;
  const { _raw_params: text, ...rest } = args;
  return copyPlaces(args, { ...rest, [freeForm]: text });
}
