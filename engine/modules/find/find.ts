import { type HostModule, ModuleError } from "../contract.ts";
import { args, type ArgsOf, boolean, choice, integer, list, mode, string } from "../schema.ts";
import { parseEntry } from "../parts/entry.ts";
import { factsOf, MOST_OF_A_TEXT } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";
import { splitLines } from "../parts/text.ts";
import { quote } from "../parts/words.ts";
import { perlPattern, plainPattern } from "./contains.ts";
import { filterOf, type Found, statInfo } from "./filter.ts";

const schema = args({
  paths: list("Directories to look in.", { required: true, aliases: ["name", "path"] }),
  patterns: list("Names to find: shell patterns, or Python's with use_regex.", { default: [], aliases: ["pattern"] }),
  excludes: list("Names to leave out.", { aliases: ["exclude"] }),
  use_regex: boolean("patterns and excludes are regular expressions.", { default: false }),
  contains: string("Only files with a line that begins with this pattern (anywhere in it, with read_whole_file)."),
  read_whole_file: boolean("Match contains against the whole file.", { default: false }),
  file_type: choice("What to find.", ["any", "directory", "file", "link"], { default: "file" }),
  age: string("At least so old (at most, when negative): seconds, or with s, m, h, d, w."),
  age_stamp: choice("Which time is the age.", ["atime", "ctime", "mtime"], { default: "mtime" }),
  size: string("At least so large (at most, when negative): bytes, or with b, k, m, g, t."),
  recurse: boolean("Look in the directories below too.", { default: false }),
  depth: integer("How many levels deep to look, with recurse."),
  hidden: boolean("Find names that begin with a dot too.", { default: false }),
  follow: boolean("Go into directories that links lead to.", { default: false }),
  mode: mode("Permissions that it has."),
  exact_mode: boolean("mode is all of its permissions; otherwise any of these.", { default: true }),
  get_checksum: boolean("Tell the checksums of files.", { default: false }),
  checksum_algorithm: choice("Which checksum.", ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"], {
    default: "sha1",
    aliases: ["checksum", "checksum_algo"],
  }),
  encoding: string("Encoding of the files; not used, grep reads bytes."),
  limit: integer("Stop after so many."),
});

export type FindArgs = ArgsOf<typeof schema>;

interface State {
  readonly files: readonly Found[];
  readonly examined: number;
  readonly skipped: readonly string[];
  readonly now: number;
}

export const find: HostModule<FindArgs, State> = {
  name: "find",
  summary: "Finds files by name, age, size, content and kind",
  args: schema,
  check(args) {
    if (args.limit !== undefined && args.limit <= 0) return `limit cannot be ${args.limit} (use None for unlimited)`;
    filterOf(args, 0);
    return undefined;
  },
  probe: (args) => ({
    text: readScript(import.meta.url, "probe.sh", "facts", "entry"),
    mostOutput: MOST_OF_A_TEXT,
    vars: {
      paths: args.paths.map(quote).join(" "),
      follow: args.follow ? "1" : "",
      maxdepth: args.recurse ? (args.depth === undefined || args.depth <= 0 ? "" : String(args.depth)) : "1",
      // Ansible looks into the directories of the last level before it finds that it is too deep
      examined_depth: args.recurse ? (args.depth === undefined || args.depth <= 0 ? "" : String(args.depth + 1)) : "1",
      tests: nameTests(args),
      contains: args.contains === undefined ? "" : perlPattern(args.contains, args.read_whole_file),
      contains_plain: args.contains === undefined ? "" : (plainPattern(args.contains, args.read_whole_file) ?? ""),
      whole: args.read_whole_file ? "-z" : "",
      sum_tool: args.get_checksum ? `${args.checksum_algorithm}sum` : "",
    },
  }),
  parse(answer) {
    const facts = factsOf(answer);
    const names = facts.bytes.toString("utf8").split("\0").slice(0, -1);
    const lines = splitLines(facts.get("lines"));
    if (names.length !== lines.length) throw new ModuleError("the directory changed while it was looked at", {}, "run the task again");
    const containing = facts.has("containing") ? new Set(splitLines(facts.get("containing"))) : undefined;
    const sums = new Map(splitLines(facts.maybe("sums") ?? "").map((line) => [line.slice(line.indexOf("  ") + 2), line.slice(0, line.indexOf(" "))]));
    const files = names.map((name, index): Found => ({
      path: clean(name),
      entry: parseEntry(lines[index]!)!,
      isContaining: containing?.has(name) ?? true,
      sum: sums.get(name),
    }));
    return { files, examined: facts.number("examined"), skipped: splitLines(facts.get("skipped")), now: facts.number("now") };
  },
  plan: () => [],
  result({ args, after }) {
    const isWanted = filterOf(args, after.now);
    const matching = after.files.filter(isWanted);
    const files = matching.slice(0, args.limit);
    const msg =
      after.skipped.length > 0
        ? "Not all paths examined, check warnings for details"
        : files.length === args.limit
          ? "Limit of matches reached"
          : "All paths examined";
    const warnings = after.skipped.map((path) => `Skipped '${path}' path due to this access issue: '${path}' is not a directory`);
    return {
      files: files.map(statInfo),
      matched: files.length,
      examined: after.examined,
      msg,
      skipped_paths: Object.fromEntries(after.skipped.map((path) => [path, `'${path}' is not a directory`])),
      ...(warnings.length > 0 ? { warnings } : {}),
    };
  },
  doc: {
    examples: `- name: Old logs
  find:
    paths: /var/log
    patterns: "*.gz"
    age: 4w
    recurse: true
  register: old

- file:
    path: "{{ item.path }}"
    state: absent
  loop: "{{ old.files }}"
`,
    returns: {
      files: "what was found: path, mode, size, owner, times, kind, checksum",
      matched: "how many",
      examined: "how many things were looked at",
      skipped_paths: "what could not be looked at, and why",
    },
    differences: [
      "contains is matched by the host's grep: Perl's expressions instead of Python's, and simple ones only where grep has no -P",
      "encoding has no effect",
    ],
  },
};

// NOTE: names are narrowed on the host where that is exact; everything is filtered again here
function nameTests(args: FindArgs): string {
  if (args.use_regex || args.patterns.length === 0) return "";
  return ["\\(", ...args.patterns.flatMap((pattern, index) => [...(index === 0 ? [] : ["-o"]), "-name", quote(pattern)]), "\\)"].join(" ");
}

function clean(name: string): string {
  return name.replace(/\/{2,}/g, "/");
}
