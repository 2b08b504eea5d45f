import type { Scope } from "../expression/contract.ts";
import { lookupTerms, template } from "../expression/evaluate.ts";
import { Undefined } from "../expression/values.ts";
import type { Loop } from "../play/model.ts";
import { Failure } from "../source/failure.ts";
import { booleanOf, textOf } from "./scope.ts";
import { passOn } from "../source/place.ts";

/** How the items of a loop are called and shown. */
export interface LoopNames {
  readonly loopVar: string;
  readonly indexVar: string | undefined;
  readonly isExtended: boolean;
  readonly hasAllItems: boolean;
}

export function loopNames(loop: Loop, scope: Scope): LoopNames {
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
export function loopItems(loop: Loop, scope: Scope): unknown[] {
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
