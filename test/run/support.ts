import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { run, type RunResult, type Settings } from "../../engine/index.ts";
import type { Event, Outcome } from "../../engine/report/events.ts";

export interface Ran extends RunResult {
  readonly events: readonly Event[];
  /** Results of tasks, items left out. */
  readonly results: readonly Outcome[];
  /** `host task-name status`, in the order in which they came. */
  readonly lines: readonly string[];
}

/** Writes files into a new folder. @returns the folder */
export function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), "tsplay-run-"));
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}

/** Runs a playbook given as text (or `site.yml` of a project's folder). */
export async function play(inventory: string, playbook: string | { readonly folder: string }, settings: Partial<Settings> = {}): Promise<Ran> {
  const folder = typeof playbook === "string" ? project({ "site.yml": playbook }) : playbook.folder;
  const events: Event[] = [];
  const result = await run({ playbooks: [path.join(folder, "site.yml")], inventory: [inventory], ...settings }, (event) => events.push(event));
  const results = events.filter((event) => event.type === "result");
  return { ...result, events, results, lines: results.map((outcome) => `${outcome.host} ${outcome.task.name} ${outcome.status}`) };
}
