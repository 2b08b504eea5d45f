import { measure } from "../measure.ts";
import type { Figure, Scenario } from "../scenario.ts";
import { exitOr, tsplayCommand, withFiles } from "../tools.ts";

const PLAY = `- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.set_fact: { port: "{{ 8000 + groups['all'].index(inventory_hostname) }}" }
    - ansible.builtin.set_fact: { peers: "{{ groups['all'] | map('extract', hostvars, 'endpoint') | join(',') | hash('md5') }}" }
`;

/** Each host looks at a templated variable of every host, and sets one: twice the hosts are four times the reads, and no more than that. */
export const hostvars: Scenario = {
  name: "hostvars",
  title: "each host reads a variable of every host's",
  async run({ options }) {
    const figures: Figure[] = [];
    for (const count of options.quick ? [200, 400] : [200, 400, 800]) {
      const names = Array.from({ length: count }, (_, index) => `host${String(index).padStart(5, "0")}`);
      const inventory = `${names.join("\n")}\n[all:vars]\nendpoint={{ inventory_hostname }}:{{ port }}\n`;
      const value = await withFiles({ "play.yml": PLAY, "hosts.ini": inventory }, async (cwd) =>
        measure({ ...tsplayCommand(["play.yml", "-i", "hosts.ini"]), cwd }),
      );
      figures.push({ name: `${count} hosts`, value: exitOr(value, ({ seconds }) => seconds), unit: "s" });
    }
    return { figures };
  },
};
