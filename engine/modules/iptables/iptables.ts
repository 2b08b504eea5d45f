import { type Change, type HostModule, ModuleError } from "../contract.ts";
import { factsOf } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";
import { quote } from "../parts/words.ts";
import { args, type ArgsOf, boolean, choice, list, type Property, string } from "../schema.ts";
import { ruleWords } from "./rule.ts";

interface TcpFlags {
  readonly flags?: readonly string[];
  readonly flags_set?: readonly string[];
}

const words = { type: "array", items: { type: "string" } } as const;
const tcpFlags: Property<TcpFlags | undefined> = {
  schema: {
    type: "object",
    description: "Flags that are looked at (`flags`) and that must be set (`flags_set`).",
    properties: { flags: words, flags_set: words },
  },
  required: false,
};

const schema = args(
  {
    table: choice("The table.", ["filter", "nat", "mangle", "raw", "security"], { default: "filter" }),
    state: choice("Whether the rule (or the chain) shall be there.", ["absent", "present"], { default: "present" }),
    action: choice("Where a new rule goes: to the end, or to the beginning (rule_num).", ["append", "insert"], { default: "append" }),
    ip_version: choice("The addresses it is for.", ["ipv4", "ipv6", "both"], { default: "ipv4" }),
    chain: string("The chain."),
    rule_num: string("With insert: before the rule of that number."),
    protocol: string("tcp, udp, icmp, all ...; a ! before this and most other values negates."),
    wait: string("Seconds to wait for the lock."),
    source: string("Address, network or name."),
    to_source: string("For SNAT."),
    destination: string("Address, network or name."),
    to_destination: string("For DNAT."),
    match: list("Extensions to load.", { default: [] }),
    tcp_flags: tcpFlags,
    jump: string("The target."),
    gateway: string("For TEE."),
    log_prefix: string("What log lines begin with; implies LOG."),
    log_level: choice("Level of log lines; implies LOG.", [..."01234567", "emerg", "alert", "crit", "error", "warning", "notice", "info", "debug"] as const),
    goto: string("The chain to go on in, without coming back."),
    in_interface: string("Where a packet comes in; eth+ is every one that begins with eth."),
    out_interface: string("Where a packet leaves."),
    fragment: string("Second and further fragments only."),
    set_counters: string("First values of the counters."),
    source_port: string("Port, name or range FIRST:LAST."),
    destination_port: string("Port, name or range FIRST:LAST."),
    destination_ports: list("Ports and ranges, by multiport.", { default: [] }),
    to_ports: string("For REDIRECT and the like."),
    set_dscp_mark: string("For DSCP: the number."),
    set_dscp_mark_class: string("For DSCP: the class."),
    comment: string("A comment."),
    ctstate: list("States of the connection: NEW, ESTABLISHED, RELATED ...", { default: [] }),
    src_range: string("FIRST-LAST address of sources."),
    dst_range: string("FIRST-LAST address of destinations."),
    match_set: string("A set of ipset."),
    match_set_flags: choice("What of a packet is looked up in it.", ["src", "dst", "src,dst", "dst,src", "src,src", "dst,dst"]),
    limit: string("How often it may match: 3/minute."),
    limit_burst: string("How often before the limit counts."),
    uid_owner: string("The user that sends."),
    gid_owner: string("The group that sends."),
    reject_with: string("What a sender is told; implies REJECT."),
    icmp_type: string("Type or name."),
    syn: choice("Packets that begin a connection.", ["ignore", "match", "negate"], { default: "ignore" }),
    flush: boolean("Remove all rules of the chain, or of the table.", { default: false }),
    policy: choice("What becomes of packets that no rule of the chain takes.", ["ACCEPT", "DROP", "QUEUE", "RETURN"]),
    chain_management: boolean("Without a rule: make or remove the chain.", { default: false }),
    numeric: boolean("Has no effect: names are never looked up.", { default: false }),
  },
  {
    mutuallyExclusive: [
      ["set_dscp_mark", "set_dscp_mark_class"],
      ["flush", "policy"],
    ],
  },
);

export type IptablesArgs = ArgsOf<typeof schema>;

type Tool = "iptables" | "ip6tables";

export interface TableState {
  readonly tool: Tool;
  readonly hasChain: boolean;
  readonly policy: string | null;
  /** Rules of the chain, or of the table. */
  readonly count: number;
  readonly hasRule: boolean;
}

export const iptables: HostModule<IptablesArgs, readonly TableState[]> = {
  name: "iptables",
  summary: "Manages rules, chains and policies of the packet filter",
  args: schema,
  check(args) {
    if (!args.flush && args.chain === undefined) return "flush is False but all of the following are missing: chain";
    if (args.jump?.toLowerCase() === "tee" && args.gateway === undefined) return `jump is ${args.jump} but all of the following are missing: gateway`;
    if ((args.log_prefix !== undefined || args.log_level !== undefined) && args.jump !== undefined && args.jump !== "LOG") {
      return "Logging options can only be used with the LOG jump target.";
    }
    const isMarked = args.set_dscp_mark !== undefined || args.set_dscp_mark_class !== undefined;
    return isMarked && args.jump === undefined ? "set_dscp_mark and set_dscp_mark_class need jump: DSCP" : undefined;
  },
  probe: (args) => ({
    text: readScript(import.meta.url, "probe.sh", "facts"),
    vars: { tools: toolsOf(args).join(" "), table: args.table, chain: args.chain ?? "", rule: ruleWords(args).map(quote).join(" "), wait: args.wait ?? "" },
  }),
  parse(answer, args) {
    const facts = factsOf(answer);
    return toolsOf(args).map((tool) => ({
      tool,
      hasChain: facts.flag(`${tool}_chain`),
      policy: facts.maybe(`${tool}_policy`) ?? null,
      count: facts.number(`${tool}_count`),
      hasRule: facts.flag(`${tool}_rule`),
    }));
  },
  plan: (current, args) => current.flatMap((state) => changeOf(state, args)),
  apply: (changes, current, args) => ({
    text: readScript(import.meta.url, "apply.sh", "facts"),
    vars: {
      commands: current
        .filter((state) => changes.some((change) => change.key.startsWith(`${state.tool} `)))
        .map((state) => commandOf(state, args).map(quote).join(" "))
        .join("\n"),
    },
  }),
  result: ({ args }) => ({
    ip_version: args.ip_version,
    table: args.table,
    chain: args.chain ?? null,
    flush: args.flush,
    rule: ruleWords(args).join(" "),
    state: args.state,
    chain_management: args.chain_management,
    wait: args.wait ?? null,
  }),
  doc: {
    description:
      "What it does lasts until the host is rebooted; netfilter-persistent or the like saves it. A rule is looked for by its meaning, not by its spelling (`-C`).",
    examples: `- name: Connections that are known
  iptables:
    chain: INPUT
    ctstate: [ESTABLISHED, RELATED]
    jump: ACCEPT

- name: A service for one network
  iptables:
    chain: INPUT
    protocol: tcp
    source: 192.0.2.0/24
    destination_port: "8080"
    jump: ACCEPT
    comment: The service

- name: Everything else is dropped
  iptables:
    chain: INPUT
    policy: DROP
`,
    returns: { rule: "the rule's words", chain: "as given", table: "as given", state: "as given" },
    differences: [
      "flush changes only what has rules; Ansible always reports a change",
      "without a rule and without chain_management nothing is to be done; Ansible reports a change and makes none",
    ],
  },
};

function toolsOf(args: IptablesArgs): Tool[] {
  return args.ip_version === "both" ? ["iptables", "ip6tables"] : [args.ip_version === "ipv4" ? "iptables" : "ip6tables"];
}

function changeOf(state: TableState, args: IptablesArgs): Change[] {
  const { tool } = state;
  const chain = args.chain ?? "";
  if (args.flush) return state.count === 0 ? [] : [{ key: `${tool} ${args.table} ${chain}`.trim(), from: `${state.count} rules`, to: "none" }];
  if (args.policy !== undefined) {
    if (state.policy === null) throw new ModuleError(`Can't detect current policy: ${chain} is no built-in chain of ${args.table}`);
    return state.policy === args.policy ? [] : [{ key: `${tool} policy of ${chain}`, from: state.policy, to: args.policy }];
  }
  const rule = ruleWords(args);
  const isWanted = args.state === "present";
  if (rule.length > 0) {
    if (state.hasRule === isWanted) return [];
    if (!state.hasChain)
      throw new ModuleError(`${tool}: the table ${args.table} has no chain ${chain}`, {}, "make it first, by a task with chain_management: true");
    const text = rule.join(" ");
    return [{ key: `${tool} rule in ${chain}`, from: isWanted ? null : text, to: isWanted ? text : null }];
  }
  if (!args.chain_management || state.hasChain === isWanted) return [];
  return [{ key: `${tool} chain`, from: isWanted ? null : chain, to: isWanted ? chain : null }];
}

function commandOf({ tool }: TableState, args: IptablesArgs): string[] {
  const chain = args.chain === undefined ? [] : [args.chain];
  const wait = args.wait === undefined ? ["-w"] : ["-w", args.wait];
  const base = [tool, ...wait, "-t", args.table];
  if (args.flush) return [...base, "-F", ...chain];
  if (args.policy !== undefined) return [...base, "-P", ...chain, args.policy];
  const rule = ruleWords(args);
  const isWanted = args.state === "present";
  if (rule.length === 0) return [...base, isWanted ? "-N" : "-X", ...chain];
  if (!isWanted) return [...base, "-D", ...chain, ...rule];
  if (args.action === "append") return [...base, "-A", ...chain, ...rule];
  return [...base, "-I", ...chain, ...(args.rule_num === undefined ? [] : [args.rule_num]), ...rule];
}
