import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import type { Scope } from "../expression/contract.ts";
import { condition, evaluate, finalize, indirectly, template } from "../expression/evaluate.ts";
import { Undefined } from "../expression/values.ts";
import { loadVarsFile } from "../inventory/vars-file.ts";
import type { ActionContext, Controller, TemplateOptions } from "../modules/contract.ts";
import type { Task } from "../play/model.ts";
import { Failure } from "../source/failure.ts";
import { renderHandlebars } from "../template/handlebars.ts";
import { renderJinja } from "../template/jinja.ts";
import type { PlayContext } from "./context.ts";
import { withNames } from "./scope.ts";
import { isTemplate, Written } from "../source/written.ts";

/** What modules may use of the controller while their arguments are prepared. */
export function controllerOf(task: Task, scope: Scope, play: PlayContext): Controller {
  return {
    playbookDirectory: play.play.directory,
    host: String(scope.get("inventory_hostname")),
    findFile: (name, kind) => findFile(name, kind, task),
    decrypt: (bytes) => {
      const text = bytes.subarray(0, 15).toString("latin1");
      return text.startsWith("$ANSIBLE_VAULT;") ? play.run.decryptBytes(bytes.toString("utf8")) : bytes;
    },
    renderTemplate: (file, options) => render(file, options, task, scope, play),
  };
}

function render(file: string, options: TemplateOptions, task: Task, scope: Scope, play: PlayContext): string {
  const bytes = readFileSync(file);
  const text = bytes.subarray(0, 15).toString("latin1") === "$ANSIBLE_VAULT;" ? play.run.decrypt(bytes.toString("utf8")) : bytes.toString("utf8");
  const names = {
    ansible_managed: "Ansible managed",
    template_path: file,
    template_fullpath: path.resolve(file),
    template_host: "localhost",
    template_uid: "root",
    ...options.extra,
  };
  const inner = withNames(scope, names);
  const written = new Written(text);
  if (file.endsWith(".hbs")) return renderHandlebars(written, inner, { file });
  return renderJinja(written, inner, {
    ...options,
    file,
    searchPath: [path.dirname(file), ...task.searchPath.flatMap((folder) => [path.join(folder, "templates"), folder])],
  });
}

/** Finds a file as Ansible does: in the role's folder of that kind, the role, beside the task file, the playbook's. */
function findFile(name: string, kind: string, task: Task): string {
  const expanded = name.startsWith("~/") ? path.join(homedir(), name.slice(2)) : name;
  if (path.isAbsolute(expanded)) {
    if (existsSync(expanded)) return expanded;
    throw new Failure(`file not found: ${name}`, { code: "file-not-found", fault: "playbook", place: task.place });
  }
  const looked: string[] = [];
  for (const folder of task.searchPath) {
    for (const candidate of kind === "" ? [path.join(folder, expanded)] : [path.join(folder, kind, expanded), path.join(folder, expanded)]) {
      if (existsSync(candidate)) return candidate;
      looked.push(path.dirname(candidate));
    }
  }
  throw new Failure(`file not found: ${name}`, {
    code: "file-not-found",
    fault: "playbook",
    place: task.place,
    hint: `looked in ${[...new Set(looked)].join(", ")}`,
  });
}

/** What controller-side modules may use. */
export function actionContextOf(task: Task, host: string, scope: Scope, play: PlayContext): ActionContext {
  const { run } = play;
  return {
    ...controllerOf(task, scope, play),
    host,
    verbosity: run.facts.verbosity,
    evaluate: (expression) => evaluate(expression, scope, { place: task.place }),
    expressions: (raw) => (raw instanceof Written && isTemplate(raw.text) ? indirectly(raw, scope, { place: task.place }) : raw),
    condition: (value) => condition(value, scope, { place: task.place }),
    variable: (name) => {
      const value = scope.get(name);
      return value instanceof Undefined ? undefined : finalize(value);
    },
    template: (value) => template(value, scope, { place: task.place }),
    loadVariables: (file) => loadVarsFile(file, { decrypt: run.decrypt }),
    prompt: async (text, options) => run.settings.prompt?.(text, options),
    sleep: (milliseconds) => sleep(milliseconds, run.signal),
  };
}

/** Waits, or ends early when the run is interrupted. */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
  });
}
