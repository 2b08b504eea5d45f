import type { HostModule } from "../contract.ts";
import { args, type ArgsOf, choice, path, string } from "../schema.ts";
import { parseEntry, pathInfo } from "../parts/entry.ts";
import { factsOf } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";

const schema = args({
  state: choice("What to make.", ["file", "directory"], { default: "file" }),
  path: path("The folder to make it in; the host's folder for temporary files when not given."),
  prefix: string("How its name begins.", { default: "ansible." }),
  suffix: string("How its name ends.", { default: "" }),
});

export const tempfile: HostModule<ArgsOf<typeof schema>, undefined> = {
  name: "tempfile",
  summary: "Makes a temporary file or directory with a name of its own",
  args: schema,
  check(args) {
    if (args.prefix.includes("/")) return `prefix must be a valid file name component, got '${args.prefix}'`;
    return args.suffix.includes("/") ? `suffix must be a valid file name component, got '${args.suffix}'` : undefined;
  },
  plan: (_current, args) => [{ key: "path", from: null, to: `a new ${args.state}` }],
  apply: (_changes, _current, args) => ({
    text: readScript(import.meta.url, "apply.sh", "facts", "way", "place", "entry"),
    vars: { state: args.state, folder: args.path ?? "", prefix: args.prefix, suffix: args.suffix },
  }),
  // each run makes another one
  verified: false,
  result({ applied }) {
    if (applied === undefined) return {};
    const facts = factsOf(applied);
    return { path: facts.get("path"), ...pathInfo(parseEntry(facts.get("made"))) };
  },
  doc: {
    description: "Only its user may read it. Nothing removes it: that is for a later task.",
    examples: `- tempfile:
    state: directory
    suffix: .build
  register: build

- file:
    path: "{{ build.path }}"
    state: absent
`,
    returns: { path: "where it is" },
  },
};
