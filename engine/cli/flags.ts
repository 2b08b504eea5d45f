/** One option of the command line. */
export interface Flag {
  /** The field of the parsed command line that it fills. */
  readonly key: string;
  /** `-i --inventory`, the names it goes by; the first long one is its name in messages. */
  readonly names: readonly string[];
  /** switch: no value; count: -vvv; value: the last one counts; list: every one counts; when: an optional `=VALUE`. */
  readonly kind: "switch" | "count" | "value" | "list" | "when";
  readonly metavar?: string;
  readonly help: string;
  /** Recognised for Ansible's sake, without an effect here. */
  readonly hidden?: boolean;
}

export interface FlagGroup {
  readonly title: string;
  readonly flags: readonly Flag[];
}

const flag = (key: string, kind: Flag["kind"], names: string, help: string, metavar?: string): Flag => ({
  key,
  kind,
  names: names.split(" "),
  help,
  ...(metavar === undefined ? {} : { metavar }),
});
const hidden = (key: string, kind: Flag["kind"], names: string, help: string, metavar?: string): Flag => ({
  ...flag(key, kind, names, help, metavar),
  hidden: true,
});

/** ansible-playbook's options with Ansible's meaning, and ours. */
export const flagGroups: readonly FlagGroup[] = [
  {
    title: "What to run, and where",
    flags: [
      flag("inventory", "list", "-i --inventory --inventory-file", "inventory file, folder, script, or host list with a comma; repeatable", "PATH"),
      flag("limit", "value", "-l --limit", "only hosts of this pattern as well, or @FILE with host names", "PATTERN"),
      flag("tags", "list", "-t --tags", "only tasks with one of these tags", "TAGS"),
      flag("skipTags", "list", "--skip-tags", "no tasks with one of these tags", "TAGS"),
      flag("startAtTask", "value", "--start-at-task", "begin at the task of this name", "NAME"),
      flag("step", "switch", "--step", "ask before each task"),
      flag("extraVars", "list", "-e --extra-vars", "variables that win over all others: key=value, YAML or JSON, or @FILE; repeatable", "VARS"),
    ],
  },
  {
    title: "Look, do not touch",
    flags: [
      flag("check", "switch", "-C --check", "announce what would change, and change nothing"),
      flag("diff", "switch", "-D --diff", "show what changes, line by line"),
      flag("syntaxCheck", "switch", "--syntax-check", "check playbooks, roles and arguments; connect to nothing"),
      flag("listHosts", "switch", "--list-hosts", "list the hosts that would be acted on"),
      flag("listTasks", "switch", "--list-tasks", "list the tasks that would run"),
      flag("listTags", "switch", "--list-tags", "list the tags there are"),
    ],
  },
  {
    title: "How",
    flags: [
      flag("forks", "value", "-f --forks", "how many hosts are acted on at once (default 50)", "N"),
      flag("forceHandlers", "switch", "--force-handlers", "run notified handlers even if a task fails"),
      flag("flushCache", "switch", "--flush-cache", "forget cached facts of every host"),
      flag("modulePath", "list", "-M --module-path", "folders of further modules, separated by colons", "PATH"),
    ],
  },
  {
    title: "Connection",
    flags: [
      flag("remoteUser", "value", "-u --user", "log in as this user", "USER"),
      flag("privateKeyFile", "value", "--private-key --key-file", "log in with this key", "FILE"),
      flag("connection", "value", "-c --connection", "ssh or local", "TYPE"),
      flag("timeout", "value", "-T --timeout", "seconds to wait for a connection", "SECONDS"),
      flag("sshCommonArgs", "value", "--ssh-common-args", 'options of ssh(1), for example "-J jump"', "ARGS"),
      flag("sshExtraArgs", "value", "--ssh-extra-args", "the same", "ARGS"),
      hidden("sftpExtraArgs", "value", "--sftp-extra-args", "accepted, without effect: files go through the ssh session", "ARGS"),
      hidden("scpExtraArgs", "value", "--scp-extra-args", "accepted, without effect: files go through the ssh session", "ARGS"),
      flag("askPass", "switch", "-k --ask-pass", "ask for the login password"),
      flag("connectionPasswordFile", "value", "--connection-password-file --conn-pass-file", "file (or program) with the login password", "FILE"),
    ],
  },
  {
    title: "Becoming another user",
    flags: [
      flag("become", "switch", "-b --become", "run tasks as another user (root, when no user is named)"),
      flag("becomeMethod", "value", "--become-method", "sudo (default), su or doas", "METHOD"),
      flag("becomeUser", "value", "--become-user", "the user to become (default root)", "USER"),
      flag("askBecomePass", "switch", "-K --ask-become-pass", "ask for the password that becoming needs"),
      flag("becomePasswordFile", "value", "--become-password-file --become-pass-file", "file (or program) with that password", "FILE"),
    ],
  },
  {
    title: "Vault",
    flags: [
      flag("vaultIds", "list", "--vault-id", "LABEL@FILE, LABEL@prompt, FILE or prompt; repeatable", "ID"),
      flag("askVaultPass", "switch", "-J --ask-vault-password --ask-vault-pass", "ask for the vault password"),
      flag("vaultPasswordFiles", "list", "--vault-password-file --vault-pass-file", "file (or program) with a vault password; repeatable", "FILE"),
    ],
  },
  {
    title: "Output",
    flags: [
      flag("verbosity", "count", "-v --verbose", "say more; -vv, -vvv say more still"),
      flag("output", "list", "--output", "console, ansible, minimal, oneline, json, junit; =FILE writes to a file; repeatable", "KIND[=FILE]"),
      flag("color", "when", "--color --colour", "always, never or auto (default): colours", "WHEN"),
      flag("noColor", "switch", "--no-color --no-colour", "no colours"),
      flag("version", "switch", "--version", "the version, and where the configuration comes from"),
      flag("help", "switch", "-h --help", "this text"),
    ],
  },
];

export const flags: readonly Flag[] = flagGroups.flatMap((group) => group.flags);

/** The name of an option in messages. */
export function longName(flag: Flag): string {
  return flag.names.find((name) => name.startsWith("--")) ?? flag.names[0]!;
}
