import { type Change, type HostModule, ModuleError } from "../contract.ts";
import { anything, args, type ArgsOf, boolean, integer, list, path, string } from "../schema.ts";
import { attributeArgs, attributeVars, fresh } from "../parts/attributes.ts";
import { type DownloadArgs, downloadVars, fileNameOf } from "../parts/download.ts";
import { isFile, parseEntry, pathInfo } from "../parts/entry.ts";
import { factsOf } from "../parts/facts.ts";
import { secretHeaders } from "../parts/headers.ts";
import { readScript } from "../parts/script.ts";
import { parseWhole, planWhole, type WholeState, wholeVars } from "../parts/whole.ts";
import { backupResult, writeVars } from "../parts/write.ts";
import { shownUrl } from "../parts/url.ts";
import { checksumOf, digestIn } from "./checksum.ts";

const schema = args({
  url: string("What to download: http, https, ftp or file.", { required: true }),
  dest: path("Where on the host; into it, when it is a directory.", { required: true }),
  checksum: string("ALGORITHM:DIGEST, or ALGORITHM:URL of a file of checksums. The file is right when it has this checksum.", { default: "" }),
  force: boolean("Download even when the file is there, and replace it when it differs.", { default: false }),
  backup: boolean("Keep the old file under a name with the time in it.", { default: false }),
  timeout: integer("Seconds without an answer until the download fails.", { default: 10 }),
  headers: anything("Headers to send: a mapping."),
  url_username: string("Name for basic authentication.", { aliases: ["username"] }),
  url_password: string("Password for basic authentication.", { aliases: ["password"], secret: true }),
  force_basic_auth: boolean("Accepted; name and password are always sent at once.", { default: false }),
  http_agent: string("The User-Agent header.", { default: "ansible-httpget" }),
  use_proxy: boolean("Use the host's proxy settings.", { default: true }),
  validate_certs: boolean("Check the server's certificate.", { default: true }),
  client_cert: path("The client's certificate, on the host."),
  client_key: path("The client's key, on the host."),
  use_gssapi: boolean("Authenticate by Kerberos (curl).", { default: false }),
  ciphers: list("TLS ciphers (curl)."),
  decompress: boolean("Ask for a compressed transfer, and unpack it (curl).", { default: true }),
  use_netrc: boolean("Use the host's .netrc.", { default: true }),
  unredirected_headers: list("Headers that are not sent after a redirect to another host: Authorization and Cookie, which never are.", { default: [] }),
  tmp_dest: path("Where the download lies until it is complete; beside dest when not given."),
  ...attributeArgs,
});

type Args = ArgsOf<typeof schema>;

interface State {
  readonly whole: WholeState;
  /** The wanted digest, and the file's. */
  readonly wanted: string | undefined;
  readonly digest: string | undefined;
}

export const getUrl: HostModule<Args, State> = {
  name: "get_url",
  summary: "Downloads a file to the host",
  args: schema,
  secretsIn: (args) => secretHeaders(args.headers),
  check(args) {
    checksumOf(args.checksum);
    downloadVars(downloadArgs(args, args.url));
    const other = args.unredirected_headers.find((name) => !["authorization", "cookie"].includes(name.toLowerCase()));
    return other === undefined ? undefined : `unredirected_headers: only Authorization and Cookie can be kept from a redirect, not ${other}`;
  },
  probe(args) {
    const checksum = checksumOf(args.checksum);
    const vars = checksum?.url === undefined ? {} : { ...downloadVars(downloadArgs(args, checksum.url)), is_sums: "1" };
    return {
      text: readScript(import.meta.url, "probe.sh", "facts", "way", "entry", "attributes", "whole_probe", "place", "download"),
      vars: { is_sums: "", sum_tool: checksum?.tool ?? "", ...vars, ...wholeVars({ ...args, follow: true }, fileNameOf(args.url)) },
    };
  },
  parse(answer, args) {
    const facts = factsOf(answer);
    const checksum = checksumOf(args.checksum);
    const wanted = checksum?.url === undefined ? checksum?.digest : digestIn(facts.bytes.toString("utf8"), fileNameOf(args.url), shownUrl(checksum.url));
    return { whole: parseWhole(answer, args), wanted, digest: facts.maybe("digest") };
  },
  plan(current, args) {
    const { whole, wanted } = current;
    if (isFile(whole.here) && isDownloaded(current, args)) return planWhole(whole, noForce(args), { sha1: whole.sum! });
    const target = wanted === undefined ? `what ${shownUrl(args.url)} holds` : wanted;
    return planWhole(whole, noForce(args), { sha1: target }).map((change) =>
      change.key === "content" ? { ...change, from: wanted === undefined ? change.from : (current.digest ?? null) } : change,
    );
  },
  apply(changes, current, args) {
    const { whole, wanted } = current;
    const entry = isFile(whole.here) ? whole.here : undefined;
    const isContent = changes.some((change) => change.key === "content");
    const vars = isContent
      ? writeVars(changes, { entry, wanted: args, facts: whole.attributes, backup: args.backup, unsafe: args.unsafe_writes })
      : attributeVars(changes, entry ?? fresh(whole.attributes.umask, false), args, whole.attributes);
    return {
      text: readScript(import.meta.url, "apply.sh", "facts", "way", "entry", "place", "whole_apply", "download"),
      vars: {
        ...vars,
        ...downloadVars(downloadArgs(args, args.url)),
        path: whole.path,
        is_content: isContent ? "1" : "",
        folders: "",
        folder_mode: "",
        sum_tool: wanted === undefined ? "" : checksumOf(args.checksum)!.tool,
        sum: wanted ?? "",
        old_sum: whole.sum ?? "",
        tmp_dest: args.tmp_dest ?? "",
      },
    };
  },
  // without a checksum nothing but another download could tell
  verified: (args) => !args.force || args.checksum !== "",
  diff: (changes) => ({ before: lines(changes, "from"), after: lines(changes, "to") }),
  result({ args, before, after, changes, applied }) {
    const { path: dest } = after.whole;
    const keys = { url: shownUrl(args.url), dest };
    if (applied === undefined)
      return { ...keys, msg: changes.length === 0 ? "file already exists" : "", ...pathInfo(after.whole.here), checksum_dest: after.whole.sum ?? null };
    const facts = factsOf(applied);
    const entry = parseEntry(facts.get("made"));
    const isSame = facts.flag("is_same");
    const isContent = facts.has("checksum_src");
    return {
      ...keys,
      ...(isSame ? { changed: changes.some((change) => change.key !== "content") } : {}),
      checksum_src: facts.maybe("checksum_src") ?? null,
      checksum_dest: before.whole.sum ?? null,
      md5sum: facts.maybe("md5sum") ?? null,
      elapsed: facts.number("elapsed"),
      ...(facts.maybe("status_code") ? { status_code: facts.number("status_code") } : {}),
      msg: isContent ? `OK (${entry?.size ?? "unknown"} bytes)` : "file already exists but file attributes changed",
      ...pathInfo(entry),
      ...backupResult(applied),
    };
  },
  doc: {
    description:
      "The host itself downloads, by its curl or wget. With a checksum the task is exact: nothing is downloaded when the file has it. Without one a file that is there is right, " +
      "unless force is set; then each run downloads.",
    examples: `- get_url:
    url: https://example.org/tool-1.2.tar.gz
    dest: /opt/tool-1.2.tar.gz
    checksum: sha256:https://example.org/tool-1.2.tar.gz.sha256
    mode: "0644"
`,
    returns: {
      dest: "where it is",
      url: "what was asked for",
      checksum_src: "SHA-1 of what was downloaded",
      checksum_dest: "SHA-1 of the old file",
      status_code: "of the answer (curl)",
      msg: "how many bytes",
      elapsed: "seconds",
      backup_file: "name of the old file's copy",
    },
    differences: [
      "without force a file that is there is not asked for again (no If-Modified-Since)",
      "a file in a directory is named after the url, not after the server's Content-Disposition",
      "with both force and a checksum nothing is downloaded when the file has the checksum",
      "ciphers, use_gssapi and decompress need curl on the host",
    ],
  },
};

function isDownloaded(current: State, args: Args): boolean {
  return current.wanted === undefined ? !args.force : current.digest === current.wanted;
}

// `force` has another meaning in planWhole
function noForce(args: Args): Omit<Args, "force"> {
  const { force: _force, ...rest } = args;
  return rest;
}

function downloadArgs(args: Args, url: string): DownloadArgs {
  return { ...args, url, headers: headersOf(args.headers) };
}

function headersOf(headers: unknown): Readonly<Record<string, unknown>> | undefined {
  if (headers === undefined || headers === null) return undefined;
  if (typeof headers !== "object" || Array.isArray(headers))
    throw new ModuleError("headers must be a mapping", {}, "write `headers:` with one `Name: value` a line below it");
  return headers as Readonly<Record<string, unknown>>;
}

function lines(changes: readonly Change[], side: "from" | "to"): string {
  return changes.map((change) => `${change.key}: ${String(change[side] ?? "absent")}\n`).join("");
}
