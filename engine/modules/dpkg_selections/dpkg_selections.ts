import { type HostModule, ModuleError } from "../contract.ts";
import { factsOf } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";
import { args, type ArgsOf, choice, string } from "../schema.ts";

const schema = args({
  name: string("The package.", { required: true }),
  selection: choice("What dpkg's front ends shall do with it.", ["install", "hold", "deinstall", "purge"], { required: true }),
});

export const dpkgSelections: HostModule<ArgsOf<typeof schema>, string> = {
  name: "dpkg_selections",
  summary: "Sets what dpkg's front ends do with a package: hold it, for example",
  args: schema,
  check: ({ name }) => (/^[a-z0-9][a-z0-9.+-]*(:[a-z0-9]+)?$/.test(name) ? undefined : `not the name of a package: ${name}`),
  probe: ({ name }) => ({ text: readScript(import.meta.url, "probe.sh", "facts"), vars: { name } }),
  parse: (answer) => factsOf(answer).maybe("selection") ?? "",
  plan(current, args) {
    if (current === "") throw new ModuleError(`Failed to find package '${args.name}' to perform selection '${args.selection}'.`);
    return current === args.selection ? [] : [{ key: "selection", from: current, to: args.selection }];
  },
  apply: (_changes, _current, { name, selection }) => ({ text: readScript(import.meta.url, "apply.sh", "facts"), vars: { name, selection } }),
  result: ({ args, before }) => ({ before, after: args.selection }),
  doc: {
    description: "Installs and removes nothing by itself.",
    examples: `- name: The kernel stays as it is
  dpkg_selections:
    name: linux-image-amd64
    selection: hold
`,
    returns: { before: "the old selection", after: "the new one" },
  },
};
