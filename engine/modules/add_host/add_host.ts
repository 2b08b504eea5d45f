import type { ControllerModule } from "../contract.ts";
import { anything, args, type ArgsOf, string } from "../schema.ts";

const schema = args(
  {
    name: string("The host's name, with `:PORT` if need be.", { required: true, aliases: ["hostname", "host"] }),
    groups: anything("Groups it belongs to: a list, or text with commas.", { aliases: ["group", "groupname"] }),
  },
  { open: true },
);

export const addHost: ControllerModule<ArgsOf<typeof schema> & Record<string, unknown>> = {
  name: "add_host",
  summary: "Adds a host to the inventory of this run",
  args: schema,
  oncePerBatch: true,
  act: ({ name: given, groups, ...variables }) => {
    const parts = /^(.*[^:]):(\d+)$/.exec(given);
    const name = parts === null ? given : parts[1]!;
    const values = parts === null ? variables : { ansible_port: Number(parts[2]), ...variables };
    const names = (Array.isArray(groups) ? groups.map(String) : typeof groups === "string" ? groups.split(",") : [])
      .map((group) => group.trim())
      .filter((group) => group !== "");
    const added = { name, groups: names, variables: values };
    return { changed: true, addHost: added, result: { add_host: { host_name: name, groups: names, host_vars: values } } };
  },
  doc: { examples: `- add_host:\n    name: "{{ droplet.ip }}"\n    groups: workers` },
};
