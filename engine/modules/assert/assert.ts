import type { ControllerModule } from "../contract.ts";
import { anything, args, type ArgsOf, boolean } from "../schema.ts";
import { finalize } from "../../expression/evaluate.ts";

const schema = args({
  that: anything("One condition or a list of them, as in `when`.", { required: true }),
  fail_msg: anything("What to say when one does not hold.", { aliases: ["msg"] }),
  success_msg: anything("What to say when all hold; `All assertions passed` when not given."),
  quiet: boolean("Accepted for compatibility: the result is always short.", { default: false }),
});

export const assert: ControllerModule<ArgsOf<typeof schema>> = {
  name: "assert",
  summary: "Fails when a condition does not hold",
  args: schema,
  rawArgs: ["that"],
  act: ({ that, fail_msg, success_msg }, context) => {
    for (const condition of [context.expressions(that)].flat()) {
      if (context.condition(condition)) continue;
      const msg = text(fail_msg) ?? "Assertion failed";
      return { failed: true, msg, result: { assertion: finalize(condition), evaluated_to: false } };
    }
    const msg = text(success_msg) ?? "All assertions passed";
    return { msg };
  },
  doc: {
    examples: `- assert:\n    that:\n      - ansible_facts.memtotal_mb >= 2048\n    fail_msg: a node needs 2 GiB of memory`,
    returns: { assertion: "The condition that does not hold", evaluated_to: "false" },
  },
};

function text(message: unknown): string | string[] | undefined {
  if (message === undefined || message === null) return undefined;
  return Array.isArray(message) ? message.map(String) : String(message);
}
