import type { ControllerModule } from "../contract.ts";
import { args, type ArgsOf, string } from "../schema.ts";

const schema = args({
  free_form: string("flush_handlers, refresh_inventory, noop, clear_facts, clear_host_errors, end_play, end_host, end_batch, end_role or reset_connection.", {
    required: true,
    aliases: ["_raw_params"],
  }),
});

export const meta: ControllerModule<ArgsOf<typeof schema>> = {
  name: "meta",
  summary: "Acts on the run itself: flushes handlers, ends a host's play, and the like",
  args: schema,
  freeForm: "free_form",
  act: ({ free_form }) => ({ meta: free_form }),
  doc: { examples: `- meta: flush_handlers\n- meta: end_host\n  when: ansible_facts.memtotal_mb < 1024` },
};
