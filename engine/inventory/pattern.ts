import { readFileSync } from "node:fs";
import { Failure } from "../source/failure.ts";
import { parseAddress } from "./address.ts";
import type { Inventory } from "./contract.ts";
import { hostsOfGroup, LOCALHOSTS } from "./groups.ts";

export interface Selection {
  /** In the order of the pattern, then of the inventory; may hold `localhost` although the inventory does not. */
  readonly hosts: string[];
  /** Parts of the pattern (not of the limit) that match neither a host nor a group. */
  readonly unmatched: string[];
  /** The same of the limit. */
  readonly unmatchedLimits: string[];
}

/**
 * The hosts that a pattern selects: unions (`a:b`, `a,b`), `:&` and `:!`, wildcards, `~regex`, slices (`web[0:2]`, `web[-1]`).
 * @param options.limit as --limit: another pattern that every host must match too; `@file` reads patterns from a file, one a line
 * @throws Failure `bad-pattern`
 */
export function selectHosts(inventory: Inventory, pattern: string, options: { limit?: string } = {}): Selection {
  const unmatched: string[] = [];
  const unmatchedLimits: string[] = [];
  let hosts = evaluate(inventory, splitPattern(pattern), unmatched);
  if (options.limit !== undefined && options.limit !== "") {
    const limited = new Set(evaluate(inventory, splitPattern(options.limit).flatMap(readLimitFile), unmatchedLimits));
    hosts = hosts.filter((host) => limited.has(host));
  }
  return { hosts, unmatched, unmatchedLimits };
}

/** The parts of a pattern: separated by commas, or by colons where those are no port, IPv6 address or range. */
export function splitPattern(pattern: string): string[] {
  let parts: string[];
  if (pattern.includes(",")) parts = pattern.split(",");
  else if (parseAddress(pattern) !== undefined) parts = [pattern];
  else parts = pattern.match(/(?:[^\s:[\]]|\[[^\]]*\])+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

function readLimitFile(part: string): string[] {
  if (!part.startsWith("@")) return [part];
  const file = part.slice(1);
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  } catch (error) {
    throw new Failure(`cannot read the limit file ${file}: ${(error as Error).message}`, { code: "bad-pattern", fault: "usage", cause: error });
  }
}

function evaluate(inventory: Inventory, parts: readonly string[], unmatched: string[]): string[] {
  const positive = parts.filter((part) => !/^[&!]/.test(part));
  // The order of the parts does not matter: first what is added, then what must also match, then what is taken away.
  const ordered = [
    ...(positive.length === 0 ? ["all"] : positive),
    ...parts.filter((part) => part.startsWith("&")),
    ...parts.filter((part) => part.startsWith("!")),
  ];
  let hosts = new Set<string>();
  for (const part of ordered) {
    if (inventory.hosts.has(part)) {
      hosts.add(part);
      continue;
    }
    const matches = new Set(matchPart(inventory, part.replace(/^[&!]/, ""), unmatched));
    if (part.startsWith("!")) for (const host of matches) hosts.delete(host);
    else if (part.startsWith("&")) hosts = new Set([...hosts].filter((host) => matches.has(host)));
    else for (const host of matches) hosts.add(host);
  }
  return [...hosts];
}

const SLICE = /^(.+)\[(?:(-?[0-9]+)|([0-9]+)[:-]([0-9]*))\]$/;

function matchPart(inventory: Inventory, part: string, unmatched: string[]): string[] {
  if (part === "") return [];
  const slice = part.startsWith("~") ? null : SLICE.exec(part);
  const hosts = enumerate(inventory, slice?.[1] ?? part, unmatched);
  if (slice === null || hosts.length === 0) return hosts;
  const [, , index, start, end] = slice;
  // As Ansible counts: the end is part of the slice, and an end of 0 counts as none.
  if (index === undefined && end !== "0" && Number(end) !== 0) return hosts.slice(Number(start), Number(end) + 1);
  if (index === undefined && end === "") return hosts.slice(Number(start));
  const host = hosts.at(Number(index ?? start));
  if (host === undefined) {
    throw new Failure(`"${part}" selects a host that is not there: "${slice[1]}" matches ${hosts.length}`, { code: "bad-pattern", fault: "usage" });
  }
  return [host];
}

function enumerate(inventory: Inventory, expression: string, unmatched: string[]): string[] {
  const matcher = matcherOf(expression);
  if (matcher === undefined) return named(inventory, expression, unmatched);
  const groups = [...inventory.groups.keys()].filter(matcher);
  const results = new Set(groups.flatMap((name) => hostsOfGroup(inventory, name)));
  if (groups.length === 0 || expression.startsWith("~") || /[.?*[]/.test(expression)) {
    for (const name of inventory.hosts.keys()) if (matcher(name)) results.add(name);
  }
  if (results.size === 0 && groups.length === 0) unmatched.push(expression);
  return [...results];
}

/** A group or a host, or the host that stands for this machine. */
function named(inventory: Inventory, name: string, unmatched: string[]): string[] {
  const isGroup = inventory.groups.has(name);
  const hosts = isGroup ? hostsOfGroup(inventory, name) : [];
  if (inventory.hosts.has(name) && (!isGroup || name.includes("."))) hosts.push(name);
  if (hosts.length === 0 && LOCALHOSTS.includes(name)) return [name];
  if (hosts.length === 0 && !isGroup) unmatched.push(name);
  return [...new Set(hosts)];
}

/** @returns undefined for a name, which matches itself */
function matcherOf(expression: string): ((name: string) => boolean) | undefined {
  if (!expression.startsWith("~") && !/[*?[]/.test(expression)) return undefined;
  try {
    const regex = expression.startsWith("~") ? pythonRegex(expression.slice(1)) : wildcardRegex(expression);
    return (name) => regex.test(name);
  } catch (error) {
    throw new Failure(`"${expression}" is no valid host pattern: ${(error as Error).message}`, { code: "bad-pattern", fault: "usage", cause: error });
  }
}

/** Anchored at the start only, as `~regex` is. */
function pythonRegex(source: string): RegExp {
  const flags = /^\(\?([imsu]+)\)/.exec(source);
  const body = source
    .slice(flags?.[0].length ?? 0)
    .replaceAll("(?P<", "(?<")
    .replace(/\(\?P=(\w+)\)/g, "\\k<$1>")
    .replaceAll("\\A", "^")
    .replaceAll("\\Z", "$");
  return new RegExp(`^(?:${body})`, (flags?.[1] ?? "").replace("u", ""));
}

function wildcardRegex(pattern: string): RegExp {
  let source = "";
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at]!;
    const close = char === "[" ? pattern.indexOf("]", at + (pattern[at + 1] === "!" ? 3 : 2)) : -1;
    if (char === "*") source += "[^]*";
    else if (char === "?") source += "[^]";
    else if (close !== -1) {
      const isNegated = pattern[at + 1] === "!";
      // A range that ends before it begins holds nothing.
      const set = pattern.slice(at + (isNegated ? 2 : 1), close).replace(/(.)-(.)/g, (range: string, from: string, to: string) => (from > to ? "" : range));
      source += `[${isNegated ? "^" : ""}${set.replace(/[\\^[\]]/g, "\\$&")}]`;
      at = close;
    } else source += char.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  }
  return new RegExp(`^${source}$`);
}
