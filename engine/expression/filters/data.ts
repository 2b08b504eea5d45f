import { loadYaml, loadYamlDocuments } from "../../source/yaml.ts";
import { Failure } from "../../source/failure.ts";
import { Float, Vaulted } from "../values.ts";
import { Problem } from "../problem.ts";
import { plugin, type Plugins } from "../plugin.ts";
import { anyText, asInteger } from "../python/arguments.ts";
import { truthy } from "../python/compare.ts";
import { setEntry } from "../python/dict-methods.ts";
import { iterate } from "../python/sequences.ts";
import { repr } from "../python/text.ts";
import { isDict, plain, typeError, typeName } from "../python/types.ts";
import { dumpJson, type JsonStyle } from "./json.ts";
import { dumpYaml } from "./yaml-dump.ts";

type Options = Readonly<Record<string, unknown>>;

function jsonStyle(options: Options, defaults: Partial<JsonStyle>): JsonStyle {
  const separators = options["separators"] === undefined ? undefined : iterate(options["separators"]).map(anyText);
  const given = options["indent"];
  const indent = given === undefined || given === null ? defaults.indent : typeof given === "string" ? given : asInteger(given);
  return {
    indent,
    itemSeparator: separators?.[0] ?? (indent === undefined ? ", " : ","),
    keySeparator: separators?.[1] ?? ": ",
    sortKeys: options["sort_keys"] === undefined ? (defaults.sortKeys ?? false) : truthy(options["sort_keys"]),
    ensureAscii: options["ensure_ascii"] === undefined ? true : truthy(options["ensure_ascii"]),
  };
}

/** JSON into data; whole floats stay floats. */
export function parseJson(text: string): unknown {
  try {
    // a float without fraction would come out as an integer: read its source text
    return revive(JSON.parse(text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+(?:[eE][-+]?\d+)?|[eE][-+]?\d+)|\bNaN\b|-?\bInfinity\b/g, floatMark)));
  } catch (error) {
    if (error instanceof SyntaxError) throw new Problem(`from_json: this is not JSON: ${error.message}`);
    throw error;
  }
}

const floatPrefix = "\u0000float:";

function floatMark(token: string): string {
  return token.startsWith('"') ? token : JSON.stringify(floatPrefix + token);
}

function revive(value: unknown): unknown {
  if (typeof value === "string") {
    if (!value.startsWith(floatPrefix)) return value;
    const number = Number(value.slice(floatPrefix.length));
    return Number.isInteger(number) ? new Float(number) : number;
  }
  if (Array.isArray(value)) return value.map(revive);
  if (!isDict(value)) return value;
  for (const [key, item] of Object.entries(value)) setEntry(value, key, revive(item));
  return value;
}

function plainTags(value: unknown): unknown {
  if (value instanceof Vaulted) return plain(value);
  if (Array.isArray(value)) return value.map(plainTags);
  return isDict(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainTags(item)])) : value;
}

function yamlOf<T>(value: unknown, load: (text: string) => T): T {
  try {
    return load(anyText(value));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Problem(`${error.message} (line ${error.place?.line ?? 1} of the text)`, "expression-failed", error.hint);
  }
}

const jsonParameters = ["value", "**options"] as const;

export const dataFilters: Plugins = {
  to_json: plugin(jsonParameters, (_, value, options) => dumpJson(value, jsonStyle(options as Options, {}))),
  to_nice_json: plugin(["value", ["indent", 4], ["sort_keys", true], "**options"], (_, value, indent, sortKeys, options) =>
    dumpJson(value, { ...jsonStyle({ ...(options as Options), indent, sort_keys: sortKeys }, {}), itemSeparator: ",", keySeparator: ": " }),
  ),
  tojson: plugin(["value", ["indent", null]], (_, value, indent) =>
    dumpJson(value, jsonStyle({ indent }, { sortKeys: true })).replace(/[<>&']/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`),
  ),
  from_json: plugin(["value", "**options"], (_, value) => {
    if (typeof plain(value) !== "string") throw typeError(`the JSON object must be str, not ${typeName(value)}`, "this is data already, not text");
    return parseJson(anyText(value));
  }),
  to_yaml: plugin(["a", ["indent", 2], "**options"], (_, value, indent, options) =>
    dumpYaml(value, yamlStyle(options as Options, asInteger(indent ?? 2), null)),
  ),
  to_nice_yaml: plugin(["a", ["indent", 4], "**options"], (_, value, indent, options) =>
    dumpYaml(value, yamlStyle(options as Options, asInteger(indent), false)),
  ),
  from_yaml: plugin(["data"], (_, value) => (typeof plain(value) === "string" ? plainTags(yamlOf(value, (text) => loadYaml(text, "from_yaml"))) : value)),
  from_yaml_all: plugin(["data"], (_, value) => {
    if (value === null) return [];
    return typeof plain(value) === "string" ? yamlOf(value, (text) => loadYamlDocuments(text, "from_yaml_all")).map(plainTags) : value;
  }),
  // Ansible's containers are of types of their own, which Python's pprint does not lay out
  pprint: plugin(["value"], (_, value) => repr(value)),
};

function yamlStyle(options: Options, indent: number, flow: boolean | null): Parameters<typeof dumpYaml>[1] {
  const given = options["default_flow_style"];
  return {
    indent,
    flow: given === undefined ? flow : given === null ? null : truthy(given),
    width: options["width"] === undefined ? 80 : asInteger(options["width"]),
    sortKeys: options["sort_keys"] === undefined ? true : truthy(options["sort_keys"]),
    explicitStart: truthy(options["explicit_start"] ?? false),
    explicitEnd: truthy(options["explicit_end"] ?? false),
    defaultStyle: options["default_style"] === undefined || options["default_style"] === null ? undefined : anyText(options["default_style"]),
  };
}
