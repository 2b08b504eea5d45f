import { measure, median } from "../measure.ts";
import type { Scenario } from "../scenario.ts";
import { exitOr, tsplayCommand, withFiles } from "../tools.ts";

const TASKS = 1_000;

/** A long playbook: every second task looks at this machine, the others are the controller's own. */
export const tasks: Scenario = {
  name: "tasks",
  title: `a playbook of ${TASKS} tasks, --check on localhost`,
  async run({ options }) {
    const floor: number[] = [];
    const own: (number | string)[] = [];
    await withFiles({ "play.yml": playbook(), "floor.sh": script() }, async (folder) => {
      for (let run = 0; run < (options.quick ? 1 : 5); run += 1) {
        floor.push((await measure({ program: "sh", args: ["floor.sh"], cwd: folder })).seconds);
        own.push(
          exitOr(await measure({ ...tsplayCommand(["play.yml", "-i", "localhost,", "-c", "local", "--check"]), cwd: folder }), ({ seconds }) => seconds),
        );
      }
    });
    const bad = own.find((each) => typeof each === "string");
    const total = bad ?? median(own as number[]);
    return {
      figures: [
        { name: "sh < script", value: median(floor), unit: "s" },
        { name: "read and run", value: total, unit: "s" },
        { name: "of that not the script's", value: typeof total === "number" ? total - median(floor) : total, unit: "s", atMost: 0.5 },
      ],
    };
  },
};

function playbook(): string {
  const lines = ["- hosts: all", "  gather_facts: false", "  vars:", "    base: /usr/share", "    limit: 2000", "  tasks:"];
  for (let task = 0; task < TASKS; task += 1) {
    lines.push(`    - name: Task ${task}`);
    if (task % 2 === 0) lines.push(`      ansible.builtin.file: { path: "{{ base }}/none-${task}", state: absent }`);
    else if (task % 4 === 1) lines.push(`      ansible.builtin.set_fact: { number_${task}: "{{ ${task} + 1 }}" }`);
    else lines.push(`      ansible.builtin.assert: { that: [number_${task - 2} < limit] }`);
  }
  return `${lines.join("\n")}\n`;
}

function script(): string {
  const lines = Array.from({ length: TASKS / 2 }, (_, index) => `[ ! -e "$base/none-${2 * index}" ] || echo there`);
  return `base=/usr/share\n${lines.join("\n")}\n`;
}
