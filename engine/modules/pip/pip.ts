import { type Change, type HostModule, ModuleError } from "../contract.ts";
import { factsOf } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";
import { quote, splitCommand } from "../parts/words.ts";
import { args, type ArgsOf, boolean, choice, list, path, string } from "../schema.ts";

const schema = args(
  {
    name: list("Packages, with versions as pip writes them (`django>=4,<5`), or addresses."),
    requirements: string("A file of requirements, on the host."),
    version: string("The version of the one package."),
    state: choice("What shall be.", ["absent", "forcereinstall", "latest", "present"], { default: "present" }),
    virtualenv: path("The virtualenv to install into; made when it is missing."),
    virtualenv_command: string("The command that makes one: `virtualenv`, `python3 -m venv`.", { default: "virtualenv" }),
    virtualenv_python: string("The Python of a virtualenv, for the command virtualenv."),
    virtualenv_site_packages: boolean("It also sees the host's packages.", { default: false }),
    executable: path("The pip to use, for example pip3.11."),
    extra_args: string("More arguments for pip."),
    editable: boolean("Install as editable (`-e`).", { default: false }),
    chdir: path("The folder to run in."),
    umask: string("The umask while it is installed, octal."),
    break_system_packages: boolean("Also install where the distribution's own tool should (PEP 668).", { default: false }),
  },
  {
    requiredOneOf: [["name", "requirements"]],
    mutuallyExclusive: [
      ["name", "requirements"],
      ["executable", "virtualenv"],
    ],
  },
);

export type PipArgs = ArgsOf<typeof schema>;

interface PackageState {
  readonly is: "other" | "absent" | "ok" | "wrong";
  readonly version: string | null;
}

export interface PipState {
  readonly hasEnv: boolean;
  /** For each of `namesOf`; empty while the virtualenv is missing. */
  readonly packages: readonly PackageState[];
  /** What pip says it would install; undefined when it cannot tell. */
  readonly trial: string | undefined;
}

export const pip: HostModule<PipArgs, PipState> = {
  name: "pip",
  summary: "Manages Python packages, in virtualenvs too",
  args: schema,
  check(args) {
    if (args.state === "latest" && args.version !== undefined) return "version is incompatible with state=latest";
    if (args.version !== undefined) {
      const names = namesIn(args.name ?? []);
      if (names.length > 1) return "'version' argument is ambiguous when installing multiple package distributions. Write the versions beside the names.";
      if (/[<>=!~]/.test(names[0] ?? "")) return "The 'version' argument conflicts with any version specifier provided along with a package name.";
    }
    if (args.virtualenv_python !== undefined && /\bvenv\b/.test(args.virtualenv_command)) {
      return "virtualenv_python should not be used when using the venv module or pyvenv as virtualenv_command";
    }
    return args.umask === undefined || /^[0-7]+$/.test(args.umask) ? undefined : "umask must be an octal integer";
  },
  probe: (args) => ({
    text: readScript(import.meta.url, "probe.sh", "facts", "way", "pip"),
    vars: {
      ...placeVars(args),
      names: namesOf(args).join("\n"),
      trial: isTried(args) ? [...installFlags(args), ...targets(args)].map(quote).join(" ") : "",
    },
  }),
  parse(answer) {
    const facts = factsOf(answer);
    const states = facts.maybe("states") ?? "";
    return {
      hasEnv: facts.flag("virtualenv"),
      packages: states === "" ? [] : states.split("\n").map(stateOf),
      trial: facts.flag("foretold") ? facts.get("trial") : undefined,
    };
  },
  plan: planPip,
  left: (after, args) => (args.state === "present" || args.state === "absent" ? planPip(after, args).filter((change) => change.key !== RUN) : []),
  apply: (changes, current, args) => ({
    text: readScript(import.meta.url, "apply.sh", "facts", "way", "pip"),
    vars: {
      ...placeVars(args),
      make_env: isEnvMissing(current, args) ? envCommand(args).map(quote).join(" ") : "",
      command: changes.some((change) => change.key !== ENV) ? pipCommand(args).map(quote).join(" ") : "",
      umask: args.umask ?? "",
    },
  }),
  result({ args, applied, changes }) {
    const common = {
      name: args.name ?? null,
      version: args.version ?? null,
      state: args.state,
      requirements: args.requirements ?? null,
      virtualenv: args.virtualenv ?? null,
      cmd: ["pip", ...pipCommand(args)],
    };
    if (applied === undefined) return common;
    const stdout = applied.stdout.toString("utf8");
    // where pip could not foretell anything its own words count
    const isOnlyRun = changes.every((change) => change.key === RUN);
    return {
      ...common,
      stdout,
      stderr: applied.stderr.toString("utf8"),
      ...(isOnlyRun ? { changed: /^Successfully (un)?installed/m.test(stdout) } : {}),
    };
  },
  doc: {
    description:
      "What satisfies a requirement pip itself decides. For `latest`, files of requirements, addresses and extra_args, a pip from 22.2 on is asked beforehand what it would install.",
    examples: `- pip:
    name: [django~=4.2, gunicorn]
    virtualenv: /srv/app/venv
    virtualenv_command: python3 -m venv

- pip:
    requirements: /srv/app/requirements.txt
    virtualenv: /srv/app/venv
`,
    returns: { cmd: "pip's arguments", stdout: "what pip printed", virtualenv: "as given" },
    differences: [
      "absent does not make a virtualenv",
      "an older pip cannot foretell what it would install: check mode then announces a run, and pip's own words decide whether something has changed",
    ],
  },
};

const ENV = "virtualenv";
const RUN = "pip install";

function planPip(current: PipState, args: PipArgs): Change[] {
  const isMissing = isEnvMissing(current, args);
  const env: Change[] = isMissing && args.state !== "absent" ? [{ key: ENV, from: null, to: args.virtualenv! }] : [];
  const names = namesOf(args);
  if (args.state === "absent") {
    if (args.requirements !== undefined) throw new ModuleError("state: absent needs names: a file of requirements can only be installed");
    return names.flatMap((name, index) => {
      const state = current.packages[index];
      return state === undefined || state.version === null ? [] : [{ key: name, from: state.version, to: null }];
    });
  }
  if (args.state === "forcereinstall") return [...env, { key: RUN, from: null, to: targets(args).join(" ") }];
  if (isMissing)
    return [...env, ...(names.length === 0 ? [{ key: RUN, from: null, to: targets(args).join(" ") }] : names.map((name) => wish(name, undefined)))];
  if (!isTried(args)) return names.flatMap((name, index) => (current.packages[index]?.is === "ok" ? [] : [wish(name, current.packages[index])]));
  if (current.trial === undefined) return [{ key: RUN, from: null, to: targets(args).join(" ") }];
  return current.trial === "" ? [] : [{ key: RUN, from: null, to: current.trial }];
}

function wish(name: string, state: PackageState | undefined): Change {
  return { key: name, from: state?.version ?? null, to: "installed" };
}

function isEnvMissing(current: PipState, args: PipArgs): boolean {
  return args.virtualenv !== undefined && !current.hasEnv;
}

/** Only pip itself knows whether something is to be installed. */
function isTried(args: PipArgs): boolean {
  if (args.state === "absent" || args.state === "forcereinstall") return false;
  return (
    args.state === "latest" || args.requirements !== undefined || args.editable || namesOf(args).some((name) => /^(\w+\+|\w+:\/\/|\.{0,2}\/)|@/.test(name))
  );
}

/** `name` with versions that a comma has torn off put back, and `version`. */
function namesOf(args: PipArgs): string[] {
  const names = namesIn(args.name ?? []);
  if (args.version === undefined || names[0] === undefined) return names;
  return [/^\d/.test(args.version.trim()) ? `${names[0]}==${args.version.trim()}` : `${names[0]}${args.version.trim()}`];
}

function namesIn(given: readonly string[]): string[] {
  const names: string[] = [];
  for (const part of given.flatMap((name) => name.split(","))) {
    const last = names.at(-1);
    const isTornOff = last !== undefined && (/^\s*[<>=!~]/.test(part) || last.split("[").length > last.split("]").length);
    if (isTornOff) names[names.length - 1] = `${last},${part.trim()}`;
    else if (part.trim() !== "") names.push(part.trim());
  }
  return names;
}

function installFlags(args: PipArgs): string[] {
  const upgrade = args.state === "latest" ? ["-U"] : args.state === "forcereinstall" ? ["-U", "--force-reinstall"] : [];
  return [...upgrade, ...splitCommand(args.extra_args ?? "")];
}

function targets(args: PipArgs): string[] {
  if (args.requirements !== undefined) return ["-r", args.requirements];
  return args.editable ? namesOf(args).flatMap((name) => ["-e", name]) : namesOf(args);
}

function pipCommand(args: PipArgs): string[] {
  return args.state === "absent"
    ? ["uninstall", "-y", ...splitCommand(args.extra_args ?? ""), ...targets(args)]
    : ["install", ...installFlags(args), ...targets(args)];
}

function envCommand(args: PipArgs): string[] {
  const words = splitCommand(args.virtualenv_command);
  const python = args.virtualenv_python === undefined ? [] : [`-p${args.virtualenv_python}`];
  return [...words, ...(args.virtualenv_site_packages ? ["--system-site-packages"] : []), ...python, args.virtualenv!];
}

function placeVars(args: PipArgs): Record<string, string> {
  return {
    virtualenv: args.virtualenv ?? "",
    executable: args.executable ?? "",
    chdir: args.chdir ?? "",
    requirements: args.requirements ?? "",
    break_system: args.break_system_packages ? "1" : "",
  };
}

function stateOf(line: string): PackageState {
  const [is, , version] = line.split(" ");
  return { is: is as PackageState["is"], version: version === undefined || version === "-" ? null : version };
}
