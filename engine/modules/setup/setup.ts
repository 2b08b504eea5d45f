import { type HostModule, ModuleError } from "../contract.ts";
import { fnmatch } from "../parts/glob.ts";
import { readScript } from "../parts/script.ts";
import { args, type ArgsOf, integer, list, path } from "../schema.ts";
import { hardwareFacts } from "./hardware.ts";
import { localFacts } from "./local.ts";
import { networkFacts } from "./network.ts";
import { sectionsOf } from "./sections.ts";
import { systemFacts } from "./system.ts";

const schema = args({
  gather_subset: list("Which facts: all, min, hardware, network, virtual, local; with ! in front: not these.", { default: ["all"] }),
  gather_timeout: integer("Accepted for compatibility: everything is asked in one go.", { default: 10 }),
  filter: list("Names of facts to keep, with shell wildcards; all when empty.", { default: [] }),
  fact_path: path("The folder of *.fact files.", { default: "/etc/ansible/facts.d" }),
});

type Args = ArgsOf<typeof schema>;
type Facts = Record<string, unknown>;

const SUBSETS = ["hardware", "network", "virtual", "local"] as const;
/** Finer names of Ansible's, and the part here that holds them. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  all: SUBSETS,
  hardware: ["hardware"],
  devices: ["hardware"],
  mounts: ["hardware"],
  processor: ["hardware"],
  memory: ["hardware"],
  network: ["network"],
  interfaces: ["network"],
  default_ipv4: ["network"],
  all_ipv4_addresses: ["network"],
  virtual: ["virtual"],
  virtualization_type: ["virtual"],
  local: ["local"],
};

export const setup: HostModule<Args, Facts> = {
  name: "setup",
  summary: "Gathers facts about the host, in one round trip",
  args: schema,
  probe: (given) => ({
    text: readScript(import.meta.url, "probe.sh"),
    vars: { subsets: [...wantedSubsets(given.gather_subset)].join(" "), fact_path: given.fact_path },
  }),
  parse(answer, given) {
    const sections = sectionsOf(answer.stdout.toString("utf8"));
    if (!sections.has("end")) throw new ModuleError(`setup: the facts ended early: ${answer.stderr.toString("utf8").trim().split("\n").at(-1) ?? ""}`);
    const excluded = given.gather_subset.includes("!min") && !given.gather_subset.includes("min");
    const wanted = wantedSubsets(given.gather_subset);
    return {
      ...(excluded && given.gather_subset.includes("!all") ? {} : systemFacts(sections)),
      ...hardwareFacts(sections),
      ...networkFacts(sections),
      ...(wanted.has("virtual") ? virtualFacts(sections) : {}),
      ...(wanted.has("local") ? { local: localFacts(sections) } : {}),
      gather_subset: given.gather_subset,
      module_setup: true,
    };
  },
  plan: () => [],
  result: ({ before, args: given }) => ({ ansible_facts: named(before, given.filter) }),
  doc: {
    description:
      "Facts have Ansible's names; they are in `ansible_facts` and, with the prefix `ansible_`, variables of their own. Python is not needed; `ansible_python` is there where the host has python3.",
    examples: `- setup:\n    gather_subset: [network]\n- setup:\n    filter: [ansible_memtotal_mb]`,
    returns: { ansible_facts: "The facts, each with the prefix `ansible_`" },
    differences: ["facter and ohai are not asked"],
  },
};

function wantedSubsets(given: readonly string[]): Set<string> {
  const positive = given.filter((name) => !name.startsWith("!"));
  const wanted = new Set<string>(positive.length === 0 && !given.includes("!all") ? SUBSETS : []);
  for (const name of positive) for (const part of PARTS[name] ?? []) wanted.add(part);
  for (const name of given) if (name.startsWith("!") && name !== "!all" && name !== "!min") for (const part of PARTS[name.slice(1)] ?? []) wanted.delete(part);
  if (given.includes("!all")) for (const part of SUBSETS) if (!positive.some((name) => PARTS[name]?.includes(part) === true)) wanted.delete(part);
  return wanted;
}

function virtualFacts(sections: ReturnType<typeof sectionsOf>): Facts {
  const found = sections.text("virt").trim();
  const container = sections.text("container").trim();
  const type = { oracle: "virtualbox", microsoft: "VirtualPC", none: "NA", "": "NA", "systemd-nspawn": "systemd-nspawn" }[found] ?? found;
  const containers = new Set(["docker", "podman", "lxc", "lxc-libvirt", "systemd-nspawn", "openvz", "wsl", "rkt"]);
  const role = type === "NA" ? "NA" : "guest";
  return {
    virtualization_type: containers.has(container) ? container : type,
    virtualization_role: role,
    virtualization_tech_guest: type === "NA" ? [] : [...(containers.has(found) ? ["container"] : []), type],
    virtualization_tech_host: [],
  };
}

/** These two are about the gathering, and have no prefix. */
const ABOUT = new Set(["gather_subset", "module_setup"]);

/** The facts that a filter wants, with the prefix that makes them variables. */
function named(facts: Facts, filters: readonly string[]): Facts {
  const patterns = filters.filter((text) => text !== "" && text !== "*").map((text) => fnmatch(text));
  const isWanted = (name: string): boolean => patterns.length === 0 || patterns.some((matches) => matches(name) || matches(`ansible_${name}`));
  return Object.fromEntries(Object.entries(facts).flatMap(([name, fact]) => (isWanted(name) ? [[ABOUT.has(name) ? name : `ansible_${name}`, fact]] : [])));
}
