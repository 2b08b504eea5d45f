import type { HostModule } from "../contract.ts";
import { applyUnit, leftOfUnit, parseUnit, planUnit, unitProbe, unitResult, type UnitState } from "../parts/systemd/unit.ts";
import { args, type ArgsOf, boolean, choice, string } from "../schema.ts";

const schema = args(
  {
    name: string("The unit; `.service` is added to a name without a type.", { aliases: ["service", "unit"] }),
    state: choice("`started` and `stopped` hold; `restarted` and `reloaded` act every time.", ["started", "stopped", "restarted", "reloaded"]),
    enabled: boolean("Whether it starts at boot."),
    masked: boolean("Whether it is masked: cannot be started at all."),
    daemon_reload: boolean("Make systemd read its unit files again first.", { default: false, aliases: ["daemon-reload"] }),
    daemon_reexec: boolean("Make systemd start itself anew first.", { default: false, aliases: ["daemon-reexec"] }),
    scope: choice("Whose systemd: the system's, the user's, or the defaults of all users.", ["system", "user", "global"], { default: "system" }),
    no_block: boolean("Do not wait until the unit is up.", { default: false }),
    force: boolean("Replace links that are in the way.", { default: false }),
  },
  {
    requiredOneOf: [["state", "enabled", "masked", "daemon_reload", "daemon_reexec"]],
    requiredBy: { state: ["name"], enabled: ["name"], masked: ["name"] },
  },
);

export type SystemdArgs = ArgsOf<typeof schema>;

export const systemd: HostModule<SystemdArgs, UnitState> = {
  name: "systemd",
  summary: "Manages systemd units",
  args: schema,
  check: (args) => (/[*?[]/.test(args.name ?? "") ? `glob patterns are not possible in a service name: ${args.name}` : undefined),
  probe: (args) => ({ text: `${unitProbe()}\nask_unit`, vars: { unit: args.name ?? "", scope: args.scope } }),
  parse: parseUnit,
  plan: planUnit,
  left: leftOfUnit,
  apply: applyUnit,
  result: ({ args, after, changes }) => unitResult(args, after, changes),
  doc: {
    description:
      "Starts, stops, restarts, reloads, enables and masks units. A restart counts as done when the unit has a new invocation, a start when the unit runs or has ended well.",
    examples: `- name: The service runs now and after a reboot
  systemd:
    name: nginx
    state: started
    enabled: true

- name: Read new unit files
  systemd:
    daemon_reload: true
`,
    returns: { status: "all properties of the unit, as systemctl show prints them", state: "started or stopped", enabled: "as given" },
    differences: [
      "a service that fails right after its start fails the task; Ansible does not look again",
      "enabled works on aliases (sshd) too",
      "enabled: false on a static unit is no change",
      "daemon_reload alone is no change, as with Ansible",
    ],
  },
};
