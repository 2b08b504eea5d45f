import type { Source } from "../problem.ts";
import { Tuple, typeError, type PyFunction } from "../python/types.ts";
import type { Macro } from "../syntax/ast.ts";
import { compileExpression, tolerating } from "./expression.ts";
import { Frame, type Run } from "./frame.ts";
import { capture, nested } from "./nesting.ts";
import { Missing } from "../python/types.ts";

/** A maker of the macro's function in the frame in which it is defined. */
export function compileMacro(macro: Macro, body: Run, source: Source): (frame: Frame) => PyFunction {
  const parameters = macro.parameters.map(({ name, fallback }) => ({
    name,
    fallback: fallback === undefined ? undefined : compileExpression(fallback, source),
  }));
  const position = { source, offset: macro.body[0]?.at ?? 0 };
  return (home) =>
    tolerating((args, named) =>
      nested(home, position, () => {
        const frame = new Frame(home.runtime, home, new Map());
        const rest: Record<string, unknown> = { ...named };
        parameters.forEach(({ name, fallback }, index) => {
          let value: unknown;
          if (index < args.length) value = args[index];
          else if (Object.hasOwn(rest, name)) value = rest[name];
          else value = fallback === undefined ? new Missing(`parameter '${name}' was not provided`, position) : fallback(frame);
          delete rest[name];
          frame.set(name, value);
        });
        if (macro.takes.has("caller")) frame.set("caller", rest["caller"] ?? new Missing("No caller defined", position));
        else if (rest["caller"] !== undefined && macro.name !== "caller")
          throw typeError(`macro '${macro.name}' was invoked with a call block, but does not use caller()`);
        delete rest["caller"];
        if (macro.takes.has("varargs")) frame.set("varargs", Tuple.with(args.slice(parameters.length)));
        else if (args.length > parameters.length) {
          throw typeError(`macro '${macro.name}' takes not more than ${parameters.length} argument(s)`);
        }
        if (macro.takes.has("kwargs")) frame.set("kwargs", rest);
        else if (Object.keys(rest).length > 0) throw typeError(`macro '${macro.name}' takes no keyword argument '${Object.keys(rest)[0]}'`);
        return capture(body, frame);
      }),
    );
}
