import { didYouMean } from "../source/failure.ts";
import { placeOf } from "../source/place.ts";
import type { Collector, VisitedPlay } from "./check-visit.ts";
import { problem } from "./context.ts";
import { listOf } from "./inherit.ts";
import type { Handler } from "./model.ts";
import { hasTemplate, rolePrefixes } from "./names.ts";

/** Notified names that no handler of the play has or listens to. */
export function checkHandlers({ visits, handlers, isOpen }: VisitedPlay, isError: boolean, collector: Collector): void {
  const isUncertain = isOpen || handlers.some((handler) => hasTemplate(handler.name) || /^(include|import)_/.test(handler.action));
  if (isUncertain) return;
  const names = new Set(handlers.flatMap((handler) => namesOf(handler)));
  for (const { task } of visits) {
    const own = (task.raw as Readonly<Record<string, unknown>>)["notify"];
    for (const [index, name] of listOf(task.notify).flat().entries()) {
      if (typeof name !== "string" || hasTemplate(name) || names.has(name)) continue;
      const place = placeOf(own, index) ?? placeOf(task.raw, "notify") ?? task.place;
      const none = names.size === 0 ? "this play has no handlers" : undefined;
      const message = `no handler is called "${name}", and none listens to it`;
      if (isError) collector.report(problem(message, "unknown-handler", place, didYouMean(name, names) ?? none));
      else collector.warn(message, place);
    }
  }
}

/** Its name and what it listens to, both with the role's name before them too. */
function namesOf({ name, listen, role }: Handler): string[] {
  const own = [...(name === undefined ? [] : [String(name)]), ...listen];
  if (role === undefined) return own;
  return [...own, ...own.flatMap((text) => rolePrefixes(role.name).map((prefix) => `${prefix} : ${text}`))];
}
