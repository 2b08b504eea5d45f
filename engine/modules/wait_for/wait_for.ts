import { isIPv4, isIPv6 } from "node:net";
import { type HostModule, ModuleError } from "../contract.ts";
import { factsOf } from "../parts/facts.ts";
import { searchRegex } from "../parts/regex.ts";
import { readScript } from "../parts/script.ts";
import { args, type ArgsOf, choice, integer, list, path, string } from "../schema.ts";

/** The numbers of /proc/net/tcp. */
const connectionStates: Readonly<Record<string, string>> = {
  ESTABLISHED: "01",
  SYN_SENT: "02",
  SYN_RECV: "03",
  FIN_WAIT1: "04",
  FIN_WAIT2: "05",
  TIME_WAIT: "06",
};

const schema = args({
  host: string("The host to connect to, as seen from the task's host.", { default: "127.0.0.1" }),
  port: integer("The port to wait for."),
  path: path("The file to wait for."),
  state: choice(
    "What to wait for: the port is open, closed, without connections; the file is there, or gone.",
    ["started", "stopped", "drained", "present", "absent"],
    {
      default: "started",
    },
  ),
  search_regex: string("A pattern in the file, or in what the port says."),
  timeout: integer("Seconds until waiting fails.", { default: 300 }),
  delay: integer("Seconds before the first look.", { default: 0 }),
  sleep: integer("Seconds between two looks.", { default: 1 }),
  connect_timeout: integer("Seconds that one connection may take.", { default: 5 }),
  exclude_hosts: list("With drained: addresses whose connections do not count."),
  active_connection_states: list("With drained: states of connections that count.", {
    default: ["ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "SYN_RECV", "SYN_SENT", "TIME_WAIT"],
  }),
  msg: string("The message when waiting fails."),
});

export type WaitForArgs = ArgsOf<typeof schema>;

export interface WaitForState {
  readonly isMet: boolean;
  /** The text that search_regex was looked for in. */
  readonly seen: string;
}

export const waitFor: HostModule<WaitForArgs, WaitForState> = {
  name: "wait_for",
  summary: "Waits for a port or a file of the host",
  args: schema,
  check(args) {
    if (args.port !== undefined && args.path !== undefined) return "port and path parameter can not both be passed to wait_for";
    if (args.path !== undefined && (args.state === "stopped" || args.state === "drained"))
      return `state=${args.state} should only be used for checking a port in the wait_for module`;
    if (args.exclude_hosts !== undefined && args.state !== "drained") return "exclude_hosts should only be with state=drained";
    const unknown = args.active_connection_states.find((state) => connectionStates[state] === undefined);
    return unknown === undefined ? undefined : `unknown active_connection_state (${unknown}) defined`;
  },
  probe: (args) => ({ text: scriptOf("probe.sh"), vars: checkVars(args) }),
  parse(answer, args) {
    const facts = factsOf(answer);
    const seen = facts.get("seen");
    // the host's grep may know other patterns than Python
    const isFound = args.search_regex === undefined || seen === "" ? facts.flag("met") : searchRegex(args.search_regex, { multiline: true })(seen) !== null;
    return { isMet: isFound, seen };
  },
  plan: (current, args) => (current.isMet && args.delay === 0 ? [] : [{ key: "wait", from: null, to: describe(args) }]),
  left: () => [],
  apply: (_changes, _current, args) => ({
    text: scriptOf("apply.sh"),
    vars: { ...checkVars(args), delay: String(args.delay), pause: String(args.sleep), limit: String(args.timeout) },
  }),
  ownVerdict: true,
  result({ args, before, applied, changes }) {
    const common = { state: args.state, port: args.port ?? null, path: args.path ?? null, search_regex: args.search_regex ?? null };
    if (changes.length === 0) return { ...common, ...groups(before.seen, args), elapsed: 0 };
    if (applied === undefined) return { changed: false, skipped: true, msg: "check mode does not wait" };
    const facts = factsOf(applied);
    const elapsed = facts.number("elapsed");
    if (!facts.flag("met")) throw new ModuleError(args.msg ?? timeoutMessage(args), { elapsed });
    return { changed: false, ...common, ...groups(facts.get("seen"), args), elapsed };
  },
  doc: {
    description:
      "Looks once; only when it must wait does it wait, on the host. Ports of 127.0.0.1 are read from the kernel's table, others are tried with bash, nc or curl.",
    examples: `- wait_for:
    port: 8080
    timeout: 60

- wait_for:
    path: /var/log/app.log
    search_regex: ready in (\\d+) ms
`,
    returns: {
      elapsed: "seconds waited",
      match_groups: "groups of search_regex",
      match_groupdict: "its named groups",
      state: "as given",
      port: "as given",
      path: "as given",
    },
    differences: ["in check mode it does not wait", "exclude_hosts takes addresses only", "search_regex looks at the first megabyte of a file"],
  },
};

function scriptOf(name: string): string {
  return `${readScript(import.meta.url, "check.sh", "facts", "connection")}\n${readScript(import.meta.url, name)}`;
}

function checkVars(args: WaitForArgs): Record<string, string> {
  return {
    host: args.host,
    port: args.port === undefined ? "" : String(args.port),
    path: args.path ?? "",
    state: args.state,
    pattern: perlPattern(args.search_regex ?? ""),
    posix_pattern: posixPattern(args.search_regex ?? ""),
    connect_timeout: String(args.connect_timeout),
    excluded: (args.exclude_hosts ?? []).flatMap(kernelAddresses).join(" "),
    states: args.active_connection_states.map((state) => connectionStates[state]!).join(" "),
    // connections to any address of the host, unless one was named
    drained_at:
      args.host === "127.0.0.1" && args.state === "drained"
        ? kernelAddresses("127.0.0.1").join(" ")
        : args.host === "0.0.0.0"
          ? ""
          : kernelAddresses(args.host).join(" "),
  };
}

/** Python's spelling of named groups, which PCRE knows too, and of the end. */
function perlPattern(pattern: string): string {
  return pattern.replaceAll("\\Z", "$");
}

/** The pattern for `grep -E`: what may be written in both is, lookarounds stay as they are and never match. */
function posixPattern(pattern: string): string {
  const classes: Readonly<Record<string, string>> = { d: "0-9", s: "[:space:]", w: "[:alnum:]_" };
  let isSet = false;
  return pattern.replace(/\\(.)|\(\?(?:P<\w+>|:)|[[\]]/g, (text, escaped: string | undefined) => {
    if (text === "[" || text === "]") {
      isSet = text === "[";
      return text;
    }
    if (escaped === undefined) return "(";
    const inside = classes[escaped.toLowerCase()];
    if (escaped === "Z") return "$";
    if (inside === undefined) return text;
    if (isSet) return escaped === escaped.toLowerCase() ? inside : text;
    return escaped === escaped.toLowerCase() ? `[${inside}]` : `[^${inside}]`;
  });
}

/** An address as /proc/net/tcp and tcp6 write it; none for a name. */
function kernelAddresses(address: string): string[] {
  if (isIPv4(address)) {
    const word = address
      .split(".")
      .reverse()
      .map((part) => Number(part).toString(16).padStart(2, "0").toUpperCase())
      .join("");
    return [word, `0000000000000000FFFF0000${word}`];
  }
  if (!isIPv6(address)) return [];
  const [head, tail] = address.split("::");
  const left = (head ?? "").split(":").filter((part) => part !== "");
  const right = (tail ?? "").split(":").filter((part) => part !== "");
  const groups = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => "0"), ...right].map((part) => part.padStart(4, "0"));
  const hex = groups.join("").toUpperCase();
  return [(hex.match(/.{8}/g) ?? []).map((word) => (word.match(/../g) ?? []).reverse().join("")).join("")];
}

function groups(seen: string, args: WaitForArgs): Record<string, unknown> {
  const match = args.search_regex === undefined ? null : searchRegex(args.search_regex, { multiline: true })(seen);
  return { match_groups: match === null ? [] : match.slice(1).map((group) => group ?? null), match_groupdict: match === null ? {} : { ...match.groups } };
}

function describe(args: WaitForArgs): string {
  if (args.path !== undefined) return `${args.path} ${args.state}`;
  return args.port === undefined ? `${args.timeout} s` : `${args.host}:${args.port} ${args.state}`;
}

function timeoutMessage(args: WaitForArgs): string {
  const { host, port, path, state, search_regex: regex } = args;
  if (state === "drained") return `Timeout when waiting for ${host}:${port} to drain`;
  if (state === "absent" || state === "stopped")
    return path === undefined ? `Timeout when waiting for ${host}:${port} to stop.` : `Timeout when waiting for ${path} to be absent.`;
  if (path !== undefined) return regex === undefined ? `Timeout when waiting for file ${path}` : `Timeout when waiting for search string ${regex} in ${path}`;
  return regex === undefined ? `Timeout when waiting for ${host}:${port}` : `Timeout when waiting for search string ${regex} in ${host}:${port}`;
}
