import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { LabHost } from "../engine/lab/host.ts";
import type { Lab } from "../engine/lab/lab.ts";

/** A host as a tool reaches it: directly, or through a proxy that makes it far away. */
export interface Reachable {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

export interface Field {
  readonly hosts: readonly Reachable[];
  readonly keyFile: string;
  readonly knownHostsFile: string;
  readonly folder: string;
  /** An INI inventory with all that Ansible and tsplay need. */
  readonly inventory: string;
  /** An empty ansible.cfg, so that nobody's own settings count. */
  readonly ansibleConfig: string;
}

/** What every tool finds before its first run: fresh disks, apt's lists; Python for those that need it there. */
export async function freshHosts(lab: Lab, needsPython: boolean): Promise<void> {
  await Promise.all(
    lab.hosts.map(async (host) => {
      await host.reset();
      await succeed(host, "apt-get -qq update");
      if (needsPython) await succeed(host, "DEBIAN_FRONTEND=noninteractive apt-get -qq -y install python3 python3-apt >/dev/null");
    }),
  );
}

async function succeed(host: LabHost, command: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const done = await host.exec(command);
    if (done.code === 0) return;
    if (attempt === 3) throw new Error(`${host.name}: ${command}: ${done.stderr.trim()}`);
  }
}

/** The hosts of a lab where they stand. */
export function reachable(lab: Lab): readonly Reachable[] {
  return lab.hosts.map(({ name, address }) => ({ name, address, port: 22 }));
}

/** The hosts of a lab as tools see them. */
export function fieldOf(lab: Lab, hosts: readonly Reachable[]): Field {
  const folder = mkdtempSync(path.join(tmpdir(), "tsplay-bench-"));
  const inventory = path.join(folder, "inventory.ini");
  const lines = hosts.map((host) => `${host.name} ansible_host=${host.address} ansible_port=${host.port}`);
  const options = `-o UserKnownHostsFile=${lab.knownHostsFile} -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes`;
  writeFileSync(
    inventory,
    [...lines, "[all:vars]", "ansible_user=root", `ansible_ssh_private_key_file=${lab.keyFile}`, `ansible_ssh_common_args='${options}'`, ""].join("\n"),
  );
  const ansibleConfig = path.join(folder, "ansible.cfg");
  writeFileSync(ansibleConfig, "[defaults]\n");
  return { hosts, keyFile: lab.keyFile, knownHostsFile: lab.knownHostsFile, folder, inventory, ansibleConfig };
}
