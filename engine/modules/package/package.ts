import type { Script } from "../../session/contract.ts";
import { type Change, type HostModule, ModuleError } from "../contract.ts";
import { APT_RECORDS, applyApt, aptTexts, probeApt, resultApt } from "../parts/apt/apt.ts";
import { type AptArgs, aptSchema } from "../parts/apt/args.ts";
import { planApt, planPackages } from "../parts/apt/plan.ts";
import { type AptState, parseApt } from "../parts/apt/state.ts";
import { factsOf } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";
import { quote } from "../parts/words.ts";
import { args, type ArgsOf, choice, list } from "../schema.ts";

// what users give beside name and state is apt's; `name` and `state` are our own
const { name: _name, state: _state, ...aptOptions } = aptSchema.properties;

const schema = args({
  name: list("The packages, by the names that the host's package manager knows.", { required: true, aliases: ["pkg"] }),
  state: choice("What they shall be.", ["present", "installed", "latest", "absent", "removed"], { default: "present" }),
  use: choice("The package manager.", ["auto", "apt", "dnf", "dnf5", "dnf4", "yum", "zypper", "apk", "pacman"], { default: "auto" }),
  enablerepo: list("Repositories to use in addition (dnf, yum)."),
  disablerepo: list("Repositories to leave out (dnf, yum)."),
  ...aptOptions,
});

export type PackageArgs = ArgsOf<typeof schema> & Omit<AptArgs, "name" | "state">;

export type PackageState =
  | { readonly manager: "apt"; readonly apt: AptState }
  | { readonly manager: string; readonly apt: undefined; readonly installed: ReadonlySet<string>; readonly newer: ReadonlySet<string> };

export const packageModule: HostModule<PackageArgs, PackageState> = {
  name: "package",
  summary: "Manages packages by the host's own package manager",
  args: schema as never,
  probe(args) {
    const { vars } = probeApt(aptArgs(args));
    const manager = readScript(import.meta.url, "manager.sh", "facts");
    const text = `${manager}\nif [ "$manager" = apt ]; then\n${aptTexts.probe()}\nelse\n${readScript(import.meta.url, "probe.sh")}\nfi\n`;
    const isLatest = args.state === "latest";
    // before the host has answered, both kinds of manager are possible
    return {
      text,
      vars: { ...vars, use: args.use, package_names: args.name.map(quote).join(" "), ask_newer: isLatest ? "1" : "", manager_options: repositories(args) },
    };
  },
  parse(answer, args) {
    const facts = factsOf(answer);
    const manager = facts.get("manager");
    if (manager === "apt") return { manager, apt: parseApt(answer) };
    const having = (prefix: string): Set<string> => new Set(args.name.filter((name) => facts.flag(`${prefix}.${name}`)));
    return { manager, apt: undefined, installed: having("installed"), newer: having("newer") };
  },
  plan(current, args): readonly Change[] {
    if (current.apt !== undefined) return planApt(current.apt, aptArgs(args));
    return planOther(current, args);
  },
  left: (after, args) => (after.apt === undefined ? planOther(after, args).filter(({ key }) => key !== "cache") : planPackages(after.apt, aptArgs(args))),
  apply(changes, current, args): Script {
    if (current.apt !== undefined) return applyApt(changes, current.apt, aptArgs(args));
    return {
      text: readScript(import.meta.url, "apply.sh", "facts"),
      vars: {
        manager: current.manager,
        update: changes.some(({ key }) => key === "cache") ? "1" : "",
        state: stateOf(args),
        names: changes
          .filter(({ key }) => key !== "cache")
          .map(({ key }) => quote(key))
          .join(" "),
        options: repositories(args),
      },
    };
  },
  watched: APT_RECORDS,
  result(facts) {
    const { before, after, changes, applied, args } = facts;
    if (before.apt !== undefined && after.apt !== undefined) return resultApt({ args: aptArgs(args), before: before.apt, after: after.apt, changes, applied });
    const changed = changes.some(({ key }) => key !== "cache");
    return applied === undefined ? { changed } : { changed, stdout: applied.stdout.toString("utf8"), stderr: applied.stderr.toString("utf8") };
  },
  doc: {
    description:
      "On Debian and its kin this is `apt`, with all of apt's arguments. With dnf, yum, zypper, apk and pacman it installs, upgrades and removes by name.",
    examples: `- package:
    name: [git, rsync]
    state: present
`,
    returns: { stdout: "what the package manager printed, when it ran", stderr: "what it complained" },
    differences: ["package groups (@name) are not known"],
  },
};

function stateOf(args: PackageArgs): "present" | "latest" | "absent" {
  return args.state === "latest" ? "latest" : args.state === "absent" || args.state === "removed" ? "absent" : "present";
}

function aptArgs(args: PackageArgs): AptArgs {
  return { ...args, state: stateOf(args) };
}

function planOther(current: PackageState & { readonly apt: undefined }, args: PackageArgs): Change[] {
  const state = stateOf(args);
  const group = args.name.find((name) => name.startsWith("@"));
  if (group !== undefined) throw new ModuleError(`${group} is a group of packages: those cannot be probed`, {}, "name the packages, or use command");
  const packages = [...new Set(args.name)].flatMap((name): Change[] => {
    const is = current.installed.has(name);
    if (state === "absent") return is ? [{ key: name, from: "installed", to: null }] : [];
    if (!is) return [{ key: name, from: null, to: "installed" }];
    return state === "latest" && current.newer.has(name) ? [{ key: name, from: "installed", to: "latest" }] : [];
  });
  return [...(args.update_cache === true ? [{ key: "cache", from: null, to: "updated" }] : []), ...packages];
}

function repositories(args: PackageArgs): string {
  const words = [...(args.enablerepo ?? []).map((name) => `--enablerepo=${name}`), ...(args.disablerepo ?? []).map((name) => `--disablerepo=${name}`)];
  const bad = words.find((word) => /[^\w.,:=*@+-]/.test(word));
  if (bad !== undefined) throw new ModuleError(`not the name of a repository: ${bad}`);
  return words.join(" ");
}
