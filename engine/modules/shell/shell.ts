import type { HostModule } from "../contract.ts";
import { inputArgs, parseRun, planRun, probeRun, RUN_RECORDS, runArgs, runResult, type RunState, runVars, stdinOf } from "../parts/run.ts";
import { readScript } from "../parts/script.ts";
import { args, type ArgsOf, path, string } from "../schema.ts";

const schema = args({
  cmd: string("The command line, for the shell.", { required: true }),
  executable: path("The shell.", { default: "/bin/sh" }),
  ...runArgs,
  ...inputArgs,
});

export type ShellArgs = ArgsOf<typeof schema>;

export const shell: HostModule<ShellArgs, RunState> = {
  name: "shell",
  summary: "Gives a command line to a shell on the host",
  args: schema,
  freeForm: "cmd",
  check: (args) => (args.cmd.trim() === "" ? "no command given" : undefined),
  probe: probeRun,
  parse: parseRun,
  plan: planRun,
  apply: (_changes, _current, args) => ({
    text: readScript(import.meta.url, "apply.sh", "facts", "run_apply"),
    vars: {
      ...runVars(args),
      run_executable: args.executable,
      run_line: args.cmd,
    },
    ...stdinOf(args),
  }),
  verified: false,
  ownVerdict: true,
  watched: RUN_RECORDS,
  result: (facts) => runResult({ ...facts, before: facts.before ?? {} }, facts.args.cmd),
  doc: {
    description: "As `command`, but a shell reads the line: pipes, redirections, variables and globs work. Values from variables need the filter `quote`.",
    examples: `- name: Count the sessions
  shell: who | wc -l
  register: sessions
  changed_when: false

- name: With bash
  shell:
    cmd: set -o pipefail; dump | gzip > /var/backups/dump.gz
    executable: /bin/bash
`,
    returns: {
      cmd: "the line",
      rc: "exit status",
      stdout: "what it printed",
      stderr: "what it complained",
      start: "when it began",
      end: "when it ended",
      delta: "how long it took",
    },
    differences: [
      "a program ended by signal N has rc 128+N",
      "of more than 16 MiB of output the beginning and the end are kept, with a line between them that says so, and a warning",
    ],
  },
};
