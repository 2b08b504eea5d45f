import type { ControllerModule } from "../contract.ts";
import { args, type ArgsOf, mapping, string } from "../schema.ts";

const schema = args({
  file: string("The task file: beside this one, in the role's tasks folder, or in the playbook's.", { required: true }),
  apply: mapping("Keywords for the tasks inside (tags, become, when ...)."),
});

export const includeTasks: ControllerModule<ArgsOf<typeof schema>> = {
  name: "include_tasks",
  summary: "Loads a task file while the play runs",
  args: schema,
  freeForm: "file",
  // The runner loads and runs the file: what it takes (a play, other hosts) no module may see
  act: () => ({}),
  doc: {
    description:
      "The file is chosen when the task's turn comes, so its name may stand on facts. Keywords of the task itself (when, tags) decide about the include, not about the tasks inside; `apply` does that.",
    examples: `- include_tasks: "{{ ansible_facts.os_family }}.yml"`,
  },
};
