import type { HostModule } from "../contract.ts";
import { args, type ArgsOf, path } from "../schema.ts";
import { factsOf, MOST_OF_A_TEXT } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";

const schema = args({ src: path("The file to read.", { required: true, aliases: ["path"] }) });

interface Slurped {
  readonly source: string;
  readonly bytes: Buffer;
}

export const slurp: HostModule<ArgsOf<typeof schema>, Slurped> = {
  name: "slurp",
  summary: "Reads a file of the host into a variable",
  args: schema,
  bulky: true,
  probe: (args) => ({ text: readScript(import.meta.url, "probe.sh", "facts"), vars: { src: args.src }, mostOutput: MOST_OF_A_TEXT }),
  parse(answer) {
    const facts = factsOf(answer);
    return { source: facts.get("source"), bytes: facts.bytes };
  },
  plan: () => [],
  result: ({ after }) => ({ content: after.bytes.toString("base64"), source: after.source, encoding: "base64" }),
  doc: {
    description: "The whole file is held in memory: for large ones use fetch.",
    examples: `- name: Which kernel was asked for
  slurp:
    src: /proc/cmdline
  register: cmdline

- debug:
    msg: "{{ cmdline.content | b64decode }}"
`,
    returns: { content: "the file, in Base64", source: "its path", encoding: '"base64"' },
  },
};
