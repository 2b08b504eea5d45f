import { Undefined } from "../../expression/values.ts";
import type { ControllerModule } from "../contract.ts";
import { anything, args, type ArgsOf, integer } from "../schema.ts";
import { notAnExpression } from "../../expression/evaluate.ts";
import { Written } from "../../source/written.ts";

const schema = args(
  {
    msg: anything("What to print; `Hello world!` when neither msg nor var is given."),
    var: anything("An expression whose value is printed."),
    verbosity: integer("The number of -v from which on it is printed.", { default: 0 }),
  },
  { mutuallyExclusive: [["msg", "var"]] },
);

export const debug: ControllerModule<ArgsOf<typeof schema>> = {
  name: "debug",
  summary: "Prints a message or a variable",
  args: schema,
  rawArgs: ["var"],
  act: ({ msg, var: expression, verbosity }, context) => {
    if (verbosity > context.verbosity) return { skipped: true, result: { skipped_reason: "Verbosity threshold not met." } };
    if (expression === undefined) return { msg: msg ?? "Hello world!" };
    const meant = context.expressions(expression);
    if (typeof meant === "string") throw notAnExpression(meant, "expression", undefined);
    return { result: { [String(meant)]: meant instanceof Written ? shown(() => context.evaluate(meant)) : meant } };
  },
  doc: {
    examples: `- debug:\n    msg: "{{ inventory_hostname }} is at {{ ansible_host }}"\n- debug:\n    var: hostvars[inventory_hostname].groups`,
    returns: { msg: "What was printed" },
  },
};

/** A variable that is not there is worth knowing, and no reason to fail. */
function shown(evaluate: () => unknown): unknown {
  const value = evaluate();
  return value instanceof Undefined ? "VARIABLE IS NOT DEFINED!" : value;
}
