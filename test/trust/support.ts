import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { dump } from "./yaml.ts";
import type { Event } from "../../engine/report/events.ts";
import { run } from "../../engine/index.ts";
import { Failure, Failures } from "../../engine/source/failure.ts";
import { project } from "../run/support.ts";

/** One playbook with something in it that a host's text is to be evaluated by. */
export interface Try {
  readonly name: string;
  /** Tasks of the first play, behind those that register `r` (text that is a template) and `rb` (text that is an expression). */
  readonly tasks?: readonly unknown[];
  /** Plays behind it. */
  readonly plays?: readonly unknown[];
  readonly handlers?: readonly unknown[];
}

export interface Tried {
  readonly isRefused: boolean;
  readonly events: readonly Event[];
}

/** What the host prints: its effect, were it evaluated, is a file on the controller. */
export function payloads(mark: string): { readonly template: string; readonly expression: string } {
  return { template: `{{ lookup("pipe", "touch ${mark}") }}`, expression: `lookup("pipe", "touch ${mark}") == ""` };
}

const FILES = {
  "show.yml": dump([
    { debug: { msg: "{{ x }} {{ x ~ '' }}" } },
    { debug: { var: "x" } },
    { set_fact: { kept: "{{ x }}" } },
    { debug: { msg: "{{ kept }}" }, when: "kept is defined" },
    { assert: { that: "{{ x }}" }, ignore_errors: true },
    { debug: { msg: "{{ item }}" }, loop: ["{{ x }}"] },
  ]),
  "show-play.yml": dump([{ hosts: "all", gather_facts: false, tasks: [{ debug: { msg: "{{ x | default('none') }}" } }, { command: "true" }] }]),
  "deeper.yml": dump([{ include_tasks: "show.yml", vars: { x: "{{ y }}" } }]),
  "roles/show/tasks/main.yml": dump([{ debug: { msg: "{{ x | default('none') }}" } }, { include_tasks: "../../../show.yml", when: "x is defined" }]),
  "roles/show/handlers/main.yml": dump([{ name: "shown", debug: { msg: "{{ x | default('none') }}" } }]),
  "show.j2": "{{ x }} {% set y = x %}{{ y }}{% for c in [x] %}{{ c }}{% endfor %}{% macro m(a) %}{{ a }}{% endmacro %}{{ m(x) }}{{ lookup('vars', 'x') }}\n",
};

/**
 * Runs a try against the host of the inventory, whose /root/template and /root/expression hold the payloads.
 * @returns what happened; a playbook that is refused before the run is no hole
 * @throws when the payload ran, or when the run ended by anything but a host's failed tasks
 */
export async function tryOn(inventory: string, host: string, given: Try, mark: string): Promise<Tried> {
  const first = {
    hosts: host,
    gather_facts: false,
    handlers: given.handlers ?? [],
    tasks: [
      { command: "cat /root/template", register: "r" },
      { command: "cat /root/expression", register: "rb" },
      ...(given.tasks ?? []).flatMap((task) => [{ block: [task], rescue: [{ debug: { msg: "{{ ansible_failed_result }}" } }] }]),
    ],
  };
  const folder = project({ ...FILES, "site.yml": dump([first, ...(given.plays ?? [])]) });
  const events: Event[] = [];
  try {
    await run({ playbooks: [path.join(folder, "site.yml")], inventory: [inventory] }, (event) => events.push(event));
  } catch (error) {
    if (!(error instanceof Failure || error instanceof Failures)) throw error;
    if (events.some((event) => event.type === "task-start")) throw new Error(`${given.name}: the whole run ended: ${error.message}`, { cause: error });
    return { isRefused: true, events };
  } finally {
    const ran = existsSync(mark);
    rmSync(mark, { force: true });
    rmSync(folder, { recursive: true });
    if (ran) throw new Error(`${given.name}: the host's text ran on the controller`);
  }
  return { isRefused: false, events };
}
