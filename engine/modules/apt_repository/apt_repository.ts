import type { Answer } from "../../session/contract.ts";
import { type Change, type Diff, type HostModule } from "../contract.ts";
import { aptTexts } from "../parts/apt/apt.ts";
import { NO_DOWNLOAD } from "../parts/download.ts";
import { factsOf } from "../parts/facts.ts";
import { resolveMode } from "../parts/mode.ts";
import { readScript } from "../parts/script.ts";
import { shownUrl } from "../parts/url.ts";
import { quote } from "../parts/words.ts";
import { args, type ArgsOf, boolean, choice, integer, mode, string } from "../schema.ts";
import { parseSource, suggestedFile } from "./lines.ts";

const schema = args({
  repo: string("The source, as one line of sources.list.", { required: true }),
  state: choice("Whether it shall be there.", ["present", "absent"], { default: "present" }),
  filename: string("The file for a new source, without `.list`; named after the address when not given."),
  mode: mode("Permissions of a new file."),
  update_cache: boolean("Fetch the package lists after a change.", { default: true, aliases: ["update-cache"] }),
  update_cache_retries: integer("How often fetching the lists is tried.", { default: 5 }),
  update_cache_retry_max_delay: integer("Longest pause between two tries, in seconds.", { default: 12 }),
  validate_certs: boolean("Has no effect: apt checks certificates by its own settings.", { default: true }),
  codename: string("Has no effect: it is for PPAs."),
  install_python_apt: boolean("Has no effect: nothing is needed on the host.", { default: true }),
});

export type RepositoryArgs = ArgsOf<typeof schema>;

/** Files with one-line sources and what is in them. */
export type RepositoryState = ReadonlyMap<string, string>;

export const aptRepository: HostModule<RepositoryArgs, RepositoryState> = {
  name: "apt_repository",
  summary: "Manages apt's one-line sources",
  args: schema,
  check(args) {
    if (args.repo.trim() === "") return "Please set argument 'repo' to a non-empty value";
    if (args.repo.startsWith("ppa:")) return "PPAs are not known here: write the whole line, and give its key with deb822_repository or apt_key";
    const source = parseSource(args.repo);
    return source.isValid && source.isEnabled ? undefined : `Invalid repository string: ${args.repo}`;
  },
  probe: () => ({ text: readScript(import.meta.url, "probe.sh", "facts") }),
  parse(answer: Answer) {
    factsOf(answer);
    const files = new Map<string, string>();
    for (const record of answer.stdout.toString("utf8").split("\0")) {
      const match = /^text\.([^=]*)=(.*)x$/s.exec(record);
      if (match !== null) files.set(match[1]!, match[2]!);
    }
    return files;
  },
  plan: (current, args): readonly Change[] =>
    edits(current, args).map(({ file, before, after }) => ({
      key: file,
      from: before === undefined ? null : "as it is",
      to: after === "" ? null : `${args.state === "present" ? "with" : "without"} ${shownUrl(parseSource(args.repo).text)}`,
    })),
  apply: (_changes, current, args) => {
    const modeText = args.mode === undefined ? "" : resolveMode(args.mode, 0o644, false, 0o022).toString(8).padStart(4, "0");
    const puts = edits(current, args).flatMap(({ file, before, after }) => [file, modeText, before === undefined ? "1" : "", after, before ?? ""]);
    return {
      text: `${readScript(import.meta.url, "apply.sh", "facts", "way", "place").replace("(update_only)", () => `(\n${aptTexts.apply()}\n) >/dev/null`)}`,
      vars: {
        puts: puts.map(quote).join(" "),
        update_lists: args.update_cache ? "1" : "",
        update: "1",
        update_retries: String(args.update_cache_retries),
        update_max_delay: String(args.update_cache_retry_max_delay),
        lock_timeout: "60",
        steps: "",
        options: "",
        policy_rc_d: "",
        ...NO_DOWNLOAD,
      },
    };
  },
  diff: (_changes, current, args): readonly Diff[] =>
    edits(current, args).map(({ file, before, after }) => ({
      // another line may hold a password that nobody here knows
      before: shownUrl(before ?? ""),
      after: shownUrl(after),
      before_header: before === undefined ? "/dev/null" : file,
      after_header: after === "" ? "/dev/null" : file,
    })),
  result: ({ args, before }) => {
    const made = edits(before, args);
    return {
      repo: args.repo,
      state: args.state,
      sources_added: made.filter((edit) => edit.before === undefined).map(({ file }) => file),
      sources_removed: made.filter((edit) => edit.after === "").map(({ file }) => file),
    };
  },
  doc: {
    description:
      "A line that is commented out is brought back where it stands. When fetching the lists fails after a change, the files are put back as they were.",
    examples: `- apt_repository:
    repo: deb [signed-by=/etc/apt/keyrings/docker.asc] https://download.docker.com/linux/debian bookworm stable
    filename: docker
`,
    returns: { repo: "the source", sources_added: "files that are new", sources_removed: "files that are gone" },
    differences: ["PPAs (ppa:owner/name) are refused", "other lines of a file keep their spelling"],
  },
};

interface Edit {
  readonly file: string;
  readonly before: string | undefined;
  /** Empty when the file goes. */
  readonly after: string;
}

function edits(current: RepositoryState, args: RepositoryArgs): Edit[] {
  const wanted = parseSource(args.repo).text;
  const made: Edit[] = [];
  let isKnown = false;
  for (const [file, before] of current) {
    const lines = before.split("\n");
    const after = lines.flatMap((line): string[] => {
      const source = parseSource(line);
      if (!source.isValid || source.text !== wanted) return [line];
      isKnown = true;
      if (args.state === "absent") return source.isEnabled ? [] : [line];
      return source.isEnabled ? [line] : [line.replace(/^\s*#\s*/, "")];
    });
    const text = after.join("\n");
    if (text !== before) made.push({ file, before, after: text.trim() === "" ? "" : text });
  }
  if (args.state === "absent" || isKnown) return made;
  const file = suggestedFile(wanted, args.filename);
  const before = current.get(file);
  const start = before === undefined || before === "" || before.endsWith("\n") ? (before ?? "") : `${before}\n`;
  return [{ file, before, after: `${start}${wanted}\n` }];
}
