import { measure, median } from "../measure.ts";
import type { Figure, Scenario } from "../scenario.ts";
import { exitOr, tsplayCommand, withFiles } from "../tools.ts";

const HOSTS = 10_000;
const GROUPS = 100;

const names = Array.from({ length: HOSTS }, (_, index) => `host${String(index).padStart(5, "0")}.example.com`);

const FILES: Readonly<Record<string, string>> = {
  "list.yml": "- hosts: all\n",
  "play.yml": "- hosts: all\n  gather_facts: false\n  tasks:\n    - ansible.builtin.assert: { that: [rank | int >= 0, shelf == 'top'] }\n",
  "ini/hosts": ini(),
  "yaml/hosts.yml": yaml(),
  ...Object.fromEntries(Array.from({ length: GROUPS }, (_, index) => [`ini/group_vars/rack${index}.yml`, `shelf: top\nrack: ${index}\n`])),
  ...Object.fromEntries(names.map((name, index) => [`ini/host_vars/${name}.yml`, `rank: ${index}\nlabel: "{{ inventory_hostname }} of {{ rack }}"\n`])),
};

/** An inventory of 10,000 hosts in 100 groups; the INI one has folders of group_vars and host_vars beside it, a file a host. */
export const inventory: Scenario = {
  name: "inventory",
  title: `an inventory of ${HOSTS} hosts`,
  async run({ options }) {
    const figures: Figure[] = [];
    await withFiles(FILES, async (cwd) => {
      const take = async (name: string, args: readonly string[], atMost?: number): Promise<void> => {
        const runs: (number | string)[] = [];
        for (let run = 0; run < (options.quick ? 1 : 3); run += 1) runs.push(exitOr(await measure({ ...tsplayCommand(args), cwd }), ({ seconds }) => seconds));
        const value = runs.find((each) => typeof each === "string") ?? median(runs as number[]);
        figures.push({ name, value, unit: "s", ...(atMost === undefined ? {} : { atMost }) });
      };
      await take("INI, read and listed", ["list.yml", "-i", "ini/hosts", "--list-hosts"], 1);
      await take("YAML, read and listed", ["list.yml", "-i", "yaml/hosts.yml", "--list-hosts"], 1);
      await take("INI, each host's file of variables read", ["play.yml", "-i", "ini/hosts", "--syntax-check"], 1);
      await take("INI, one task that reads a variable of each host's file", ["play.yml", "-i", "ini/hosts"]);
    });
    return { figures };
  },
};

function ini(): string {
  const lines = names.map((name, index) => `${name} ansible_host=10.0.${index >> 8}.${index & 255}`);
  const groups = Array.from({ length: GROUPS }, (_, group) => [`[rack${group}]`, ...names.filter((_name, index) => index % GROUPS === group)]).flat();
  return `${[...lines, ...groups, "[racks:children]", ...Array.from({ length: GROUPS }, (_, group) => `rack${group}`)].join("\n")}\n`;
}

function yaml(): string {
  const lines = ["all:", "  children:"];
  for (let group = 0; group < GROUPS; group += 1) {
    lines.push(`    rack${group}:`, "      hosts:");
    for (let index = group; index < HOSTS; index += GROUPS) lines.push(`        ${names[index]}: { ansible_host: 10.0.${index >> 8}.${index & 255} }`);
  }
  return `${lines.join("\n")}\n`;
}
