import { existsSync } from "node:fs";
import path from "node:path";
import { template } from "../expression/evaluate.ts";
import type { Play } from "../play/model.ts";
import { Failure } from "../source/failure.ts";
import { placeOf } from "../source/place.ts";
import type { RunContext } from "../task/context.ts";
import type { PlayState } from "../variables/contract.ts";
import type { Text } from "../source/written.ts";

type Values = Readonly<Record<string, unknown>>;

export interface VarsFiles {
  readonly of: PlayState["varsFiles"];
  /** What keeps a host's files from being read: Failure `file-not-found`, or one of the file or of its name. */
  readonly problem: (host: string) => Failure | undefined;
}

/**
 * The play's vars_files for a host. Names may hold templates, so they are worked out per host, from what is known of it before its tasks: facts,
 * inventory and play vars, not what tasks register or set. A file is loaded once.
 */
export function varsFilesOf(play: Play, run: RunContext, state: PlayState, load: (file: string) => Values): VarsFiles {
  if (play.varsFiles.length === 0) return { of: () => NONE, problem: () => undefined };
  const problems = new Map<string, Failure>();
  const loaded = new Map<string, Values>();
  const busy = new Set<string>();
  const known = new Map<string, { version: number; values: readonly Values[] }>();
  const one = (file: string): Values => {
    let values = loaded.get(file);
    if (values === undefined) loaded.set(file, (values = load(file)));
    return values;
  };
  const of: PlayState["varsFiles"] = (host) => {
    // The files' own names may use variables; while they are worked out vars_files are not there yet
    if (busy.has(host)) return NONE;
    const version = run.variables.version(host);
    const cached = known.get(host);
    if (cached?.version === version) return cached.values;
    busy.add(host);
    try {
      const scope = run.variables.scope({ host, state, searchPath: [play.directory], isBeforeTasks: true });
      const values = play.varsFiles.flatMap((entry) => {
        const names = [entry].flat() as readonly Text[];
        const paths: string[] = [];
        const meant: string[] = [];
        for (const name of names) {
          let resolved: unknown;
          try {
            resolved = template(name, scope);
          } catch (error) {
            // NOTE: as in Ansible, a name that stands on facts counts only once they are gathered
            if (error instanceof Failure && error.code === "undefined-variable") continue;
            throw error;
          }
          for (const file of [resolved].flat().map(String)) {
            meant.push(file);
            paths.push(path.isAbsolute(file) ? file : path.join(play.directory, file), path.join(play.directory, "vars", file));
          }
        }
        if (paths.length === 0) return [];
        const found = paths.find((file) => existsSync(file));
        if (found !== undefined) return [one(found)];
        throw new Failure(`variables file not found: ${meant.join(", ")}`, {
          code: "file-not-found",
          fault: "playbook",
          place: placeOf(play.raw, "vars_files"),
        });
      });
      problems.delete(host);
      // The same list as before while it holds the same: what was made from it holds then too
      const kept = cached !== undefined && isSame(cached.values, values) ? cached.values : values;
      known.set(host, { version, values: kept });
      return kept;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      problems.set(host, error);
      known.set(host, { version, values: NONE });
      return NONE;
    } finally {
      busy.delete(host);
    }
  };
  return { of, problem: (host) => (of(host), problems.get(host)) };
}

const NONE: readonly Values[] = [];

function isSame(one: readonly Values[], other: readonly Values[]): boolean {
  return one.length === other.length && one.every((values, index) => values === other[index]);
}
