import { type HostModule, ModuleError } from "../contract.ts";
import { readScript } from "../parts/script.ts";
import { quote } from "../parts/words.ts";
import { keyFile, type UserArgs, userSchema } from "./args.ts";
import { commandsOf } from "./commands.ts";
import { planUser } from "./plan.ts";
import { parseUser, type UserState } from "./state.ts";

export const user: HostModule<UserArgs, UserState> = {
  name: "user",
  summary: "Manages users",
  args: userSchema,
  check(args) {
    if (args.password !== undefined && /[:\n]/.test(args.password)) return "password must be a hash, and cannot hold a colon or a newline";
    if (args.umask !== undefined && !/^[0-7]{1,4}$/.test(args.umask)) return `umask must be octal, not "${args.umask}"`;
    if (/[:\n]/.test(args.name)) return "name cannot hold a colon or a newline";
    return undefined;
  },
  probe: (args) => ({
    text: readScript(import.meta.url, "probe.sh", "facts", ...(args.generate_ssh_key ? ["way"] : [])),
    vars: {
      name: args.name,
      state: args.state,
      local: args.local ? "1" : "",
      wanted_hash: args.password ?? "",
      ask_groups: [...(args.groups ?? []), ...(args.group === undefined ? [] : [args.group])].map(quote).join(" "),
      ask_home: args.home ?? "",
      ask_key: args.generate_ssh_key ? "1" : "",
      key_file: keyFile(args),
    },
  }),
  parse: parseUser,
  plan: planUser,
  apply(changes, current, args) {
    const commands = commandsOf(changes, current, args);
    const has = (key: string): boolean => changes.some((change) => change.key === key);
    const isNew = current.account === undefined;
    const line = (words: readonly string[]): string => words.map(quote).join(" ");
    const isHash = args.state === "present" && has("password");
    return {
      text: readScript(import.meta.url, "apply.sh", "facts", "way", "place"),
      vars: {
        name: args.name,
        words: line(commands.first),
        more_words: commands.more.map((words) => quote(line(words))).join(" "),
        is_hash: isHash ? "1" : "",
        home_parent: args.home !== undefined && ((isNew && args.create_home) || (has("home") && args.move_home)) ? args.home.replace(/\/+[^/]*\/*$/, "") : "",
        make_home: args.state === "present" && args.create_home && (isNew || has("create_home") || (has("home") && !args.move_home)) ? "1" : "",
        skeleton: args.skeleton ?? "/etc/skel",
        home_umask: args.umask ?? "",
        key_path: current.keyPath ?? "",
        key_words: has("ssh_key") ? line(keyWords(current, args)) : "",
        key_phrase: args.ssh_key_passphrase ?? "",
      },
      ...(isHash ? { stdin: Buffer.from(`${args.name}:${args.password_lock === true ? "!" : ""}${args.password!}\n`) } : {}),
    };
  },
  result({ args, before, after, changes }) {
    if (args.state === "absent") return { name: args.name, state: "absent", force: args.force, remove: args.remove };
    const { account } = after;
    return {
      name: args.name,
      state: "present",
      ...(before.account === undefined ? { system: args.system, create_home: args.create_home } : { append: args.append, move_home: args.move_home }),
      ...(account === undefined ? {} : { uid: account.uid, group: account.gid, comment: account.comment, home: account.home, shell: account.shell }),
      ...(args.groups === undefined ? {} : { groups: args.groups.join(",") }),
      ...(args.password === undefined ? {} : { password: "NOT_LOGGING_PASSWORD" }),
      ...(args.generate_ssh_key && (after.keyFingerprint !== undefined || changes.length === 0)
        ? { ssh_fingerprint: after.keyFingerprint, ssh_key_file: after.keyPath, ssh_public_key: after.keyPublic }
        : {}),
    };
  },
  doc: {
    description:
      "Makes, changes and deletes users. A password travels as a hash over the script's input, never in a command line, and is compared on the host.",
    examples: `- name: The application's user
  user:
    name: app
    system: true
    shell: /usr/sbin/nologin
    home: /srv/app
    groups: [adm, docker]
    append: true

- name: A person
  user:
    name: ada
    password: "{{ ada_password | password_hash('sha512') }}"
    update_password: on_create
`,
    returns: {
      uid: "the user's id",
      group: "id of its primary group",
      groups: "as given",
      home: "its home directory",
      shell: "its login shell",
      ssh_fingerprint: "of the key",
      ssh_key_file: "the key's path",
      ssh_public_key: "the public part",
    },
    differences: [
      "password_lock: false on a user without a password is no change; Ansible reports one every time",
      "arguments for macOS, Solaris and the BSDs (hidden, role, profile, authorization, login_class) do not exist",
    ],
  },
};

function keyWords(current: UserState, args: UserArgs): string[] {
  if (current.keyPath === undefined) throw new ModuleError("the place of the SSH key is not known");
  const bits = args.ssh_key_bits === undefined || args.ssh_key_bits === 0 ? [] : ["-b", String(args.ssh_key_bits)];
  return ["-t", args.ssh_key_type, ...bits, "-C", args.ssh_key_comment ?? `ansible-generated on ${current.hostname}`];
}
