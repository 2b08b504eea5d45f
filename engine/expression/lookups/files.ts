import { Problem } from "../problem.ts";
import { plugin, type Plugins } from "../plugin.ts";
import { anyText } from "../python/arguments.ts";
import { truthy } from "../python/compare.ts";
import { globFiles } from "../filters/paths.ts";
import { readTerm } from "./pairs.ts";
import { candidates, readText, requireFile } from "./search.ts";

const texts = (terms: unknown): string[] => (terms as unknown[]).flatMap((term) => (Array.isArray(term) ? term.map(anyText) : [anyText(term)]));

export const fileLookups: Plugins = {
  file: plugin(["*terms", ["lstrip", false], ["rstrip", true]], (call, terms, stripsLeft, stripsRight) =>
    texts(terms).map((term) => {
      let text = readText(call, requireFile(call, term, "files"));
      if (truthy(stripsLeft)) text = text.trimStart();
      return truthy(stripsRight) ? text.trimEnd() : text;
    }),
  ),
  fileglob: plugin(["*terms"], (call, terms) =>
    texts(terms).flatMap((term) => {
      for (const pattern of candidates(call, term, "files")) {
        const found = globFiles(pattern);
        if (found.length > 0) return found;
      }
      return [];
    }),
  ),
  unvault: plugin(["*terms"], (call, terms) => texts(terms).map((term) => readText(call, requireFile(call, term, "files")))),
  template: plugin(
    [
      "*terms",
      ["convert_data", true],
      ["template_vars", {}],
      ["jinja2_native", false],
      ["variable_start_string", null],
      ["variable_end_string", null],
      ["block_start_string", null],
      ["block_end_string", null],
      ["comment_start_string", null],
      ["comment_end_string", null],
      ["trim_blocks", true],
      ["lstrip_blocks", false],
    ],
    (call, terms, _convert, templateVars, _native, variableStart, variableEnd, blockStart, blockEnd, commentStart, commentEnd, trimBlocks, lstripBlocks) => {
      const marks = {
        variableStartString: variableStart,
        variableEndString: variableEnd,
        blockStartString: blockStart,
        blockEndString: blockEnd,
        commentStartString: commentStart,
        commentEndString: commentEnd,
      };
      const given = Object.fromEntries(Object.entries(marks).filter(([, mark]) => mark !== null));
      return texts(terms).map((term) =>
        call.renderFile(requireFile(call, term, "templates"), {
          ...given,
          trimBlocks: truthy(trimBlocks),
          lstripBlocks: truthy(lstripBlocks),
          extra: templateVars,
        }),
      );
    },
  ),
  csvfile: plugin(
    ["*terms", ["file", "ansible.csv"], ["delimiter", "TAB"], ["col", 1], ["default", null], ["encoding", "utf-8"], ["keycol", 0]],
    (call, terms, ...options) =>
      (terms as unknown[]).map((term) => {
        const names = ["file", "delimiter", "col", "default", "encoding", "keycol"];
        const { words, pairs } = readTerm(anyText(term));
        const settings = new Map(names.map((name, index) => [name, options[index]]));
        for (const [name, value] of pairs) {
          if (!settings.has(name)) throw new Problem(`csvfile: ${name} is not a valid option`);
          settings.set(name, value);
        }
        const separator = anyText(settings.get("delimiter"));
        const path = requireFile(call, anyText(settings.get("file")), "files");
        const rows = parseCsv(readText(call, path, anyText(settings.get("encoding"))), separator === "TAB" || separator === "\\t" ? "\t" : separator);
        const row = rows.find((fields) => fields[Number(settings.get("keycol"))] === (words[0] ?? ""));
        return row?.[Number(settings.get("col"))] ?? settings.get("default") ?? [];
      }),
  ),
};

/** Rows of fields; double quotes as in RFC 4180. */
function parseCsv(text: string, delimiter: string): string[][] {
  const rows: string[][] = [[]];
  let field = "";
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]!;
    if (isQuoted) {
      if (character === '"' && text[at + 1] === '"') {
        field += '"';
        at += 1;
      } else if (character === '"') isQuoted = false;
      else field += character;
    } else if (character === '"' && field === "") isQuoted = true;
    else if (character === delimiter || character === "\n") {
      rows.at(-1)!.push(field.replace(/\r$/, ""));
      field = "";
      if (character === "\n") rows.push([]);
    } else field += character;
  }
  rows.at(-1)!.push(field.replace(/\r$/, ""));
  return rows;
}
