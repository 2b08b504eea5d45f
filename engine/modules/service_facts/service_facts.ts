import type { HostModule } from "../contract.ts";
import { type Facts, factsOf } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";
import { args, type ArgsOf } from "../schema.ts";

const schema = args({});

export type ServiceFactsArgs = ArgsOf<typeof schema>;

interface Service {
  readonly name: string;
  readonly state: string;
  status?: string;
  readonly source: string;
}

export const serviceFacts: HostModule<ServiceFactsArgs, Record<string, Service>> = {
  name: "service_facts",
  summary: "Lists the services as facts",
  args: schema,
  probe: () => ({ text: readScript(import.meta.url, "probe.sh", "facts") }),
  parse(answer) {
    const facts = factsOf(answer);
    if (facts.has("units")) return systemdServices(facts);
    const source = facts.has("openrc") ? "openrc" : "sysv";
    return Object.fromEntries(otherServices(facts).map(([name, state]) => [name, { name, state, source }]));
  },
  plan: () => [],
  result: ({ before }) => ({ ansible_facts: { services: before } }),
  doc: {
    examples: `- service_facts:
- debug:
    msg: "{{ ansible_facts.services['ssh.service'].state }}"
`,
    returns: { "ansible_facts.services": "each service with name, state (running, stopped, inactive ...), status (enabled, disabled, static ...), source" },
  },
};

const bad = new Set(["not-found", "masked", "failed"]);

function systemdServices(facts: Facts): Record<string, Service> {
  const services: Record<string, Service> = {};
  const rows = (key: string): string[][] =>
    facts
      .get(key)
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter(([name]) => name?.endsWith(".service") === true);
  for (const [name, load, active, sub] of rows("units")) {
    const status = [load, active, sub].find((word) => bad.has(word ?? "")) ?? active ?? "unknown";
    services[name!] = { name: name!, state: sub === "running" ? "running" : "stopped", status, source: "systemd" };
  }
  for (const [name, status] of rows("files")) {
    const one = services[name!];
    // what systemd has not loaded does not run
    if (one === undefined) services[name!] = { name: name!, state: "inactive", status: status!, source: "systemd" };
    else if (!bad.has(one.status!)) one.status = status!;
  }
  return services;
}

function otherServices(facts: Facts): [string, string][] {
  const text = facts.maybe("openrc");
  if (text !== undefined) {
    return text.split("\n").flatMap((line): [string, string][] => {
      const match = /^\s*(\S+).*\[\s*(\w+)/.exec(line);
      return match === null ? [] : [[match[1]!, match[2] === "started" ? "running" : match[2]!]];
    });
  }
  return (facts.maybe("sysvinit") ?? "")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(" ") as [string, string]);
}
