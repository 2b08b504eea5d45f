/** What an inventory needs to know of a host. */
export interface Addressed {
  readonly name: string;
  readonly address: string;
}

function variablesFor(keyFile: string, knownHostsFile: string): Record<string, string> {
  return {
    ansible_user: "root",
    ansible_ssh_private_key_file: keyFile,
    ansible_ssh_common_args: `-o UserKnownHostsFile=${knownHostsFile} -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes`,
  };
}

/** An INI inventory of the hosts, for `-i FILE`. */
export function inventoryIni(hosts: readonly Addressed[], keyFile: string, knownHostsFile: string): string {
  const lines = hosts.map((host) => `${host.name} ansible_host=${host.address}`);
  const variables = Object.entries(variablesFor(keyFile, knownHostsFile)).map(([key, value]) => `${key}=${value.includes(" ") ? `'${value}'` : value}`);
  return ["# written by the lab", ...lines, "", "[all:vars]", ...variables, ""].join("\n");
}

/** The same in the shape that inventory scripts print for --list. */
export function inventoryJson(hosts: readonly Addressed[], keyFile: string, knownHostsFile: string): string {
  const hostvars = Object.fromEntries(hosts.map((host) => [host.name, { ansible_host: host.address }]));
  const all = { hosts: hosts.map((host) => host.name), vars: variablesFor(keyFile, knownHostsFile) };
  return `${JSON.stringify({ _meta: { hostvars }, all }, null, 2)}\n`;
}
