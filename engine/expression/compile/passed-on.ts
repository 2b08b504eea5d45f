import { writtenAt } from "../../source/place.ts";
import type { Written } from "../../source/written.ts";
import type { Source } from "../problem.ts";
import { truthy } from "../python/compare.ts";
import { Undefined } from "../values.ts";
import type { Expression } from "../syntax/ast.ts";
import { canonical } from "../filters/registry.ts";
import { compileExpression } from "./expression.ts";
import type { Frame } from "./frame.ts";

/** Finds the text that an expression passes on, as a person wrote it; undefined when its value is something else, or computed. */
export type PassedOn = (frame: Frame) => Written | undefined;

/**
 * Compiles where an expression's value was written: `{{ check }}`, `{{ checks.disk }}`, `{{ checks[0] | default('x == 1') }}`. Everything that makes
 * a new text, and everything that a host could have said, passes on nothing.
 * @returns undefined for expressions that never pass anything on
 */
export function compilePassedOn(node: Expression, source: Source): PassedOn | undefined {
  switch (node.kind) {
    case "name": {
      const { name } = node;
      return (frame) => frame.runtime.scope.written?.(name);
    }
    case "attribute": {
      const owner = compileExpression(node.object, source);
      const { name } = node;
      return (frame) => at(owner(frame), name);
    }
    case "item": {
      const owner = compileExpression(node.object, source);
      const key = compileExpression(node.key, source);
      return (frame) => at(owner(frame), key(frame));
    }
    case "if": {
      const condition = compileExpression(node.condition, source);
      const then = compilePassedOn(node.then, source);
      const otherwise = node.otherwise === undefined ? undefined : compilePassedOn(node.otherwise, source);
      return (frame) => (truthy(condition(frame)) ? then : otherwise)?.(frame);
    }
    case "filter": {
      if (node.target === undefined) return undefined;
      const target = compileExpression(node.target, source);
      switch (canonical(node.name)) {
        case "first":
          return (frame) => at(target(frame), 0);
        case "last":
          return (frame) => at(target(frame), -1);
        case "default":
        case "d": {
          const [fallback] = node.args.positional;
          const own = compilePassedOn(node.target, source);
          const other = fallback === undefined ? undefined : compilePassedOn(fallback, source);
          return (frame) => (target(frame) instanceof Undefined ? other : own)?.(frame);
        }
        default:
          return undefined;
      }
    }
    default:
      return undefined;
  }
}

function at(owner: unknown, key: unknown): Written | undefined {
  if (typeof owner !== "object" || owner === null) return undefined;
  if (typeof key === "string") return writtenAt(owner, key);
  return typeof key === "number" && Array.isArray(owner) ? writtenAt(owner, key < 0 ? owner.length + key : key) : undefined;
}
