import os from "node:os";
import path from "node:path";
import { didYouMean, Failure } from "../source/failure.ts";
import { splitCommandLine, type CommandLine } from "./command-line.ts";
import { expandHome } from "./config-file.ts";
import { loadSettings, type Settings } from "./settings.ts";
import { chooseOutputs, type Output } from "./outputs.ts";

/** A place a vault secret comes from. */
export interface VaultSource {
  /** The vault id; "default" when not given. */
  readonly label: string;
  /** Absolute path of a password file or program. */
  readonly file?: string;
  /** Ask for it on the terminal. */
  readonly prompt: boolean;
}

/** Everything the command line, the environment and ansible.cfg say about a run. */
export interface Options {
  readonly help: boolean;
  readonly version: boolean;
  readonly syntaxCheck: boolean;
  readonly listHosts: boolean;
  readonly listTasks: boolean;
  readonly listTags: boolean;
  /** As given, relative to the working directory. */
  readonly playbooks: readonly string[];
  /** Absolute paths, or host lists (with a comma); empty when nothing was said. */
  readonly inventory: readonly string[];
  readonly limit?: string | undefined;
  /** ["all"] when not given. */
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly startAtTask?: string | undefined;
  readonly step: boolean;
  /** As given, `@` files absolute: for `loadExtraVars`. */
  readonly extraVars: readonly string[];
  readonly check: boolean;
  readonly diff: boolean;
  readonly forks: number;
  readonly forceHandlers: boolean;
  readonly flushCache: boolean;
  readonly strategy?: string | undefined;
  readonly taskDebugger?: boolean | undefined;
  readonly gathering: "implicit" | "explicit" | "smart";
  readonly rolesPath: readonly string[];
  readonly collectionsPath: readonly string[];
  readonly modulePath: readonly string[];
  readonly connection: ConnectionOptions;
  readonly become: BecomeOptions;
  /** In the order in which they are tried. */
  readonly vault: readonly VaultSource[];
  /** How much is said: the number of -v. */
  readonly verbosity: number;
  readonly outputs: readonly Output[];
  /** Colours on the terminal: decided, or left to what the output is ("auto"). */
  readonly color: "always" | "never" | "auto";
  /** The rest of ansible.cfg and the environment: display_*, diff context, hash_behaviour and so on. */
  readonly settings: Settings;
  readonly configFile?: string | undefined;
  readonly warnings: readonly string[];
}

export interface ConnectionOptions {
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  /** "ssh" when not given. */
  readonly type: string;
  readonly privateKeyFile?: string | undefined;
  /** Seconds. */
  readonly timeout: number;
  /** ssh_args of ansible.cfg, then --ssh-common-args, then --ssh-extra-args; in the words of ssh(1). */
  readonly sshArgs?: string | undefined;
  readonly hostKeyChecking?: boolean | undefined;
  readonly retries?: number | undefined;
  readonly askPassword: boolean;
  readonly passwordFile?: string | undefined;
}

export interface BecomeOptions {
  readonly active: boolean;
  readonly method: string;
  readonly user?: string | undefined;
  readonly exe?: string | undefined;
  readonly flags?: string | undefined;
  readonly askPassword: boolean;
  readonly passwordFile?: string | undefined;
}

const DEFAULT_FORKS = 50;
const DEFAULT_TIMEOUT = 10;

/**
 * Reads the command line on top of the ANSIBLE_* variables on top of ansible.cfg.
 * @param argv without the program's own name
 * @param directory what relative names are relative to
 * @throws Failure with fault "usage" for anything that is not an option, not a value of its kind, or contradicts another option
 */
export function parseOptions(argv: readonly string[], env: NodeJS.ProcessEnv, directory: string = process.cwd()): Options {
  const line = splitCommandLine(argv);
  const isOn = (key: string): boolean => line.switches.has(key);
  // help and version must answer however broken the configuration is
  const asksOnly = isOn("help") || isOn("version");
  const loaded = asksOnly ? loadSettingsLeniently(env, directory) : loadSettings(env, directory);
  const { settings } = loaded;
  const home = env["HOME"] || os.homedir();
  const absolute = (name: string): string => path.resolve(directory, expandHome(name, home));
  const value = (key: string): string | undefined => line.values.get(key);
  const list = (key: string): readonly string[] => line.lists.get(key) ?? [];
  if (!asksOnly) refuseContradictions(line);
  if (!asksOnly && line.positionals.length === 0) {
    throw usage("no-playbook", "no playbook was named", "tsplay PLAYBOOK.yml -i INVENTORY; tsplay --help lists the options");
  }
  const tags = splitTags(list("tags"), settings.runTags);
  const skipTags = splitTags(list("skipTags"), settings.skipTags);
  const chosen = chooseOutputs(list("output"), settings, env, directory);
  const privateKey = value("privateKeyFile");
  return {
    help: isOn("help"),
    version: isOn("version"),
    syntaxCheck: isOn("syntaxCheck"),
    listHosts: isOn("listHosts"),
    listTasks: isOn("listTasks"),
    listTags: isOn("listTags"),
    playbooks: line.positionals,
    inventory:
      list("inventory").length > 0 ? list("inventory").map((source) => (source.includes(",") ? source : absolute(source))) : (settings.inventory ?? []),
    limit: value("limit"),
    tags: tags.length > 0 ? tags : isOn("listTags") && skipTags.length === 0 ? ["never", "all"] : ["all"],
    skipTags,
    startAtTask: value("startAtTask"),
    step: isOn("step"),
    extraVars: list("extraVars").map((source) => (source.startsWith("@") ? `@${absolute(source.slice(1))}` : source)),
    check: isOn("check"),
    diff: isOn("diff") || (settings.diffAlways ?? false),
    forks: integer("--forks", value("forks"), 1) ?? settings.forks ?? DEFAULT_FORKS,
    forceHandlers: isOn("forceHandlers") || (settings.forceHandlers ?? false),
    flushCache: isOn("flushCache"),
    strategy: settings.strategy,
    taskDebugger: settings.taskDebugger,
    gathering: gathering(settings),
    rolesPath: settings.rolesPath ?? [path.join(home, ".ansible/roles"), "/usr/share/ansible/roles", "/etc/ansible/roles"],
    collectionsPath: settings.collectionsPath ?? [path.join(home, ".ansible/collections"), "/usr/share/ansible/collections"],
    modulePath: list("modulePath")
      .flatMap((paths) => paths.split(":"))
      .map(absolute)
      .concat(settings.modulePath ?? []),
    connection: {
      user: value("remoteUser") ?? settings.remoteUser,
      port: settings.remotePort,
      type: connectionType(value("connection") ?? settings.connection),
      privateKeyFile: privateKey === undefined ? settings.privateKeyFile : absolute(privateKey),
      timeout: integer("--timeout", value("timeout"), 0) ?? settings.timeout ?? DEFAULT_TIMEOUT,
      sshArgs: joinArgs(settings.sshArgs, value("sshCommonArgs") ?? settings.sshCommonArgs, value("sshExtraArgs") ?? settings.sshExtraArgs),
      hostKeyChecking: settings.hostKeyChecking,
      retries: settings.sshRetries,
      askPassword: isOn("askPass") || (settings.askPass ?? false),
      passwordFile: mapped(value("connectionPasswordFile"), absolute) ?? settings.connectionPasswordFile,
    },
    become: {
      active: isOn("become") || (settings.become ?? false),
      method: value("becomeMethod") ?? settings.becomeMethod ?? "sudo",
      user: value("becomeUser") ?? settings.becomeUser,
      exe: settings.becomeExe,
      flags: settings.becomeFlags,
      askPassword: isOn("askBecomePass") || (settings.askBecomePass ?? false),
      passwordFile: mapped(value("becomePasswordFile"), absolute) ?? settings.becomePasswordFile,
    },
    vault: vaultSources(line, settings, absolute),
    verbosity: Math.max(line.counts.get("verbosity") ?? 0, settings.verbosity ?? 0),
    outputs: chosen.outputs,
    color: colorOf(line, settings, env),
    settings,
    configFile: loaded.configFile,
    warnings: [...loaded.warnings, ...chosen.warnings],
  };
}

function loadSettingsLeniently(env: NodeJS.ProcessEnv, directory: string): ReturnType<typeof loadSettings> {
  try {
    return loadSettings(env, directory);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { settings: {}, warnings: [error.message] };
  }
}

const CONTRADICTIONS: readonly (readonly [string, string, string, string])[] = [
  ["askPass", "connectionPasswordFile", "--ask-pass", "--connection-password-file"],
  ["askBecomePass", "becomePasswordFile", "--ask-become-pass", "--become-password-file"],
  ["askVaultPass", "vaultPasswordFiles", "--ask-vault-password", "--vault-password-file"],
  ["noColor", "color", "--no-color", "--color"],
];

function refuseContradictions(line: CommandLine): void {
  for (const [key, other, name, otherName] of CONTRADICTIONS) {
    if (line.switches.has(key) && (line.values.has(other) || line.lists.has(other))) {
      throw usage("contradicting-options", `${name} and ${otherName} contradict each other`, "give one of them");
    }
  }
}

function splitTags(given: readonly string[], configured: readonly string[] | undefined): readonly string[] {
  const tags = given
    .flatMap((text) => text.split(","))
    .map((tag) => tag.trim())
    .filter((tag) => tag !== "");
  return given.length > 0 ? [...new Set(tags)] : (configured ?? []);
}

function gathering(settings: Settings): Options["gathering"] {
  const word = settings.gathering ?? "implicit";
  if (word === "implicit" || word === "explicit" || word === "smart") return word;
  throw usage("bad-config", `gathering: expected implicit, explicit or smart, got "${word}"`, didYouMean(word, ["implicit", "explicit", "smart"]));
}

function connectionType(word: string | undefined): string {
  const bare = (word ?? "ssh").replace(/^ansible\.(builtin|legacy)\./, "");
  if (bare === "smart" || bare === "paramiko" || bare === "paramiko_ssh") return "ssh";
  if (bare === "ssh" || bare === "local") return bare;
  throw usage("unknown-connection", `unknown connection type "${bare}"`, didYouMean(bare, ["ssh", "local"]) ?? "ssh and local are there");
}

function vaultSources(line: CommandLine, settings: Settings, absolute: (name: string) => string): VaultSource[] {
  const defaultLabel = settings.vaultIdentity ?? "default";
  const fromId = (id: string, locate: (name: string) => string): VaultSource => {
    const separator = id.indexOf("@");
    const label = separator > 0 ? id.slice(0, separator) : defaultLabel;
    const source = separator === -1 ? id : id.slice(separator + 1);
    if (source === "") throw usage("bad-vault-id", `--vault-id ${id}: no file and no "prompt" behind the @`, "write LABEL@FILE or LABEL@prompt");
    return source === "prompt" || source === "prompt_ask_vault_pass" ? { label, prompt: true } : { label, file: locate(source), prompt: false };
  };
  const sources = [...(settings.vaultIdentityList ?? []), ...(line.lists.get("vaultIds") ?? [])].map((id) => fromId(id, absolute));
  const files = (line.lists.get("vaultPasswordFiles") ?? []).map(absolute);
  if (settings.vaultPasswordFile !== undefined) files.push(settings.vaultPasswordFile);
  for (const file of files) sources.push({ label: defaultLabel, file, prompt: false });
  if (line.switches.has("askVaultPass") || (settings.askVaultPass === true && sources.length === 0)) sources.push({ label: defaultLabel, prompt: true });
  return sources;
}

function colorOf(line: CommandLine, settings: Settings, env: NodeJS.ProcessEnv): Options["color"] {
  const when = line.values.get("color");
  if (line.switches.has("noColor")) return "never";
  if (when !== undefined) {
    if (when === "always" || when === "never" || when === "auto") return when;
    throw usage("bad-value", `--color: expected always, never or auto, got "${when}"`, didYouMean(when, ["always", "never", "auto"]));
  }
  if (settings.forceColor === true) return "always";
  // NO_COLOR counts when it is set to anything but the empty text (no-color.org)
  if (settings.noColor === true || (env["NO_COLOR"] ?? "") !== "") return "never";
  return "auto";
}

function integer(name: string, text: string | undefined, minimum: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^[-+]?\d+$/.test(text) && Number(text) >= minimum) return Number(text);
  throw usage("bad-value", `${name}: expected a whole number, ${minimum} or more, got "${text}"`);
}

function joinArgs(...parts: readonly (string | undefined)[]): string | undefined {
  const given = parts.filter((part) => part !== undefined && part.trim() !== "");
  return given.length === 0 ? undefined : given.join(" ");
}

function mapped<T>(text: string | undefined, map: (text: string) => T): T | undefined {
  return text === undefined ? undefined : map(text);
}

function usage(code: string, message: string, hint?: string): Failure {
  return new Failure(message, { code, fault: "usage", hint });
}
