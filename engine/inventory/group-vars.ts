import { type Dirent, readdirSync, statSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { loadVarsFile } from "./vars-file.ts";

const EXTENSIONS = ["", ".yml", ".yaml", ".json"];

/** Variables beside inventories and playbooks: group_vars/ and host_vars/. Files are found and read when first asked for, and once. */
export interface AdjacentVars {
  /** The files' variables for a group in `directory`, lowest precedence first; empty when there are none. */
  ofGroup(directory: string, group: string): readonly VarsFile[];
  ofHost(directory: string, host: string): readonly VarsFile[];
}

export interface VarsFile {
  readonly path: string;
  readonly vars: Readonly<Record<string, unknown>>;
}

const NONE: readonly VarsFile[] = [];

/** @param decrypt opens whole encrypted files and `!vault` values */
export function createAdjacentVars(decrypt: (ciphertext: string) => string): AdjacentVars {
  const listings = new Map<string, ReadonlyMap<string, Dirent>>();
  const loaded = new Map<string, readonly VarsFile[]>();

  const listing = (folder: string): ReadonlyMap<string, Dirent> => {
    let entries = listings.get(folder);
    if (entries === undefined) {
      entries = new Map((isFolder(folder) ? readdirSync(folder, { withFileTypes: true }) : []).map((entry) => [entry.name, entry]));
      listings.set(folder, entries);
    }
    return entries;
  };
  const find = (folder: string, name: string): readonly VarsFile[] => {
    // Some inventories name hosts by path (chroots); those have no files.
    if (name.startsWith("/")) return NONE;
    const key = join(folder, name);
    let files = loaded.get(key);
    if (files === undefined) {
      const entries = listing(folder);
      const entry = EXTENSIONS.map((extension) => entries.get(name + extension)).find((each) => each !== undefined);
      const paths = entry === undefined ? [] : entry.isFile() ? [join(folder, entry.name)] : filesAt(join(folder, entry.name));
      files = paths.length === 0 ? NONE : paths.map((path) => ({ path, vars: loadVarsFile(path, { decrypt, fault: "inventory" }) }));
      loaded.set(key, files);
    }
    return files;
  };
  return {
    ofGroup: (directory, group) => find(join(directory, "group_vars"), group),
    ofHost: (directory, host) => find(join(directory, "host_vars"), host),
  };
}

/** The folder whose group_vars/ and host_vars/ belong to an inventory source; undefined for a list of hosts. */
export function directoryOfSource(source: string): string | undefined {
  const stat = statSync(source, { throwIfNoEntry: false });
  if (stat === undefined) return source.includes(",") ? undefined : dirname(source);
  return stat.isDirectory() ? source : dirname(source);
}

function filesAt(path: string): string[] {
  if (!isFolder(path)) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => {
      if (name.startsWith(".") || name.endsWith("~")) return [];
      const child = join(path, name);
      if (isFolder(child)) return extname(name) === "" ? filesAt(child) : [];
      return EXTENSIONS.includes(extname(name)) ? [child] : [];
    });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
