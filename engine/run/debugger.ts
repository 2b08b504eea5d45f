import { evaluate, finalize, pythonText } from "../expression/evaluate.ts";
import { Undefined } from "../expression/values.ts";
import type { Task } from "../play/model.ts";
import { Failure } from "../source/failure.ts";
import { copyPlaces } from "../source/place.ts";
import type { PlayContext } from "../task/context.ts";
import { booleanOf, keywordOf, placeOfKeyword, scopeOf, textOf, withNames } from "../task/scope.ts";
import type { TaskOutcome } from "../task/task.ts";
import { Written } from "../source/written.ts";

/** `debugger`, and what of it the debug strategy (enable_task_debugger) turns on where no keyword says otherwise. */
export function wantsDebugger(task: Task, outcome: TaskOutcome, play: PlayContext): boolean {
  const isOn = play.run.settings.taskDebugger === true || /(^|\.)debug$/.test(String(play.play.strategy ?? play.run.settings.strategy ?? ""));
  if (!isOn && task.keywords.debugger === undefined) return false;
  const scope = scopeOf(task, outcome.host.name, play);
  const isFailed = outcome.failed && booleanOf(keywordOf(task, "ignore_errors", scope), "ignore_errors", scope) !== true;
  switch (textOf(keywordOf(task, "debugger", scope), scope, placeOfKeyword(task, "debugger"))) {
    case "always":
      return true;
    case "never":
      return false;
    case "on_failed":
      if (isFailed) return true;
      break;
    case "on_unreachable":
      if (outcome.unreachable) return true;
      break;
    case "on_skipped":
      if (outcome.status === "skipped") return true;
      break;
  }
  return isOn && (isFailed || outcome.unreachable);
}

const HELP = `p EXPRESSION            print: task, task.args, task_vars['name'], host, result
task.args['name'] = EXPRESSION, task_vars['name'] = EXPRESSION
u (update_task)         forget what was changed in task.args
r (redo)                run the task again
c (continue)            go on
q (quit)                end the run`;

/**
 * Asks on the terminal what is to be done about a task's outcome on one host.
 * @returns the task to run again, or undefined to go on; the run has been ended when that was wished, or when there is no terminal
 */
export async function debugTask(task: Task, outcome: TaskOutcome, play: PlayContext): Promise<Task | undefined> {
  const { run } = play;
  let current = task;
  // a reporter may not have shown it yet
  let said = outcome.failure?.message ?? "";
  for (;;) {
    const prompt = `${said === "" ? "" : `${said}\n`}[${outcome.host.name}] TASK: ${task.name ?? task.module} (debug)> `;
    const line = await run.settings.prompt?.(prompt, { echo: true });
    if (line === undefined) {
      const hint = "set `debugger: never`, or run it where there is a terminal";
      run.emit({ type: "warning", message: "the debugger has no terminal to ask on: the run ends", place: task.place, hint });
    }
    const [command = "", rest = ""] = divide(line ?? "q");
    switch (command) {
      case "":
        said = "";
        break;
      case "r":
      case "redo":
        return current;
      case "c":
      case "continue":
        return undefined;
      case "q":
      case "quit":
        run.interrupt();
        return undefined;
      case "u":
      case "update_task":
        current = { ...current, args: task.args };
        said = "";
        break;
      case "h":
      case "help":
      case "?":
        said = HELP;
        break;
      default:
        try {
          if (["p", "pprint", "print"].includes(command)) said = shown(evaluated(rest, current, outcome, play));
          else {
            current = changed(line ?? "", current, outcome, play);
            said = "";
          }
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          said = `***${error.message}${error.hint === undefined ? "" : ` (${error.hint})`}`;
        }
    }
  }
}

function divide(line: string): string[] {
  const [, command, rest] = /^\s*(\S*)\s*(.*)$/s.exec(line)!;
  return [command!, rest!.trim()];
}

function evaluated(text: string, task: Task, outcome: TaskOutcome, play: PlayContext): unknown {
  const scope = scopeOf(task, outcome.host.name, play);
  const { name, action, args, tags } = task;
  const names = { task: finalize({ name, action, args, tags }), task_vars: scope.get("vars"), host: outcome.host.name, result: outcome.result };
  const value = evaluate(new Written(text), withNames(scope, names));
  if (value instanceof Undefined) throw new Failure(value.message, { code: "undefined-variable", fault: "usage", hint: value.hint });
  return finalize(value);
}

/** `task.args['name'] = EXPRESSION` or `task_vars['name'] = EXPRESSION`. @throws Failure for anything else */
function changed(line: string, task: Task, outcome: TaskOutcome, play: PlayContext): Task {
  const assignment = /^\s*(task\.args|task_vars)\[(['"])(.+?)\2\]\s*=(?!=)\s*(.+)$/s.exec(line);
  if (assignment === null) throw new Failure(`not understood: ${line.trim()}`, { code: "bad-command", fault: "usage", hint: "h tells what can be done" });
  const [, what, , name, text] = assignment as unknown as [string, string, string, string, string];
  const value = evaluated(text, task, outcome, play);
  if (what === "task_vars") return { ...task, includeVars: [...task.includeVars, { [name]: value }] };
  if (task.args instanceof Written) throw new Failure("the arguments of this task are one template", { code: "bad-command", fault: "usage" });
  return { ...task, args: copyPlaces(task.args, { ...task.args, [name]: value }) };
}

function shown(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value, undefined, 2) : pythonText(value);
}
