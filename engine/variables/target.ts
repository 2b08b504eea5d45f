import type { Scope } from "../expression/contract.ts";
import { Float, omit, Undefined, Vaulted } from "../expression/values.ts";
import { LOCALHOSTS } from "../inventory/groups.ts";
import type { Become, Target } from "../session/contract.ts";
import { didYouMean, Failure } from "../source/failure.ts";

/** How hosts are reached, as the command line and the keywords of plays and tasks say. Keywords beat the command line; variables beat both. */
export interface ConnectionSettings {
  /** The keyword `remote_user`, templated. */
  readonly remote_user?: unknown;
  /** The keyword `port`, templated. */
  readonly port?: unknown;
  /** The keyword `connection`, templated. */
  readonly connection?: unknown;
  readonly commandLine?: {
    readonly user?: string | undefined;
    readonly connection?: string | undefined;
    readonly privateKeyFile?: string | undefined;
    readonly password?: string | undefined;
    readonly sshCommonArgs?: string | undefined;
    readonly sshExtraArgs?: string | undefined;
    /** Seconds. */
    readonly timeout?: number | undefined;
  };
}

const CONNECTIONS: Readonly<Record<string, Target["connection"]>> = {
  ssh: "ssh",
  smart: "ssh",
  paramiko: "ssh",
  paramiko_ssh: "ssh",
  "ansible.builtin.ssh": "ssh",
  "ansible.builtin.paramiko_ssh": "ssh",
  local: "local",
  "ansible.builtin.local": "local",
};

/**
 * How to reach a host.
 * @param host the inventory's name; with `delegate_to`, that of the other host, with its scope
 * @throws Failure `bad-connection-variable` or `unknown-connection`, naming the variable
 */
export function targetOf(host: string, scope: Scope, settings: ConnectionSettings = {}): Target {
  const read = readerOf(host, scope);
  const { commandLine = {} } = settings;
  const connection = read.text(["ansible_connection"]) ?? given(settings.connection) ?? commandLine.connection ?? "ssh";
  const kind = CONNECTIONS[connection];
  if (kind === undefined) {
    throw new Failure(`the connection "${connection}" of the host "${host}" is not supported`, {
      code: "unknown-connection",
      fault: "inventory",
      hint: didYouMean(connection, ["ssh", "local"]) ?? "ssh and local are",
    });
  }
  const common = read.text(["ansible_ssh_common_args"]) ?? commandLine.sshCommonArgs;
  const extra = read.text(["ansible_ssh_extra_args"]) ?? commandLine.sshExtraArgs;
  const sshArgs = [read.text(["ansible_ssh_args"]), common, extra].filter((part) => part !== undefined && part.trim() !== "").join(" ");
  return {
    name: host,
    connection: kind,
    host: read.text(["ansible_host", "ansible_ssh_host"]) ?? (LOCALHOSTS.includes(host) && kind === "local" ? undefined : host),
    port: read.number(["ansible_port", "ansible_ssh_port"]) ?? numberOf(settings.port, "port", host),
    user: read.text(["ansible_user", "ansible_ssh_user"]) ?? given(settings.remote_user) ?? commandLine.user,
    password: read.text(["ansible_password", "ansible_ssh_pass", "ansible_ssh_password"]) ?? commandLine.password,
    privateKeyFile: expandHome(read.text(["ansible_private_key_file", "ansible_ssh_private_key_file"]) ?? commandLine.privateKeyFile),
    privateKeyPassphrase: read.text(["ansible_private_key_passphrase", "ansible_ssh_private_key_passphrase"]),
    sshArgs: sshArgs === "" ? undefined : sshArgs,
    hostKeyChecking: hostKeyChecking(read),
    connectTimeout: read.number(["ansible_ssh_timeout", "ansible_timeout"]) ?? commandLine.timeout,
    retries: read.number(["ansible_ssh_retries"]),
    shell: read.text(["ansible_shell_executable"]),
  };
}

/** The keywords of `become`, templated. */
export interface BecomeKeywords {
  readonly become?: unknown;
  readonly become_user?: unknown;
  readonly become_method?: unknown;
  readonly become_exe?: unknown;
  readonly become_flags?: unknown;
}

export interface BecomeCommandLine {
  readonly become?: boolean | undefined;
  readonly becomeUser?: string | undefined;
  readonly becomeMethod?: string | undefined;
  readonly becomePassword?: string | undefined;
}

const METHODS: Readonly<Record<string, Become["method"]>> = {
  sudo: "sudo",
  su: "su",
  doas: "doas",
  "ansible.builtin.sudo": "sudo",
  "ansible.builtin.su": "su",
  "community.general.doas": "doas",
};

/**
 * The user to run as: variables beat keywords beat the command line.
 * @returns undefined when the login user is to do it
 * @throws Failure `bad-connection-variable` or `unknown-become-method`
 */
export function becomeOf(host: string, scope: Scope, keywords: BecomeKeywords = {}, commandLine: BecomeCommandLine = {}): Become | undefined {
  const read = readerOf(host, scope);
  const isWanted = read.boolean(["ansible_become"]) ?? booleanOf(keywords.become, "become", host) ?? commandLine.become ?? false;
  if (!isWanted) return undefined;
  const name = read.text(["ansible_become_method"]) ?? given(keywords.become_method) ?? commandLine.becomeMethod ?? "sudo";
  const method = METHODS[name];
  if (method === undefined) {
    throw new Failure(`the become method "${name}" of the host "${host}" is not supported`, {
      code: "unknown-become-method",
      fault: "inventory",
      hint: didYouMean(name, ["sudo", "su", "doas"]) ?? "sudo, su and doas are",
    });
  }
  // Each method has variables of its own, which beat the general ones.
  const variables = (what: string): string[] => [`ansible_${method}_${what}`, `ansible_become_${what}`];
  const password =
    read.text([`ansible_${method}_pass`, `ansible_${method}_password`, "ansible_become_password", "ansible_become_pass"]) ?? commandLine.becomePassword;
  const exe = read.text(variables("exe")) ?? given(keywords.become_exe);
  const flags = read.text(variables("flags")) ?? given(keywords.become_flags);
  return {
    method,
    user: read.text(variables("user")) ?? given(keywords.become_user) ?? commandLine.becomeUser ?? "root",
    ...(password === undefined ? {} : { password }),
    ...(exe === undefined ? {} : { exe }),
    ...(flags === undefined ? {} : { flags }),
  };
}

/** Reads the first of several variables that is there. */
interface Reader {
  text(names: readonly string[]): string | undefined;
  number(names: readonly string[]): number | undefined;
  boolean(names: readonly string[]): boolean | undefined;
}

function readerOf(host: string, scope: Scope): Reader {
  const first = <T>(names: readonly string[], convert: (value: unknown, name: string) => T | undefined): T | undefined => {
    for (const name of names) {
      if (!scope.has(name)) continue;
      const value = scope.get(name);
      if (value instanceof Undefined) {
        throw new Failure(`the variable "${name}" of the host "${host}" cannot be resolved: ${value.message}`, {
          code: "bad-connection-variable",
          fault: "inventory",
          place: value.place,
          hint: value.hint,
        });
      }
      const converted = convert(value, name);
      if (converted !== undefined) return converted;
    }
    return undefined;
  };
  return {
    text: (names) => first(names, given),
    number: (names) => first(names, (value, name) => numberOf(value, name, host)),
    boolean: (names) => first(names, (value, name) => booleanOf(value, name, host)),
  };
}

/** The text of a setting; undefined for null, `omit` and what is not given. */
function given(value: unknown): string | undefined {
  if (value === undefined || value === null || value === omit || value instanceof Undefined) return undefined;
  if (value instanceof Vaulted) return value.reveal();
  return String(value instanceof Float ? value.value : value);
}

function numberOf(value: unknown, name: string, host: string): number | undefined {
  const text = given(value)?.trim();
  if (text === undefined || text === "") return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0) return number;
  throw bad(name, host, text, "a whole number");
}

function booleanOf(value: unknown, name: string, host: string): boolean | undefined {
  const text = given(value)?.trim().toLowerCase();
  if (text === undefined || text === "") return undefined;
  if (["true", "yes", "on", "1", "y", "t"].includes(text)) return true;
  if (["false", "no", "off", "0", "n", "f"].includes(text)) return false;
  throw bad(name, host, text, "true or false");
}

function hostKeyChecking(read: Reader): Target["hostKeyChecking"] {
  const names = ["ansible_ssh_host_key_checking", "ansible_host_key_checking"];
  if (read.text(names) === "accept-new") return "accept-new";
  const isChecked = read.boolean(names);
  return isChecked === undefined ? undefined : isChecked ? "yes" : "no";
}

function expandHome(path: string | undefined): string | undefined {
  return path?.replace(/^~(?=\/)/, process.env.HOME ?? "~");
}

function bad(name: string, host: string, text: string, wanted: string): Failure {
  return new Failure(`"${name}" of the host "${host}" must be ${wanted}, not "${text}"`, { code: "bad-connection-variable", fault: "inventory" });
}
