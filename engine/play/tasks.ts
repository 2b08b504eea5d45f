import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { type Place, placeOf, placeOfKey } from "../source/place.ts";
import { attempt, canonicalPath, firstExisting, folderOf, type LoadContext, loadFile, nextId, problem } from "./context.ts";
import { extend, varsOf, withBlockVars } from "./inherit.ts";
import { blockKeywords } from "./keywords.ts";
import type { Block, Handler, Inherited, Node } from "./model.ts";
import { isMapping, kindOf, nameIn } from "./names.ts";
import { staticText } from "./static.ts";
import { buildTask, type Mapping, type RawTask, readTask, toHandler } from "./task.ts";
import { checkKeywords } from "./validate.ts";
import { type Text, Written } from "../source/written.ts";

const MAX_BLOCK_DEPTH = 200;

/** Loads a task file. @throws Failure (the file's), or what `context.report` does with each bad task */
export function loadTasks(file: string, inherited: Inherited, context: LoadContext, place?: Place): Node[] {
  const path = canonicalPath(file);
  const at = context.chain.indexOf(path);
  if (at !== -1) {
    const chain = [...context.chain.slice(at), path].map(shown(context)).join(" -> ");
    throw problem(`circular import of tasks: ${chain}`, "circular-import", place, "use include_tasks with a condition that ends");
  }
  const data = loadFile(resolve(file), context.loader, "task file", place);
  if (data === null || data === undefined) {
    context.loader.options.onWarning?.(`${file} is empty and had no tasks`, place);
    return [];
  }
  return nodesOf(data, file, withFolder(inherited, dirname(resolve(file)), context), { ...context, chain: [...context.chain, path] });
}

/** Handlers in a row: those of blocks and imports are flattened, since a handler stands for itself. */
export function handlersOf(nodes: readonly Node[]): Handler[] {
  return nodes.flatMap((node) => (node.kind === "block" ? handlersOf(node.block) : [toHandler(node)]));
}

/** Loads what should be a list of tasks, found in `where`. */
export function nodesOf(data: unknown, where: string, inherited: Inherited, context: LoadContext, depth = 0): Node[] {
  if (data === null || data === undefined) return [];
  if (!Array.isArray(data)) {
    context.report(problem(`${where} must hold a list of tasks, not ${kindOf(data)}`, "wrong-type", placeOf(data), 'begin each task with "- "'));
    return [];
  }
  return data.flatMap((entry, index) => attempt(context, [], () => nodesOfEntry(entry, placeOf(data, index), inherited, context, depth)));
}

function nodesOfEntry(raw: unknown, place: Place | undefined, inherited: Inherited, context: LoadContext, depth: number): Node[] {
  if (!isMapping(raw)) throw problem(`a task is a mapping, not ${kindOf(raw)}`, "wrong-type", place, raw === null ? 'remove the empty "- "' : undefined);
  if (["block", "rescue", "always"].some((key) => Object.hasOwn(raw, key))) return [blockOf(raw, inherited, context, depth)];
  if (Object.hasOwn(raw, "hosts") && (Object.hasOwn(raw, "tasks") || Object.hasOwn(raw, "roles"))) {
    throw problem("this is a play, and it stands where a task should", "play-as-task", place, "use import_playbook for files of plays");
  }
  const task = readTask(raw, context);
  switch (task.call.action) {
    case "import_tasks":
      return importTasks(task, inherited, context);
    case "import_role":
      refuseAsHandler(task, context);
      return importRole(task, inherited, context);
    case "include_role":
      refuseAsHandler(task, context);
      return [buildTask(task, inherited, context)];
    case "import_playbook":
      throw problem(
        "import_playbook stands among plays, not among tasks",
        "play-as-task",
        placeOfKey(raw, task.call.key),
        "use import_tasks for a file of tasks",
      );
    case "include":
      throw problem(`"include" is gone`, "removed", placeOfKey(raw, task.call.key), "use include_tasks, or import_tasks to load the file before the run");
    case "meta":
      if (!(task.call.args instanceof Written) && task.call.args["free_form"] === "flush_handlers") refuseAsHandler(task, context, "flush_handlers");
      return [buildTask(task, inherited, context)];
    default:
      return [buildTask(task, inherited, context)];
  }
}

function refuseAsHandler(task: RawTask, context: LoadContext, what = task.call.action): void {
  if (!context.isHandler) return;
  throw problem(`"${what}" cannot be a handler`, "bad-handler", task.place, /role$/.test(what) ? "use include_tasks" : undefined);
}

function blockOf(raw: Mapping, inherited: Inherited, context: LoadContext, depth: number): Block {
  const place = placeOf(raw)!;
  if (depth > MAX_BLOCK_DEPTH) throw problem(`blocks are nested more than ${MAX_BLOCK_DEPTH} deep`, "too-deep", place);
  if (context.isHandler && depth > 0) throw problem("a block cannot be a handler", "bad-handler", place);
  checkKeywords(raw, blockKeywords, "block", context);
  for (const key of ["rescue", "always"]) {
    const body = raw["block"];
    if (Object.hasOwn(raw, key) && (body === null || body === undefined || (Array.isArray(body) && body.length === 0))) {
      context.report(problem(`"${key}" stands without a block`, "no-block", placeOfKey(raw, key), "put the tasks it watches over under `block:`"));
    }
  }
  const inner = withBlockVars(extend(inherited, raw), raw);
  const id = nextId(context);
  const part = (key: string): Node[] => (Array.isArray(raw[key]) ? nodesOf(raw[key], `"${key}"`, inner, context, depth + 1) : []);
  return {
    ...inner,
    kind: "block",
    id,
    place,
    name: nameIn(raw),
    block: part("block"),
    rescue: part("rescue"),
    always: part("always"),
  };
}

function importTasks(task: RawTask, inherited: Inherited, context: LoadContext): Node[] {
  const { raw } = task;
  const args = task.call.args as Mapping;
  const inner = withBlockVars(extend(inherited, raw), raw);
  const place = placeOf(args, "file") ?? task.place;
  const name = staticText(args["file"] as Text, context, inherited, varsOf(raw["vars"]), place);
  const file = findTaskFile(name, task.place, inherited, context);
  return loadTasks(file, inner, context, place);
}

function importRole(task: RawTask, inherited: Inherited, context: LoadContext): Node[] {
  const { raw } = task;
  if (task.call.args instanceof Written) throw problem("import_role must know its arguments before the run", "bad-static-name", task.place, "use include_role");
  return context.importRole({ raw, args: task.call.args, inherited: extend(inherited, raw) }, context);
}

/**
 * The task file that an import or include means: beside the file it is written in, in the role's tasks (or handlers) folder, the role, the playbook's folder.
 * @param from the place of the task that names it
 * @throws Failure `file-not-found`, naming where it was looked for
 */
export function findTaskFile(name: string, from: Place, inherited: Inherited, context: LoadContext): string {
  const path = name.startsWith("~/") ? join(homedir(), name.slice(2)) : name;
  const { role } = inherited;
  const folders = isAbsolute(path)
    ? ["/"]
    : [
        ...new Set([
          folderOf(from, context),
          ...(role === undefined ? [] : [join(role.path, context.isHandler ? "handlers" : "tasks"), join(role.path, "tasks"), role.path]),
          context.playbookDirectory,
        ]),
      ];
  const found = firstExisting(folders.map((folder) => resolve(folder, path)));
  if (found !== undefined) return found;
  const where = isAbsolute(path) ? "" : `; looked in ${folders.join(", ")}`;
  throw problem(`task file not found: ${name}${where}`, "file-not-found", from);
}

function withFolder(inherited: Inherited, folder: string, context: LoadContext): Inherited {
  const { role } = inherited;
  const roles = role === undefined ? [] : [role.path, ...[...role.parents].reverse().map((parent) => parent.path)];
  return { ...inherited, searchPath: [...new Set([...roles, folder, context.playbookDirectory])] };
}

function shown(context: LoadContext): (path: string) => string {
  const prefix = `${canonicalPath(context.playbookDirectory)}/`;
  return (path) => (path.startsWith(prefix) ? path.slice(prefix.length) : path);
}
