import { Problem } from "../problem.ts";
import { plugin, type Plugins } from "../plugin.ts";
import { anyText, asInteger } from "../python/arguments.ts";
import { truthy } from "../python/compare.ts";
import { groupOf, pythonRegex, substitute } from "../regex.ts";

export function regexEscape(value: string): string {
  return value.replace(/[()[\]{}?*+\-|^$\\.&~# \t\n\r\v\f]/g, (character) => `\\${character}`);
}

export const regexFilters: Plugins = {
  regex_replace: plugin(
    ["value", ["pattern", ""], ["replacement", ""], ["ignorecase", false], ["multiline", false], ["count", 0], ["mandatory_count", 0]],
    (_, value, pattern, replacement, ignoreCase, multiline, count, mandatory) => {
      const regex = pythonRegex(anyText(pattern), { ignoreCase: truthy(ignoreCase), multiline: truthy(multiline) });
      const result = substitute(regex, anyText(replacement), anyText(value), asInteger(count));
      if (truthy(mandatory) && result.count !== asInteger(mandatory)) {
        throw new Problem(`'${anyText(pattern)}' should match ${asInteger(mandatory)} times, but matches ${result.count} times in '${anyText(value)}'`);
      }
      return result.text;
    },
  ),
  regex_search: plugin(["value", "regex", "*groups", ["ignorecase", false], ["multiline", false]], (_, value, pattern, groups, ignoreCase, multiline) => {
    const wanted = (groups as unknown[]).map((group) => {
      const name = /^\\(?:g<(\S+)>|(\d+))/.exec(anyText(group));
      if (name === null) throw new Problem("regex_search: unknown argument", "expression-type", "write '\\\\1' or '\\\\g<name>'");
      return name[1] ?? name[2]!;
    });
    const match = pythonRegex(anyText(pattern), { ignoreCase: truthy(ignoreCase), multiline: truthy(multiline) }).exec(anyText(value));
    if (match === null) return null;
    if (wanted.length === 0) return match[0];
    return wanted.map((group) => {
      const text = groupOf(match, group);
      const took = /^\d+$/.test(group) ? match[Number(group)] : match.groups?.[group];
      return took === undefined ? null : text;
    });
  }),
  regex_findall: plugin(["value", "regex", ["multiline", false], ["ignorecase", false]], (_, value, pattern, multiline, ignoreCase) => {
    const regex = pythonRegex(anyText(pattern), { ignoreCase: truthy(ignoreCase), multiline: truthy(multiline) });
    return [...anyText(value).matchAll(regex)].map((match) => {
      if (match.length === 1) return match[0];
      const groups = match.slice(1).map((group) => group ?? "");
      return groups.length === 1 ? groups[0] : groups;
    });
  }),
  regex_escape: plugin(["string", ["re_type", "python"]], (_, value, kind) => {
    if (kind === "python") return regexEscape(anyText(value));
    if (kind === "posix_basic") return anyText(value).replace(/[\].[^$*\\]/g, (character) => `\\${character}`);
    throw new Problem(`regex_escape: regex type (${anyText(kind)}) is not supported`, "expression-type", "it is python or posix_basic");
  }),
};
