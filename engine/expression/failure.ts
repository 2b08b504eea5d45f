import { Failure, nearest } from "../source/failure.ts";
import type { Place } from "../source/place.ts";
import type { Scope } from "./contract.ts";
import { Problem, UndefinedUsed, type Position } from "./problem.ts";
import { isDict, Missing } from "./python/types.ts";
import type { Undefined } from "./values.ts";

/** The place of an offset: in the template file, or in the YAML value that holds the text. */
export function placeAt(position: Position | undefined, place: Place | undefined): Place | undefined {
  if (position === undefined) return place;
  const { text, file } = position.source;
  const before = text.slice(0, position.offset);
  const line = before.split("\n").length;
  const lineStart = before.lastIndexOf("\n") + 1;
  const column = position.offset - lineStart + 1;
  if (file !== undefined) return { file, line, column, text: lineAt(text, lineStart) };
  if (place === undefined) return undefined;
  const shown = place.text ?? "";
  const written = shown.slice(place.column - 1);
  // a block scalar (`|`) keeps its lines, and begins on the line after its mark
  if (/^(!\S+ +)?\|/.test(written)) return { file: place.file, line: place.line + line, column, text: lineAt(text, lineStart) };
  const start = shown.indexOf(text.split("\n")[0]!, Math.max(0, place.column - 1));
  return line === 1 && start !== -1 ? { ...place, column: start + column } : place;
}

function lineAt(text: string, start: number): string {
  const end = text.indexOf("\n", start);
  return text.slice(start, end === -1 ? undefined : end).slice(0, 400);
}

/** Turns what an evaluation threw into a Failure with a place. Failures pass; bugs of ours too. */
export function toFailure(error: unknown, scope: Scope | undefined, place: Place | undefined, at?: Position): unknown {
  if (error instanceof UndefinedUsed) return undefinedFailure(error.undefinedValue, scope, place, at);
  if (error instanceof Problem) {
    return new Failure(error.message, {
      code: error.code,
      fault: "playbook",
      place: placeAt(error.position ?? at, place),
      hint: error.hint,
      cause: error.cause,
    });
  }
  // what the controller's system refuses a lookup: a folder where a file should be, a name that is too long
  if (error instanceof Error && "syscall" in error) {
    return new Failure(error.message, { code: "lookup-failed", fault: "playbook", place: placeAt(at, place), cause: error });
  }
  if (error instanceof RangeError && error.message.startsWith("Maximum call stack")) {
    return new Failure("this template refers to itself without end", { code: "template-recursion", fault: "playbook", place: placeAt(at, place) });
  }
  return error;
}

export function undefinedFailure(value: Undefined, scope: Scope | undefined, place: Place | undefined, at?: Position): Failure {
  const position = value instanceof Missing ? (value.position ?? at) : at;
  const where = value.place ?? placeAt(position, place);
  return new Failure(value.message, { code: "undefined-variable", fault: "playbook", place: where, hint: value.hint ?? hintFor(value, scope) });
}

function hintFor(value: Undefined, scope: Scope | undefined): string | undefined {
  if (!(value instanceof Missing)) return undefined;
  let near: string | undefined;
  if (value.variable !== undefined && scope !== undefined) near = nearest(value.variable, scope.names());
  if (value.attribute !== undefined && isDict(value.owner)) {
    near = nearest(value.attribute, Object.keys(value.owner));
    const keys = Object.keys(value.owner);
    if (near === undefined && keys.length > 0 && keys.length <= 12) return `it has: ${keys.join(", ")}`;
  }
  return near === undefined ? undefined : `did you mean "${near}"?`;
}
