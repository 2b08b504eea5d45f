import { type Flag, flagGroups } from "./flags.ts";

const HEAD = `tsplay makes machines so: Ansible's playbooks over SSH, with nothing on the machines but sshd and a POSIX sh.

Usage: tsplay [options] PLAYBOOK.yml [PLAYBOOK.yml ...]
`;

/**
 * The text of --help.
 * @param columns the width of the terminal
 * @param commands further commands, for example ["lab up", "boot hosts to try things on"]
 */
export function helpText(columns = 100, commands: readonly (readonly [string, string])[] = []): string {
  const width = Math.max(60, Math.min(columns, 140));
  const parts = [HEAD];
  if (commands.length > 0)
    parts.push(
      table(
        "Other commands",
        commands.map(([name, help]) => [`tsplay ${name}`, help]),
        width,
      ),
    );
  for (const group of flagGroups) {
    parts.push(
      table(
        group.title,
        group.flags.filter((flag) => flag.hidden !== true).map((flag) => [synopsis(flag), flag.help]),
        width,
      ),
    );
  }
  parts.push(table("Exit code", EXIT_CODES, width));
  parts.push("Settings are read from ansible.cfg ($ANSIBLE_CONFIG, ./ansible.cfg, ~/.ansible.cfg, /etc/ansible/ansible.cfg) and ANSIBLE_* variables.\n");
  return parts.join("\n");
}

const EXIT_CODES: readonly (readonly [string, string])[] = [
  ["0", "all hosts are as they should be"],
  ["2", "a task failed on a host"],
  ["4", "a host could not be reached, or a playbook or inventory is wrong"],
  ["5", "the command line or the configuration is wrong"],
  ["99", "interrupted"],
  ["250", "a bug of ours"],
];

function synopsis(flag: Flag): string {
  const names = flag.names.filter((name) => name.length === 2 || name === flag.names.find((candidate) => candidate.startsWith("--"))).join(", ");
  if (flag.kind === "when") return `${names}[=${flag.metavar ?? "WHEN"}]`;
  if (flag.metavar === undefined) return names;
  return `${names} ${flag.metavar}`;
}

function table(title: string, rows: readonly (readonly [string, string])[], width: number): string {
  const left = Math.min(34, Math.max(...rows.map(([name]) => name.length))) + 4;
  const lines = rows.flatMap(([name, help]) => {
    const wrapped = wrap(help, width - left);
    if (name.length + 4 > left) return [`  ${name}`, ...wrapped.map((line) => " ".repeat(left) + line)];
    return wrapped.map((line, index) => (index === 0 ? `  ${name}`.padEnd(left) : " ".repeat(left)) + line);
  });
  return `${title}:\n${lines.join("\n")}\n`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
