import { readFile } from "node:fs/promises";
import path from "node:path";
import { type HostModule, ModuleError } from "../contract.ts";
import { parseRun, plainResult, planRun, probeRun, RUN_RECORDS, runArgs, type RunState, runVars } from "../parts/run.ts";
import { readScript } from "../parts/script.ts";
import { divide as divideOutput } from "../parts/trailer.ts";
import { args, type ArgsOf, boolean, string } from "../schema.ts";

const schema = args({
  cmd: string("The local script's name, and after it arguments for a shell to read.", { required: true }),
  executable: string("The interpreter; the script's own first line decides when not given."),
  decrypt: boolean("Open the script when it is a vault file.", {
    default: true,
  }),
  ...runArgs,
});

export type ScriptArgs = ArgsOf<typeof schema> & { readonly content?: Buffer };

export const script: HostModule<ScriptArgs, RunState> = {
  name: "script",
  summary: "Runs a local script on the host",
  args: schema,
  freeForm: "cmd",
  check: (args) => (divide(args.cmd).name === "" ? "no script given" : undefined),
  async prepare(args, controller) {
    const file = controller.findFile(divide(args.cmd).name, "files");
    const bytes = await readFile(file);
    return {
      ...args,
      content: args.decrypt ? controller.decrypt(bytes, file) : bytes,
    };
  },
  probe: probeRun,
  parse: parseRun,
  plan: planRun,
  apply(_changes, _current, args) {
    const { name, rest } = divide(args.cmd);
    return {
      text: readScript(import.meta.url, "apply.sh", "facts", "way", "place", "run_apply"),
      vars: {
        ...runVars(args),
        run_name: path.basename(name),
        run_executable: args.executable ?? "",
        run_rest: rest,
      },
      stdin: args.content!,
    };
  },
  verified: false,
  ownVerdict: true,
  watched: RUN_RECORDS,
  result({ args, applied, before, changes }) {
    if (changes.length === 0)
      return {
        skipped: true,
        msg: `skipped, ${(before?.reason ?? "").replaceAll("'", "").replace(/^since /, "")}`,
      };
    if (applied === undefined) return args.creates === undefined && args.removes === undefined ? { skipped: true, changed: false } : {};
    const problem = divideOutput(applied.stdout, "folder_problem").facts.maybe("folder_problem");
    if (problem !== undefined) {
      throw new ModuleError(`Unable to change directory before execution: ${args.chdir}: ${problem}`);
    }
    return plainResult(applied);
  },
  doc: {
    description: "The script travels over the connection, runs from a private folder under its own name, and is removed again. Looked for where `copy` looks.",
    examples: `- script: setup-disk.sh --size {{ size }}
  args:
    creates: /srv/disk
`,
    returns: {
      rc: "exit status",
      stdout: "what it printed",
      stderr: "what it complained",
    },
    differences: ["stderr is apart from stdout"],
  },
};

/** The file's name, and the rest of the line as it was written. */
function divide(line: string): { name: string; rest: string } {
  const text = line.trimStart();
  const match = /^(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+/s.exec(text)?.[0] ?? "";
  const name = match.replace(
    /\\(.)|'([^']*)'|"((?:[^"\\]|\\.)*)"/gs,
    (_all, escaped?: string, single?: string, double?: string) => escaped ?? single ?? double!.replace(/\\(["\\])/g, "$1"),
  );
  return { name, rest: text.slice(match.length).trim() };
}
