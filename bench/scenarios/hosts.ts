import { measure } from "../measure.ts";
import type { Figure, Scenario } from "../scenario.ts";
import { exitOr, tsplayCommand, withFiles } from "../tools.ts";

const PLAY = `- hosts: all
  gather_facts: false
  vars:
    limit: 5
  tasks:
    - ansible.builtin.set_fact: { address: "10.0.{{ inventory_hostname | length }}.1" }
    - ansible.builtin.debug: { msg: "{{ inventory_hostname }} is {{ address }}" }
    - ansible.builtin.assert: { that: [inventory_hostname | length > limit, address is defined] }
    - ansible.builtin.debug: { var: address }
      when: limit > 5
    - ansible.builtin.group_by: { key: "of_{{ inventory_hostname[-1] }}" }
`;

/** What a host costs where no host is asked anything. */
export const hosts: Scenario = {
  name: "hosts",
  title: "five tasks of the controller's own",
  async run({ options }) {
    const figures: Figure[] = [];
    for (const [count, atMost] of options.quick
      ? ([[1_000, 1]] as const)
      : ([
          [1_000, 1],
          [10_000, 10],
        ] as const)) {
      const names = Array.from({ length: count }, (_, index) => `host${String(index).padStart(5, "0")}`);
      const value = await withFiles({ "play.yml": PLAY, "hosts.ini": `${names.join("\n")}\n` }, async (cwd) =>
        measure({ ...tsplayCommand(["play.yml", "-i", "hosts.ini"]), cwd }),
      );
      figures.push({ name: `${count} hosts`, value: exitOr(value, ({ seconds }) => seconds), unit: "s", atMost });
      figures.push({ name: `${count} hosts, memory`, value: exitOr(value, ({ peakMegabytes }) => peakMegabytes), unit: "MB" });
    }
    return { figures };
  },
};
