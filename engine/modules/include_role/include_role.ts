import type { ControllerModule } from "../contract.ts";
import { args, type ArgsOf, boolean, mapping, string } from "../schema.ts";

const schema = args({
  name: string("The role.", { required: true, aliases: ["role"] }),
  tasks_from: string("The file of its tasks folder; main when not given."),
  vars_from: string("The file of its vars folder; main when not given."),
  defaults_from: string("The file of its defaults folder; main when not given."),
  handlers_from: string("The file of its handlers folder; main when not given."),
  apply: mapping("Keywords for the tasks inside (tags, become, when ...)."),
  public: boolean("Its defaults and vars stay known to the tasks after it.", { default: false }),
  allow_duplicates: boolean("False: not when the role has run already.", { default: true }),
  rolespec_validate: boolean("Check its arguments against its argument_specs.", { default: true }),
  rescuable: boolean("A failure to load it can be rescued.", { default: true }),
});

export const includeRole: ControllerModule<ArgsOf<typeof schema>> = {
  name: "include_role",
  summary: "Loads a role while the play runs",
  args: schema,
  // The runner loads and runs the role: what it takes (a play, other hosts) no module may see
  act: () => ({}),
  doc: { examples: `- include_role:\n    name: containerd\n    tasks_from: configure` },
};
