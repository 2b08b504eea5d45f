/** What an inventory needs to know of a host. */
export interface Addressed {
  readonly name: string;
  readonly address: string;
}

/** How the lab's hosts are reached. */
export function connectionVariables(keyFile: string, knownHostsFile: string): Record<string, string> {
  return {
    ansible_user: "root",
    ansible_ssh_private_key_file: keyFile,
    ansible_ssh_common_args: `-o UserKnownHostsFile=${knownHostsFile} -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes`,
  };
}

/** An INI inventory of the hosts, for `-i FILE`. */
export function inventoryIni(hosts: readonly Addressed[], variables: Readonly<Record<string, unknown>>): string {
  const lines = hosts.map((host) => `${host.name} ansible_host=${host.address}`);
  const assignments = Object.entries(variables).map(([key, value]) => `${key}=${literal(value)}`);
  return ["# written by the lab", ...lines, "", "[all:vars]", ...assignments, ""].join("\n");
}

/** As INI inventories hold values: Python's literals, and text as it stands. */
function literal(value: unknown): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return value.includes(" ") ? `'${value}'` : value;
  return JSON.stringify(value);
}

/** The same in the shape that inventory scripts print for --list. */
export function inventoryJson(hosts: readonly Addressed[], variables: Readonly<Record<string, unknown>>): string {
  const hostvars = Object.fromEntries(hosts.map((host) => [host.name, { ansible_host: host.address }]));
  const all = { hosts: hosts.map((host) => host.name), vars: variables };
  return `${JSON.stringify({ _meta: { hostvars }, all }, null, 2)}\n`;
}
