import { type HostModule, ModuleError } from "../contract.ts";
import { words } from "../parts/expand.ts";
import { inputArgs, parseRun, planRun, probeRun, RUN_RECORDS, runArgs, runResult, type RunState, runVars, stdinOf } from "../parts/run.ts";
import { readScript } from "../parts/script.ts";
import { splitCommand } from "../parts/words.ts";
import { args, type ArgsOf, boolean, list, string } from "../schema.ts";

const schema = args(
  {
    cmd: string("The command line: split into words by quotes and blanks, never read by a shell."),
    argv: list("The command as a list of words."),
    expand_argument_vars: boolean("Replace $NAME and ~ in the words by the host's environment.", { default: true }),
    executable: string("Has no effect, as with Ansible: `shell` takes it."),
    ...runArgs,
    ...inputArgs,
  },
  { requiredOneOf: [["cmd", "argv"]], mutuallyExclusive: [["cmd", "argv"]] },
);

export type CommandArgs = ArgsOf<typeof schema>;

export const command: HostModule<CommandArgs, RunState> = {
  name: "command",
  summary: "Runs a program on the host",
  args: schema,
  freeForm: "cmd",
  check(args) {
    try {
      return wordsOf(args).length === 0 ? "no command given" : undefined;
    } catch (error) {
      if (error instanceof ModuleError) return error.message;
      throw error;
    }
  },
  probe: probeRun,
  parse: parseRun,
  plan: planRun,
  apply: (_changes, _current, args) => ({
    text: readScript(import.meta.url, "apply.sh", "facts", "run_apply"),
    vars: {
      ...runVars(args),
      run_words: words(wordsOf(args), args.expand_argument_vars),
    },
    ...stdinOf(args),
  }),
  verified: false,
  ownVerdict: true,
  watched: RUN_RECORDS,
  result: (facts) => runResult({ ...facts, before: facts.before ?? {} }, wordsOf(facts.args)),
  doc: {
    description:
      "Runs a program with the given words as arguments. No shell takes part: `|`, `>`, `&&` and `*` are ordinary characters; use `shell` for them. " +
      "What it does cannot be known, so it reports a change whenever it runs; say `creates` or `removes`, or `changed_when`.",
    examples: `- name: A key for the service
  command: openssl genrsa -out /etc/app/key.pem 2048
  args:
    creates: /etc/app/key.pem

- name: Words with blanks in them
  command:
    argv: [useradd, --comment, "The application", app]
`,
    returns: {
      cmd: "the words",
      rc: "exit status",
      stdout: "what it printed",
      stdout_lines: "the same as a list",
      stderr: "what it complained",
      start: "when it began, on the host's clock",
      end: "when it ended",
      delta: "how long it took",
    },
    differences: [
      "a program ended by signal N has rc 128+N, as sh tells it; Ansible says -N",
      "of more than 16 MiB of output the beginning and the end are kept, with a line between them that says so, and a warning",
      "check mode says skipped unless creates or removes decide, as with Ansible",
    ],
  },
};

function wordsOf(args: CommandArgs): string[] {
  return args.argv === undefined ? splitCommand(args.cmd ?? "") : args.argv.map(String);
}
