import type { ControllerModule } from "../contract.ts";
import { args, type ArgsOf, list, string } from "../schema.ts";

const schema = args({
  key: string("The group's name, usually a template.", { required: true }),
  parents: list("Groups that it becomes a child of.", { default: ["all"] }),
});

export const groupBy: ControllerModule<ArgsOf<typeof schema>> = {
  name: "group_by",
  summary: "Puts the host into a group that a variable names",
  args: schema,
  act: ({ key, parents }) => {
    const group = key.replaceAll(" ", "-");
    const names = parents.map((parent) => parent.replaceAll(" ", "-"));
    return { addToGroups: { groups: [group], parents: names }, result: { add_group: group, parent_groups: names } };
  },
  doc: { examples: `- group_by:\n    key: os_{{ ansible_facts.distribution }}` },
};
