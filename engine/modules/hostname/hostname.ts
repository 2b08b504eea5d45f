import type { HostModule } from "../contract.ts";
import { factsOf } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";
import { args, type ArgsOf, choice, string } from "../schema.ts";

const schema = args({
  name: string("The host's name.", { required: true }),
  use: choice("Accepted for compatibility: /etc/hostname and the kernel are set on every Linux.", [
    "alpine",
    "debian",
    "generic",
    "redhat",
    "sles",
    "systemd",
    "openrc",
  ]),
});

export type HostnameArgs = ArgsOf<typeof schema>;

export interface HostnameState {
  readonly current: string;
  readonly permanent: string | null;
}

export const hostname: HostModule<HostnameArgs, HostnameState> = {
  name: "hostname",
  summary: "Sets the host's name, now and after a reboot",
  args: schema,
  check: (args) => (/^[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?$/.test(args.name) ? undefined : `not a host name: "${args.name}"`),
  probe: () => ({ text: readScript(import.meta.url, "probe.sh", "facts") }),
  parse(answer) {
    const facts = factsOf(answer);
    return { current: facts.maybe("current") ?? "", permanent: facts.maybe("permanent") ?? null };
  },
  plan: (current, args) => [
    ...(current.permanent === args.name ? [] : [{ key: "permanent", from: current.permanent, to: args.name }]),
    ...(current.current === args.name ? [] : [{ key: "current", from: current.current, to: args.name }]),
  ],
  apply: (changes, _current, args) => ({
    text: readScript(import.meta.url, "apply.sh", "facts", "way", "place"),
    vars: {
      name: args.name,
      is_current: changes.some(({ key }) => key === "current") ? "1" : "",
      is_permanent: changes.some(({ key }) => key === "permanent") ? "1" : "",
    },
  }),
  result: ({ args }) => ({
    name: args.name,
    ansible_facts: {
      ansible_hostname: args.name.split(".")[0],
      ansible_nodename: args.name,
      ansible_fqdn: args.name,
      ansible_domain: args.name.split(".").slice(1).join("."),
    },
  }),
  doc: {
    examples: `- hostname:\n    name: web1\n`,
    returns: { name: "the name", ansible_facts: "ansible_hostname, ansible_nodename, ansible_fqdn and ansible_domain, as they are now" },
    differences: ["/etc/hosts is left alone, as with Ansible; `use` has no effect"],
  },
};
