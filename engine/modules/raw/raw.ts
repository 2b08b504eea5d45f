import type { HostModule } from "../contract.ts";
import { plainResult, planRun } from "../parts/run.ts";
import { readScript } from "../parts/script.ts";
import { args, type ArgsOf, path, string } from "../schema.ts";

const schema = args({
  cmd: string("The line, for the shell.", { required: true }),
  executable: path("The shell.", { default: "/bin/sh" }),
});

export type RawArgs = ArgsOf<typeof schema>;

export const raw: HostModule<RawArgs, undefined> = {
  name: "raw",
  summary: "Gives a line to the host's shell as it is",
  args: schema,
  freeForm: "cmd",
  plan: () => planRun(undefined),
  apply: (_changes, _current, args) => ({
    text: readScript(import.meta.url, "apply.sh"),
    vars: { run_executable: args.executable, run_line: args.cmd },
  }),
  verified: false,
  ownVerdict: true,
  watched: [],
  result({ applied }) {
    if (applied === undefined) return { skipped: true, changed: false };
    return plainResult(applied);
  },
  doc: {
    description: "For hosts where nothing else is there yet. With tsplay every module works without Python, so `shell` is the better choice nearly always.",
    examples: `- raw: uptime\n`,
    returns: {
      rc: "exit status",
      stdout: "what it printed",
      stderr: "what it complained",
    },
  },
};
