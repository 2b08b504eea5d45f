import { closeSync, mkdirSync, openSync, statSync, writeSync } from "node:fs";
import path from "node:path";
import type { WriteStream } from "node:tty";
import { createAdHocReporter } from "../report/adhoc.ts";
import { createAnsibleReporter } from "../report/ansible.ts";
import { createConsoleReporter } from "../report/console.ts";
import type { Reporter } from "../report/events.ts";
import { createJsonReporter } from "../report/json.ts";
import { createJUnitReporter, type JUnitOptions } from "../report/junit.ts";
import type { Screen } from "../report/screen.ts";
import { Failure } from "../source/failure.ts";
import type { Options } from "./options.ts";
import type { Output } from "./outputs.ts";

const COLUMNS_WHEN_PIPED = 80;
const BUFFER_CHARACTERS = 64 * 1024;

export interface Streams {
  readonly stdout: WriteStream;
  readonly stderr: WriteStream;
  readonly env: NodeJS.ProcessEnv;
}

/** Whether colours go to `stream`: as the options say, and where they leave it open, to terminals that have them. */
export function isColored(options: Pick<Options, "color">, stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  if (options.color !== "auto") return options.color === "always";
  return stream.isTTY === true && env["TERM"] !== "dumb";
}

/**
 * The reporters that the options ask for, as one. Files are opened now, so that a wrong name is told before anything runs.
 * @throws Failure `not-writable`
 */
export function createReporters(options: Options, streams: Streams): Reporter {
  const reporters = options.outputs.map((output) =>
    output.file === undefined ? screenReporter(output, options, streams) : fileReporter(output, options, streams),
  );
  return {
    on: (event) => {
      for (const reporter of reporters) reporter.on(event);
    },
    close: async () => {
      for (const reporter of reporters) await reporter.close();
    },
  };
}

function screenReporter({ kind }: Output, options: Options, { stdout, stderr, env }: Streams): Reporter {
  return reporterOf(kind, options, env, {
    write: (text) => void stdout.write(text),
    writeError: (text) => void stderr.write(text),
    isTerminal: stdout.isTTY === true && env["TERM"] !== "dumb",
    columns: () => stdout.columns ?? COLUMNS_WHEN_PIPED,
    color: isColored(options, stdout, env),
    verbosity: options.verbosity,
  });
}

function fileReporter(output: Output, options: Options, { env }: Streams): Reporter {
  const sink = openSink(output);
  const reporter = reporterOf(output.kind, options, env, {
    write: sink.write,
    isTerminal: false,
    columns: COLUMNS_WHEN_PIPED,
    color: false,
    verbosity: options.verbosity,
  });
  return {
    on: (event) => {
      reporter.on(event);
      // whoever follows the file sees whole tasks
      if (event.type === "task-end") sink.flush();
    },
    close: async () => {
      await reporter.close();
      sink.close();
    },
  };
}

function reporterOf(kind: Output["kind"], options: Options, env: NodeJS.ProcessEnv, screen: Screen): Reporter {
  const { settings } = options;
  switch (kind) {
    case "console":
      return createConsoleReporter({
        ...screen,
        showDiff: options.diff,
        diffContext: settings.diffContext,
        showOkHosts: settings.displayOkHosts,
        showSkippedHosts: settings.displaySkippedHosts,
        showCustomStats: settings.showCustomStats,
      });
    case "ansible": {
      const isYaml = settings.resultFormat === "yaml" || /(^|\.)yaml$/.test(settings.stdoutCallback ?? "");
      return createAnsibleReporter({ ...settings, ...screen, resultFormat: isYaml ? "yaml" : "json" });
    }
    case "minimal":
    case "oneline":
      return createAdHocReporter({ ...screen, oneLine: kind === "oneline" });
    case "json":
      return createJsonReporter(screen.write);
    case "junit":
      return createJUnitReporter({ ...junitSettings(env), write: screen.write });
  }
}

/** The JUNIT_* variables of Ansible's callback. */
function junitSettings(env: NodeJS.ProcessEnv): Omit<JUnitOptions, "write"> {
  const isTrue = (name: string): boolean => env[name]?.toLowerCase() === "true";
  return {
    taskClass: isTrue("JUNIT_TASK_CLASS"),
    taskRelativePath: env["JUNIT_TASK_RELATIVE_PATH"],
    failOnChange: isTrue("JUNIT_FAIL_ON_CHANGE"),
    failOnIgnore: isTrue("JUNIT_FAIL_ON_IGNORE"),
    includeSetupTasks: env["JUNIT_INCLUDE_SETUP_TASKS_IN_REPORT"]?.toLowerCase() !== "false",
    testCasePrefix: env["JUNIT_TEST_CASE_PREFIX"],
    replaceOutOfTreePath: env["JUNIT_REPLACE_OUT_OF_TREE_PATH"],
  };
}

interface Sink {
  readonly write: (text: string) => void;
  flush(): void;
  close(): void;
}

/** Writes in large pieces: a run of many hosts has a hundred thousand events. */
function openSink(output: Output): Sink {
  const file = fileOf(output);
  let descriptor: number;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    // Results may hold what is nobody else's business
    descriptor = openSync(file, "w", 0o600);
  } catch (error) {
    throw new Failure(`cannot write the output ${output.kind} to ${file}: ${(error as Error).message}`, { code: "not-writable", fault: "usage", cause: error });
  }
  let pending: string[] = [];
  let size = 0;
  const flush = (): void => {
    const bytes = Buffer.from(pending.join(""));
    for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
    pending = [];
    size = 0;
  };
  return {
    flush,
    write(text) {
      pending.push(text);
      size += text.length;
      if (size > BUFFER_CHARACTERS) flush();
    },
    close() {
      flush();
      closeSync(descriptor);
    },
  };
}

function fileOf({ file, kind }: Output): string {
  const isFolder = file!.endsWith("/") || (statSync(file!, { throwIfNoEntry: false })?.isDirectory() ?? false);
  return isFolder ? path.join(file!, `tsplay-${new Date().toISOString().replaceAll(":", "")}.${kind === "junit" ? "xml" : kind}`) : file!;
}
