import { type Change, ModuleError } from "../contract.ts";
import { type Basis, fresh } from "../parts/attributes.ts";
import type { Entry } from "../parts/entry.ts";
import { missingFolders } from "../parts/paths.ts";
import type { FileArgs } from "./file.ts";
import type { FileState } from "./state.ts";

/** What is to become of the path, before its metadata. */
export interface Decision {
  readonly state: NonNullable<FileArgs["state"]>;
  readonly path: string;
  readonly action: "" | "remove" | "folders" | "link" | "hard" | "touch";
  readonly changes: readonly Change[];
  /** What a link shall point to. */
  readonly source?: string | undefined;
  /** Directories to make, outermost first. */
  readonly folders: readonly string[];
  /** Whose metadata is to be right; undefined where there is nothing to set it on. */
  readonly subject?: { readonly path: string; readonly basis: Basis; readonly entry?: Entry | undefined } | undefined;
}

/** @throws ModuleError for what Ansible refuses: a directory where a file is wanted, a link over a full directory ... */
export function decide(current: FileState, args: FileArgs): Decision {
  const now = stateOf(current.here);
  const state = args.state ?? (now !== "absent" ? now : args.recurse ? "directory" : "file");
  if (args.recurse && state !== "directory") throw new ModuleError("recurse option requires state to be 'directory'", { path: current.path });
  const decision = deciders[state](current, args, now);
  return { state, ...decision };
}

type Now = ReturnType<typeof stateOf>;
type Decided = Omit<Decision, "state">;

function stateOf(entry: Entry | undefined): "absent" | "file" | "directory" | "link" | "hard" {
  if (entry === undefined) return "absent";
  return entry.state === "directory" || entry.state === "link" || entry.state === "hard" ? entry.state : "file";
}

/** The path, or with `follow` what a link there leads to. */
function followed(current: FileState, args: FileArgs): { path: string; entry: Entry | undefined } {
  const isFollowed = args.follow && current.here?.state === "link";
  return isFollowed ? { path: current.real ?? current.path, entry: current.there } : { path: current.path, entry: current.here };
}

const keep = { action: "" as const, changes: [], folders: [] };

const deciders: Readonly<Record<NonNullable<FileArgs["state"]>, (current: FileState, args: FileArgs, now: Now) => Decided>> = {
  absent: (current, _args, now) =>
    now === "absent"
      ? { ...keep, path: current.path }
      : { path: current.path, action: "remove", changes: [{ key: "state", from: now, to: null }], folders: [] },

  file(current, args) {
    const { path, entry } = followed(current, args);
    const state = stateOf(entry);
    if (entry === undefined || (state !== "file" && state !== "hard")) {
      throw new ModuleError(
        `file (${path}) is ${state}, cannot continue`,
        { path, state },
        state === "absent" ? "state: touch creates a file, as do copy and template" : undefined,
      );
    }
    return { ...keep, path, subject: { path, basis: entry, entry } };
  },

  directory(current, args) {
    const { path, entry } = followed(current, args);
    if (entry === undefined) {
      const folders = missingFolders(path, current.parentPath);
      const changes: Change[] = folders.map((folder) => ({ key: folder === path ? "state" : `${folder}: state`, from: null, to: "directory" }));
      return { path, action: "folders", changes, folders, subject: { path, basis: fresh(current.attributes.umask, true, current.parent) } };
    }
    if (entry.state !== "directory") throw new ModuleError(`${path} already exists as a ${stateOf(entry)}`, { path });
    return { ...keep, path, subject: { path, basis: entry, entry } };
  },

  touch(current, args) {
    const { path, entry } = followed(current, args);
    if (entry === undefined) {
      const changes: Change[] = [{ key: "state", from: null, to: "file" }];
      return { path, action: "touch", changes, folders: [], subject: { path, basis: fresh(current.attributes.umask, false) } };
    }
    return { ...keep, path, subject: { path, basis: entry, entry } };
  },

  link(current, args, now) {
    const { path, here } = current;
    const source = args.src ?? (args.follow && here?.state === "link" && current.there !== undefined ? here.target : undefined);
    if (args.src !== undefined && current.source === undefined && !args.force) {
      throw new ModuleError(`src file does not exist, use 'force=yes' if you really want to create the link: ${current.sourcePath ?? args.src}`, {
        path,
        src: args.src,
      });
    }
    if (now === "directory" && !args.force) throw new ModuleError(`refusing to convert from directory to symlink for ${path}`, { path });
    if (now === "directory" && !current.isEmpty) throw new ModuleError(`the directory ${path} is not empty, refusing to convert it`, { path });
    if ((now === "file" || now === "hard") && !args.force) throw new ModuleError(`refusing to convert from ${now} to symlink for ${path}`, { path });
    if (source === undefined && now !== "link") throw new ModuleError("src is required for creating new symlinks");
    const subject = linkSubject(current, args);
    if (now !== "link")
      return {
        path,
        source,
        action: "link",
        changes: [{ key: "state", from: now === "absent" ? null : now, to: "link" }, srcChange(null, source!)],
        folders: [],
        subject,
      };
    if (source === undefined || here!.target === source) return { ...keep, path, source, subject };
    return { path, source, action: "link", changes: [srcChange(here!.target ?? null, source)], folders: [], subject };
  },

  hard(current, args, now) {
    const { path, here, source } = current;
    if (now !== "hard" && args.src === undefined) throw new ModuleError("src is required for creating new hardlinks");
    if (args.src !== undefined && source === undefined) throw new ModuleError("src does not exist", { dest: path, src: args.src });
    const isSame = here !== undefined && source !== undefined && here.inode === source.inode && here.device === source.device;
    if (args.src === undefined || isSame) return { ...keep, path, source: args.src, subject: { path, basis: here!, entry: here } };
    if (now === "hard" && !args.force) throw new ModuleError("Cannot link, different hard link exists at destination", { dest: path, src: args.src });
    if (now === "directory") throw new ModuleError("Cannot link: a directory exists at destination", { dest: path, src: args.src });
    if (now === "file" && !args.force) throw new ModuleError("Cannot link, file exists at destination", { dest: path, src: args.src });
    const changes: Change[] = [{ key: "state", from: now === "absent" ? null : now, to: "hard" }, srcChange(here?.target ?? null, args.src)];
    return { path, source: args.src, action: "hard", changes, folders: [], subject: { path, basis: source!, entry: source } };
  },
};

function srcChange(from: string | null, to: string): Change {
  return { key: "src", from, to };
}

// with `follow` a link's metadata is that of what it leads to; a link into nothing has none
function linkSubject(current: FileState, args: FileArgs): Decision["subject"] {
  const { here, there, source, sourcePath, path, attributes } = current;
  if (args.follow) {
    const [entry, subject] = args.src === undefined ? [there, current.real] : [source, sourcePath];
    return entry === undefined || subject === undefined ? undefined : { path: subject, basis: entry, entry };
  }
  return {
    path,
    basis: here?.state === "link" ? here : { ...fresh(attributes.umask, false), state: "link" },
    entry: here?.state === "link" ? here : undefined,
  };
}
