import type { Change, HostModule, State } from "../contract.ts";
import { anything, args, type ArgsOf, boolean, choice, path, string } from "../schema.ts";
import { attributeArgs, attributeQuestions, attributeVars, planAttributes } from "../parts/attributes.ts";
import { pathInfo } from "../parts/entry.ts";
import { readScript } from "../parts/script.ts";
import { MOST_OF_A_TEXT } from "../parts/facts.ts";
import { strptime } from "../parts/times.ts";
import { quote } from "../parts/words.ts";
import { decide, type Decision } from "./decide.ts";
import { parseFile, type FileState } from "./state.ts";
import { batchesOf, planTree } from "./tree.ts";

const schema = args({
  path: path("The file, directory or link to manage.", { required: true, aliases: ["dest", "name"] }),
  state: choice("What it shall be. `file` changes metadata only and does not create; the present state when not given.", [
    "absent",
    "directory",
    "file",
    "hard",
    "link",
    "touch",
  ]),
  src: path("For `link` and `hard`: what it points to."),
  recurse: boolean("Set the metadata of all that a directory holds too.", { default: false }),
  follow: boolean("Act on what a link points to.", { default: true }),
  force: boolean("Make links to what is not there, and in place of files.", { default: false }),
  access_time: string("`preserve`, `now`, or a time in access_time_format."),
  access_time_format: string("Format of access_time, as of strptime.", { default: "%Y%m%d%H%M.%S" }),
  modification_time: string("`preserve`, `now`, or a time in modification_time_format."),
  modification_time_format: string("Format of modification_time, as of strptime.", { default: "%Y%m%d%H%M.%S" }),
  _diff_peek: anything("Ansible's own, of no use here."),
  _original_basename: anything("Ansible's own, of no use here."),
  ...attributeArgs,
});

export type FileArgs = ArgsOf<typeof schema>;

export const file: HostModule<FileArgs, FileState> = {
  name: "file",
  summary: "Manages files, directories and links and their metadata",
  args: schema,
  check(args) {
    if (args.recurse && args.state !== undefined && args.state !== "directory") return "recurse option requires state to be 'directory'";
    if (args.src !== undefined && args.state !== "link" && args.state !== "hard") return "src option requires state to be 'link' or 'hard'";
    return undefined;
  },
  probe: (args) => ({
    text: readScript(import.meta.url, "probe.sh", "facts", "way", "entry", "attributes"),
    mostOutput: MOST_OF_A_TEXT,
    vars: {
      path: args.path,
      src: args.src ?? "",
      state: args.state ?? "",
      follow: args.follow ? "1" : "",
      recurse: args.recurse ? "1" : "",
      wants_metadata: wantsMetadata(args) ? "1" : "",
      atime_text: timeText(args.access_time, args.access_time_format),
      mtime_text: timeText(args.modification_time, args.modification_time_format),
      ...(args.state === "absent" ? {} : attributeQuestions(args)),
    },
  }),
  parse: parseFile,
  plan(current, args) {
    const decision = decide(current, args);
    return [...decision.changes, ...metadataChanges(decision, current, args), ...planTree(current, args), ...timeChanges(decision, current, args)];
  },
  apply(changes, current, args) {
    const decision = decide(current, args);
    return {
      text: readScript(import.meta.url, "apply.sh", "facts", "way", "place"),
      vars: {
        action: decision.action,
        path: decision.path,
        src: decision.source ?? "",
        subject: decision.subject?.path ?? "",
        subject_kind: decision.subject?.basis.state === "link" ? "link" : "",
        folders: decision.folders.map(quote).join(" "),
        batches: batchesOf(current, changes, args, decision.subject?.path ?? ""),
        times: touches(changes),
        ...(decision.subject === undefined ? {} : attributeVars(changes, decision.subject.basis, args, current.attributes)),
      },
    };
  },
  left(after, args) {
    // "now" differs at every look
    return this.plan(after, args).filter((change) => change.to !== "now" || (change.key !== "atime" && change.key !== "mtime"));
  },
  diff(changes, current, args) {
    const { path } = decide(current, args);
    const side = (pick: "from" | "to"): string => {
      const shown: Record<string, unknown> = { path };
      for (const change of changes) shown[change.key] = change[pick];
      if (pick === "from" && shown["state"] === null) shown["state"] = "absent";
      if (pick === "to" && "state" in shown && shown["state"] === null) shown["state"] = "absent";
      return `${JSON.stringify(shown, Object.keys(shown).sort(), 4)}\n`;
    };
    return { before: side("from"), after: side("to") };
  },
  result({ args, after, before }) {
    const { path, state, source } = decide(before, args);
    if (state === "absent") return { path, state };
    const named = state === "link" || state === "hard" ? { dest: path, src: source } : state === "touch" ? { dest: path } : { path };
    return { ...named, ...pathInfo(after.here !== undefined && after.path === path ? after.here : after.there) };
  },
  doc: {
    description:
      "Sets what a path is and who may do what with it. Parents of a directory are made with the same metadata. " +
      "A file is created empty, with its owner and permissions, in one step.",
    examples: `- name: A folder for the application
  file:
    path: /srv/app
    state: directory
    owner: app
    mode: "0750"

- name: A link to the current release
  file:
    src: /srv/app/releases/42
    path: /srv/app/current
    state: link
`,
    returns: {
      path: "the path (dest for links and touch)",
      state: "what it is now",
      mode: 'for example "0644"',
      owner: "name of the owner",
      uid: "id of the owner",
      size: "bytes",
    },
    differences: [
      "`recurse` changes links themselves and never what they lead to",
      "environment variables in path and src are not expanded",
      "SELinux arguments on a host without SELinux are refused; Ansible ignores them",
      "an attribute such as `+i` that is already set is no change",
    ],
  },
};

function wantsMetadata(args: FileArgs): boolean {
  return [args.owner, args.group, args.mode, args.attributes, args.seuser, args.serole, args.setype, args.selevel].some((wish) => wish !== undefined);
}

function isNow(args: FileArgs, key: "access_time" | "modification_time"): boolean {
  return args[key] === "now" || (args[key] === undefined && args.state === "touch");
}

function timeText(value: string | undefined, format: string): string {
  return value === undefined || value === "preserve" || value === "now" ? "" : strptime(value, format);
}

function metadataChanges(decision: Decision, current: FileState, args: FileArgs): readonly Change[] {
  return decision.subject === undefined ? [] : planAttributes(decision.subject.basis, args, current.attributes);
}

function timeChanges(decision: Decision, current: FileState, args: FileArgs): Change[] {
  const entry = decision.subject?.entry;
  if (decision.state === "absent" || decision.subject === undefined) return [];
  const one = (key: "atime" | "mtime", isForNow: boolean, wanted: string | undefined): Change[] => {
    if (isForNow) return entry === undefined ? [] : [{ key, from: entry[key], to: "now" }];
    if (wanted === undefined || (entry !== undefined && Number(entry[key]) === Number(wanted))) return [];
    return [{ key, from: entry?.[key] ?? null, to: Number(wanted) }];
  };
  return [...one("atime", isNow(args, "access_time"), current.accessTime), ...one("mtime", isNow(args, "modification_time"), current.modificationTime)];
}

// one call when both are now: that is allowed to those who may write the file without owning it
function touches(changes: readonly Change[]): string {
  const found = (key: string): State[string] | undefined => changes.find((change) => change.key === key)?.to;
  const [atime, mtime] = [found("atime"), found("mtime")];
  if (atime === "now" && mtime === "now") return "touch_subject";
  const call = (flag: string, value: State[string] | undefined): string =>
    value === undefined ? ":" : value === "now" ? `touch_subject ${flag}` : `touch_subject ${flag} -d @${String(value)}`;
  return `${call("-a", atime)}; ${call("-m", mtime)}`;
}
