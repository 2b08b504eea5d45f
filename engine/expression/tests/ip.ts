import { plugin, type Plugin, type Plugins } from "../plugin.ts";
import { anyText } from "../python/arguments.ts";
import { contains, parseIp, type IpValue } from "../filters/ip-address.ts";

const of = (test: (ip: IpValue, text: string) => boolean): Plugin =>
  plugin(["ip"], (_, value) => {
    const ip = parseIp(value);
    return ip !== undefined && test(ip, anyText(value));
  });

/** The tests of ansible.utils that roles use. */
export const ipTests: Plugins = {
  ip: of((_, text) => !text.includes("/")),
  ip_address: of((_, text) => !text.includes("/")),
  ipv4: of(({ version }) => version === 4),
  ipv4_address: of(({ version }, text) => version === 4 && !text.includes("/")),
  ipv6: of(({ version }) => version === 6),
  ipv6_address: of(({ version }, text) => version === 6 && !text.includes("/")),
  in_network: plugin(["ip", "network"], (_, value, network) => {
    const [ip, range] = [parseIp(value), parseIp(network)];
    return ip !== undefined && range !== undefined && contains(range, ip);
  }),
};
