import type { HostModule } from "../contract.ts";
import { args, type ArgsOf, boolean, choice, path } from "../schema.ts";
import { type Entry, parseEntry, statKeys } from "../parts/entry.ts";
import { factsOf } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";

const schema = args({
  path: path("The path to look at.", { required: true, aliases: ["dest", "name"] }),
  follow: boolean("Look at what a link leads to.", { default: false }),
  get_checksum: boolean("Read the file and tell its checksum.", { default: true }),
  checksum_algorithm: choice("Which checksum.", ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"], {
    default: "sha1",
    aliases: ["checksum", "checksum_algo"],
  }),
  get_mime: boolean("Tell type and charset, where the host has file(1).", { default: true, aliases: ["mime", "mime_type", "mime-type"] }),
  get_attributes: boolean("Tell the attributes, where the host has lsattr(1).", { default: true, aliases: ["attr", "attributes"] }),
});

export const stat: HostModule<ArgsOf<typeof schema>, Record<string, unknown>> = {
  name: "stat",
  summary: "Tells what a path is",
  args: schema,
  probe: (args) => ({
    text: readScript(import.meta.url, "probe.sh", "facts", "entry"),
    vars: {
      path: args.path,
      follow: args.follow ? "1" : "",
      sum_tool: args.get_checksum ? `${args.checksum_algorithm}sum` : "",
      get_mime: args.get_mime ? "1" : "",
      get_attributes: args.get_attributes ? "1" : "",
    },
  }),
  parse(answer, args) {
    const facts = factsOf(answer);
    const entry = parseEntry(facts.get("here"), facts.maybe("here.target"));
    if (entry === undefined) return { exists: false };
    const [blocks, blockSize] = facts.get("blocks").split("/");
    const sum = facts.maybe("sum");
    const isLink = entry.state === "link";
    return {
      exists: true,
      ...statKeys(facts.get("path"), entry),
      blocks: Number(blocks),
      block_size: Number(blockSize),
      device_type: deviceNumber(entry),
      readable: facts.flag("readable"),
      writeable: facts.flag("writeable"),
      executable: facts.flag("executable"),
      ...(isLink ? { lnk_source: facts.maybe("lnk_source"), lnk_target: entry.target } : {}),
      ...(entry.owner === String(entry.uid) ? {} : { pw_name: entry.owner }),
      ...(entry.group === String(entry.gid) ? {} : { gr_name: entry.group }),
      ...(sum === undefined ? {} : { checksum: sum }),
      ...(args.get_mime ? mimeOf(facts.maybe("mime")) : {}),
      ...(args.get_attributes ? flagsOf(facts.maybe("lsattr")) : {}),
    };
  },
  plan: () => [],
  result: ({ after }) => ({ stat: after }),
  doc: {
    examples: `- name: Is there a swap file?
  stat:
    path: /swapfile
  register: swap

- debug:
    msg: it is there
  when: swap.stat.exists
`,
    returns: {
      "stat.exists": "whether there is something; nothing else is told when not",
      "stat.isdir, isreg, islnk, isblk, ischr, isfifo, issock": "what it is",
      "stat.mode": 'for example "0644"',
      "stat.checksum": "of a readable file",
      "stat.pw_name, gr_name": "owner and group, where the ids have names",
      "stat.lnk_source, lnk_target": "what a link leads to, resolved and as written",
    },
    differences: ["times are whole seconds where the host's stat is BusyBox's"],
  },
};

// makedev(3)
function deviceNumber({ major, minor }: Entry): number {
  return (minor & 0xff) + (major & 0xfff) * 0x100 + (minor >>> 8) * 0x100000;
}

function mimeOf(text: string | undefined): Record<string, string> {
  const match = /^(\S+); charset=(\S+)$/.exec(text ?? "");
  return { mimetype: match?.[1] ?? "unknown", charset: match?.[2] ?? "unknown" };
}

const flagNames: Readonly<Record<string, string>> = {
  A: "noatime",
  a: "append",
  c: "compressed",
  C: "nocow",
  d: "nodump",
  D: "dirsync",
  e: "extents",
  E: "encrypted",
  h: "blocksize",
  i: "immutable",
  I: "indexed",
  j: "journalled",
  N: "inline",
  s: "zero",
  S: "synchronous",
  t: "notail",
  T: "blockroot",
  u: "undelete",
  X: "compressedraw",
  Z: "compresseddirty",
};

function flagsOf(line: string | undefined): Record<string, unknown> {
  const [version, flags] = (line ?? "").trim().split(/\s+/);
  if (flags === undefined) return { version: null, attributes: [], attr_flags: "" };
  const letters = flags.replaceAll("-", "");
  return { version, attr_flags: letters, attributes: [...letters].map((letter) => flagNames[letter] ?? letter) };
}
