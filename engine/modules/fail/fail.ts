import type { ControllerModule } from "../contract.ts";
import { anything, args, type ArgsOf } from "../schema.ts";

const schema = args({ msg: anything("What to say.", { default: "Failed as requested from task" }) });

export const fail: ControllerModule<ArgsOf<typeof schema>> = {
  name: "fail",
  summary: "Fails with a message",
  args: schema,
  act: ({ msg }) => ({ failed: true, msg }),
  doc: { examples: `- fail:\n    msg: this role knows Debian only\n  when: ansible_facts.os_family != "Debian"` },
};
