import { type HostModule, ModuleError } from "../contract.ts";
import { type Facts, factsOf } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";
import { args, type ArgsOf, choice, list } from "../schema.ts";

const schema = args({
  manager: list("Package managers to ask, in this order; `auto` for all that are known.", { default: ["auto"] }),
  strategy: choice("Stop at the first that the host has, or ask all.", ["first", "all"], { default: "first" }),
});

export type PackageFactsArgs = ArgsOf<typeof schema>;
type Package = Readonly<Record<string, unknown>>;

const known = ["apt", "rpm", "apk", "pacman"];
const families: Readonly<Record<string, string>> = { dnf: "rpm", dnf5: "rpm", yum: "rpm", zypper: "rpm" };

export const packageFacts: HostModule<PackageFactsArgs, Record<string, Package[]>> = {
  name: "package_facts",
  summary: "Lists the installed packages as facts",
  args: schema,
  check(args) {
    const unknown = args.manager.map(familyOf).find((name) => name !== "auto" && !known.includes(name));
    return unknown === undefined ? undefined : `Unsupported package managers requested: ${unknown}`;
  },
  probe(args) {
    const names = args.manager.map(familyOf);
    const managers = names.includes("auto") ? known : names;
    return { text: readScript(import.meta.url, "probe.sh", "facts"), vars: { managers: managers.join(" "), strategy: args.strategy } };
  },
  parse(answer) {
    const facts = factsOf(answer);
    const found = facts.get("found").trim();
    if (found === "") throw new ModuleError(`Could not detect a supported package manager from the following list: ${known.join(", ")}`);
    const packages: Record<string, Package[]> = {};
    for (const one of found.split(" ").flatMap((manager) => listOf(manager, facts))) (packages[String(one["name"])] ??= []).push(one);
    return packages;
  },
  plan: () => [],
  result: ({ before }) => ({ ansible_facts: { packages: before } }),
  doc: {
    examples: `- package_facts:
- debug:
    msg: "{{ ansible_facts.packages['openssh-server'][0].version }}"
`,
    returns: { "ansible_facts.packages": "each name with a list of what is installed under it: name, version, arch, source" },
    differences: ["origin is not told: that would need apt's whole index"],
  },
};

function familyOf(name: string): string {
  return families[name.toLowerCase()] ?? name.toLowerCase();
}

function listOf(manager: string, facts: Facts): Package[] {
  const lines = facts
    .get(manager)
    .split("\n")
    .filter((line) => line !== "");
  if (manager === "apt") {
    return lines.flatMap((line) => {
      const [status, name, version, arch, category] = line.split("\t");
      return status === "installed" ? [{ name, version, arch, category, origin: "", source: "apt" }] : [];
    });
  }
  if (manager === "rpm") {
    return lines.map((line) => {
      const [name, version, release, epoch, arch] = line.split("\t");
      return { name, version, release, epoch: epoch === "(none)" ? null : Number(epoch), arch: arch === "(none)" ? null : arch, source: "rpm" };
    });
  }
  if (manager === "pacman") {
    return lines.map((line) => {
      const [name, full] = line.split(" ");
      const dash = (full ?? "").lastIndexOf("-");
      return { name, version: full!.slice(0, dash), release: full!.slice(dash + 1), source: "pacman" };
    });
  }
  return lines.flatMap((line) => {
    const match = /^(.+)-(\d[^-]*)-r(\d+)$/.exec(line);
    return match === null ? [] : [{ name: match[1], version: match[2], release: match[3], source: "apk" }];
  });
}
