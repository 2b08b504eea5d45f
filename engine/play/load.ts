import { dirname, isAbsolute, join, resolve } from "node:path";
import { type Failure, Failures } from "../source/failure.ts";
import { type Place, placeOf, placeOfKey } from "../source/place.ts";
import { attempt, canonicalPath, firstExisting, loadFile, type LoadContext, type Loader, type LoadOptions, newLoader, problem } from "./context.ts";
import { collectionRoots } from "./find-role.ts";
import { conditionsOf, nothingInherited, tagsOf, varsOf } from "./inherit.ts";
import { importPlaybookKeywords, playKeywords } from "./keywords.ts";
import type { Play } from "./model.ts";
import { isMapping, kindOf } from "./names.ts";
import { type Imported, loadPlay, notImported } from "./play.ts";
import { importRole } from "./roles.ts";
import { staticText } from "./static.ts";
import type { Mapping } from "./task.ts";
import { checkKeywords } from "./validate.ts";
import { isText, Written } from "../source/written.ts";

export interface Playbook {
  /** Absolute. */
  readonly file: string;
  readonly plays: readonly Play[];
  /** What the load refused; empty unless `LoadOptions.problems` was given. */
  readonly problems: readonly Failure[];
  /** For `loadTasks`, `loadRole` and `tasksOfRole` while the play runs: failures are thrown. */
  contextOf(play: Play): LoadContext;
}

interface Loading {
  readonly loader: Loader;
  readonly report: (failure: Failure) => void;
  readonly contexts: Map<Play, LoadContext>;
}

/**
 * Loads a playbook with all that it imports statically.
 * @param file path of the playbook
 * @throws Failures, all that is wrong with it at once; with `options.problems` they are collected there instead, and what could be loaded is returned
 */
export function loadPlaybook(file: string, options: LoadOptions): Playbook {
  const problems = options.problems ?? [];
  const loading: Loading = { loader: newLoader(options), report: (failure) => problems.push(failure), contexts: new Map() };
  const path = resolve(file);
  const plays = attempt(loading, [], () => playsOf(path, notImported, [], loading, undefined));
  if (options.problems === undefined && problems.length > 0) throw new Failures(problems);
  return {
    file: path,
    plays,
    problems,
    contextOf: (play) => {
      const context = loading.contexts.get(play)!;
      return {
        ...context,
        report: (failure) => {
          throw failure;
        },
      };
    },
  };
}

function playsOf(file: string, imported: Imported, chain: readonly string[], loading: Loading, place: Place | undefined): Play[] {
  const path = canonicalPath(file);
  if (chain.includes(path)) {
    const names = [...chain.slice(chain.indexOf(path)), path].map((name) => name.slice(dirname(chain[0]!).length + 1)).join(" -> ");
    throw problem(`circular import of playbooks: ${names}`, "circular-import", place);
  }
  const data = loadFile(file, loading.loader, "playbook", place);
  const start = placeOf(data) ?? { file, line: 1, column: 1 };
  if (data === null || data === undefined || (Array.isArray(data) && data.length === 0))
    throw problem("this playbook is empty", "empty-playbook", start, "a playbook is a list of plays, each with `hosts:`");
  if (!Array.isArray(data)) {
    const hint = isMapping(data) && Object.hasOwn(data, "hosts") ? 'begin the play with "- hosts:"' : "a playbook is a list of plays, each with `hosts:`";
    throw problem(`a playbook is a list of plays, not ${kindOf(data)}`, "wrong-type", start, hint);
  }
  return data.flatMap((entry: unknown, index) =>
    attempt(loading, [], () => {
      if (!isMapping(entry)) throw problem(`a play is a mapping, not ${kindOf(entry)}`, "wrong-type", placeOf(data, index), "a play begins with `hosts:`");
      const key = Object.keys(entry).find((name) => /^(ansible\.(builtin|legacy)\.)?import_playbook$/.test(name));
      if (key !== undefined) return importPlaybook(entry, key, file, imported, [...chain, path], loading);
      if (Object.hasOwn(entry, "include")) throw problem(`"include" is gone`, "removed", placeOfKey(entry, "include"), "use import_playbook");
      const { play, context } = loadPlay(entry, file, imported, loading.loader, loading.report);
      loading.contexts.set(play, context);
      return [play];
    }),
  );
}

function importPlaybook(raw: Mapping, key: string, file: string, outer: Imported, chain: readonly string[], loading: Loading): Play[] {
  const place = placeOf(raw, key);
  checkKeywords(raw, importPlaybookKeywords, "import_playbook", loading, new Set([key, ...Object.keys(playKeywords)]));
  if (Object.hasOwn(raw, "hosts"))
    throw problem(`"hosts" cannot stand beside import_playbook`, "unknown-keyword", placeOfKey(raw, "hosts"), "the imported plays name their own hosts");
  const given = raw[key];
  if (!isText(given) || String(given) === "") throw problem("import_playbook needs the name of a file", "missing-argument", place);
  const vars = varsOf(raw["vars"]);
  const context = importContext(dirname(resolve(file)), { ...outer.vars, ...vars }, loading);
  const name = staticText(given instanceof Written ? given : given.trim(), context, nothingInherited, vars, place);
  const target = isAbsolute(name) ? name : (collectionPlaybook(name, context) ?? join(dirname(resolve(file)), name));
  const inner: Imported = {
    vars: { ...vars, ...outer.vars },
    when: [...outer.when, ...conditionsOf(raw, "when")],
    tags: [...new Set([...outer.tags, ...tagsOf(raw["tags"])])],
  };
  return playsOf(target, inner, chain, loading, place);
}

function importContext(directory: string, vars: Mapping, loading: Loading): LoadContext {
  return {
    loader: loading.loader,
    playbookDirectory: directory,
    staticVars: () => [vars],
    chain: [],
    isHandler: false,
    report: loading.report,
    onRole: () => undefined,
    importRole,
  };
}

/** `namespace.collection.playbook` */
function collectionPlaybook(name: string, context: LoadContext): string | undefined {
  const parts = /^([\w-]+)\.([\w-]+)\.([\w.-]+)$/.exec(name);
  if (parts === null) return undefined;
  const base = collectionRoots(context).map((root) => join(root, "ansible_collections", parts[1]!, parts[2]!, "playbooks", parts[3]!));
  return firstExisting(base.flatMap((path) => [path, `${path}.yml`, `${path}.yaml`].filter((candidate) => /\.ya?ml$/.test(candidate))));
}

export type { LoadContext, LoadOptions } from "./context.ts";
export { handlersOfRole, loadRole, type RoleEntry, type RoleParts, rolePartsOf, tasksOfRole } from "./roles.ts";
export { findTaskFile, loadTasks } from "./tasks.ts";
