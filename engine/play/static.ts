import type { Scope } from "../expression/contract.ts";
import { template } from "../expression/evaluate.ts";
import { Undefined } from "../expression/values.ts";
import { Failure } from "../source/failure.ts";
import { type Place, writtenAt } from "../source/place.ts";
import { environmentFor, type LoadContext, problem } from "./context.ts";
import type { Inherited } from "./model.ts";
import { type Text, Written } from "../source/written.ts";

/**
 * A name that must be known before the run (`import_tasks: "{{ os }}.yml"`, a role's name): its templates see extra vars, the play's
 * vars and vars_files, the role's, the blocks', and `vars` of the import itself; no facts, and nothing of the inventory.
 * @throws Failure `bad-static-name`
 */
export function staticText(value: Text, context: LoadContext, inherited: Inherited, own: Readonly<Record<string, unknown>>, place?: Place): string {
  if (!(value instanceof Written)) return value;
  const hint = "static imports know extra vars, play vars, vars_files and role vars; use the include_ form for facts and inventory variables";
  let result: unknown;
  try {
    result = template(value, staticScope(context, inherited, own), { place });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw problem(`cannot work out the name "${value.text}" before the run: ${error.message}`, "bad-static-name", error.place ?? place, error.hint ?? hint);
  }
  if (result instanceof Undefined) throw problem(`cannot work out the name "${value.text}" before the run: ${result.message}`, "bad-static-name", place, hint);
  if (typeof result !== "string" && typeof result !== "number") throw problem(`the name "${value.text}" is not text`, "bad-static-name", place);
  return String(result);
}

function staticScope(context: LoadContext, inherited: Inherited, own: Readonly<Record<string, unknown>>): Scope {
  const { extraVars, scope: outer } = context.loader.options;
  const role = inherited.role;
  const layers: Readonly<Record<string, unknown>>[] = [
    extraVars ?? {},
    ...[...inherited.includeVars].reverse(),
    own,
    ...[...inherited.blockVars].reverse(),
    ...(role === undefined ? [] : [role.vars, ...[...role.parents].reverse().map((parent) => parent.vars)]),
    ...[...context.staticVars()].reverse(),
    { playbook_dir: context.playbookDirectory, ...(role === undefined ? {} : { role_path: role.path, role_name: role.name }) },
    ...(role === undefined ? [] : [role.defaults, ...[...role.parents].reverse().map((parent) => parent.defaults)]),
  ];
  const busy = new Set<string>();
  const scope: Scope = {
    environment: environmentFor(context, inherited.searchPath),
    has: (name) => layers.some((layer) => Object.hasOwn(layer, name)) || (outer?.has(name) ?? false),
    written: (name) => {
      const layer = layers.find((candidate) => Object.hasOwn(candidate, name));
      return layer === undefined ? outer?.written?.(name) : writtenAt(layer, name);
    },
    names: () => new Set([...layers.flatMap((layer) => Object.keys(layer)), ...(outer?.names() ?? [])]),
    get: (name) => {
      const layer = layers.find((candidate) => Object.hasOwn(candidate, name));
      if (layer === undefined) return outer?.get(name) ?? new Undefined(`'${name}' is undefined`);
      if (busy.has(name)) throw problem(`the variable "${name}" stands on itself`, "variable-recursion", undefined);
      busy.add(name);
      try {
        return template(layer[name], scope);
      } finally {
        busy.delete(name);
      }
    },
  };
  return scope;
}
