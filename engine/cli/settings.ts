import os from "node:os";
import path from "node:path";
import { Failure } from "../source/failure.ts";
import type { Place } from "../source/place.ts";
import { type ConfigFile, expandHome, findConfigFile, readConfigFile } from "./config-file.ts";

type Kind = "text" | "boolean" | "integer" | "path" | "paths" | "sources" | "list";

interface Setting {
  readonly kind: Kind;
  /** Ansible's name of the setting, for lookup("config"). */
  readonly name: string;
  readonly env: readonly string[];
  /** `section.key`, the most telling first. */
  readonly ini: readonly string[];
}

function setting<K extends Kind>(kind: K, name: string, env: string, ini: string) {
  return { kind, name, env: env.split(" ").filter(Boolean), ini: ini.split(" ").filter(Boolean) } as const;
}

/** Every setting of Ansible's that has a meaning here. Others in an ansible.cfg are passed over, as Ansible passes over what it does not know. */
export const settingsTable = {
  inventory: setting("sources", "DEFAULT_HOST_LIST", "ANSIBLE_INVENTORY", "defaults.inventory"),
  rolesPath: setting("paths", "DEFAULT_ROLES_PATH", "ANSIBLE_ROLES_PATH", "defaults.roles_path"),
  collectionsPath: setting(
    "paths",
    "COLLECTIONS_PATHS",
    "ANSIBLE_COLLECTIONS_PATH ANSIBLE_COLLECTIONS_PATHS",
    "defaults.collections_path defaults.collections_paths",
  ),
  modulePath: setting("paths", "DEFAULT_MODULE_PATH", "ANSIBLE_LIBRARY", "defaults.library"),
  remoteUser: setting("text", "DEFAULT_REMOTE_USER", "ANSIBLE_REMOTE_USER", "defaults.remote_user"),
  remotePort: setting("integer", "DEFAULT_REMOTE_PORT", "ANSIBLE_REMOTE_PORT", "defaults.remote_port"),
  privateKeyFile: setting("path", "DEFAULT_PRIVATE_KEY_FILE", "ANSIBLE_PRIVATE_KEY_FILE", "defaults.private_key_file"),
  connection: setting("text", "DEFAULT_TRANSPORT", "ANSIBLE_TRANSPORT", "defaults.transport"),
  executable: setting("text", "DEFAULT_EXECUTABLE", "ANSIBLE_EXECUTABLE", "defaults.executable"),
  timeout: setting("integer", "DEFAULT_TIMEOUT", "ANSIBLE_TIMEOUT ANSIBLE_SSH_TIMEOUT", "defaults.timeout ssh_connection.timeout"),
  taskTimeout: setting("integer", "TASK_TIMEOUT", "ANSIBLE_TASK_TIMEOUT", "defaults.task_timeout"),
  forks: setting("integer", "DEFAULT_FORKS", "ANSIBLE_FORKS", "defaults.forks"),
  strategy: setting("text", "DEFAULT_STRATEGY", "ANSIBLE_STRATEGY", "defaults.strategy"),
  taskDebugger: setting("boolean", "ENABLE_TASK_DEBUGGER", "ANSIBLE_ENABLE_TASK_DEBUGGER", "defaults.enable_task_debugger"),
  gathering: setting("text", "DEFAULT_GATHERING", "ANSIBLE_GATHERING", "defaults.gathering"),
  hashBehaviour: setting("text", "DEFAULT_HASH_BEHAVIOUR", "ANSIBLE_HASH_BEHAVIOUR", "defaults.hash_behaviour"),
  forceHandlers: setting("boolean", "DEFAULT_FORCE_HANDLERS", "ANSIBLE_FORCE_HANDLERS", "defaults.force_handlers"),
  anyErrorsFatal: setting("boolean", "ANY_ERRORS_FATAL", "ANSIBLE_ANY_ERRORS_FATAL", "defaults.any_errors_fatal"),
  noLog: setting("boolean", "DEFAULT_NO_LOG", "ANSIBLE_NO_LOG", "defaults.no_log"),
  injectFacts: setting("boolean", "INJECT_FACTS_AS_VARS", "ANSIBLE_INJECT_FACT_VARS", "defaults.inject_facts_as_vars"),
  errorOnMissingHandler: setting("boolean", "ERROR_ON_MISSING_HANDLER", "ANSIBLE_ERROR_ON_MISSING_HANDLER", "defaults.error_on_missing_handler"),
  ansibleManaged: setting("text", "DEFAULT_MANAGED_STR", "", "defaults.ansible_managed"),
  runTags: setting("list", "TAGS_RUN", "ANSIBLE_RUN_TAGS", "tags.run"),
  skipTags: setting("list", "TAGS_SKIP", "ANSIBLE_SKIP_TAGS", "tags.skip"),
  hostKeyChecking: setting(
    "boolean",
    "HOST_KEY_CHECKING",
    "ANSIBLE_HOST_KEY_CHECKING ANSIBLE_SSH_HOST_KEY_CHECKING",
    "defaults.host_key_checking ssh_connection.host_key_checking",
  ),
  sshArgs: setting("text", "ssh_args", "ANSIBLE_SSH_ARGS", "ssh_connection.ssh_args"),
  sshCommonArgs: setting("text", "ssh_common_args", "ANSIBLE_SSH_COMMON_ARGS", "ssh_connection.ssh_common_args"),
  sshExtraArgs: setting("text", "ssh_extra_args", "ANSIBLE_SSH_EXTRA_ARGS", "ssh_connection.ssh_extra_args"),
  sshRetries: setting("integer", "reconnection_retries", "ANSIBLE_SSH_RETRIES", "ssh_connection.retries connection.retries"),
  pipelining: setting(
    "boolean",
    "ANSIBLE_PIPELINING",
    "ANSIBLE_PIPELINING ANSIBLE_SSH_PIPELINING",
    "ssh_connection.pipelining connection.pipelining defaults.pipelining",
  ),
  become: setting("boolean", "DEFAULT_BECOME", "ANSIBLE_BECOME", "privilege_escalation.become"),
  becomeMethod: setting("text", "DEFAULT_BECOME_METHOD", "ANSIBLE_BECOME_METHOD", "privilege_escalation.become_method"),
  becomeUser: setting("text", "DEFAULT_BECOME_USER", "ANSIBLE_BECOME_USER", "privilege_escalation.become_user"),
  becomeExe: setting("text", "DEFAULT_BECOME_EXE", "ANSIBLE_BECOME_EXE", "privilege_escalation.become_exe"),
  becomeFlags: setting("text", "DEFAULT_BECOME_FLAGS", "ANSIBLE_BECOME_FLAGS", "privilege_escalation.become_flags"),
  askBecomePass: setting("boolean", "DEFAULT_BECOME_ASK_PASS", "ANSIBLE_BECOME_ASK_PASS", "privilege_escalation.become_ask_pass"),
  becomePasswordFile: setting("path", "BECOME_PASSWORD_FILE", "ANSIBLE_BECOME_PASSWORD_FILE", "defaults.become_password_file"),
  askPass: setting("boolean", "DEFAULT_ASK_PASS", "ANSIBLE_ASK_PASS", "defaults.ask_pass"),
  connectionPasswordFile: setting("path", "CONNECTION_PASSWORD_FILE", "ANSIBLE_CONNECTION_PASSWORD_FILE", "defaults.connection_password_file"),
  askVaultPass: setting("boolean", "DEFAULT_ASK_VAULT_PASS", "ANSIBLE_ASK_VAULT_PASS", "defaults.ask_vault_pass"),
  vaultPasswordFile: setting("path", "DEFAULT_VAULT_PASSWORD_FILE", "ANSIBLE_VAULT_PASSWORD_FILE", "defaults.vault_password_file"),
  vaultIdentity: setting("text", "DEFAULT_VAULT_IDENTITY", "ANSIBLE_VAULT_IDENTITY", "defaults.vault_identity"),
  vaultIdentityList: setting("list", "DEFAULT_VAULT_IDENTITY_LIST", "ANSIBLE_VAULT_IDENTITY_LIST", "defaults.vault_identity_list"),
  diffAlways: setting("boolean", "DIFF_ALWAYS", "ANSIBLE_DIFF_ALWAYS", "diff.always"),
  diffContext: setting("integer", "DIFF_CONTEXT", "ANSIBLE_DIFF_CONTEXT", "diff.context"),
  verbosity: setting("integer", "DEFAULT_VERBOSITY", "ANSIBLE_VERBOSITY", "defaults.verbosity"),
  stdoutCallback: setting("text", "DEFAULT_STDOUT_CALLBACK", "ANSIBLE_STDOUT_CALLBACK", "defaults.stdout_callback"),
  callbacksEnabled: setting(
    "list",
    "CALLBACKS_ENABLED",
    "ANSIBLE_CALLBACKS_ENABLED ANSIBLE_CALLBACK_WHITELIST",
    "defaults.callbacks_enabled defaults.callback_whitelist",
  ),
  resultFormat: setting("text", "result_format", "ANSIBLE_CALLBACK_RESULT_FORMAT", "defaults.callback_result_format"),
  prettyResults: setting("boolean", "pretty_results", "ANSIBLE_CALLBACK_FORMAT_PRETTY", "defaults.callback_format_pretty"),
  displaySkippedHosts: setting("boolean", "DISPLAY_SKIPPED_HOSTS", "ANSIBLE_DISPLAY_SKIPPED_HOSTS", "defaults.display_skipped_hosts"),
  displayOkHosts: setting("boolean", "display_ok_hosts", "ANSIBLE_DISPLAY_OK_HOSTS", "defaults.display_ok_hosts"),
  displayFailedStderr: setting("boolean", "display_failed_stderr", "ANSIBLE_DISPLAY_FAILED_STDERR", "defaults.display_failed_stderr"),
  displayArgs: setting("boolean", "DISPLAY_ARGS_TO_STDOUT", "ANSIBLE_DISPLAY_ARGS_TO_STDOUT", "defaults.display_args_to_stdout"),
  showCustomStats: setting("boolean", "SHOW_CUSTOM_STATS", "ANSIBLE_SHOW_CUSTOM_STATS", "defaults.show_custom_stats"),
  showPerHostStart: setting("boolean", "show_per_host_start", "ANSIBLE_SHOW_PER_HOST_START", "defaults.show_per_host_start"),
  checkModeMarkers: setting("boolean", "check_mode_markers", "ANSIBLE_CHECK_MODE_MARKERS", "defaults.check_mode_markers"),
  showTaskPathOnFailure: setting("boolean", "show_task_path_on_failure", "ANSIBLE_SHOW_TASK_PATH_ON_FAILURE", "defaults.show_task_path_on_failure"),
  forceColor: setting("boolean", "ANSIBLE_FORCE_COLOR", "ANSIBLE_FORCE_COLOR", "defaults.force_color"),
  noColor: setting("boolean", "ANSIBLE_NOCOLOR", "ANSIBLE_NOCOLOR", "defaults.nocolor"),
} satisfies Record<string, Setting>;

interface Values {
  text: string;
  boolean: boolean;
  integer: number;
  path: string;
  paths: string[];
  sources: string[];
  list: string[];
}

/** What ansible.cfg and the environment say; undefined where they say nothing. */
export type Settings = { readonly [K in keyof typeof settingsTable]?: Values[(typeof settingsTable)[K]["kind"]] };

export interface LoadedSettings {
  readonly settings: Settings;
  /** The ansible.cfg that was read. */
  readonly configFile?: string | undefined;
  readonly warnings: readonly string[];
}

interface Raw {
  readonly text: string;
  /** Where it was said, for messages: `ANSIBLE_FORKS`, or a place in ansible.cfg. */
  readonly from: string;
  readonly place?: Place;
  /** What relative paths are relative to. */
  readonly base: string;
}

/**
 * Reads ansible.cfg and the ANSIBLE_* variables; the environment wins.
 * @throws Failure `bad-config` for a value of the wrong kind
 */
export function loadSettings(env: NodeJS.ProcessEnv, directory: string): LoadedSettings {
  const home = env["HOME"] || os.homedir();
  const found = findConfigFile(env, directory, home);
  const config = found.file === undefined ? undefined : readConfigFile(found.file);
  const settings: Record<string, unknown> = {};
  for (const [key, definition] of Object.entries(settingsTable) as [string, Setting][]) {
    const raw = lookUp(definition, env, directory, config);
    if (raw === undefined || raw.text.trim() === "None") continue;
    const value = convert(definition.kind, raw, env, home, directory);
    if (value !== undefined) settings[key] = value;
  }
  return { settings: settings as Settings, configFile: found.file, warnings: found.warning === undefined ? [] : [found.warning] };
}

function lookUp(definition: Setting, env: NodeJS.ProcessEnv, directory: string, config: ConfigFile | undefined): Raw | undefined {
  for (const name of definition.env) {
    const text = env[name];
    if (text !== undefined) return { text, from: name, base: directory };
  }
  if (config === undefined) return undefined;
  for (const key of definition.ini) {
    const value = config.values.get(key);
    if (value !== undefined) return { text: value.text, from: key, place: value.place, base: path.dirname(config.file) };
  }
  return undefined;
}

function convert(kind: Kind, raw: Raw, env: NodeJS.ProcessEnv, home: string, directory: string): unknown {
  const text = unquote(raw.text.trim());
  const toPath = (name: string): string => {
    const expanded = name
      .trim()
      .replace("{{CWD}}", directory)
      .replace(/\$\{?(\w+)\}?/g, (whole, word: string) => env[word] ?? whole);
    return path.resolve(raw.base, expandHome(expanded, home));
  };
  const words = (separator: string): string[] =>
    text
      .split(separator)
      .map((word) => word.trim())
      .filter((word) => word !== "");
  switch (kind) {
    case "text":
      return text === "" ? undefined : text;
    case "boolean":
      return toBoolean(text, raw);
    case "integer": {
      if (text === "") return undefined;
      if (/^[-+]?\d+$/.test(text)) return Number(text);
      throw badValue(raw, `expected a whole number, got "${text}"`);
    }
    case "path":
      return text === "" ? undefined : toPath(text);
    case "paths":
      return words(":").map(toPath);
    case "sources":
      // "host," is a host list, and so is anything with a comma that is no path
      return text.endsWith(",") ? [text] : words(",").map(toPath);
    case "list":
      return words(",");
  }
}

/** Settings that are switched on by being set at all count as Ansible reads them: an empty text is false. */
function toBoolean(text: string, raw: Raw): boolean {
  const word = text.toLowerCase();
  if (["y", "yes", "on", "1", "true", "t", "1.0"].includes(word)) return true;
  if (["n", "no", "off", "0", "false", "f", "0.0", ""].includes(word)) return false;
  throw badValue(raw, `expected yes or no, got "${text}"`);
}

function badValue(raw: Raw, message: string): Failure {
  return new Failure(`${raw.from}: ${message}`, { code: "bad-config", fault: "usage", place: raw.place });
}

function unquote(text: string): string {
  const quoted = /^(["'])(.*)\1$/s.exec(text);
  return quoted === null ? text : quoted[2]!;
}
