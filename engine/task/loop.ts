import type { Scope } from "../expression/contract.ts";
import { lookupTerms, template } from "../expression/evaluate.ts";
import { Undefined } from "../expression/values.ts";
import { resolved } from "../expression/waiting.ts";
import type { Loop as WrittenLoop, Task } from "../play/model.ts";
import { Failure } from "../source/failure.ts";
import type { Reads } from "../variables/reads.ts";
import type { HostRun, PlayContext } from "./context.ts";
import { booleanOf, scopeOf, textOf } from "./scope.ts";
import type { ResolveOptions } from "./step.ts";
import { passOn } from "../source/place.ts";

/** How the items of a loop are called and shown. */
export interface LoopNames {
  readonly loopVar: string;
  readonly indexVar: string | undefined;
  readonly isExtended: boolean;
  readonly hasAllItems: boolean;
}

/** A task's loop on a host, worked out. */
export interface Loop {
  readonly names: LoopNames;
  readonly items: readonly unknown[];
  /** Whether it still holds. */
  readonly isGood: () => boolean;
}

/**
 * @param reads gets the names of the variables that the loop is made from
 * @throws Failure `loop-not-a-list`, or what the expression throws
 */
export async function loopOf(task: Task, host: HostRun, reads: Reads, play: PlayContext, { ahead }: ResolveOptions): Promise<Loop> {
  const { run, state } = play;
  const scope = scopeOf(task, host.name, play, undefined, reads.note);
  const [files, onController] = [state.varsFiles(host.name), run.turns.onController];
  const work = (): [LoopNames, unknown[]] => [loopNames(task.loop!, scope), loopItems(task.loop!, scope)];
  const [names, items] = await resolved(work, { signal: run.signal, ahead });
  return { names, items, isGood: () => reads.hold && onController === run.turns.onController && files === state.varsFiles(host.name) };
}

function loopNames(loop: WrittenLoop, scope: Scope): LoopNames {
  return {
    loopVar: textOf(loop.control.loop_var, scope) ?? "item",
    indexVar: textOf(loop.control.index_var, scope),
    isExtended: booleanOf(loop.control.extended, "extended", scope) ?? false,
    hasAllItems: booleanOf(loop.control.extended_allitems, "extended_allitems", scope) ?? true,
  };
}

/**
 * The items of `loop` or `with_NAME`.
 * @throws Failure `loop-not-a-list`, or what the expression throws
 */
function loopItems(loop: WrittenLoop, scope: Scope): unknown[] {
  if (loop.kind !== "loop") {
    const terms = template(loop.value, scope, { place: loop.place });
    return lookupTerms(loop.kind, terms, scope, { place: loop.place, folder: loop.folder });
  }
  const items = template(loop.value, scope, { place: loop.place });
  if (Array.isArray(items)) return items;
  if (items instanceof Undefined) throw new Failure(items.message, { code: "undefined-variable", fault: "playbook", place: loop.place, hint: items.hint });
  const what = items === null ? "null" : typeof items === "object" ? "a mapping" : `${typeof items} "${String(items)}"`;
  const hint = typeof items === "object" && items !== null ? 'use `loop: "{{ x | dict2items }}"`' : "a loop needs a list";
  throw new Failure(`loop needs a list, not ${what}`, { code: "loop-not-a-list", fault: "playbook", place: loop.place, hint });
}

/** The variables of one round. */
export function itemVariables(names: LoopNames, items: readonly unknown[], index: number): Record<string, unknown> {
  const variables: Record<string, unknown> = { [names.loopVar]: items[index], ansible_loop_var: names.loopVar };
  if (names.indexVar !== undefined) {
    variables[names.indexVar] = index;
    variables["ansible_index_var"] = names.indexVar;
  }
  if (names.isExtended) {
    variables["ansible_loop"] = {
      index: index + 1,
      index0: index,
      first: index === 0,
      last: index === items.length - 1,
      length: items.length,
      revindex: items.length - index,
      revindex0: items.length - index - 1,
      ...(names.hasAllItems ? { allitems: items } : {}),
      ...(index > 0 ? { previtem: items[index - 1] } : {}),
      ...(index < items.length - 1 ? { nextitem: items[index + 1] } : {}),
    };
  }
  return passOn(items, index, variables, names.loopVar);
}
