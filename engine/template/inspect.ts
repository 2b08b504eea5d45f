import { checkPlugins } from "../expression/evaluate.ts";
import { placeAt, toFailure } from "../expression/failure.ts";
import { freeNames, surelyRead } from "../expression/syntax/names.ts";
import { Failure } from "../source/failure.ts";
import { readHandlebars, type TopName } from "./handlebars.ts";
import { parseJinja } from "./jinja.ts";

/** What can be said of a template file before it is rendered. */
export interface Inspection {
  readonly failure: Failure | undefined;
  /** Variables that are read whenever the file is rendered. */
  readonly names: readonly TopName[];
}

/**
 * Reads a template file: syntax, the names of filters, tests and lookups, and the variables that it surely needs.
 * @param file `*.hbs` is Handlebars, everything else Jinja2
 */
export function inspectTemplate(text: string, file: string): Inspection {
  try {
    return { failure: undefined, names: file.endsWith(".hbs") ? readHandlebars(text, file) : readJinja(text, file) };
  } catch (error) {
    const failure = toFailure(error, undefined, { file, line: 1, column: 1 });
    if (failure instanceof Failure) return { failure, names: [] };
    throw failure;
  }
}

function readJinja(text: string, file: string): TopName[] {
  const { nodes, source } = parseJinja(text, file);
  checkPlugins(nodes, source);
  // what a parent or an imported file sets cannot be seen from here
  if (nodes.some(({ kind }) => kind === "extends" || kind === "import" || kind === "from")) return [];
  const { bound, guarded } = freeNames(nodes);
  return [...surelyRead(nodes)]
    .filter(([name]) => !bound.has(name) && !guarded.has(name))
    .map(([name, offset]) => ({ name, place: placeAt({ source, offset }, undefined)! }));
}
