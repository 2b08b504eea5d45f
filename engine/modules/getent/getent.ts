import { type HostModule, ModuleError } from "../contract.ts";
import { factsOf } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";
import { args, type ArgsOf, boolean, string } from "../schema.ts";

const schema = args({
  database: string("The database: passwd, group, hosts, services ...", { required: true }),
  key: string("The entry; all of them when not given.", { default: "" }),
  service: string("The source to ask alone: files, ldap ..."),
  split: string("What separates the fields; a colon for passwd, group, shadow and gshadow, else blanks."),
  fail_key: boolean("Fail when the key is not there; else its value is nothing.", { default: true }),
});

export type GetentArgs = ArgsOf<typeof schema>;

const withColons = new Set(["passwd", "shadow", "group", "gshadow"]);

export const getent: HostModule<GetentArgs, Record<string, unknown>> = {
  name: "getent",
  summary: "Reads a database of the host's name service",
  args: schema,
  probe: (args) => ({ text: readScript(import.meta.url, "probe.sh", "facts"), vars: { database: args.database, key: args.key, service: args.service ?? "" } }),
  parse(answer, args) {
    const facts = factsOf(answer);
    const code = facts.number("code");
    if (code === 0) return entriesOf(facts.get("entries"), args.split ?? (withColons.has(args.database) ? ":" : undefined));
    if (code === 2 && !args.fail_key) return { [args.key]: null };
    if (code === 2) throw new ModuleError("One or more supplied key could not be found in the database.");
    if (code === 1) throw new ModuleError("Missing arguments, or database unknown.");
    throw new ModuleError(code === 3 ? "Enumeration not supported on this database." : `Unexpected failure! ${facts.get("entries")}`);
  },
  plan: () => [],
  result: ({ args, before }) => ({ ansible_facts: { [`getent_${args.database}`]: before } }),
  doc: {
    examples: `- getent:
    database: passwd
    key: root
- debug:
    msg: "{{ ansible_facts.getent_passwd.root[4] }}"
`,
    returns: { "ansible_facts.getent_DATABASE": "each key with the list of its fields" },
  },
};

function entriesOf(text: string, separator: string | undefined): Record<string, unknown> {
  const entries: Record<string, unknown> = {};
  const lists = new Set<string>();
  for (const line of text.split("\n").filter((one) => one.trim() !== "")) {
    const [key, ...fields] = separator === undefined ? line.trim().split(/\s+/) : line.split(separator);
    const known = entries[key!];
    // a name with several entries, as in hosts and services
    if (known === undefined) entries[key!] = fields;
    else if (lists.has(key!)) (known as string[][]).push(fields);
    else {
      lists.add(key!);
      entries[key!] = [known, fields];
    }
  }
  return entries;
}
