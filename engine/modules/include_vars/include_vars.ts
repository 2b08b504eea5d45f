import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { type ControllerModule, ModuleError } from "../contract.ts";
import { isMapping } from "../coerce.ts";
import { args, type ArgsOf, boolean, choice, integer, list, string } from "../schema.ts";

const schema = args(
  {
    file: string("A file of variables, YAML or JSON; looked for in the role's vars folder first."),
    dir: string("A folder of such files, read in alphabetical order."),
    name: string("A variable to put them into; without it they become variables themselves."),
    depth: integer("How many levels of folders are read; 0 is all.", { default: 0 }),
    files_matching: string("Only files of the folder whose names match this regular expression."),
    ignore_files: list("Names of files of the folder to leave out."),
    extensions: list("Extensions of the folder's files that count.", { default: ["yaml", "yml", "json"] }),
    ignore_unknown_extensions: boolean("Leave out files with other extensions instead of failing.", { default: false }),
    hash_behaviour: choice("Whether a mapping that is already set is replaced or merged.", ["replace", "merge"]),
  },
  { mutuallyExclusive: [["file", "dir"]], requiredOneOf: [["file", "dir"]] },
);

type Args = ArgsOf<typeof schema>;

export const includeVars: ControllerModule<Args> = {
  name: "include_vars",
  summary: "Loads variables from files while the play runs",
  args: schema,
  freeForm: "file",
  act: (given, context) => {
    const files = given.dir === undefined ? [context.findFile(given.file!, "vars")] : filesOf(given, context.findFile(given.dir, "vars"));
    let values: Record<string, unknown> = {};
    for (const file of files) values = { ...values, ...context.loadVariables(file) };
    if (given.name !== undefined) values = { [given.name]: values };
    if (given.hash_behaviour === "merge") {
      values = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, merged(context.variable(name), value)]));
    }
    return { variables: { level: "include_vars", values }, result: { ansible_facts: values, ansible_included_var_files: files } };
  },
  doc: { examples: `- include_vars: "{{ ansible_facts.os_family }}.yml"`, returns: { ansible_included_var_files: "Paths of the files that were read" } },
};

function filesOf(given: Args, folder: string, level = 1): string[] {
  if (!statSync(folder).isDirectory()) throw new ModuleError(`${folder} is no folder`);
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  const files = entries.filter((entry) => !entry.isDirectory() && isWanted(entry.name, given)).map((entry) => path.join(folder, entry.name));
  const isDeepEnough = given.depth !== 0 && level >= given.depth;
  const folders = isDeepEnough ? [] : entries.filter((entry) => entry.isDirectory());
  return [...files, ...folders.flatMap((entry) => filesOf(given, path.join(folder, entry.name), level + 1))];
}

function isWanted(name: string, given: Args): boolean {
  if (given.ignore_files?.some((ignored) => new RegExp(ignored).test(name)) === true) return false;
  if (given.files_matching !== undefined && !new RegExp(given.files_matching).test(name)) return false;
  if (given.extensions.includes(path.extname(name).slice(1))) return true;
  if (given.ignore_unknown_extensions || given.files_matching !== undefined) return false;
  throw new ModuleError(
    `${name} does not have a valid extension: ${given.extensions.join(", ")}`,
    {},
    "set ignore_unknown_extensions: true to leave such files out",
  );
}

function merged(old: unknown, value: unknown): unknown {
  if (!isMapping(old) || !isMapping(value)) return value;
  return { ...old, ...Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, merged(old[key], entry)])) };
}
