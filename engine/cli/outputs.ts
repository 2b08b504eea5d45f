import os from "node:os";
import path from "node:path";
import { didYouMean, Failure } from "../source/failure.ts";
import { expandHome } from "./config-file.ts";
import type { Settings } from "./settings.ts";

const outputKinds = ["console", "ansible", "minimal", "oneline", "json", "junit"] as const;
export type OutputKind = (typeof outputKinds)[number];

/** One reporter to set up. */
export interface Output {
  readonly kind: OutputKind;
  /** Absolute; standard output when not given. For junit a name that ends in "/" or is a folder gets a file in it. */
  readonly file?: string;
}

/** Names of Ansible's stdout callbacks, and what stands in for them. */
const CALLBACKS: Readonly<Record<string, OutputKind>> = {
  default: "ansible",
  yaml: "ansible",
  debug: "ansible",
  minimal: "minimal",
  oneline: "oneline",
  tsplay: "console",
  console: "console",
};

/**
 * Decides which reporters speak: --output, else the stdout callback of ansible.cfg or ANSIBLE_STDOUT_CALLBACK, else the console. One of them has
 * standard output; those with a file come beside it.
 * @throws Failure `unknown-output`, `contradicting-options`
 */
export function chooseOutputs(
  given: readonly string[],
  settings: Settings,
  env: NodeJS.ProcessEnv,
  directory: string,
): { outputs: readonly Output[]; warnings: readonly string[] } {
  const home = env["HOME"] || os.homedir();
  const warnings: string[] = [];
  const outputs: Output[] = given.map((text) => {
    const [, word = "", file] = /^([^=]*)(?:=(.*))?$/s.exec(text)!;
    // "record" says what a JSON file of events is for
    const kind = word === "record" && file !== undefined ? "json" : word;
    if (!isOutputKind(kind)) {
      throw new Failure(`unknown output "${word}"`, {
        code: "unknown-output",
        fault: "usage",
        hint: didYouMean(word, [...outputKinds, "record"]) ?? `there are ${outputKinds.join(", ")}, and record=FILE`,
      });
    }
    if (file === undefined) return { kind };
    if (file === "") throw new Failure(`--output ${text}: no file behind the =`, { code: "bad-value", fault: "usage" });
    const absolute = path.resolve(directory, expandHome(file, home));
    return { kind, file: file.endsWith("/") ? `${absolute}/` : absolute };
  });
  const speaking = outputs.filter((output) => output.file === undefined);
  if (speaking.length > 1) {
    throw new Failure(`only one output can have the screen, not ${speaking.map((output) => output.kind).join(" and ")}`, {
      code: "contradicting-options",
      fault: "usage",
      hint: `write the other into a file: --output ${speaking[1]!.kind}=FILE`,
    });
  }
  if (speaking.length === 0) outputs.unshift({ kind: screenOutput(settings, warnings) });
  for (const name of settings.callbacksEnabled ?? []) {
    if (bareName(name) === "junit" && !outputs.some((output) => output.kind === "junit")) {
      outputs.push({ kind: "junit", file: `${path.resolve(directory, expandHome(env["JUNIT_OUTPUT_DIR"] ?? "~/.ansible.log", home))}/` });
    }
  }
  return { outputs, warnings };
}

function screenOutput(settings: Settings, warnings: string[]): OutputKind {
  const callback = settings.stdoutCallback;
  if (callback === undefined) return "console";
  const kind = CALLBACKS[bareName(callback)];
  if (kind === undefined)
    warnings.push(`there is no stdout callback "${callback}" here; the console's own output is shown (--output ${outputKinds.join(", ")})`);
  return kind ?? "console";
}

function bareName(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

function isOutputKind(word: string): word is OutputKind {
  return (outputKinds as readonly string[]).includes(word);
}
