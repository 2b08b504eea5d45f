import { Failure } from "../source/failure.ts";
import type { Place } from "../source/place.ts";

const IPV6_PART = String.raw`(?:[0-9a-f]{1,4}|\[[0-9a-f]+:[0-9a-f]+(?::[0-9]+)?\])`;
const IPV4_PART = String.raw`(?:[01]?[0-9]{1,2}|2[0-4][0-9]|25[0-5]|\[[0-9]+:[0-9]+(?::[0-9]+)?\])`;
const RANGE = String.raw`\[(?:[a-z]:[a-z]|[0-9]+:[0-9]+)(?::[0-9]+)?\]`;
const WORD = String.raw`[\p{L}\p{N}_]`;
const LABEL = String.raw`(?:${WORD}|${RANGE})(?:${WORD}|-|${RANGE})*(?<![_\-])`;

const IPV4 = new RegExp(String.raw`^(?:${IPV4_PART}\.){3}${IPV4_PART}$`, "i");
// Every spelling from "::" to eight groups, each part possibly a range; an IP parser would not know the ranges.
const IPV6 = new RegExp(
  "^(?:" +
    [
      "(?:P:){7}P",
      "(?:P:){1,6}:",
      "(?:P:)(?::P){1,6}",
      "(?:P:){2}(?::P){1,5}",
      "(?:P:){3}(?::P){1,4}",
      "(?:P:){4}(?::P){1,3}",
      "(?:P:){5}(?::P){1,2}",
      "(?:P:){6}(?::P)",
      ":(?::P){1,6}",
      "P?::",
      String.raw`(?:0:){6}(?:P\.){3}P`,
      String.raw`::(?:ffff:)?(?:P\.){3}P`,
      String.raw`(?:0:){5}ffff:(?:P\.){3}P`,
    ]
      .join("|")
      .replaceAll("P", IPV6_PART) +
    ")$",
  "i",
);
const HOSTNAME = new RegExp(String.raw`^${LABEL}(?:\.${LABEL})*$`, "iu");

export interface Address {
  readonly host: string;
  readonly port?: number;
}

/** Whether the text is an IPv4 or IPv6 address (possibly with ranges). */
export function isIpAddress(text: string): boolean {
  return IPV4.test(text) || IPV6.test(text);
}

/** Splits `host`, `host:22`, `[::1]:22`; undefined when it is no host. Ranges such as `[01:20]` are let through. */
export function parseAddress(text: string): Address | undefined {
  let host = text;
  let port: number | undefined;
  for (const form of [/^\[(.+)\]:([0-9]+)$/, /^((?:[^:[\]]|\[[^\]]*\])*):([0-9]+)$/]) {
    const match = form.exec(host);
    if (match !== null) {
      host = match[1]!;
      port = Number(match[2]);
    }
  }
  if (!IPV4.test(host) && !IPV6.test(host) && !HOSTNAME.test(host)) return undefined;
  return port === undefined ? { host } : { host, port };
}

/**
 * The hosts that one entry of an inventory stands for: `web[01:03].example:2222` gives three hosts and a port.
 * @throws Failure `inventory-syntax` for a malformed range
 */
export function expandHostEntry(entry: string, place: Place | undefined): { hosts: string[]; port?: number } {
  const address = parseAddress(entry) ?? { host: entry };
  const hosts = address.host.includes("[") ? expandRanges(address.host, place) : [address.host];
  return address.port === undefined ? { hosts } : { hosts, port: address.port };
}

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** A typo in a range must not eat the machine's memory. */
const MAX_RANGE = 1_000_000;

function expandRanges(text: string, place: Place | undefined): string[] {
  const fail = (problem: string, hint?: string): Failure =>
    new Failure(`${problem} in "${text}"`, { code: "inventory-syntax", fault: "inventory", place, hint });
  const open = text.indexOf("[");
  const close = text.indexOf("]", open);
  if (close === -1) throw fail(`a "[" is not closed`);
  const [head, tail] = [text.slice(0, open), text.slice(close + 1)];
  const bounds = text.slice(open + 1, close).split(":");
  if (bounds.length < 2 || bounds.length > 3) throw fail("a host range must be [begin:end] or [begin:end:step]");
  const begin = bounds[0] === "" ? "0" : bounds[0]!;
  const end = bounds[1]!;
  const step = Number(bounds[2] ?? "1");
  if (end === "") throw fail("a host range needs an end");
  if (!Number.isInteger(step) || step < 1) throw fail("the step of a host range must be a whole number above 0");
  const width = begin.length > 1 && begin.startsWith("0") ? begin.length : 0;
  if (width > 0 && width !== end.length)
    throw fail("begin and end of a host range with leading zeros must be of equal length", `write [${begin}:${end.padStart(width, "0")}]`);

  let items: string[];
  if (LETTERS.includes(begin) && LETTERS.includes(end) && begin.length === 1 && end.length === 1) {
    const [from, to] = [LETTERS.indexOf(begin), LETTERS.indexOf(end)];
    if (from > to) throw fail("a host range must begin before it ends");
    items = [...LETTERS.slice(from, to + 1)].filter((_, index) => index % step === 0);
  } else {
    if (!/^\d+$/.test(begin) || !/^\d+$/.test(end)) throw fail("a host range must be between two numbers or two letters");
    const count = Math.floor((Number(end) - Number(begin)) / step) + 1;
    if (count > MAX_RANGE) throw fail(`a host range of ${count} hosts is surely a mistake`);
    items = Array.from({ length: Math.max(count, 0) }, (_, index) => String(Number(begin) + index * step).padStart(width, "0"));
  }
  return items.flatMap((item) => {
    const name = head + item + tail;
    return name.includes("[") ? expandRanges(name, place) : [name];
  });
}
