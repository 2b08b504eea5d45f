import type { Answer, Script } from "../../session/contract.ts";
import { type Change, ModuleError, type ResultFacts } from "../contract.ts";
import { boolean, path, string } from "../schema.ts";
import { expandableWord } from "./expand.ts";
import { type Facts, factsOf } from "./facts.ts";
import { readScript } from "./script.ts";
import { divide } from "./trailer.ts";

/** What the records behind a command's output may begin with. */
export const RUN_RECORDS = ["begin", "errno", "folder_problem"] as const;

/** Arguments of all modules that run a command. */
export const runArgs = {
  chdir: path("The directory to run it in."),
  creates: path("A path or glob; where it exists, nothing is run."),
  removes: path("A path or glob; where it does not exist, nothing is run."),
};

export const inputArgs = {
  stdin: string("Text for its standard input."),
  stdin_add_newline: boolean("End `stdin` with a newline.", { default: true }),
  strip_empty_ends: boolean("Strip newlines from the end of stdout and stderr.", { default: true }),
};

export interface RunArgs {
  readonly chdir?: string | undefined;
  readonly creates?: string | undefined;
  readonly removes?: string | undefined;
}

/** Why nothing is to be run; undefined when there is nothing that says so. */
export interface RunState {
  readonly reason?: string | undefined;
}

export function probeRun(args: RunArgs): Script | undefined {
  if (args.creates === undefined && args.removes === undefined) return undefined;
  return {
    text: `${readScript(import.meta.url, "run_probe.sh", "facts")}\nask_run`,
    vars: runVars(args),
  };
}

export function runVars(args: RunArgs): Record<string, string> {
  const word = (text: string | undefined): string => (text === undefined ? "" : expandableWord(text));
  return {
    run_chdir: word(args.chdir),
    run_creates: word(args.creates),
    run_removes: word(args.removes),
  };
}

/** @throws ModuleError when the directory cannot be entered */
export function parseRun(answer: Answer, args: RunArgs): RunState {
  const facts = factsOf(answer);
  refuseFolder(facts, args);
  if (facts.maybe("creates_found") === "1") return { reason: `since '${args.creates}' exists` };
  if (facts.maybe("removes_found") === "0") return { reason: `since '${args.removes}' does not exist` };
  return {};
}

export function planRun(current: RunState | undefined): readonly Change[] {
  return current?.reason === undefined ? [{ key: "run", from: null, to: true }] : [];
}

export function stdinOf(args: { readonly stdin?: string | undefined; readonly stdin_add_newline: boolean }): { stdin?: Buffer } {
  if (args.stdin === undefined) return {};
  return {
    stdin: Buffer.from(args.stdin_add_newline && !args.stdin.endsWith("\n") ? `${args.stdin}\n` : args.stdin),
  };
}

const nothing = {
  stdout: "",
  stderr: "",
  rc: null,
  start: null,
  end: null,
  delta: null,
  msg: "",
};

/**
 * What Ansible's users expect of a command that was run, was not needed, or would run.
 * @throws ModuleError when it could not be started, or ended with another status than 0
 */
export function runResult(
  facts: ResultFacts<RunArgs & { readonly strip_empty_ends: boolean }, RunState>,
  cmd: string | readonly string[],
): Record<string, unknown> {
  const { applied, before, changes, args } = facts;
  if (changes.length === 0) {
    const reason = before.reason ?? "";
    return {
      ...nothing,
      cmd,
      rc: 0,
      msg: `Did not run command ${reason}`,
      stdout: `skipped, ${reason.replaceAll("'", "")}`,
    };
  }
  if (applied === undefined) {
    const isConditional = args.creates !== undefined || args.removes !== undefined;
    return {
      ...nothing,
      cmd,
      rc: 0,
      msg: "Command would have run if not in check mode",
      ...(isConditional ? {} : { skipped: true, changed: false }),
    };
  }
  const { output, facts: told } = divide(applied.stdout, ...RUN_RECORDS);
  refuseFolder(told, args, cmd);
  refuseStart(told, cmd);
  const trim = (bytes: Buffer): string => (args.strip_empty_ends ? bytes.toString("utf8").replace(/[\r\n]+$/, "") : bytes.toString("utf8"));
  const result = {
    ...nothing,
    cmd,
    rc: applied.code,
    stdout: trim(output),
    stderr: trim(applied.stderr),
    ...times(told),
    ...warningsOf(applied),
  };
  if (applied.code !== 0)
    throw new ModuleError("non-zero return code", {
      changed: true,
      ...result,
      msg: "non-zero return code",
    });
  return result;
}

/**
 * The result of something that was run as it is: what it printed, untouched.
 * @throws ModuleError when it ended with another status than 0
 */
export function plainResult(applied: Answer): Record<string, unknown> {
  const result = { rc: applied.code, stdout: applied.stdout.toString("utf8"), stderr: applied.stderr.toString("utf8"), ...warningsOf(applied) };
  if (applied.code !== 0) throw new ModuleError("non-zero return code", { changed: true, ...result });
  return result;
}

function warningsOf({ shortened }: Answer): { readonly warnings?: readonly string[] } {
  if (shortened === undefined) return {};
  return { warnings: shortened.map((stream) => `${stream} was too long to keep: a line in its middle says how much is left out`) };
}

function refuseFolder(facts: Facts, args: RunArgs, cmd?: unknown): void {
  const problem = facts.maybe("folder_problem");
  if (problem === undefined) return;
  const msg = `Unable to change directory before execution: ${args.chdir}: ${problem}`;
  throw new ModuleError(msg, {
    ...nothing,
    rc: 1,
    msg,
    ...(cmd === undefined ? {} : { cmd }),
  });
}

const errors: Readonly<Record<string, string>> = {
  2: "No such file or directory",
  13: "Permission denied",
};

function refuseStart(facts: Facts, cmd: string | readonly string[]): void {
  const errno = facts.maybe("errno");
  if (errno === undefined) return;
  const program = typeof cmd === "string" ? cmd : (cmd[0] ?? "");
  throw new ModuleError(`[Errno ${errno}] ${errors[errno]!}: b'${program}'`, {
    cmd: typeof cmd === "string" ? cmd : cmd.join(" "),
    rc: Number(errno),
    stdout: "",
    stderr: "",
  });
}

/** When a command began and ended, from what run_apply.sh says. */
export function times(facts: Facts): Record<string, unknown> {
  const [begin, end] = [facts.maybe("begin"), facts.maybe("end")];
  // a command that ended its own shell says nothing more
  if (begin === undefined || end === undefined) return {};
  const micros = (text: string): number => {
    const [seconds, nanos] = text.split(" ")[0]!.split(".");
    return Number(seconds) * 1e6 + (/^\d+$/.test(nanos ?? "") ? Math.floor(Number(nanos) / 1000) : 0);
  };
  const shown = (text: string): string => `${text.split(" ").slice(1).join(" ")}.${String(micros(text) % 1e6).padStart(6, "0")}`;
  return {
    start: shown(begin),
    end: shown(end),
    delta: delta(Math.max(0, micros(end) - micros(begin))),
  };
}

/** As Python's str(timedelta). */
function delta(micros: number): string {
  const seconds = Math.floor(micros / 1e6);
  const days = Math.floor(seconds / 86_400);
  const two = (value: number): string => String(value).padStart(2, "0");
  const clock = `${Math.floor((seconds % 86_400) / 3600)}:${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  return `${days === 0 ? "" : `${days} day${days === 1 ? "" : "s"}, `}${clock}.${String(micros % 1e6).padStart(6, "0")}`;
}
