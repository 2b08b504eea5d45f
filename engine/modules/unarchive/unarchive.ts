import type { Change, HostModule } from "../contract.ts";
import { args, type ArgsOf, boolean, integer, list, path } from "../schema.ts";
import { attributeArgs, attributeFacts, type AttributeFacts, attributeQuestions } from "../parts/attributes.ts";
import { downloadVars, NO_DOWNLOAD } from "../parts/download.ts";
import { type Entry, parseEntry, pathInfo } from "../parts/entry.ts";
import { factsOf } from "../parts/facts.ts";
import { fileMaterial, type Material } from "../parts/material.ts";
import { readScript } from "../parts/script.ts";
import { splitLines } from "../parts/text.ts";
import { quote } from "../parts/words.ts";
import { batchesFor, memberChanges } from "./members.ts";

const schema = args(
  {
    src: path("The archive: tar (plain, gzip, bzip2, xz, zstd) or zip, on the controller; with remote_src on the host, or an url.", { required: true }),
    dest: path("The directory to unpack into; it must be there.", { required: true }),
    remote_src: boolean("src lies on the host, or is an url that the host downloads.", { default: false }),
    copy: boolean("The opposite of remote_src (old name).", { default: true }),
    creates: path("Do nothing when this path is there."),
    exclude: list("Members to leave out: names or shell patterns.", { default: [] }),
    include: list("Only these members.", { default: [] }),
    extra_opts: list("More options for tar or unzip.", { default: [] }),
    keep_newer: boolean("Keep files that are newer than the archive's.", { default: false }),
    list_files: boolean("Tell the names of all members.", { default: false }),
    decrypt: boolean("Open an archive that a vault encrypted.", { default: true }),
    validate_certs: boolean("Check the server's certificate.", { default: true }),
    io_buffer_size: integer("Accepted; has no effect.", { default: 65_536 }),
    ...attributeArgs,
  },
  { mutuallyExclusive: [["include", "exclude"]] },
);

type Given = ArgsOf<typeof schema>;
export type UnarchiveArgs = Given & { readonly material?: Material | undefined };

export interface UnarchiveState {
  readonly dest: string;
  readonly here: Entry | undefined;
  readonly isCreated: boolean;
  readonly kind: string;
  readonly isRoot: boolean;
  /** Members, in the archive's order. */
  readonly names: readonly string[];
  /** Top folders that are no members themselves: they get the owner and permissions of the task, too. */
  readonly implied: readonly string[];
  /** Lines of `tar --diff`. */
  readonly differences: readonly string[];
  readonly entries: ReadonlyMap<string, Entry>;
  /** The members' times in the archive, seconds since 1970. */
  readonly times: ReadonlyMap<string, number>;
  readonly attributes: AttributeFacts;
}

export const unarchive: HostModule<UnarchiveArgs, UnarchiveState> = {
  name: "unarchive",
  summary: "Unpacks an archive on the host",
  args: schema,
  check(args) {
    if (args.mode === "preserve") return "mode: preserve has no meaning for an archive";
    return isRemote(args) || !args.src.includes("://") ? undefined : "an url needs remote_src: true";
  },
  async prepare(args, controller) {
    if (isRemote(args)) return args;
    return { ...args, material: await fileMaterial(controller.findFile(args.src, "files"), controller, args.decrypt) };
  },
  probe: (args) => ({
    text: readScript(import.meta.url, "probe.sh", "facts", "way", "place", "entry", "attributes", "download", "archive"),
    vars: {
      creates: args.creates ?? "",
      wants_entries: args.owner !== undefined || args.group !== undefined || args.mode !== undefined ? "1" : "",
      ...archiveVars(args),
      ...attributeQuestions({ owner: args.owner, group: args.group, mode: args.mode }),
    },
    ...(args.material === undefined ? {} : { stdin: args.material.content }),
  }),
  parse(answer, args) {
    const facts = factsOf(answer);
    const here = parseEntry(facts.get("here"), facts.maybe("here.target"));
    const dest = facts.get("dest");
    if (facts.flag("created"))
      return {
        dest,
        here,
        isCreated: true,
        kind: "",
        isRoot: false,
        names: [],
        implied: [],
        differences: [],
        entries: new Map(),
        times: new Map(),
        attributes: { umask: 0 },
      };
    const names = splitLines(facts.get("names"));
    const implied = splitLines(facts.maybe("implied") ?? "");
    const members = [...names, ...implied];
    const entries = splitLines(facts.maybe("entries") ?? "").map((line): [string, Entry] => [
      members[Number(line.slice(0, line.indexOf("/")))]!,
      parseEntry(line.slice(line.indexOf("/") + 1))!,
    ]);
    const times = splitLines(facts.maybe("times") ?? "")
      .flatMap((line) => timeIn(line) ?? [])
      .map((time, index): [string, number] => [names[index]!, time]);
    return {
      dest,
      here,
      isCreated: false,
      kind: facts.get("kind"),
      isRoot: facts.get("uid") === "0",
      names,
      implied,
      differences: splitLines(facts.get("differences")),
      entries: new Map(entries),
      times: new Map(times),
      attributes: attributeFacts(facts, { owner: args.owner, group: args.group }),
    };
  },
  plan: (current, args) => memberChanges(current, args),
  apply: (changes, current, args) => ({
    text: readScript(import.meta.url, "apply.sh", "facts", "way", "place", "download", "archive"),
    vars: {
      ...archiveVars(args),
      dest: current.dest,
      is_unpacked: changes.some((change) => change.to === "as in the archive") ? "1" : "",
      batches: batchesFor(changes, current, args),
    },
    ...(args.material === undefined ? {} : { stdin: args.material.content }),
  }),
  diff: (changes: readonly Change[]) => ({
    prepared: changes.map((change) => `${change.key}: ${String(change.from ?? "absent")} -> ${String(change.to)}\n`).join(""),
  }),
  result({ args, after, before }) {
    if (before.isCreated) return { dest: after.dest, src: args.src, skipped: false, msg: `skipped, since ${args.creates} exists`, ...pathInfo(after.here) };
    return {
      dest: after.dest,
      src: args.src,
      handler: handlerOf(before.kind, args.src),
      ...(args.list_files ? { files: after.names } : {}),
      ...pathInfo(after.here),
    };
  },
  doc: {
    description:
      "The archive is compared with what is there, by GNU tar or by unzip on the host, and unpacked only when something is missing or differs. " +
      "An archive of the controller is streamed to a private temporary file that is removed at once.",
    examples: `- unarchive:
    src: app-1.2.tar.gz
    dest: /opt/app
    owner: app
    creates: /opt/app/bin/app
`,
    returns: { dest: "where it was unpacked", handler: "kind of archive", files: "names of the members, with list_files" },
    differences: [
      "check mode works for every kind of archive",
      "members of a zip file are compared by content, not by time and permissions",
      "an ordinary user's umask may narrow permissions without that being a difference",
      "names that hold a newline are not supported",
    ],
  },
};

// as tar (2026-01-31 12:00:00) and unzip (20260131.120000) write it, both in UTC; seconds since 1970
function timeIn(line: string): number | undefined {
  const match = /(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)/.exec(line) ?? /(\d{4})(\d\d)(\d\d)\.(\d\d)(\d\d)(\d\d)/.exec(line);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  return Date.UTC(year!, month! - 1, day, hour, minute, second) / 1000;
}

function isRemote(args: Given): boolean {
  return args.remote_src || !args.copy;
}

function archiveVars(args: UnarchiveArgs): Record<string, string> {
  const isUrl = isRemote(args) && args.src.includes("://");
  const excludes = args.exclude.map((name) => name.replace(/\/+$/, ""));
  const transformed = args.extra_opts.length > 0 ? ["--show-transformed-names"] : [];
  const members = args.include.map(quote).join(" ");
  return {
    dest: args.dest,
    archive: args.material === undefined ? args.src : "",
    archive_size: String(args.material?.size ?? 0),
    is_url: isUrl ? "1" : "",
    keep_newer: args.keep_newer ? "1" : "",
    tar_options: [...transformed, ...args.extra_opts, ...excludes.map((name) => `--exclude=${name}`)].map(quote).join(" "),
    members,
    unzip_options: args.extra_opts.map(quote).join(" "),
    unzip_members: [members, ...(excludes.length === 0 ? [] : ["-x", ...excludes.map(quote)])].filter((word) => word !== "").join(" "),
    ...(isUrl ? downloadVars({ url: args.src, timeout: 10, validate_certs: args.validate_certs }) : NO_DOWNLOAD),
  };
}

function handlerOf(kind: string, src: string): string {
  if (kind === "zip") return "ZipArchive";
  if (/\.(tgz|tar\.gz|gz)$/.test(src)) return "TgzArchive";
  if (/\.(tbz2?|tar\.bz2|bz2)$/.test(src)) return "TarBzipArchive";
  if (/\.(txz|tar\.xz|xz)$/.test(src)) return "TarXzArchive";
  return /\.(tzst|tar\.zst|zst)$/.test(src) ? "TarZstdArchive" : "TarArchive";
}
