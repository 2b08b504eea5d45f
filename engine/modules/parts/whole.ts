import { type Change, type Diff, ModuleError } from "../contract.ts";
import type { Answer, Script } from "../../session/contract.ts";
import { type AttributeFacts, attributeFacts, attributeQuestions, attributeVars, chmodText, fresh, planAttributes, type Wanted } from "./attributes.ts";
import { type Entry, isFile, parseEntry, pathInfo } from "./entry.ts";
import { factsOf } from "./facts.ts";
import { bytesOf, isShowable, type Material } from "./material.ts";
import { modeText, resolveMode } from "./mode.ts";
import { missingFolders } from "./paths.ts";
import { quote } from "./words.ts";
import { backupResult, writeVars } from "./write.ts";

/** The wishes of the modules that write a whole file: copy, template, assemble. */
export interface WholeArgs extends Wanted {
  readonly dest: string;
  readonly force?: boolean | undefined;
  readonly follow?: boolean | undefined;
  readonly backup?: boolean | undefined;
  readonly validate?: string | undefined;
  readonly directory_mode?: string | undefined;
  readonly unsafe_writes?: boolean | undefined;
}

export interface WholeState {
  readonly path: string;
  readonly isRefused: boolean;
  readonly here: Entry | undefined;
  readonly sum: string | undefined;
  readonly parentPath: string | undefined;
  readonly parent: Entry | undefined;
  readonly attributes: AttributeFacts;
}

/** @param name what is appended when dest is a directory; empty for content without a name */
export function wholeVars(args: WholeArgs, name: string): Record<string, string> {
  return { dest: args.dest, name, follow: args.follow === true ? "1" : "", ...attributeQuestions(args) };
}

export function parseWhole(answer: Answer, args: WholeArgs): WholeState {
  const facts = factsOf(answer);
  const parent = facts.maybe("parent");
  const here = facts.maybe("here");
  const isRefused = facts.maybe("refused") === "directory";
  return {
    path: facts.get("path"),
    isRefused,
    here: here === undefined ? undefined : parseEntry(here, facts.maybe("here.target")),
    sum: facts.maybe("sum"),
    parentPath: facts.maybe("parent_path"),
    parent: parent === undefined ? undefined : parseEntry(parent),
    attributes: isRefused ? { umask: 0 } : attributeFacts(facts, args),
  };
}

/** The mode that is wanted, with `preserve` replaced by the source's. */
export function wantedOf(args: Wanted, sourceMode: number | undefined): Wanted {
  if (args.mode !== "preserve") return args;
  return { ...args, mode: sourceMode === undefined ? undefined : modeText(sourceMode) };
}

/** @throws ModuleError for a destination that cannot hold the file */
export function planWhole(current: WholeState, args: WholeArgs, material: Pick<Material, "sha1" | "mode">): Change[] {
  const { here, path, attributes } = current;
  if (current.isRefused) throw new ModuleError("can not use content with a dir as dest", { dest: path });
  if (here !== undefined && args.force === false) return [];
  const wanted = wantedOf(args, material.mode);
  if (here === undefined) {
    const folders = foldersAbove(current, args);
    const made: Change[] = folders.map((folder) => ({ key: `${folder}: state`, from: null, to: "directory" }));
    return [
      ...made,
      { key: "state", from: null, to: "file" },
      { key: "content", from: null, to: material.sha1 },
      ...planAttributes(fresh(attributes.umask, false), wanted, attributes),
    ];
  }
  if (here.state === "link") {
    return [
      { key: "state", from: "link", to: "file" },
      { key: "content", from: null, to: material.sha1 },
      ...planAttributes(fresh(attributes.umask, false), wanted, attributes),
    ];
  }
  if (!isFile(here)) throw new ModuleError(`${path} is a ${here.state}: only a regular file can be replaced`, { dest: path });
  const content: Change[] = current.sum === material.sha1 ? [] : [{ key: "content", from: current.sum ?? null, to: material.sha1 }];
  return [...content, ...planAttributes(here, wanted, attributes)];
}

/** Directories to make: only where dest was written as a directory. @throws ModuleError where it was not */
function foldersAbove(current: WholeState, args: WholeArgs): string[] {
  const folder = current.path.slice(0, Math.max(current.path.lastIndexOf("/"), 1));
  if (!current.path.includes("/") || current.parentPath === undefined || sameFolder(folder, current.parentPath)) return [];
  if (current.parent !== undefined && current.parent.state !== "directory" && current.parent.state !== "link") {
    throw new ModuleError(`Destination directory ${folder} does not exist: ${current.parentPath} is a ${current.parent.state}`, { dest: current.path });
  }
  if (!args.dest.endsWith("/"))
    throw new ModuleError(`Destination directory ${folder} does not exist`, { dest: current.path }, "create it first, with file: state=directory");
  return missingFolders(folder, current.parentPath);
}

function sameFolder(a: string, b: string): boolean {
  const clean = (path: string): string => path.replace(/\/+/g, "/").replace(/(.)\/$/, "$1");
  return clean(a) === clean(b);
}

/** The script that carries the changes out. `text` must hold the parts facts, way, place and whole_apply. */
export function applyWhole(text: string, changes: readonly Change[], current: WholeState, args: WholeArgs, material: Material): Script {
  const { attributes } = current;
  const wanted = wantedOf(args, material.mode);
  const entry = isFile(current.here) ? current.here : undefined;
  const isContent = changes.some((change) => change.key === "content");
  const folders = entry === undefined && current.here === undefined ? foldersAbove(current, args) : [];
  const folderMode =
    args.directory_mode === undefined
      ? ""
      : modeText(resolveMode(args.directory_mode, fresh(attributes.umask, true, current.parent).mode, true, attributes.umask));
  const vars = isContent
    ? writeVars(changes, { entry, wanted, facts: attributes, size: material.size, backup: args.backup, validate: args.validate, unsafe: args.unsafe_writes })
    : attributeVars(changes, entry ?? fresh(attributes.umask, false), wanted, attributes);
  return {
    text,
    vars: { ...vars, path: current.path, is_content: isContent ? "1" : "", folders: folders.map(quote).join(" "), folder_mode: chmodText(folderMode) },
    ...(isContent ? { stdin: material.content, takesVariable: true } : {}),
  };
}

/** Asks for the old content, when there is one that a diff could show. */
export function oldContent(text: string, changes: readonly Change[], current: WholeState): Script | undefined {
  const isShown = changes.some((change) => change.key === "content") && isFile(current.here) && current.here.size <= 104_448;
  return isShown ? { text, vars: { path: current.path } } : undefined;
}

/** Ansible's diff of a file: content, and beside it what of the metadata changes. */
export function diffWhole(changes: readonly Change[], current: WholeState, material: Material, answer: Answer | undefined): Diff[] {
  const diffs: Diff[] = [];
  const rest = changes.filter((change) => change.key !== "content");
  if (rest.length !== changes.length) {
    const headers = { before_header: current.path, after_header: material.source ?? current.path };
    const before = isFile(current.here) ? answer?.stdout : Buffer.alloc(0);
    const after = bytesOf(material);
    if (before === undefined || after === undefined) diffs.push({ ...headers, prepared: "diff skipped: file size is greater than 104448\n" });
    else if (!isShowable(before)) diffs.push({ ...headers, prepared: "diff skipped: destination file appears to be binary\n" });
    else if (!isShowable(after)) diffs.push({ ...headers, prepared: "diff skipped: source file appears to be binary\n" });
    else diffs.push({ ...headers, before: before.toString("utf8"), after: after.toString("utf8") });
  }
  if (rest.length > 0) {
    const lines = (side: "from" | "to"): string => rest.map((change) => `${change.key}: ${String(change[side] ?? "absent")}\n`).join("");
    diffs.push({ before: lines("from"), after: lines("to") });
  }
  return diffs;
}

/** The keys that users of copy and template expect. */
export function wholeResult(after: WholeState, changes: readonly Change[], applied: Answer | undefined, material: Material): Record<string, unknown> {
  const isContent = changes.some((change) => change.key === "content");
  return {
    dest: after.path,
    ...(isContent ? { src: material.source, ...(material.md5 === "" ? {} : { md5sum: material.md5 }) } : { path: after.path }),
    checksum: after.sum ?? material.sha1,
    ...pathInfo(after.here),
    ...backupResult(applied),
  };
}
