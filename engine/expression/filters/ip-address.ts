/** An address with the network it was written with; a lone address has the full prefix. */
export interface IpValue {
  readonly version: 4 | 6;
  readonly address: bigint;
  readonly prefix: number;
}

export const bitsOf = (version: 4 | 6): number => (version === 4 ? 32 : 128);

function parseV4(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((value, part) => value * 256n + BigInt(part), 0n);
}

function parseV6(text: string): bigint | undefined {
  let given = text;
  const embedded = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (embedded !== null) {
    const v4 = parseV4(embedded[2]!);
    if (v4 === undefined) return undefined;
    given = `${embedded[1]}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`;
  }
  const halves = given.split("::");
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === "" ? [] : half.split(":")));
  const count = groups.flat().length;
  if (!groups.flat().every((group) => /^[\da-f]{1,4}$/i.test(group)) || (halves.length === 1 ? count !== 8 : count > 7)) return undefined;
  const all = halves.length === 1 ? groups[0]! : [...groups[0]!, ...Array<string>(8 - count).fill("0"), ...groups[1]!];
  return all.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

function parseAddress(text: string): Pick<IpValue, "version" | "address"> | undefined {
  const v4 = parseV4(text);
  if (v4 !== undefined) return { version: 4, address: v4 };
  const v6 = text.includes(":") ? parseV6(text) : undefined;
  return v6 === undefined ? undefined : { version: 6, address: v6 };
}

/** The prefix behind a mask such as 255.255.255.0, or behind its inverse. */
function prefixOfMask(mask: bigint, bits: number): number | undefined {
  const all = (1n << BigInt(bits)) - 1n;
  for (let prefix = 0; prefix <= bits; prefix += 1) {
    const network = (all << BigInt(bits - prefix)) & all;
    if (mask === network || mask === (all ^ network)) return prefix;
  }
  return undefined;
}

/** `192.0.2.1`, `192.0.2.1/24`, `192.0.2.1/255.255.255.0`, `2001:db8::/32`, or a whole number. */
export function parseIp(value: unknown): IpValue | undefined {
  if (typeof value === "number" && Number.isInteger(value) && value > 0) {
    return value < 2 ** 32 ? { version: 4, address: BigInt(value), prefix: 32 } : { version: 6, address: BigInt(value), prefix: 128 };
  }
  if (typeof value !== "string") return undefined;
  const slash = value.indexOf("/");
  const parsed = parseAddress(slash === -1 ? value : value.slice(0, slash));
  if (parsed === undefined) return undefined;
  const bits = bitsOf(parsed.version);
  if (slash === -1) return { ...parsed, prefix: bits };
  const written = value.slice(slash + 1);
  const mask = parseAddress(written);
  const prefix = /^\d{1,3}$/.test(written) ? Number(written) : mask?.version === parsed.version ? prefixOfMask(mask.address, bits) : undefined;
  return prefix === undefined || prefix > bits ? undefined : { ...parsed, prefix };
}

/** The usual text of an address: IPv6 in lower case with its longest run of zeros left out. */
export function formatIp(address: bigint, version: 4 | 6): string {
  if (version === 4) return [24n, 16n, 8n, 0n].map((shift) => String((address >> shift) & 255n)).join(".");
  const groups = Array.from({ length: 8 }, (_, index) => ((address >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  let best = { at: -1, size: 1 };
  for (let at = 0; at < 8; at += 1) {
    let size = 0;
    while (groups[at + size] === "0") size += 1;
    if (size > best.size) best = { at, size };
  }
  if (best.at === -1) return groups.join(":");
  return `${groups.slice(0, best.at).join(":")}::${groups.slice(best.at + best.size).join(":")}`;
}

export function sizeOf(ip: IpValue): bigint {
  return 1n << BigInt(bitsOf(ip.version) - ip.prefix);
}

export function networkOf(ip: IpValue): bigint {
  return ip.address - (ip.address % sizeOf(ip));
}

export function lastOf(ip: IpValue): bigint {
  return networkOf(ip) + sizeOf(ip) - 1n;
}

export function contains(network: IpValue, ip: IpValue): boolean {
  return network.version === ip.version && networkOf(ip) >= networkOf(network) && lastOf(ip) <= lastOf(network);
}
