import { didYouMean } from "../source/failure.ts";
import { placeOf } from "../source/place.ts";
import type { Collector, VisitedPlay } from "./check-visit.ts";
import { problem } from "./context.ts";
import { listOf } from "./inherit.ts";
import type { Handler } from "./model.ts";
import { hasTemplate } from "./names.ts";

/** Notified names that no handler of the play has or listens to. */
export function checkHandlers({ visits, handlers, isOpen }: VisitedPlay, collector: Collector): void {
  const isUncertain =
    isOpen || handlers.some((handler) => hasTemplate(handler.name) || hasTemplate(handler.listen) || /^(include|import)_/.test(handler.action));
  if (isUncertain) return;
  const names = new Set(handlers.flatMap((handler) => namesOf(handler)));
  for (const { task } of visits) {
    const own = (task.raw as Readonly<Record<string, unknown>>)["notify"];
    for (const [index, name] of listOf(task.notify).flat().entries()) {
      if (typeof name !== "string" || hasTemplate(name) || names.has(name)) continue;
      const place = placeOf(own, index) ?? placeOf(task.raw, "notify") ?? task.place;
      const none = names.size === 0 ? "this play has no handlers" : undefined;
      collector.report(problem(`no handler is called "${name}", and none listens to it`, "unknown-handler", place, didYouMean(name, names) ?? none));
    }
  }
}

/** Its name and what it listens to, both with the role's name before them too. */
function namesOf({ name, listen, role }: Handler): string[] {
  const own = [...(name === undefined ? [] : [name]), ...listen];
  if (role === undefined) return own;
  const roles = [role.name, role.name.split(".").at(-1)!];
  return [...own, ...own.flatMap((text) => roles.map((prefix) => `${prefix} : ${text}`))];
}
