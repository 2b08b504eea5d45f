import { Problem } from "../problem.ts";
import { plugin, type Plugins } from "../plugin.ts";
import { anyText, asInteger } from "../python/arguments.ts";
import { truthy } from "../python/compare.ts";
import { iterate } from "../python/sequences.ts";
import { isDict, plain } from "../python/types.ts";
import { escapeHtml } from "./text.ts";

/** Python's urllib.parse.quote. */
export function percentEncode(value: string, safe = "/"): string {
  return Array.from(Buffer.from(value), (byte) => {
    const character = String.fromCharCode(byte);
    return /[\w.~-]/.test(character) || safe.includes(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}

function percentDecode(value: string): string {
  return value.replace(/(?:%[\da-fA-F]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll("%", ""), "hex").toString("utf8"));
}

export interface UrlParts {
  readonly scheme: string;
  readonly netloc: string;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
  readonly username: string | null;
  readonly password: string | null;
  readonly hostname: string | null;
  readonly port: number | null;
}

/** The parts of a URL as Python's urlsplit names them. */
export function splitUrl(url: string): UrlParts {
  const match = /^(?:([a-zA-Z][a-zA-Z\d+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(url);
  const [, scheme = "", netloc = "", path = "", query = "", fragment = ""] = match ?? [];
  const at = netloc.lastIndexOf("@");
  const user = at === -1 ? undefined : netloc.slice(0, at);
  const host = netloc.slice(at + 1);
  const bracketed = /^\[([^\]]*)\](?::(\d*))?$/.exec(host);
  const [name, port] = bracketed === null ? host.split(":") : [bracketed[1], bracketed[2]];
  const colon = user?.indexOf(":") ?? -1;
  return {
    scheme: scheme.toLowerCase(),
    netloc,
    path,
    query,
    fragment,
    username: user === undefined ? null : colon === -1 ? user : user.slice(0, colon),
    password: user === undefined || colon === -1 ? null : user.slice(colon + 1),
    hostname: name === undefined || name === "" ? null : name.toLowerCase(),
    port: port === undefined || port === "" ? null : Number(port),
  };
}

export const urlFilters: Plugins = {
  urlencode: plugin(["value"], (_, value) => {
    const given = plain(value);
    const pairs = isDict(given) ? Object.entries(given) : Array.isArray(given) ? iterate(given).map((pair) => iterate(pair)) : undefined;
    if (pairs === undefined) return percentEncode(anyText(given));
    const encode = (part: unknown): string => percentEncode(anyText(part), "").replaceAll("%20", "+");
    return pairs.map(([key, item]) => `${encode(key)}=${encode(item)}`).join("&");
  }),
  urldecode: plugin(["string"], (_, value) => percentDecode(anyText(value).replaceAll("+", " "))),
  urlsplit: plugin(["value", ["query", ""], ["alias", "urlsplit"]], (_, value, component) => {
    const parts = splitUrl(anyText(value));
    const wanted = anyText(component);
    if (wanted === "") return parts;
    if (!Object.hasOwn(parts, wanted))
      throw new Problem(`urlsplit: unknown URL component: ${wanted}`, "expression-type", `it is one of ${Object.keys(parts).join(", ")}`);
    return parts[wanted as keyof UrlParts];
  }),
  urlize: plugin(
    ["value", ["trim_url_limit", null], ["nofollow", false], ["target", null], ["rel", null], ["extra_schemes", null]],
    (_, value, limit, nofollow, target, rel) => {
      const rels = [...new Set([...(rel === null ? [] : anyText(rel).split(/\s+/)), ...(truthy(nofollow) ? ["nofollow"] : []), "noopener"])].sort().join(" ");
      const attributes = ` rel="${escapeHtml(rels)}"${target === null ? "" : ` target="${escapeHtml(anyText(target))}"`}`;
      const shown = (text: string): string => (limit !== null && text.length > asInteger(limit) ? `${text.slice(0, asInteger(limit))}...` : text);
      return escapeHtml(anyText(value)).replace(/(^|[\s(<]|&lt;)((?:https?:\/\/|www\.)[^\s<>]*[^\s<>.,;:)!?])/g, (_whole, before: string, url: string) => {
        return `${before}<a href="${url.startsWith("www.") ? `https://${url}` : url}"${attributes}>${shown(url)}</a>`;
      });
    },
  ),
};
