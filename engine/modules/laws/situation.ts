import { readFileSync } from "node:fs";
import { Failure } from "../../source/failure.ts";
import { loadYaml } from "../../source/yaml.ts";

/** One situation of a module's `laws.yaml`: a host prepared, a task, and how it must come out. */
export interface Situation {
  readonly name: string;
  /** Sh that prepares the host; `$work` is an empty folder of the situation's own. */
  readonly given?: string;
  /** Files of the controller: name to content (`base64:...`, `random:BYTES`), for `src` of copy and the like. */
  readonly files?: Readonly<Record<string, string>>;
  /** Variables for templates. */
  readonly vars?: Readonly<Record<string, unknown>>;
  /** The task's arguments; `{work}` is the folder on the host, `{files}` that on the controller, `{url}` a web server with `files`. */
  readonly args: unknown;
  /** Sh that ends with 0 when the host is as it must be. */
  readonly then?: string;
  /** Keys that the registered result must have, with these values. */
  readonly result?: Readonly<Record<string, unknown>>;
  /** The task is already right: nothing may be planned. */
  readonly converged?: boolean;
  /** Each run plans the change anew (command, tempfile). */
  readonly repeats?: boolean;
  /** The task must fail, with a message that this pattern matches, and leave the host as it was. */
  readonly fails?: string;
  /** A tool that is hidden from the task, which must then fail and name it. */
  readonly without?: string;
  /** Texts that must not be in any result, change or diff. */
  readonly secrets?: readonly string[];
  /** The remote shells it is for; all when not given. */
  readonly shells?: readonly string[];
}

const keys = ["name", "given", "files", "vars", "args", "then", "result", "converged", "repeats", "fails", "without", "secrets", "shells"];

/** Reads a `laws.yaml`. @throws Failure for broken YAML and for a key that is not known */
export function readSituations(file: string): Situation[] {
  const list = loadYaml(readFileSync(file, "utf8"), file);
  if (!Array.isArray(list)) throw new Failure(`${file} must be a list of situations`, { code: "bad-laws", fault: "internal" });
  for (const situation of list as Record<string, unknown>[]) {
    const unknown = Object.keys(situation).find((key) => !keys.includes(key));
    if (unknown !== undefined || typeof situation["name"] !== "string") {
      throw new Failure(`${file}: a situation has ${unknown === undefined ? "no name" : `an unknown key "${unknown}"`}`, {
        code: "bad-laws",
        fault: "internal",
        hint: keys.join(", "),
      });
    }
  }
  return list as Situation[];
}
