import { type Change, type HostModule, ModuleError } from "../contract.ts";
import { factsOf } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";
import { quote, splitCommand } from "../parts/words.ts";
import { args, type ArgsOf, integer, list, string } from "../schema.ts";

const schema = args({
  pre_reboot_delay: integer("Seconds before it goes down; whole minutes, rounded down.", { default: 0, aliases: ["pre_reboot_delay_sec"] }),
  post_reboot_delay: integer("Seconds before the first look whether it is back.", { default: 0, aliases: ["post_reboot_delay_sec"] }),
  reboot_timeout: integer("Seconds until waiting for it fails.", { default: 600, aliases: ["reboot_timeout_sec"] }),
  connect_timeout: integer("Has no effect: the connection's own limit counts.", { aliases: ["connect_timeout_sec"] }),
  test_command: string("A command that must succeed when the host is back.", { default: "whoami" }),
  msg: string("What users of the host are told.", { default: "Reboot initiated by tsplay" }),
  search_paths: list("Folders to look for the command in.", { default: ["/sbin", "/bin", "/usr/sbin", "/usr/bin", "/usr/local/sbin"] }),
  boot_time_command: string("A command whose output is another after every boot.", { default: "cat /proc/sys/kernel/random/boot_id" }),
  reboot_command: string("The command that reboots, with its arguments; `shutdown -r` (or `reboot`) when not given."),
});

export type RebootArgs = ArgsOf<typeof schema>;

export interface RebootState {
  readonly boot: string;
  /** What the test command said when it failed. */
  readonly trouble: string | undefined;
}

const due = (boot: string): Change[] => [{ key: "boot", from: boot, to: "another" }];

export const reboot: HostModule<RebootArgs, RebootState> = {
  name: "reboot",
  summary: "Reboots a host and waits until it is back",
  args: schema,
  probe: (args) => ({
    text: readScript(import.meta.url, "probe.sh", "facts"),
    vars: { boot_time_command: args.boot_time_command, test_command: args.test_command },
  }),
  parse(answer) {
    const facts = factsOf(answer);
    return { boot: facts.get("boot").trim(), trouble: facts.maybe("trouble") };
  },
  plan(current) {
    if (current.boot === "") throw new ModuleError("the host does not say when it was booted: boot_time_command prints nothing");
    return due(current.boot);
  },
  left: (after, _args, before) => (after.boot === "" || after.boot === before.boot || after.trouble !== undefined ? due(after.boot) : []),
  apply: (_changes, _current, args) => ({
    text: readScript(import.meta.url, "apply.sh", "facts"),
    vars: {
      words: args.reboot_command === undefined ? "" : splitCommand(args.reboot_command).map(quote).join(" "),
      folders: args.search_paths.map(quote).join(" "),
      minutes: String(Math.floor(Math.max(0, args.pre_reboot_delay) / 60)),
      message: args.msg,
    },
  }),
  patience: ({ post_reboot_delay: delay, reboot_timeout: timeout }) => ({
    delay: Math.max(0, delay),
    sleep: 1,
    timeout,
    message: `Timed out waiting for last boot time check or post-reboot test command (timeout=${timeout})`,
  }),
  result: ({ applied }) => (applied === undefined ? { rebooted: true, elapsed: 0 } : { rebooted: applied.code === 0 }),
  doc: {
    description:
      "It is back when it can be reached, says another boot than before, and test_command succeeds. It always reboots: say `when` it shall, for example by /var/run/reboot-required.",
    examples: `- name: Is a reboot needed?
  stat:
    path: /var/run/reboot-required
  register: required

- reboot:
    reboot_timeout: 300
  when: required.stat.exists
`,
    returns: { rebooted: "whether it was", elapsed: "seconds until it was back" },
    differences: ["test_command runs once before the reboot too, where its outcome does not matter", "looks every second; Ansible's pauses grow to 12 s"],
  },
};
