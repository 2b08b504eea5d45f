import { Problem } from "../problem.ts";
import { plugin, type Plugins } from "../plugin.ts";
import { anyText } from "../python/arguments.ts";
import { truthy } from "../python/compare.ts";
import { pythonRegex } from "../regex.ts";
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

export const iniLookups: Plugins = {
  ini: plugin(
    [
      "*terms",
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
    ],
    (call, terms, type, file, section, isRegex, _encoding, fallback, caseSensitive, allowNoValue, allowNone) => {
      const isProperties = type === "properties";
      const sections = parseIni(
        readText(call, requireFile(call, anyText(file), "files")),
        isProperties,
        truthy(caseSensitive),
        truthy(allowNoValue) || truthy(allowNone),
      );
      const name = isProperties ? "java_properties" : anyText(section);
      const values = sections.get(name);
      if (values === undefined && fallback === "")
        throw new Problem(`ini: there is no section [${name}] in ${anyText(file)}`, "expression-failed", `it has: ${[...sections.keys()].join(", ")}`);
      const all = new Map([...(sections.get("DEFAULT") ?? []), ...(values ?? [])]);
      return (terms as unknown[]).flatMap((term): unknown[] => {
        const key = truthy(caseSensitive) ? anyText(term) : anyText(term).toLowerCase();
        if (!truthy(isRegex)) return [all.get(key) ?? fallback];
        const pattern = pythonRegex(anyText(term), { ignoreCase: !truthy(caseSensitive), anchored: true });
        return [...all].filter(([option]) => ((pattern.lastIndex = 0), pattern.test(option))).map(([, value]) => value);
      });
    },
  ),
};
