import type { ControllerModule } from "../contract.ts";
import { args, type ArgsOf, boolean, number, string } from "../schema.ts";

const schema = args(
  {
    minutes: number("How long to wait, in minutes."),
    seconds: number("How long to wait, in seconds."),
    prompt: string("What to say. Without minutes and seconds the answer is waited for."),
    echo: boolean("Show what is typed.", { default: true }),
  },
  { mutuallyExclusive: [["minutes", "seconds"]] },
);

export const pause: ControllerModule<ArgsOf<typeof schema>> = {
  name: "pause",
  summary: "Waits, for a time or for somebody's answer",
  args: schema,
  oncePerBatch: true,
  act: async ({ minutes, seconds, prompt, echo }, context) => {
    const wait = minutes === undefined ? seconds : minutes * 60;
    if (wait !== undefined) {
      await context.sleep(Math.max(0, wait) * 1000);
      const unit = minutes === undefined ? "seconds" : "minutes";
      return { result: { delta: Math.round(wait), stdout: `Paused for ${minutes ?? seconds} ${unit}`, stderr: "", rc: 0, user_input: "", echo } };
    }
    const answer = await context.prompt(`${prompt ?? "Press enter to continue, Ctrl+C to interrupt"}: `, { echo });
    const stdout = answer === undefined ? "Not waited for an answer: there is no terminal" : "Paused until an answer was given";
    return { result: { stdout, stderr: "", rc: 0, user_input: answer ?? "", echo } };
  },
  doc: { examples: `- pause:\n    seconds: 5`, returns: { user_input: "What was typed" } },
};
