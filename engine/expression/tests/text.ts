import { plugin, type Plugin, type Plugins } from "../plugin.ts";
import { anyText } from "../python/arguments.ts";
import { truthy } from "../python/compare.ts";
import { iterate } from "../python/sequences.ts";
import { typeError, typeName } from "../python/types.ts";
import { splitUrl } from "../filters/urls.ts";
import { pythonRegex } from "../regex.ts";

function matching(anchored: boolean): Plugin {
  return plugin(["value", ["pattern", ""], ["ignorecase", false], ["multiline", false]], (_, value, pattern, ignoreCase, multiline) =>
    pythonRegex(anyText(pattern), { ignoreCase: truthy(ignoreCase), multiline: truthy(multiline), anchored }).test(anyText(value)),
  );
}

function hasScheme(value: unknown, schemes: unknown): boolean {
  return !truthy(schemes) || iterate(schemes).includes(splitUrl(anyText(value)).scheme);
}

export const textTests: Plugins = {
  match: matching(true),
  search: matching(false),
  regex: plugin(
    ["value", ["pattern", ""], ["ignorecase", false], ["multiline", false], ["match_type", "search"]],
    (_, value, pattern, ignoreCase, multiline, kind) => {
      const wanted = kind === "fullmatch" ? `(?:${anyText(pattern)})\\Z` : anyText(pattern);
      const anchored = kind === "match" || kind === "fullmatch";
      return pythonRegex(wanted, { ignoreCase: truthy(ignoreCase), multiline: truthy(multiline), anchored }).test(anyText(value));
    },
  ),
  upper: plugin(["value"], (_, value) => {
    const text = anyText(value);
    return text === text.toUpperCase() && text !== text.toLowerCase();
  }),
  lower: plugin(["value"], (_, value) => {
    const text = anyText(value);
    return text === text.toLowerCase() && text !== text.toUpperCase();
  }),
  uri: plugin(["value", ["schemes", null]], (_, value, schemes) => hasScheme(value, schemes)),
  url: plugin(["value", ["schemes", null]], (_, value, schemes) => {
    if (typeof value !== "string") throw typeError(`a URL is text, not ${typeName(value)}`);
    const { netloc, scheme } = splitUrl(value);
    return hasScheme(value, schemes) && (netloc !== "" || scheme === "file");
  }),
  urn: plugin(["value"], (_, value) => splitUrl(anyText(value)).scheme === "urn"),
};
