import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { nearest } from "../source/failure.ts";
import { type Place, placeOf } from "../source/place.ts";
import { readdirSync } from "node:fs";
import type { Collector, Visit } from "./check-visit.ts";
import { problem } from "./context.ts";
import type { Play, Task } from "./model.ts";
import { hasTemplate } from "./names.ts";
import { isTrue } from "./truth.ts";
import { type Text, Written } from "../source/written.ts";

type Mapping = Readonly<Record<string, unknown>>;

/** Where each module looks for the controller's file that an argument names. */
const SOURCES: Readonly<Record<string, { readonly key: string; readonly folder: string }>> = {
  copy: { key: "src", folder: "files" },
  template: { key: "src", folder: "templates" },
  script: { key: "cmd", folder: "files" },
  unarchive: { key: "src", folder: "files" },
  include_vars: { key: "file", folder: "vars" },
};

interface Source {
  readonly name: string;
  /** Where it is named. */
  readonly place: Place;
  readonly folders: readonly string[];
}

/** The controller's file that a task names; undefined when there is none, or only the run can tell which. */
function sourceOf(task: Task): Source | undefined {
  const source = SOURCES[task.action];
  if (source === undefined || task.args instanceof Written) return undefined;
  const { args } = task;
  if (isTrue(args["remote_src"]) || (task.action === "copy" && args["content"] !== undefined)) return undefined;
  const key = args[source.key] === undefined ? "_raw_params" : source.key;
  const value = args[key];
  if (typeof value !== "string" || hasTemplate(value) || value.includes("://")) return undefined;
  const name = task.action === "script" ? (value.trim().split(/\s+/)[0] ?? "") : value;
  // Files with a path of their own may be written by an earlier task.
  if (name === "" || isAbsolute(name) || name.startsWith("~") || isWritten(name)) return undefined;
  return { name, place: placeOf(args, key) ?? task.place, folders: foldersOf(task, source.folder) };
}

/** The template file that a task renders, if it is there and known before the run. */
export function templateFileOf(task: Task): string | undefined {
  if (task.action !== "template") return undefined;
  const source = sourceOf(task);
  return source?.folders.map((folder) => join(folder, source.name)).find((file) => existsSync(file));
}

/** Files of the controller that a task surely needs and that are not there. */
export function checkFiles({ task, isSure }: Visit, collector: Collector): void {
  if (!isSure || task.loop !== undefined || hasTemplate(task.args)) return;
  const source = sourceOf(task);
  if (source === undefined) return;
  const { name, folders } = source;
  if (folders.some((folder) => existsSync(join(folder, name)))) return;
  const near = nearest(name, folders.flatMap(namesIn));
  const hint = near === undefined ? `looked in ${folders.slice(0, 4).join(", ")}` : `did you mean "${near}"?`;
  collector.report(problem(`file not found: ${name}`, "file-not-found", source.place, hint));
}

/** vars_files that do not exist. */
export function checkVarsFiles(play: Play, collector: Collector): void {
  const raw = (play.raw as Mapping)["vars_files"];
  for (const [index, entry] of play.varsFiles.entries()) {
    const names = [entry].flat() as readonly Text[];
    if (!areConstant(names)) continue;
    const path = (name: string): string => resolve(play.directory, name.replace(/^~(?=\/)/, homedir()));
    if (names.some((name) => existsSync(path(name)) || existsSync(join(play.directory, "vars", name)))) continue;
    const near = names.map((name) => nearest(name, namesIn(play.directory))).find((name) => name !== undefined);
    const message = names.length === 1 ? `vars file not found: ${names[0]!}` : `none of these vars files exists: ${names.join(", ")}`;
    collector.report(
      problem(message, "file-not-found", placeOf(raw, index) ?? placeOf(play.raw, "vars_files"), near === undefined ? undefined : `did you mean "${near}"?`),
    );
  }
}

function areConstant(names: readonly Text[]): names is readonly string[] {
  return !names.some((name) => name instanceof Written);
}

function foldersOf(task: Task, folder: string): string[] {
  return [...new Set(task.searchPath.flatMap((base) => [join(base, folder), base, join(base, "..", folder)]))];
}

/** A `..` may lead to what another task makes. */
function isWritten(name: string): boolean {
  return name.startsWith("../");
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Not every folder of a search path exists.
    return [];
  }
}
