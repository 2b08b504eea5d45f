import { readFileSync } from "node:fs";
import { Failure } from "../source/failure.ts";
import { loadYaml } from "../source/yaml.ts";
import { isMapping, kindOf } from "./yaml.ts";

export interface VarsFileOptions {
  /** Opens vault text, whole files and `!vault` values alike. */
  readonly decrypt?: (ciphertext: string) => string;
  /** Whose fault a broken file is; "playbook" when not given. */
  readonly fault?: "playbook" | "inventory" | "usage";
}

/** Whether a file's text is encrypted as a whole. */
export function isVaultText(text: string): boolean {
  return text.startsWith("$ANSIBLE_VAULT;");
}

/**
 * Loads a YAML or JSON file, decrypting it when it is vault text as a whole. Its values are templates.
 * @throws Failure `file-unreadable`, `yaml-syntax`, `vault-locked`, or what `decrypt` throws
 */
export function loadDataFile(path: string, options: VarsFileOptions = {}): unknown {
  const fault = options.fault ?? "playbook";
  const place = { file: path, line: 1, column: 1 };
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new Failure(`cannot read ${path}: ${(error as Error).message}`, { code: "file-unreadable", fault, place, cause: error });
  }
  if (text.startsWith("\uFEFF")) text = text.slice(1);
  if (isVaultText(text)) {
    if (options.decrypt === undefined) {
      throw new Failure(`${path} is encrypted, and no vault secret was given`, {
        code: "vault-locked",
        fault: "usage",
        place,
        hint: "use --vault-password-file or -J",
      });
    }
    try {
      text = options.decrypt(text);
    } catch (error) {
      throw error instanceof Failure ? error.at(place) : error;
    }
  }
  return loadYaml(text, path, { isWritten: true, decrypt: options.decrypt, fault });
}

/**
 * Loads a variables file (group_vars, host_vars, vars_files, include_vars): a mapping, or nothing.
 * @returns the variables, which remember their places; an empty mapping for an empty file
 * @throws Failure as `loadDataFile`, and `not-a-mapping`
 */
export function loadVarsFile(path: string, options: VarsFileOptions = {}): Record<string, unknown> {
  const data = loadDataFile(path, options);
  if (data === null) return {};
  if (isMapping(data)) return data;
  throw new Failure(`a variables file must be a mapping of names to values, not ${kindOf(data)}`, {
    code: "not-a-mapping",
    fault: options.fault ?? "playbook",
    place: { file: path, line: 1, column: 1 },
  });
}
