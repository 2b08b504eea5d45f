import { Problem, type Position } from "../problem.ts";
import { concat } from "./concat.ts";
import { MAX_NESTING, type Frame, type Run } from "./frame.ts";

/** Bounds nesting of macros, includes and recursive loops. */
export function nested<T>(frame: Frame, position: Position, run: () => T): T {
  const { runtime } = frame;
  if (runtime.nesting >= MAX_NESTING) throw new Problem("templates, macros or loops nest without end here", "template-recursion", undefined, position);
  runtime.nesting += 1;
  try {
    return run();
  } finally {
    runtime.nesting -= 1;
  }
}

/** What a body writes, as one value. */
export function capture(body: Run, frame: Frame): unknown {
  const pieces: unknown[] = [];
  body(frame, pieces);
  return concat(pieces) ?? "";
}
