import { Problem } from "../problem.ts";
import { plugin, type Plugin, type Plugins } from "../plugin.ts";
import { anyText, asInteger } from "../python/arguments.ts";
import { iterate } from "../python/sequences.ts";
import { isInteger, plain } from "../python/types.ts";
import { bitsOf, contains, formatIp, lastOf, networkOf, parseIp, sizeOf, type IpValue } from "./ip-address.ts";

const inAny =
  (...networks: readonly string[]) =>
  (ip: IpValue): boolean =>
    networks.some((network) => contains(parseIp(network)!, ip));

const isLoopback = inAny("127.0.0.0/8", "::1/128");
const isPrivate = inAny("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7");
const isLinkLocal = inAny("169.254.0.0/16", "fe80::/10");
const isMulticast = inAny("224.0.0.0/4", "ff00::/8");
const isReserved = inAny("0.0.0.0/8", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "::/8", "2001:db8::/32");

type Query = (ip: IpValue, value: unknown) => unknown;

const address = (ip: IpValue, at: bigint = ip.address): string => formatIp(at, ip.version);
const isNetwork = (ip: IpValue): boolean => sizeOf(ip) > 1n && ip.address === networkOf(ip);
const hasHosts = (ip: IpValue): boolean => sizeOf(ip) > 1n;
/** Addresses for hosts: without network and broadcast address, which /31 and IPv6 do not set apart. */
const firstUsable = (ip: IpValue): bigint => (sizeOf(ip) > 2n ? networkOf(ip) + 1n : networkOf(ip));
const lastUsable = (ip: IpValue): bigint => (sizeOf(ip) > 2n ? lastOf(ip) - 1n : lastOf(ip));
const sizeUsable = (ip: IpValue): bigint => (sizeOf(ip) > 2n ? sizeOf(ip) - 2n : sizeOf(ip));
const mask = (ip: IpValue): bigint => (1n << BigInt(bitsOf(ip.version))) - sizeOf(ip);
const only =
  (test: (ip: IpValue) => boolean): Query =>
  (ip, value) =>
    test(ip) ? value : undefined;

const subnet: Query = (ip) => `${address(ip, networkOf(ip))}/${ip.prefix}`;
const network: Query = (ip) => (hasHosts(ip) ? address(ip, networkOf(ip)) : undefined);
const hostOnly: Query = (ip) => (isNetwork(ip) ? undefined : address(ip));
const withPrefix: Query = (ip) => (hasHosts(ip) && !isNetwork(ip) ? `${address(ip)}/${ip.prefix}` : undefined);
const hostmask: Query = (ip) => (hasHosts(ip) ? address(ip, sizeOf(ip) - 1n) : undefined);

const queries: Readonly<Record<string, Query>> = {
  "": (_, value) => (isInteger(value) ? formatIp(BigInt(value), value < 2 ** 32 ? 4 : 6) : value),
  address: hostOnly,
  ip: hostOnly,
  "address/prefix": withPrefix,
  "ip/prefix": withPrefix,
  gateway: withPrefix,
  gw: withPrefix,
  host: (ip) => (hasHosts(ip) ? (isNetwork(ip) ? undefined : `${address(ip)}/${ip.prefix}`) : `${address(ip)}/${ip.prefix}`),
  "host/prefix": withPrefix,
  hostnet: withPrefix,
  router: withPrefix,
  ip_netmask: (ip) => (hasHosts(ip) ? `${address(ip)} ${address(ip, mask(ip))}` : undefined),
  bool: () => true,
  broadcast: (ip) => (sizeOf(ip) > 2n ? address(ip, lastOf(ip)) : undefined),
  cidr: (ip) => `${address(ip)}/${ip.prefix}`,
  first_usable: (ip) => (hasHosts(ip) ? address(ip, firstUsable(ip)) : undefined),
  last_usable: (ip) => (hasHosts(ip) ? address(ip, lastUsable(ip)) : undefined),
  next_usable: (ip) => (hasHosts(ip) && ip.address + 1n <= lastUsable(ip) ? address(ip, ip.address + 1n) : undefined),
  previous_usable: (ip) => (hasHosts(ip) && ip.address - 1n >= firstUsable(ip) ? address(ip, ip.address - 1n) : undefined),
  range_usable: (ip) => (hasHosts(ip) ? `${address(ip, firstUsable(ip))}-${address(ip, lastUsable(ip))}` : undefined),
  peer: (ip) => {
    if (sizeOf(ip) === 2n) return address(ip, ip.address ^ 1n);
    return sizeOf(ip) === 4n && ip.address % 4n !== 0n && ip.address % 4n !== 3n ? address(ip, ip.address ^ 3n) : undefined;
  },
  hostmask,
  wildcard: hostmask,
  int: (ip) => (hasHosts(ip) ? `${ip.address}/${ip.prefix}` : Number(ip.address)),
  "link-local": only(isLinkLocal),
  lla: only(isLinkLocal),
  loopback: only(isLoopback),
  lo: only(isLoopback),
  multicast: only(isMulticast),
  unicast: only((ip) => !isMulticast(ip)),
  private: only(isPrivate),
  public: only((ip) => !isPrivate(ip) && !isLoopback(ip) && !isLinkLocal(ip) && !isMulticast(ip) && !isReserved(ip)),
  reserved: only(isReserved),
  net: (ip) => (isNetwork(ip) ? `${address(ip)}/${ip.prefix}` : undefined),
  netmask: (ip) => (hasHosts(ip) ? address(ip, mask(ip)) : undefined),
  network,
  network_id: network,
  "network/prefix": subnet,
  subnet,
  network_netmask: (ip) => (hasHosts(ip) ? `${address(ip, networkOf(ip))} ${address(ip, mask(ip))}` : undefined),
  network_wildcard: (ip) => (hasHosts(ip) ? `${address(ip, networkOf(ip))} ${address(ip, sizeOf(ip) - 1n)}` : undefined),
  prefix: (ip) => ip.prefix,
  revdns: (ip) => {
    if (ip.version === 4) return `${address(ip).split(".").reverse().join(".")}.in-addr.arpa.`;
    return `${ip.address.toString(16).padStart(32, "0").split("").reverse().join(".")}.ip6.arpa.`;
  },
  size: (ip) => Number(sizeOf(ip)),
  size_usable: (ip) => Number(sizeUsable(ip)),
  type: (ip) => (isNetwork(ip) ? "network" : "address"),
  version: (ip) => ip.version,
  ipv4: only((ip) => ip.version === 4),
  "4": only((ip) => ip.version === 4),
  ipv6: only((ip) => ip.version === 6),
  "6": only((ip) => ip.version === 6),
  wrap: (ip, value) => (ip.version === 6 ? wrap(anyText(value)) : value),
};

function wrap(value: string): string {
  const [host = "", ...prefix] = value.split("/");
  return [`[${host}]`, ...prefix].join("/");
}

function ask(value: unknown, query: unknown, version: number | undefined): unknown {
  const given = plain(value);
  const ip = parseIp(given);
  if (ip === undefined || (version !== undefined && ip.version !== version)) return undefined;
  const asked = plain(query);
  const text = anyText(asked);
  if (Object.hasOwn(queries, text) && !(isInteger(asked) && asked !== 4 && asked !== 6)) return queries[text]!(ip, given);
  if (/^-?\d+$/.test(text)) {
    const at = BigInt(text);
    const found = at < 0n ? lastOf(ip) + 1n + at : networkOf(ip) + at;
    if (!hasHosts(ip) || found < networkOf(ip) || found > lastOf(ip)) return undefined;
    return `${address(ip, found)}/${ip.prefix}`;
  }
  const range = parseIp(text);
  if (range !== undefined) return contains(range, ip) ? given : undefined;
  throw new Problem(
    `unknown filter type: ${text}`,
    "expression-type",
    `ipaddr knows ${Object.keys(queries)
      .filter((name) => name !== "")
      .join(", ")}, a number and a network`,
  );
}

/** A list is filtered; a single value that does not fit is false. */
function asking(version: number | undefined): Plugin {
  return plugin(["value", ["query", ""], ["version", null], ["alias", "ipaddr"]], (_, value, query, given) => {
    const wanted = version ?? (given === null ? undefined : asInteger(given));
    if (!Array.isArray(value)) return ask(value, query, wanted) ?? false;
    return iterate(value)
      .map((item) => ask(item, query, wanted))
      .filter((item) => item !== undefined);
  });
}

function ipWrap(value: unknown): unknown {
  const given = plain(value);
  if (Array.isArray(given)) return iterate(given).map(ipWrap);
  return typeof given === "string" && parseIp(given)?.version === 6 ? wrap(given) : given;
}

function ipSubnet(value: unknown, query: unknown, index: unknown): unknown {
  const ip = parseIp(plain(value));
  if (ip === undefined) return false;
  const asked = anyText(query);
  if (asked === "") return `${address(ip, networkOf(ip))}/${ip.prefix}`;
  if (!/^\d+$/.test(asked)) {
    const outer = parseIp(asked);
    if (outer === undefined || !contains(outer, ip)) throw new Problem(`'${anyText(value)}' is not in the subnet '${asked}'`);
    return Number((networkOf(ip) - networkOf(outer)) / sizeOf(ip)) + 1;
  }
  const prefix = Number(asked);
  if (prefix > bitsOf(ip.version)) return false;
  const position = index === "x" || index === null ? undefined : asInteger(index);
  if (!hasHosts(ip)) {
    // the networks that hold a lone address, from the given prefix down to the address
    const at = position === undefined ? prefix : position < 0 ? ip.prefix + position : prefix + position;
    if (at < prefix || at > ip.prefix) return false;
    return `${address(ip, networkOf({ ...ip, prefix: at }))}/${at}`;
  }
  if (prefix < ip.prefix) return position === undefined ? `${address(ip, networkOf({ ...ip, prefix }))}/${prefix}` : false;
  const count = 1n << BigInt(prefix - ip.prefix);
  if (position === undefined) return Number(count);
  const at = position < 0 ? count + BigInt(position) : BigInt(position);
  if (at < 0n || at >= count) return false;
  return `${address(ip, networkOf(ip) + at * sizeOf({ ...ip, prefix }))}/${prefix}`;
}

export const ipFilters: Plugins = {
  ipaddr: asking(undefined),
  ipv4: asking(4),
  ipv6: asking(6),
  ipwrap: plugin(["value", ["query", ""]], (_, value) => ipWrap(value)),
  ipsubnet: plugin(["value", ["query", ""], ["index", "x"]], (_, value, query, index) => ipSubnet(value, query, index)),
  ipmath: plugin(["value", "amount"], (_, value, amount) => {
    const ip = parseIp(anyText(value));
    if (ip === undefined) throw new Problem(`'${anyText(value)}' is not an IP address`);
    const moved = ip.address + BigInt(asInteger(amount, "ipmath()"));
    if (moved < 0n || moved >= 1n << BigInt(bitsOf(ip.version))) throw new Problem(`there is no address ${anyText(amount)} away from ${anyText(value)}`);
    return address(ip, moved);
  }),
};
