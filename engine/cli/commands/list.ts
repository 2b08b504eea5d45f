import type { Node, Play, Task } from "../../play/model.ts";
import type { Prepared } from "../../run/run.ts";
import { isSelected } from "../../run/tags.ts";
import type { Options } from "../options.ts";
import { isMeta } from "../../play/actions.ts";

interface PlayHosts {
  readonly play: string;
  readonly pattern: string;
  readonly hosts: readonly string[];
}

/** The text of --list-hosts, --list-tasks and --list-tags, laid out as Ansible does. */
export function tasksText(options: Options, prepared: Prepared, playHosts: readonly PlayHosts[]): string {
  const lines: string[] = [];
  let number = 0;
  for (const playbook of prepared.playbooks) {
    lines.push("", `playbook: ${playbook.file}`);
    for (const [index, play] of playbook.plays.entries()) {
      const { hosts } = playHosts[number]!;
      number += 1;
      lines.push("", `  play #${index + 1} (${play.hosts}): ${play.name ?? play.hosts}\tTAGS: [${play.inherited.tags.join(", ")}]`);
      if (options.listHosts) lines.push(`    pattern: ['${play.hosts}']`, `    hosts (${hosts.length}):`, ...hosts.map((host) => `      ${host}`));
      const tasks = tasksOf(play, options);
      if (options.listTasks) lines.push("    tasks:", ...tasks.map((task) => `      ${nameOf(task)}\tTAGS: [${[...task.tags].sort().join(", ")}]`));
      if (options.listTags) lines.push(`      TASK TAGS: [${[...new Set(tasks.flatMap((task) => task.tags))].sort().join(", ")}]`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function tasksOf(play: Play, options: Options): Task[] {
  const runTags = options.tags.length === 1 && options.tags[0] === "all" ? [] : options.tags;
  const flat = (nodes: readonly Node[]): Task[] =>
    nodes.flatMap((node) => (node.kind === "task" ? [node] : [...flat(node.block), ...flat(node.rescue), ...flat(node.always)]));
  return flat(play.nodes).filter((task) => !(isMeta(task) && task.name === undefined) && isSelected(task.tags, runTags, options.skipTags));
}

function nameOf(task: Task): string {
  const name = String(task.name ?? task.module);
  return task.role === undefined ? name : `${task.role.name} : ${name}`;
}
