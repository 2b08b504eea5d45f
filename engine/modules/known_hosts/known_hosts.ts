import { type Change, type HostModule, ModuleError } from "../contract.ts";
import { applyEdit, decodeText, diffEdit, type Edited, type EditState, editVars, parseEdit, planEdit } from "../parts/edit.ts";
import { readScript } from "../parts/script.ts";
import { args, type ArgsOf, boolean, choice, path, string } from "../schema.ts";
import { type Entry, fingerprint, hashedLine, isHashed, isOf, parseEntry, parseKeys, withoutName } from "./lines.ts";

const schema = args({
  name: string("The host; with a port other than 22: `[host]:port`.", { required: true, aliases: ["host"] }),
  key: string("Its key, as a line of known_hosts; several lines for several keys. Needed unless state is absent."),
  path: path("The file.", { default: "~/.ssh/known_hosts" }),
  hash_host: boolean("Write the name as a hash.", { default: false }),
  state: choice("absent without a key removes all keys of the host.", ["present", "absent"], { default: "present" }),
});

export type KnownHostsArgs = ArgsOf<typeof schema>;

export const knownHosts: HostModule<KnownHostsArgs, EditState> = {
  name: "known_hosts",
  summary: "Keeps the keys of other hosts in a known_hosts file",
  args: schema,
  check(args) {
    if (args.name === "" || /[\s,]/.test(args.name)) return `name must be one host: "${args.name}"`;
    if (args.state === "present" && args.key === undefined) return "No key specified when adding a host";
    try {
      if (args.key !== undefined && parseKeys(args.key, args.name).length === 0) return "key holds no key";
    } catch (error) {
      if (error instanceof ModuleError) return error.message;
      throw error;
    }
    return undefined;
  },
  probe: (args) => ({ text: readScript(import.meta.url, "probe.sh", "facts", "way", "entry", "attributes", "edit_probe"), vars: editVars(editArgs(args)) }),
  parse: (answer, args) => parseEdit(answer, editArgs(args)),
  plan: (current, args) => editLines(linesOf(current), args).changes,
  apply(_changes, current, args) {
    const edited = editedOf(current, args);
    const text = readScript(import.meta.url, "apply.sh", "facts", "way", "place", "whole_apply");
    const script = applyEdit(text, planEdit(current, editArgs(args), edited), current, editArgs(args), edited);
    // ~/.ssh is its owner's alone
    return { ...script, vars: { ...script.vars, folder_mode: "0700" } };
  },
  diff(_changes, current, args) {
    const edited = editedOf(current, args);
    return diffEdit(planEdit(current, editArgs(args), edited), current, edited);
  },
  result: ({ args, after }) => ({
    name: args.name,
    ...(args.key === undefined ? {} : { key: args.key }),
    path: after.path,
    state: args.state,
    hash_host: args.hash_host,
  }),
  doc: {
    examples: `- known_hosts:
    name: git.example.org
    key: "git.example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHPZ..."
    path: /etc/ssh/ssh_known_hosts
`,
    returns: { name: "the host", key: "as given", path: "the file" },
    differences: [
      "key may hold several lines",
      "a line of several hosts loses the one name and keeps the others",
      "a line with a pattern, such as *.example.org, is of no host",
      "a missing ~/.ssh is made",
    ],
  },
};

function editArgs(args: KnownHostsArgs): { path: string; backup: false; unsafe_writes: false } {
  return { path: args.path, backup: false, unsafe_writes: false };
}

function linesOf(current: EditState): string[] {
  const lines = decodeText(current.bytes ?? Buffer.alloc(0)).text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function editedOf(current: EditState, args: KnownHostsArgs): Edited {
  const { encode } = decodeText(current.bytes ?? Buffer.alloc(0));
  const { lines } = editLines(linesOf(current), args);
  return { content: encode(lines.map((line) => `${line}\n`).join("")), msg: "" };
}

/** The lines as they shall be, and what of it is a change. */
function editLines(lines: readonly string[], args: KnownHostsArgs): { readonly lines: string[]; readonly changes: Change[] } {
  const wanted = args.key === undefined ? undefined : parseKeys(args.key, args.name);
  const changes: Change[] = [];
  const missing = new Set(args.state === "present" ? wanted : []);
  const made: string[] = [];
  for (const line of lines) {
    const entry = parseEntry(line);
    const isRival = entry !== undefined && isOf(entry, args.name) ? isMeant(entry, wanted, args.state) : false;
    if (entry === undefined || !isRival) {
      made.push(line);
      continue;
    }
    const key = `${entry.type} key of ${args.name}`;
    if (args.state === "present" && wanted!.some((one) => isSame(one, entry))) {
      const same = [...missing].find((one) => isSame(one, entry));
      if (same !== undefined && (!args.hash_host || isHashed(entry))) {
        missing.delete(same);
        made.push(line);
        continue;
      }
      changes.push(same === undefined ? { key, from: "twice", to: "once" } : { key, from: "in plain", to: "hashed" });
      if (same !== undefined) {
        missing.delete(same);
        made.push(hashedLine(same, args.name));
      }
    } else {
      const next = args.state === "present" ? [...missing].find((one) => one.type === entry.type && one.marker === entry.marker) : undefined;
      changes.push({ key, from: fingerprint(entry), to: next === undefined ? null : fingerprint(next) });
      if (next !== undefined) {
        missing.delete(next);
        made.push(args.hash_host ? hashedLine(next, args.name) : next.line);
      }
    }
    const rest = withoutName(line, args.name);
    if (rest !== undefined) made.push(rest);
  }
  for (const one of missing) {
    changes.push({ key: `${one.type} key of ${args.name}`, from: null, to: fingerprint(one) });
    made.push(args.hash_host ? hashedLine(one, args.name) : one.line);
  }
  return { lines: made, changes };
}

/** Whether a line of the host is one that the task is about: with the key when that is to go, else of a type that a new key has. */
function isMeant(entry: Entry, wanted: readonly Entry[] | undefined, state: "present" | "absent"): boolean {
  if (wanted === undefined) return true;
  return wanted.some((one) => (state === "absent" ? isSame(one, entry) : one.type === entry.type && one.marker === entry.marker));
}

function isSame(one: Entry, other: Entry): boolean {
  return one.marker === other.marker && one.type === other.type && one.key === other.key;
}
