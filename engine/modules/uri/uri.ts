import { readFileSync } from "node:fs";
import { STATUS_CODES } from "node:http";
import { type HostModule, ModuleError } from "../contract.ts";
import { downloadVars, fileNameOf } from "../parts/download.ts";
import { type Facts, factsOf, MOST_OF_A_TEXT } from "../parts/facts.ts";
import { secretHeaders } from "../parts/headers.ts";
import { readScript } from "../parts/script.ts";
import { shownUrl } from "../parts/url.ts";
import { anything, args, type ArgsOf, boolean, choice, integer, list, mapping, path, string } from "../schema.ts";
import { headersOf, textOf } from "./answer.ts";
import { type Body, encodeBody } from "./body.ts";

const schema = args(
  {
    url: string("The address: http or https.", { required: true }),
    method: string("The request's method.", { default: "GET" }),
    body: anything("What is sent."),
    body_format: choice("How body is written.", ["raw", "json", "form-urlencoded", "form-multipart"], { default: "raw" }),
    src: path("A file that is sent: of the controller, unless remote_src."),
    remote_src: boolean("src is on the host.", { default: false }),
    headers: mapping("Headers to send.", { default: {} }),
    status_code: list("Answers that are no failure.", { default: [200] }, { type: "integer" }),
    return_content: boolean("Return the answer's body as `content`.", { default: false }),
    dest: path("A file of the host that the body is written to; into it, when it is a directory."),
    creates: path("A file: when it is there, nothing is asked."),
    removes: path("A file: when it is not there, nothing is asked."),
    follow_redirects: choice("Which redirects are followed; `safe`: of GET and HEAD.", ["all", "yes", "safe", "urllib2", "none", "no"], { default: "safe" }),
    timeout: integer("Seconds without an answer until the request fails.", { default: 30 }),
    url_username: string("Name for basic authentication.", { aliases: ["user"] }),
    url_password: string("Password for basic authentication.", { aliases: ["password"], secret: true }),
    force_basic_auth: boolean("Accepted; name and password are always sent at once.", { default: false }),
    validate_certs: boolean("Check the server's certificate.", { default: true }),
    ca_path: path("Certificates of the authorities to trust, on the host."),
    client_cert: path("The client's certificate, on the host."),
    client_key: path("The client's key, on the host."),
    unix_socket: path("A socket to connect to instead."),
    use_proxy: boolean("Use the host's proxy settings.", { default: true }),
    use_netrc: boolean("Use the host's .netrc.", { default: true }),
    use_gssapi: boolean("Authenticate by Kerberos.", { default: false }),
    ciphers: list("TLS ciphers."),
    decompress: boolean("Ask for a compressed transfer, and unpack it.", { default: true }),
    http_agent: string("The User-Agent header.", { default: "ansible-httpget" }),
    force: boolean("Ask for an answer that no cache gives.", { default: false }),
  },
  { mutuallyExclusive: [["body", "src"]] },
);

export interface UriArgs extends ArgsOf<typeof schema> {
  /** What prepare made of body or src. */
  readonly material?: Body;
}

export interface UriState {
  readonly skipped: string | undefined;
}

export const uri: HostModule<UriArgs, UriState> = {
  name: "uri",
  summary: "Sends an HTTP request from the host",
  args: schema,
  secretsIn: (args) => secretHeaders(args.headers),
  check(args) {
    if (!/^[A-Za-z]+$/.test(args.method)) return "Parameter 'method' needs to be a single word in uppercase, like GET or POST.";
    return /^https?:\/\//i.test(args.url) ? undefined : `url must begin with http:// or https://: ${shownUrl(args.url)}`;
  },
  prepare(args, controller) {
    const read = (name: string): Buffer => {
      const file = controller.findFile(name, "files");
      return controller.decrypt(readFileSync(file), file);
    };
    if (args.src !== undefined && !args.remote_src) return { ...args, material: { bytes: read(args.src), type: undefined } };
    return args.body === undefined || args.body === null ? args : { ...args, material: encodeBody(args.body, args.body_format, read) };
  },
  probe: (args) =>
    args.creates === undefined && args.removes === undefined
      ? undefined
      : { text: readScript(import.meta.url, "probe.sh", "facts"), vars: { creates: args.creates ?? "", removes: args.removes ?? "" } },
  parse(answer, args) {
    const facts = factsOf(answer);
    if (args.creates !== undefined && facts.flag("creates_found")) return { skipped: `skipped, since '${args.creates}' exists` };
    if (args.removes !== undefined && !facts.flag("removes_found")) return { skipped: `skipped, since '${args.removes}' does not exist` };
    return { skipped: undefined };
  },
  plan: (current, args) =>
    (current as UriState | undefined)?.skipped === undefined ? [{ key: "request", from: null, to: `${args.method.toUpperCase()} ${shownUrl(args.url)}` }] : [],
  apply: (_changes, _current, args) => ({
    text: readScript(import.meta.url, "apply.sh", "facts", "way", "place"),
    mostOutput: MOST_OF_A_TEXT,
    vars: { curl_config: curlConfig(args), dest: args.dest ?? "", file_name: fileNameOf(args.url), wants_body: args.return_content ? "1" : "" },
    ...(args.material === undefined ? {} : { stdin: args.material.bytes }),
  }),
  // the same request may be answered differently each time
  verified: false,
  result({ args, before, applied }) {
    const skipped = (before as UriState | undefined)?.skipped;
    if (skipped !== undefined) return { changed: false, stdout: skipped, msg: skipped };
    if (applied === undefined) return { changed: false, skipped: true, msg: "check mode asks nothing" };
    return resultOf(args, factsOf(applied));
  },
  doc: {
    description:
      "The host itself asks, by its curl. The task fails unless the answer's status is one of status_code. It reports a change only when dest changed.",
    examples: `- name: Wait until the service is healthy
  uri:
    url: http://127.0.0.1:8080/health
  register: health
  until: health.json.status == "ok"
  retries: 30

- uri:
    url: https://api.example.org/hosts
    method: POST
    body_format: json
    body: { name: web1 }
    headers: { Authorization: "Bearer {{ token }}" }
    status_code: [200, 201]
`,
    returns: {
      status: "the answer's status",
      content: "its body: with return_content, and when the task fails",
      json: "the body's value, when it is JSON",
      url: "the address that answered, after redirects",
      redirected: "whether it is another than was asked",
      msg: "the answer in words",
      elapsed: "seconds",
      cookies: "cookies that the answer sets",
      path: "the file, with dest",
    },
    differences: ["needs curl on the host", "in check mode nothing is asked", "dest takes no owner and mode: add a file task"],
  },
};

function curlConfig(args: UriArgs): string {
  const { material } = args;
  const method = args.method.toUpperCase();
  const text = (value: string): string => `"${value.replace(/\\/g, "\\\\").replace(/"/g, '\\"')}"`;
  const named = new Set(Object.keys(args.headers).map((name) => name.toLowerCase()));
  const headers = {
    ...(material?.type === undefined || named.has("content-type") ? {} : { "Content-Type": material.type }),
    ...(args.force && !named.has("cache-control") ? { "Cache-Control": "no-cache" } : {}),
    ...args.headers,
  };
  const lines = [downloadVars({ ...args, headers })["curl_config"]!];
  const hasBody = material !== undefined || args.src !== undefined;
  if (hasBody) lines.push(`data-binary = ${text(`@${material === undefined ? args.src! : "-"}`)}`);
  // curl keeps a method that is said through every redirect, so it is said only where it must be
  if (method === "HEAD" && !hasBody) lines.push("head");
  else if (method !== (hasBody ? "POST" : "GET")) lines.push(`request = ${text(method)}`);
  const isFollowed = args.follow_redirects === "safe" ? ["GET", "HEAD"].includes(method) : !["none", "no"].includes(args.follow_redirects);
  if (isFollowed) lines.push("location");
  if (args.unix_socket !== undefined) lines.push(`unix-socket = ${text(args.unix_socket)}`);
  if (args.ca_path !== undefined) lines.push(`cacert = ${text(args.ca_path)}`);
  return lines.join("\n");
}

function resultOf(args: UriArgs, facts: Facts): Record<string, unknown> {
  const { headers, reason, cookies } = headersOf(facts.get("headers"));
  const error = facts.maybe("error");
  const status = error === undefined ? facts.number("status") : -1;
  const content = textOf(facts.bytes, headers["content-type"]);
  const url = error === undefined ? shownUrl(facts.get("url")) : shownUrl(args.url);
  const isGood = args.status_code.map(Number).includes(status);
  const said = status < 400 ? `OK (${headers["content-length"] ?? "unknown"} bytes)` : `HTTP Error ${status}: ${reason || (STATUS_CODES[status] ?? "")}`;
  const msg = error === undefined ? said : `Request failed: ${error}`;
  const result = {
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.replaceAll("-", "_"), value])),
    changed: facts.flag("is_changed"),
    status,
    url,
    redirected: url.replace(/\/$/, "") !== shownUrl(args.url).replace(/\/$/, ""),
    elapsed: facts.number("elapsed"),
    cookies,
    cookies_string: Object.entries(cookies)
      .map(([name, value]) => `${name}=${value}`)
      .join("; "),
    ...(facts.has("path") ? { path: facts.get("path") } : {}),
    ...(args.return_content || !isGood ? { content } : {}),
    ...jsonOf(content, headers["content-type"]),
    msg,
  };
  if (!isGood) throw new ModuleError(`Status code was ${status} and not [${args.status_code.join(", ")}]: ${msg}`, result);
  return result;
}

function jsonOf(content: string, type: string | undefined): { json?: unknown } {
  if (content === "" || !/\bjson\b|\+json/i.test(type ?? "")) return {};
  try {
    return { json: JSON.parse(content) as unknown };
  } catch {
    // as with Ansible: what calls itself JSON and is none is content only
    return {};
  }
}
