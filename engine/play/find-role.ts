import { readdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { didYouMean } from "../source/failure.ts";
import type { Place } from "../source/place.ts";
import { type LoadContext, problem } from "./context.ts";
import type { Role } from "./model.ts";

export interface FoundRole {
  readonly name: string;
  readonly path: string;
}

/**
 * The folder of a role: a collection's, the playbook's `roles`, the roles path, beside the role that brings it in, the playbook's folder, the user's and the
 * system's roles, or a path.
 * @throws Failure `role-not-found`, naming where it was looked for
 */
export function findRole(name: string, context: LoadContext, from: Role | undefined, collections: readonly string[], place?: Place): FoundRole {
  const inCollection = collectionRole(name, context, collections);
  if (inCollection !== undefined) return inCollection;
  const expanded = name.startsWith("~/") ? join(homedir(), name.slice(2)) : name;
  const folders = [...new Set(searchFolders(context, from))];
  if (!isAbsolute(expanded)) {
    for (const folder of folders) if (isFolder(join(folder, expanded))) return { name, path: resolve(folder, expanded) };
  }
  if (isFolder(expanded)) return { name: basename(expanded), path: resolve(expanded) };
  const where = isAbsolute(expanded) ? "" : `; looked in ${folders.join(", ")}`;
  const hint =
    didYouMean(name, folders.flatMap(foldersIn)) ??
    (/^[\w-]+\.[\w-]+/.test(name) ? "install it with ansible-galaxy, or name its folder in the roles path" : undefined);
  throw problem(`role not found: ${name}${where}`, "role-not-found", place, hint);
}

function searchFolders(context: LoadContext, from: Role | undefined): string[] {
  return [
    join(context.playbookDirectory, "roles"),
    ...(context.loader.options.rolesPath ?? []).map((folder) => resolve(folder)),
    ...(from === undefined ? [] : [dirname(from.path)]),
    context.playbookDirectory,
    join(homedir(), ".ansible/roles"),
    "/usr/share/ansible/roles",
    "/etc/ansible/roles",
  ];
}

function collectionRole(name: string, context: LoadContext, collections: readonly string[]): FoundRole | undefined {
  const qualified = /^([\w-]+)\.([\w-]+)\.([\w./-]+)$/.exec(name);
  const wanted =
    qualified === null
      ? collections.filter((collection) => /^[\w-]+\.[\w-]+$/.test(collection)).map((collection) => [...collection.split("."), name])
      : [[qualified[1]!, qualified[2]!, qualified[3]!]];
  for (const [namespace, collection, role] of wanted as [string, string, string][]) {
    for (const root of collectionRoots(context)) {
      const path = join(root, "ansible_collections", namespace, collection, "roles", role.replaceAll(".", "/"));
      if (isFolder(path)) return { name: `${namespace}.${collection}.${role}`, path };
    }
  }
  return undefined;
}

/** Folders that may hold `ansible_collections`. */
export function collectionRoots(context: LoadContext): string[] {
  return [
    join(context.playbookDirectory, "collections"),
    ...(context.loader.options.collectionsPath ?? []).map((folder) => resolve(folder)),
    join(homedir(), ".ansible/collections"),
    "/usr/share/ansible/collections",
  ];
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    // A folder of the search path need not exist.
    return [];
  }
}
