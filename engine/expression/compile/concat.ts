import { Problem, UndefinedUsed } from "../problem.ts";
import { omit, Undefined } from "../values.ts";
import { text } from "../python/text.ts";
import { Missing } from "../python/types.ts";

/**
 * What a template's pieces make together: a single piece keeps its type, several become text, none is null.
 * @throws UndefinedUsed
 */
export function concat(pieces: readonly unknown[]): unknown {
  const present = pieces.filter((piece) => piece !== null && piece !== undefined);
  if (present.length === 0) return null;
  if (present.length === 1) return present[0];
  return joined(present);
}

/** The pieces as text. */
export function joined(pieces: readonly unknown[]): string {
  let result = "";
  for (const piece of pieces) {
    if (typeof piece === "string") result += piece;
    else if (piece === null || piece === undefined) continue;
    else if (piece instanceof Undefined) {
      if (!(piece instanceof Missing && piece.isSilent)) throw new UndefinedUsed(piece);
    } else if (piece === omit) {
      throw new Problem("omit cannot be a part of longer text", "expression-type", "it must be the whole value of an argument");
    } else result += text(piece);
  }
  return result;
}
