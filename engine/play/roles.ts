import { copyPlaces, type Place, placeOf } from "../source/place.ts";
import { asText, isText } from "../source/written.ts";
import { argumentSpec } from "./argument-spec.ts";
import { canonicalPath, type ImportRole, type LoadContext, loadFile, problem } from "./context.ts";
import { findRole } from "./find-role.ts";
import { extend, listOf, varsOf, withBlockVars } from "./inherit.ts";
import { roleKeywords } from "./keywords.ts";
import type { Handler, Inherited, Node, Role } from "./model.ts";
import { isMapping, kindOf } from "./names.ts";
import { roleFile, roleVars } from "./role-files.ts";
import { staticText } from "./static.ts";
import { impliedTask, type Mapping } from "./task.ts";
import { handlersOf, loadTasks } from "./tasks.ts";
import { checkKeywords } from "./validate.ts";

/** Which files of a role are meant, and which of its parts. */
export interface RoleParts {
  readonly tasks_from?: string | undefined;
  readonly vars_from?: string | undefined;
  readonly defaults_from?: string | undefined;
  readonly handlers_from?: string | undefined;
  /** False: the role's arguments are not checked against its argument_specs. */
  readonly rolespec_validate?: boolean | undefined;
}

/**
 * The parts of a role that the arguments of import_role or include_role name.
 * @param text an argument as text; undefined when it is not given
 */
export function rolePartsOf(args: Mapping, text: (key: string) => string | undefined): RoleParts {
  return {
    tasks_from: text("tasks_from"),
    vars_from: text("vars_from"),
    defaults_from: text("defaults_from"),
    handlers_from: text("handlers_from"),
    rolespec_validate: args["rolespec_validate"] !== false,
  };
}

/** How a role is brought in. */
export interface RoleEntry extends RoleParts {
  /** What surrounds it, with its own when, tags and other keywords already added (`extend`). */
  readonly inherited: Inherited;
  /** Extra keys of an entry of `roles:` (level 20). */
  readonly params?: Readonly<Record<string, unknown>>;
  /** `vars` of the entry: they win over the role's own vars (level 15). */
  readonly vars?: Readonly<Record<string, unknown>>;
  readonly allowDuplicates?: boolean;
  /** The entry's own keywords, not those around it; its `when` and `tags` tell it from other uses of the role. */
  readonly own?: Mapping;
  /** Outermost first. */
  readonly parents?: readonly Role[];
  /** Those of the parents that depend on this role by meta/main.yml. */
  readonly dependents?: readonly Role[];
  readonly place?: Place | undefined;
}

/**
 * Loads a role's variables, dependencies and handlers; its tasks are loaded by `tasksOfRole`.
 * @param name a role's name, a collection's role, or a path
 * @throws Failure `role-not-found`, `circular-role`, or the first thing that is wrong with the role
 */
export function loadRole(name: string, entry: RoleEntry, context: LoadContext): Role {
  const parents = entry.parents ?? [];
  const { place } = entry;
  const found = findRole(name, context, parents.at(-1), entry.inherited.collections ?? [], place);
  const path = found.path;
  refuseCircle(path, found.name, entry);
  const { loader } = context;
  const meta = metaOf(path, context);
  const params = entry.params ?? {};
  const dependencies: Role[] = [];
  const handlers: Handler[] = [];
  const role: Role & { inherited: Inherited } = {
    name: found.name,
    path,
    defaults: roleVars(path, "defaults", entry.defaults_from, loader, place),
    vars: { ...roleVars(path, "vars", entry.vars_from, loader, place), ...entry.vars },
    params,
    handlers,
    parents,
    dependencies,
    allowDuplicates: entry.allowDuplicates ?? (meta["allow_duplicates"] === true || /^(yes|true|on|1)$/i.test(String(meta["allow_duplicates"]))),
    place,
    key: keyOf(path, entry),
    inherited: entry.inherited,
  };
  role.inherited = insideRole(entry.inherited, role, context);
  for (const [index, raw] of listOf(meta["dependencies"]).entries()) {
    const dependents = [...(entry.dependents ?? []), role];
    dependencies.push(loadRoleEntry(raw, placeOf(meta["dependencies"], index), role.inherited, [...parents, role], context, dependents));
  }
  const file = roleFile(path, "handlers", entry.handlers_from, place);
  if (file !== undefined) handlers.push(...handlersOf(loadTasks(file, role.inherited, { ...context, isHandler: true, chain: [] })));
  return role;
}

/**
 * An entry of `roles:` or of a role's dependencies: a name, or a mapping with keywords and parameters.
 * @throws Failure
 */
export function loadRoleEntry(
  raw: unknown,
  place: Place | undefined,
  inherited: Inherited,
  parents: readonly Role[],
  context: LoadContext,
  dependents: readonly Role[] = [],
): Role {
  if (isText(raw) || typeof raw === "number") {
    const text = staticText(asText(raw), context, inherited, {}, place);
    return loadRole(withoutVersion(text), { inherited, parents, dependents, place }, context);
  }
  if (!isMapping(raw)) throw problem(`a role's entry is a name or a mapping, not ${kindOf(raw)}`, "wrong-type", place);
  const given = raw["role"] ?? raw["name"] ?? raw["src"];
  if (!isText(given) && typeof given !== "number") throw problem("this role's entry has no name", "missing-argument", placeOf(raw), "write `role: NAME`");
  const part = (isKeyword: boolean): Mapping =>
    copyPlaces(raw, Object.fromEntries(Object.entries(raw).filter(([key]) => Object.hasOwn(roleKeywords, key) === isKeyword)));
  const keywords = part(true);
  const params = part(false);
  checkKeywords(raw, roleKeywords, "role", context, new Set(Object.keys(params)));
  const vars = varsOf(raw["vars"]);
  const key = ["role", "name"].find((each) => raw[each] !== undefined && raw[each] !== null) ?? "src";
  const named = placeOf(raw, key);
  const text = staticText(asText(given), context, inherited, { ...vars, ...params }, named);
  return loadRole(
    key === "src" ? sourceName(text) : withoutVersion(text),
    { inherited: extend(inherited, keywords), own: keywords, params, vars, parents, dependents, place: named ?? place },
    context,
  );
}

/**
 * The tasks of a role and before them those of its dependencies. Where the role has an argument spec for the entry point, a task that checks the arguments
 * stands first.
 * @param inherited what surrounds the role; the role adds itself
 * @throws Failure when `tasks_from` names no file
 */
export function tasksOfRole(role: Role, parts: RoleParts, inherited: Inherited, context: LoadContext): Node[] {
  const inner = inherited.role === role ? inherited : insideRole(inherited, role, context);
  const nodes = role.dependencies.flatMap((dependency) => tasksOfRole(dependency, {}, dependency.inherited, context));
  const entryPoint = parts.tasks_from ?? "main";
  const found = parts.rolespec_validate === false ? undefined : argumentSpec(role, entryPoint, context);
  if (found !== undefined) {
    const description = found.spec["short_description"];
    const args = {
      argument_spec: isMapping(found.spec["options"]) ? found.spec["options"] : {},
      provided_arguments: role.params,
      validate_args_context: { type: "role", name: role.name, argument_spec_name: entryPoint, path: role.path },
    };
    const name = `Validating arguments against arg spec '${entryPoint}'${typeof description === "string" ? ` - ${description}` : ""}`;
    nodes.push(impliedTask("validate_argument_spec", args, name, found.place, { ...inner, tags: [...new Set([...inner.tags, "always"])] }, context));
  }
  const file = roleFile(role.path, "tasks", parts.tasks_from, role.place);
  if (file !== undefined) nodes.push(...loadTasks(file, inner, context, role.place));
  return nodes;
}

/** A role's handlers and those of its dependencies, dependencies first. */
export function handlersOfRole(role: Role): Handler[] {
  return [...role.dependencies.flatMap(handlersOfRole), ...role.handlers];
}

/** Expands `import_role`. @throws Failure */
export function importRole({ raw, args, inherited }: ImportRole, context: LoadContext): Node[] {
  const own = varsOf(raw["vars"]);
  const place = placeOf(args, args["name"] === undefined ? "role" : "name");
  const text = (key: string): string | undefined => {
    const value = args[key];
    if (value === undefined || value === null) return undefined;
    if (!isText(value)) throw problem(`"${key}" must be text, not ${kindOf(value)}`, "wrong-type", placeOf(args, key));
    return staticText(value, context, inherited, own, placeOf(args, key));
  };
  const given = args["name"] ?? args["role"];
  const name = staticText(asText(given), context, inherited, own, place);
  const outer = inherited.role;
  const parts = rolePartsOf(args, text);
  const surrounding = withBlockVars(inherited, raw);
  const parents = outer === undefined ? [] : [...outer.parents, outer];
  const role = loadRole(name, { ...parts, inherited: surrounding, parents, allowDuplicates: args["allow_duplicates"] !== false, place }, context);
  context.onRole(role);
  return tasksOfRole(role, parts, role.inherited, context);
}

function insideRole(outer: Inherited, role: Role, context: LoadContext): Inherited {
  const folders = [role.path, ...[...role.parents].reverse().map((parent) => parent.path)];
  const hasParams = Object.keys(role.params).length > 0;
  return {
    ...outer,
    role,
    includeVars: hasParams ? [...outer.includeVars, role.params] : outer.includeVars,
    searchPath: [...new Set([...folders, context.playbookDirectory])],
  };
}

function metaOf(path: string, context: LoadContext): Mapping {
  const file = roleFile(path, "meta", undefined);
  const data = file === undefined ? null : loadFile(file, context.loader, "role's meta file");
  if (data === null || data === undefined) return {};
  if (!isMapping(data)) throw problem(`${file!} must hold a mapping, not ${kindOf(data)}`, "wrong-type", placeOf(data) ?? { file: file!, line: 1, column: 1 });
  const dependencies = data["dependencies"];
  if (dependencies !== undefined && dependencies !== null && !Array.isArray(dependencies)) {
    throw problem(`"dependencies" must be a list of roles, not ${kindOf(dependencies)}`, "wrong-type", placeOf(data, "dependencies"));
  }
  return data;
}

function keyOf(path: string, entry: RoleEntry): string {
  const { tasks_from = null, vars_from = null, defaults_from = null, handlers_from = null } = entry;
  const own = [entry.own?.["when"] ?? null, entry.own?.["tags"] ?? null];
  return JSON.stringify([canonicalPath(path), entry.params ?? {}, entry.vars ?? {}, own, tasks_from, vars_from, defaults_from, handlers_from]);
}

function refuseCircle(path: string, name: string, entry: RoleEntry): void {
  const dependents = entry.dependents ?? [];
  const again = dependents.findIndex((dependent) => canonicalPath(dependent.path) === canonicalPath(path));
  if (again === -1) return;
  const chain = [...dependents.slice(again).map((dependent) => dependent.name), name].join(" -> ");
  throw problem(`circular role dependency: ${chain}`, "circular-role", entry.place, "take one of the dependencies out of meta/main.yml");
}

/** `name,version` as in old requirement files. */
function withoutVersion(name: string): string {
  return name.split(",")[0]!.trim();
}

function sourceName(source: string): string {
  const last = source.split(",")[0]!.split("/").at(-1)!;
  return last.replace(/\.(git|tar\.gz|tgz)$/, "");
}
