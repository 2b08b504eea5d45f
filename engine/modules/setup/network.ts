import type { Sections } from "./sections.ts";

type Facts = Record<string, unknown>;

interface Interface {
  device: string;
  active: boolean;
  mtu: number;
  macaddress?: string;
  type: string;
  promisc: boolean;
  ipv4?: Facts;
  ipv4_secondaries?: Facts[];
  ipv6?: Facts[];
}

/** Interfaces, addresses and default routes. */
export function networkFacts(sections: Sections): Facts {
  if (!sections.has("ip/addr")) return {};
  const interfaces = new Map<string, Interface>();
  for (const line of sections.lines("ip/link")) addLink(line, interfaces);
  const v4: string[] = [];
  const v6: string[] = [];
  for (const line of sections.lines("ip/addr")) addAddress(line, interfaces, v4, v6);
  const facts: Facts = {
    interfaces: [...interfaces.keys()],
    all_ipv4_addresses: v4.filter((address) => !address.startsWith("127.")),
    all_ipv6_addresses: v6.filter((address) => address !== "::1"),
    default_ipv4: defaultRoute(sections.lines("ip/route4")[0], sections.lines("ip/get4")[0], interfaces, "ipv4"),
    default_ipv6: defaultRoute(sections.lines("ip/route6")[0], undefined, interfaces, "ipv6"),
  };
  for (const [name, entry] of interfaces) facts[name.replaceAll(/[-:.]/g, "_")] = { ...entry };
  return facts;
}

function addLink(line: string, interfaces: Map<string, Interface>): void {
  const match = /^\d+:\s+([^:@]+)(?:@[^:]*)?:\s+<([^>]*)>\s+mtu (\d+)/.exec(line);
  if (match === null) return;
  const flags = match[2]!.split(",");
  const mac = /link\/\w+ ((?:[0-9a-f]{2}:){5}[0-9a-f]{2})/.exec(line)?.[1];
  const isLoopback = flags.includes("LOOPBACK");
  interfaces.set(match[1]!, {
    device: match[1]!,
    active: flags.includes("UP"),
    mtu: Number(match[3]),
    type: isLoopback ? "loopback" : "ether",
    promisc: flags.includes("PROMISC"),
    ...(mac === undefined || isLoopback ? {} : { macaddress: mac }),
  });
}

function addAddress(line: string, interfaces: Map<string, Interface>, v4: string[], v6: string[]): void {
  const match =
    /^\d+:\s+(\S+)\s+(inet6?)\s+([0-9a-f.:]+)(?:\s+peer\s+\S+?)?\/(\d+)(?:\s+brd\s+(\S+))?\s+scope\s+(\w+)/.exec(line) ??
    /^\d+:\s+(\S+)\s+(inet6?)\s+([0-9a-f.:]+)()(?:\s+brd\s+(\S+))?\s+scope\s+(\w+)/.exec(line);
  if (match === null) return;
  const [, device = "", family, address = "", prefix = "", broadcast, scope] = match;
  const entry = interfaces.get(device) ?? { device, active: true, mtu: 0, type: "ether", promisc: false };
  interfaces.set(device, entry);
  if (family === "inet6") {
    v6.push(address);
    (entry.ipv6 ??= []).push({ address, prefix, scope });
    return;
  }
  v4.push(address);
  const bits = Number(prefix || 32);
  const described = { address, broadcast: broadcast ?? "", netmask: netmask(bits), network: network(address, bits), prefix: String(bits) };
  if (entry.ipv4 === undefined) entry.ipv4 = described;
  else (entry.ipv4_secondaries ??= []).push(described);
}

function defaultRoute(route: string | undefined, get: string | undefined, interfaces: Map<string, Interface>, family: "ipv4" | "ipv6"): Facts {
  const device = /\bdev (\S+)/.exec(route ?? "")?.[1];
  if (device === undefined) return {};
  const gateway = /\bvia (\S+)/.exec(route!)?.[1];
  const entry = interfaces.get(device);
  if (entry === undefined) return { interface: device, gateway };
  const source = /\bsrc (\S+)/.exec(get ?? route!)?.[1];
  const own = family === "ipv4" ? [entry.ipv4, ...(entry.ipv4_secondaries ?? [])] : (entry.ipv6 ?? []).filter((address) => address["scope"] === "global");
  const address = own.find((candidate) => candidate?.["address"] === source) ?? own[0] ?? {};
  return {
    ...address,
    interface: device,
    gateway,
    macaddress: entry.macaddress,
    mtu: entry.mtu,
    type: entry.type,
    ...(family === "ipv4" ? { alias: device } : {}),
  };
}

function netmask(bits: number): string {
  return dotted(bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0);
}

function network(address: string, bits: number): string {
  const value = address.split(".").reduce((sum, part) => ((sum << 8) | Number(part)) >>> 0, 0);
  return dotted((bits === 0 ? 0 : (value & (0xffffffff << (32 - bits))) >>> 0) >>> 0);
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
}
