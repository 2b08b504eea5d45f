import { Problem } from "../problem.ts";
import { anyText, asInteger } from "../python/arguments.ts";

interface Style {
  readonly decoration: string;
  readonly beginning?: string;
  readonly end?: string;
}

const styles: Readonly<Record<string, Style>> = {
  plain: { decoration: "# " },
  erlang: { decoration: "% " },
  c: { decoration: "// " },
  cblock: { beginning: "/*", decoration: " * ", end: " */" },
  xml: { beginning: "<!--", decoration: " - ", end: "-->" },
};

/** Text as a comment, in the ways of Ansible's filter. */
export function comment(text: string, styleName: string, options: Readonly<Record<string, unknown>>): string {
  const style = styles[styleName];
  if (style === undefined) throw new Problem(`Invalid style '${styleName}'.`, "expression-type", `it is one of ${Object.keys(styles).join(", ")}`);
  const option = (name: string, fallback: string): string => (Object.hasOwn(options, name) ? anyText(options[name]) : fallback);
  const count = (name: string): number => (Object.hasOwn(options, name) ? asInteger(options[name]) : 1);
  const decoration = option("decoration", style.decoration);
  const newline = option("newline", "\n");
  const beginning = option("beginning", style.beginning ?? "");
  const prefix = option("prefix", decoration.trimEnd());
  const postfix = option("postfix", decoration.trimEnd());
  const end = option("end", style.end ?? "");
  const body = (decoration + text.replaceAll(newline, newline + decoration)).replaceAll(decoration + newline, decoration.trimEnd() + newline);
  return [
    beginning === "" ? "" : beginning + newline,
    prefix === "" ? "" : (prefix === newline ? newline : prefix + newline).repeat(count("prefix_count")),
    body,
    (newline + postfix).repeat(count("postfix_count")),
    end === "" ? "" : newline + end,
  ].join("");
}
