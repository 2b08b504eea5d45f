import type { Task } from "../play/model.ts";
import type { HostRun, PlayContext } from "../task/context.ts";
import { viewOf } from "./view.ts";

/** --start-at-task and --step. */
export async function isReached(task: Task, host: HostRun, play: PlayContext): Promise<boolean> {
  const { run } = play;
  if (!run.started) {
    const wanted = run.settings.startAtTask!;
    const name = String(task.name ?? task.action);
    const full = task.role === undefined ? name : `${task.role.name} : ${name}`;
    const isWanted = [name, full].some(
      (candidate) =>
        candidate === wanted ||
        new RegExp(
          `^${wanted
            .replace(/[.+^${}()|[\]\\]/g, "\\$&")
            .replace(/\*/g, ".*")
            .replace(/\?/g, ".")}$`,
        ).test(candidate),
    );
    if (!isWanted && !task.tags.includes("always")) return false;
    if (isWanted) run.started = true;
  }
  if (run.settings.step === undefined || !run.stepping) return true;
  const answer = await run.settings.step((await viewOf(task, host, play)).name);
  if (answer === "all") run.stepping = false;
  return answer !== false;
}
