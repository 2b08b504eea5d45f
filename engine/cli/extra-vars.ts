import { splitArguments } from "../play/split.ts";
import { Failure } from "../source/failure.ts";
import { readText } from "../source/text.ts";
import { loadYaml } from "../source/yaml.ts";
import { Written } from "../source/written.ts";

export interface ExtraVarsOptions {
  /** Opens vault text: of a whole file, and of `!vault` values. */
  readonly decrypt: (ciphertext: string) => string;
}

/**
 * Loads what -e gave, in order, later ones win: `key=value key2="v 2"` are texts; JSON and YAML mappings and @FILE keep their types.
 * @throws Failure `bad-extra-vars`, `file-not-found`, `yaml-syntax`, `vault-*`
 */
export function loadExtraVars(sources: readonly string[], options: ExtraVarsOptions): Record<string, unknown> {
  const variables: Record<string, unknown> = {};
  for (const source of sources) {
    for (const [key, value] of Object.entries(load(source, options))) {
      // "__proto__" is a name like any other
      Object.defineProperty(variables, key, { value, writable: true, enumerable: true, configurable: true });
    }
  }
  return variables;
}

function load(source: string, options: ExtraVarsOptions): object {
  const text = source.trim();
  if (text === "") return {};
  if (text.startsWith("@")) return loadFile(text.slice(1), options);
  if (text.startsWith("{") || text.startsWith("[")) return asMapping(yamlOf(text, "--extra-vars", options), source);
  if (text.startsWith("/") || text.startsWith(".")) {
    throw bad(`--extra-vars ${text}: this looks like a file`, `write @ before the name: -e @${text}`);
  }
  const { _raw_params: rest, ...variables } = splitArguments(new Written(text, { file: "--extra-vars", line: 1, column: 1, text: text.slice(0, 400) }), false);
  // `-e "name: value"` is YAML to everybody who writes it
  if (rest !== undefined && /^[\w.-]+\s*:\s/.test(text)) return asMapping(yamlOf(text, "--extra-vars", options), source);
  if (rest !== undefined) {
    throw bad(
      `--extra-vars: "${rest}" is not key=value`,
      "quote values with blanks: -e 'name=\"two words\"'; files are written @FILE, lists and mappings as JSON",
    );
  }
  return variables;
}

function loadFile(file: string, options: ExtraVarsOptions): object {
  const raw = readText(file, { what: "extra-vars file", fault: "usage", hint: "-e @FILE is relative to the working directory" });
  const text = raw.startsWith("$ANSIBLE_VAULT") ? options.decrypt(raw) : raw;
  const value = yamlOf(text, file, options);
  return value === null ? {} : asMapping(value, `@${file}`);
}

/** What a person gave as YAML. */
function yamlOf(text: string, file: string, options: ExtraVarsOptions): unknown {
  return loadYaml(text, file, { ...options, isWritten: true, fault: "usage" });
}

function asMapping(value: unknown, source: string): object {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw bad(`--extra-vars ${source.slice(0, 80)}: not a mapping of names to values`, "write name=value, {name: value} or @FILE");
}

function bad(message: string, hint: string): Failure {
  return new Failure(message, { code: "bad-extra-vars", fault: "usage", hint });
}
