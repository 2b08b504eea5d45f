import { Problem } from "../problem.ts";
import { type Call, plugin, type Plugins } from "../plugin.ts";
import { anyText } from "../python/arguments.ts";
import { truthy } from "../python/compare.ts";
import { pythonRegex } from "../regex.ts";
import { readTerm } from "./pairs.ts";
import { readText, requireFile } from "./search.ts";

type Sections = Map<string, Map<string, string>>;

function parseIni(text: string, isProperties: boolean, caseSensitive: boolean, allowsNone: boolean): Sections {
  const sections: Sections = new Map([["DEFAULT", new Map()]]);
  let section = isProperties ? "java_properties" : "DEFAULT";
  if (isProperties) sections.set(section, new Map());
  let last: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const header = /^\[([^\]]+)\]/.exec(line);
    const entry = /^([^=:\s][^=:]*?)\s*(?:([=:])\s*(.*))?$/.exec(line);
    if (/^\s*(?:[#;].*)?$/.test(line)) continue;
    if (header !== null && !isProperties) {
      section = header[1]!;
      if (!sections.has(section)) sections.set(section, new Map());
      last = undefined;
    } else if (/^\s/.test(line) && last !== undefined) {
      const values = sections.get(section)!;
      values.set(last, `${values.get(last)!}\n${line.trim()}`);
    } else if (entry !== null) {
      if (entry[2] === undefined && !allowsNone) throw new Problem(`ini: this line has no value: ${line}`);
      last = caseSensitive ? entry[1]! : entry[1]!.toLowerCase();
      sections.get(section)!.set(last, (entry[3] ?? "").trimEnd());
    }
  }
  return sections;
}

const OPTIONS: readonly (readonly [string, unknown])[] = [
  ["type", "ini"],
  ["file", "ansible.ini"],
  ["section", "global"],
  ["re", false],
  ["encoding", "utf-8"],
  ["default", ""],
  ["case_sensitive", false],
  ["allow_no_value", false],
  ["allow_none", false],
  ["interpolation", true],
];

/** The values of one term, which may hold options of its own: `name section=s file=f.ini`. */
function valuesOf(call: Call, term: string, given: readonly unknown[]): unknown[] {
  const settings = new Map(OPTIONS.map(([name], index) => [name, given[index]]));
  let key = term;
  if (term.includes("=") || /\s/.test(term.trim())) {
    const { words, pairs } = readTerm(term);
    key = words[0] ?? term;
    for (const [name, value] of pairs) {
      if (!settings.has(name)) throw new Problem(`ini: ${name} is not a valid option`, "expression-failed", `it takes ${[...settings.keys()].join(", ")}`);
      settings.set(name, value);
    }
  }
  const isOn = (name: string): boolean => asBoolean(settings.get(name));
  const isProperties = settings.get("type") === "properties";
  const file = anyText(settings.get("file"));
  const text = readText(call, requireFile(call, file, "files"), anyText(settings.get("encoding")));
  const sections = parseIni(text, isProperties, isOn("case_sensitive"), isOn("allow_no_value") || isOn("allow_none"));
  const name = isProperties ? "java_properties" : anyText(settings.get("section"));
  const values = sections.get(name);
  const fallback = settings.get("default");
  if (values === undefined && fallback === "")
    throw new Problem(`ini: there is no section [${name}] in ${file}`, "expression-failed", `it has: ${[...sections.keys()].join(", ")}`);
  const all = new Map([...(sections.get("DEFAULT") ?? []), ...(values ?? [])]);
  if (!isOn("re")) return [all.get(isOn("case_sensitive") ? key : key.toLowerCase()) ?? fallback];
  const pattern = pythonRegex(key, { ignoreCase: !isOn("case_sensitive"), anchored: true });
  return [...all].filter(([option]) => ((pattern.lastIndex = 0), pattern.test(option))).map(([, value]) => value);
}

/** An option that stands in a term is text. */
function asBoolean(value: unknown): boolean {
  return typeof value === "string" ? /^(y|yes|on|1|true|t)$/i.test(value) : truthy(value);
}

export const iniLookups: Plugins = {
  ini: plugin(["*terms", ...OPTIONS], (call, terms, ...options) => (terms as unknown[]).flatMap((term) => valuesOf(call, anyText(term), options))),
};
