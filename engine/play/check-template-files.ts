import { Failure } from "../source/failure.ts";
import { readText } from "../source/text.ts";
import type { CheckContext } from "./check-context.ts";
import { templateFileOf } from "./check-files.ts";
import { checkTemplateNames, type KnownNames } from "./check-names.ts";
import { isPerhapsElsewhere } from "./check-templates.ts";
import type { Collector, Visit } from "./check-visit.ts";
import { Written } from "../source/written.ts";

/** Template files: syntax, filters, tests and lookups, and variables that nothing sets. */
export function checkTemplateFile(visit: Visit, known: KnownNames, context: CheckContext, collector: Collector): void {
  const { task, isSure, isForgiven } = visit;
  const file = context.inspectTemplate === undefined ? undefined : templateFileOf(task);
  if (file === undefined || isForgiven || task.args instanceof Written) return;
  // other marks than Jinja's own
  if (Object.keys(task.args).some((name) => name.endsWith("_string"))) return;
  const text = textOf(file);
  if (text === undefined) return;
  const { failure, names } = context.inspectTemplate!(text, file);
  if (failure === undefined) checkTemplateNames(names, known, isSure && task.loop === undefined, collector);
  else if (!isPerhapsElsewhere(failure, isSure)) collector.report(failure);
}

/** Undefined for what the run will complain about, and for vaults. */
function textOf(file: string): string | undefined {
  try {
    const text = readText(file);
    return text.startsWith("$ANSIBLE_VAULT;") ? undefined : text;
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
