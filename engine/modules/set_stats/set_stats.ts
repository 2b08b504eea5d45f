import type { ControllerModule } from "../contract.ts";
import { args, type ArgsOf, boolean, mapping } from "../schema.ts";

const schema = args({
  data: mapping("Names and values.", { required: true }),
  per_host: boolean("Keep them for each host apart.", { default: false }),
  aggregate: boolean("Add to what is there (numbers add up, lists grow) instead of replacing it.", { default: true }),
});

export const setStats: ControllerModule<ArgsOf<typeof schema>> = {
  name: "set_stats",
  summary: "Sets figures that are told at the end of the run",
  args: schema,
  act: ({ data, per_host, aggregate }) => ({
    stats: { data, perHost: per_host, aggregate },
    result: { ansible_stats: { data, per_host, aggregate } },
  }),
  doc: { examples: `- set_stats:\n    data:\n      restarted: 1` },
};
