import { type HostModule, ModuleError } from "../contract.ts";
import { args, type ArgsOf, string } from "../schema.ts";

const schema = args({
  data: string("What comes back under `ping`; `crash` makes the task fail.", {
    default: "pong",
  }),
});

export type PingArgs = ArgsOf<typeof schema>;

export const ping: HostModule<PingArgs, string> = {
  name: "ping",
  summary: "Asks the host for an answer",
  args: schema,
  probe: (args) => ({ text: `printf %s "$data"`, vars: { data: args.data } }),
  parse: (answer) => answer.stdout.toString("utf8"),
  plan(current) {
    if (current === "crash") throw new ModuleError("boom");
    return [];
  },
  result: ({ before }) => ({ ping: before }),
  doc: {
    description: "Tries the connection, the user's rights and the remote sh.",
    examples: `- ping:\n`,
    returns: { ping: "`data`" },
  },
};
