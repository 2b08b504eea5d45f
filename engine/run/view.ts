import { template } from "../expression/evaluate.ts";
import { resolved } from "../expression/waiting.ts";
import type { Task } from "../play/model.ts";
import type { TaskView } from "../report/events.ts";
import type { Text } from "../source/written.ts";
import type { HostRun, PlayContext } from "../task/context.ts";
import { flagOf, scopeOf } from "../task/scope.ts";

/** A task as events tell of it, with its name as it is for the first of its hosts. */
export async function viewOf(task: Task, host: HostRun, play: PlayContext): Promise<TaskView> {
  const scope = scopeOf(task, host.name, play);
  const named = async (text: Text): Promise<string> => {
    if (typeof text === "string") return text;
    try {
      return String(await resolved(() => template(text, scope), { signal: play.run.signal }));
    } catch {
      // A name is for people; one that cannot be resolved (loop variables) is shown as written
      return String(text);
    }
  };
  const own = task.name === undefined || task.name === "" ? undefined : await named(task.name);
  const label = own ?? task.module;
  return {
    id: task.id,
    name: task.role === undefined ? label : `${task.role.name} : ${label}`,
    action: task.module,
    place: task.place,
    role: task.role?.name,
    isHandler: Object.hasOwn(task, "listen"),
    tags: task.tags,
    checkMode: flagOf(task, "check_mode", scope, play.run.facts.checkMode),
  };
}
