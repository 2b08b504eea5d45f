import type { HostModule } from "../contract.ts";
import { args, type ArgsOf, integer } from "../schema.ts";

const schema = args({
  connect_timeout: integer("Has no effect: the connection's own limit counts (timeout, ansible_ssh_timeout).", { default: 5 }),
  delay: integer("Seconds before the first try.", { default: 0 }),
  sleep: integer("Seconds between two tries.", { default: 1 }),
  timeout: integer("Seconds until waiting fails.", { default: 600 }),
});

export const waitForConnection: HostModule<ArgsOf<typeof schema>, undefined> = {
  name: "wait_for_connection",
  summary: "Waits until a host can be reached and used",
  args: schema,
  patience: ({ delay, sleep, timeout }) => ({ delay, sleep, timeout, message: "timed out waiting for ping module test" }),
  plan: () => [],
  doc: {
    description: "Connects anew until a script runs as the task's user, become included. For hosts that are only just being made; reboot waits by itself.",
    examples: `- hosts: new
  gather_facts: false
  tasks:
    - wait_for_connection:
        timeout: 300
    - setup:
`,
    returns: { elapsed: "seconds waited" },
    differences: ["in check mode it does not wait, as with Ansible"],
  },
};
