import { dirname, isAbsolute, join, resolve } from "node:path";
import { placeOf, placeOfKey } from "../source/place.ts";
import { attempt, firstExisting, type LoadContext, type Loader, loadFile, problem } from "./context.ts";
import { extend, listOf, nothingInherited, varsOf } from "./inherit.ts";
import { playKeywords } from "./keywords.ts";
import type { Condition, Inherited, Node, Play, Role } from "./model.ts";
import { isMapping, kindOf, nameIn } from "./names.ts";
import { promptsOf } from "./prompts.ts";
import { handlersOfRole, importRole, loadRoleEntry, tasksOfRole } from "./roles.ts";
import { impliedTask, type Mapping } from "./task.ts";
import { handlersOf, nodesOf } from "./tasks.ts";
import { checkKeywords } from "./validate.ts";
import { asText, isText, joinWritten, type Text } from "../source/written.ts";

/** What import_playbook hands to each play. */
export interface Imported {
  readonly vars: Readonly<Record<string, unknown>>;
  readonly when: readonly Condition[];
  readonly tags: readonly string[];
}

export const notImported: Imported = { vars: {}, when: [], tags: [] };

/** Loads one play; everything wrong in it goes to `report`. */
export function loadPlay(raw: Mapping, file: string, imported: Imported, loader: Loader, report: LoadContext["report"]): { play: Play; context: LoadContext } {
  const roles: Role[] = [];
  const directory = dirname(resolve(file));
  const context: LoadContext = {
    loader,
    playbookDirectory: directory,
    staticVars: staticVarsOf(raw, imported, directory, loader),
    chain: [],
    isHandler: false,
    report,
    onRole: (role) => roles.push(role),
    importRole,
  };
  checkKeywords(raw, playKeywords, "play", context);
  const inherited = inheritedOf(raw, imported, directory);
  const section = (key: string, where: LoadContext = context): Node[] => (Array.isArray(raw[key]) ? nodesOf(raw[key], `"${key}"`, inherited, where) : []);
  const flush = (): Node =>
    impliedTask("meta", { free_form: "flush_handlers" }, undefined, placeOf(raw)!, { ...nothingInherited, tags: ["always"], searchPath: [directory] }, context);

  const nodes = [...section("pre_tasks"), flush()];
  for (const [index, entry] of listOf(raw["roles"]).entries()) {
    attempt(context, undefined, () => {
      const place = placeOf(raw["roles"], index) ?? placeOf(raw, "roles");
      const role = loadRoleEntry(entry, place, inherited, [], context);
      roles.push(role);
      nodes.push(...tasksOfRole(role, {}, role.inherited, context));
    });
  }
  nodes.push(...section("tasks"), flush(), ...section("post_tasks"), flush());
  const own = handlersOf(section("handlers", { ...context, isHandler: true }));
  const play: Play = {
    place: placeOf(raw)!,
    raw,
    name: nameIn(raw),
    hosts: hostsOf(raw, context),
    inherited,
    vars: varsOf(raw["vars"]),
    varsFiles: varsFilesOf(raw, context),
    varsPrompt: promptsOf(raw, context),
    gatherFacts: raw["gather_facts"] ?? undefined,
    gatherSubset: raw["gather_subset"] ?? undefined,
    gatherTimeout: raw["gather_timeout"] ?? undefined,
    factPath: raw["fact_path"] ?? undefined,
    strategy: raw["strategy"] ?? undefined,
    serial: raw["serial"] ?? undefined,
    order: raw["order"] ?? undefined,
    maxFailPercentage: raw["max_fail_percentage"] ?? undefined,
    forceHandlers: raw["force_handlers"] ?? undefined,
    roles,
    nodes,
    handlers: [...firstOfEach(roles).flatMap(handlersOfRole), ...own],
    directory,
    importVars: imported.vars,
  };
  return { play, context };
}

/** Roles that are one and the same bring their handlers once. */
function firstOfEach(roles: readonly Role[]): Role[] {
  return [...new Map([...roles].reverse().map((role) => [role.key, role])).values()].reverse();
}

function inheritedOf(raw: Mapping, imported: Imported, directory: string): Inherited {
  const { when: _when, ...rest } = raw;
  const named = Object.hasOwn(raw, "user") && !Object.hasOwn(raw, "remote_user") ? { ...rest, remote_user: raw["user"] } : rest;
  return extend({ ...nothingInherited, when: imported.when, tags: imported.tags, searchPath: [directory] }, named);
}

function hostsOf(raw: Mapping, context: LoadContext): Text {
  const hosts = raw["hosts"];
  const place = placeOf(raw, "hosts");
  if (hosts === undefined) {
    const isTask = ["block", "when", "register", "loop", "notify", "become_user"].some((key) => Object.hasOwn(raw, key));
    const hint = isTask ? "this looks like a task: put it under `tasks:` of a play" : "write `hosts: all`, or a group's or a host's name";
    context.report(problem("this play has no hosts", "no-hosts", placeOf(raw), hint));
    return "";
  }
  const entries = listOf(hosts);
  const bad = entries.findIndex((entry) => isMapping(entry) || Array.isArray(entry) || entry === null);
  if (entries.length === 0 || hosts === "")
    context.report(problem("hosts is empty", "no-hosts", placeOfKey(raw, "hosts"), "write `hosts: all`, or a group's or a host's name"));
  else if (bad !== -1) context.report(problem(`hosts takes names and patterns, not ${kindOf(entries[bad])}`, "wrong-type", placeOf(hosts, bad) ?? place));
  return joinWritten(entries.map(asText), ",");
}

function varsFilesOf(raw: Mapping, context: LoadContext): (Text | readonly Text[])[] {
  const files: (Text | readonly Text[])[] = [];
  for (const [index, entry] of listOf(raw["vars_files"]).entries()) {
    if (isText(entry)) files.push(entry);
    else if (Array.isArray(entry) && entry.every(isText)) files.push(entry as Text[]);
    else
      context.report(
        problem(`vars_files takes names of files, not ${kindOf(entry)}`, "wrong-type", placeOf(raw["vars_files"], index) ?? placeOf(raw, "vars_files")),
      );
  }
  return files;
}

/** Play vars and vars_files as far as they are known before the run; what cannot be read here is for the check to say. */
function staticVarsOf(raw: Mapping, imported: Imported, directory: string, loader: Loader): LoadContext["staticVars"] {
  let known: readonly Readonly<Record<string, unknown>>[] | undefined;
  return () => {
    known ??= [varsOf(raw["vars"]), ...listOf(raw["vars_files"]).flatMap((entry) => fileVars(entry, directory, loader)), imported.vars];
    return known;
  };
}

function fileVars(entry: unknown, directory: string, loader: Loader): Readonly<Record<string, unknown>>[] {
  const names = listOf(entry).filter((name): name is string => typeof name === "string");
  const file = firstExisting(names.map((name) => (isAbsolute(name) ? name : join(directory, name))));
  if (file === undefined) return [];
  return attempt({ report: () => undefined }, [], () => [varsOf(loadFile(file, loader, "variables file"))]);
}
