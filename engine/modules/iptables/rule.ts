import type { IptablesArgs } from "./iptables.ts";

/** The words of a rule behind `-A CHAIN`, in the order in which Ansible writes them. A value that begins with ! is the negation. */
export function ruleWords(args: IptablesArgs): string[] {
  const words: string[] = [];
  const add = (flag: string, value: string | undefined): void => {
    if (value === undefined || value === "") return;
    words.push(...(value.startsWith("!") ? ["!", flag, value.slice(1).trim()] : [flag, value]));
  };
  const match = (name: string, isWanted: boolean): void => {
    if (isWanted && !args.match.includes(name)) words.push("-m", name);
  };
  const csv = (flag: string, values: readonly string[]): void => {
    if (values.length > 0) words.push(flag, values.join(","));
  };
  const jump = args.jump ?? jumpOf(args);
  add("-p", args.protocol);
  add("-s", args.source);
  add("-d", args.destination);
  for (const name of args.match) add("-m", name);
  if (args.tcp_flags?.flags !== undefined && args.tcp_flags.flags_set !== undefined) {
    words.push("--tcp-flags", args.tcp_flags.flags.join(","), args.tcp_flags.flags_set.join(","));
  }
  add("-j", jump);
  add("--gateway", args.gateway);
  add("--log-prefix", args.log_prefix);
  add("--log-level", args.log_level);
  add("--to-destination", args.to_destination);
  match("multiport", args.destination_ports.length > 0);
  csv("--dports", args.destination_ports);
  add("--to-source", args.to_source);
  add("-g", args.goto);
  add("-i", args.in_interface);
  add("-o", args.out_interface);
  add("-f", args.fragment);
  add("-c", args.set_counters);
  add("--source-port", args.source_port);
  add("--destination-port", args.destination_port);
  add("--to-ports", args.to_ports);
  add("--set-dscp", args.set_dscp_mark);
  add("--set-dscp-class", args.set_dscp_mark_class);
  if (args.syn !== "ignore") words.push(...(args.syn === "negate" ? ["!"] : []), "--syn");
  const isState = args.match.includes("state") && !args.match.includes("conntrack");
  if (!isState) match("conntrack", args.ctstate.length > 0);
  csv(isState ? "--state" : "--ctstate", args.ctstate);
  match("iprange", args.src_range !== undefined || args.dst_range !== undefined);
  add("--src-range", args.src_range);
  add("--dst-range", args.dst_range);
  match("set", args.match_set !== undefined);
  if (args.match_set !== undefined) {
    add("--match-set", args.match_set);
    if (args.match_set_flags !== undefined) words.push(args.match_set_flags);
  }
  match("limit", args.limit !== undefined || args.limit_burst !== undefined);
  add("--limit", args.limit);
  add("--limit-burst", args.limit_burst);
  match("owner", args.uid_owner !== undefined || args.gid_owner !== undefined);
  add("--uid-owner", args.uid_owner);
  add("--gid-owner", args.gid_owner);
  add("--reject-with", args.reject_with);
  add(args.ip_version === "ipv6" ? "--icmpv6-type" : "--icmp-type", args.icmp_type);
  match("comment", args.comment !== undefined);
  // a comment may begin with !
  if (args.comment !== undefined) words.push("--comment", args.comment);
  return words;
}

/** Targets that other arguments imply. */
function jumpOf(args: IptablesArgs): string | undefined {
  if (args.log_prefix !== undefined || args.log_level !== undefined) return "LOG";
  return args.reject_with === undefined ? undefined : "REJECT";
}
