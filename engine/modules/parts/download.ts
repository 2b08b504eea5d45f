import { ModuleError } from "../contract.ts";
import { shownUrl, splitUrl } from "./url.ts";

export interface DownloadArgs {
  readonly url: string;
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
  /** Seconds. */
  readonly timeout: number;
  readonly http_agent?: string | undefined;
  readonly use_proxy?: boolean | undefined;
  readonly validate_certs: boolean;
  readonly url_username?: string | undefined;
  readonly url_password?: string | undefined;
  readonly client_cert?: string | undefined;
  readonly client_key?: string | undefined;
  readonly decompress?: boolean | undefined;
  readonly ciphers?: readonly string[] | undefined;
  readonly use_netrc?: boolean | undefined;
  readonly use_gssapi?: boolean | undefined;
}

/**
 * Variables for parts/download.sh.
 * @throws ModuleError for an url or header that cannot be sent
 */
export function downloadVars(args: DownloadArgs): Record<string, string> {
  if (/\s/.test(args.url)) throw new ModuleError(`an url must not hold blanks: ${shownUrl(args.url)}`);
  const split = splitUrl(args.url);
  const { bare: url } = split;
  const user = args.url_username ?? split.user;
  const password = args.url_password ?? split.password;
  const headers = Object.entries(args.headers ?? {}).map(([name, value]) => `${name}: ${String(value)}`);
  const bad = headers.find((header) => /[\r\n]/.test(header));
  if (bad !== undefined) throw new ModuleError("a header must not hold a newline");
  const isSecret = headers.length > 0 || user !== undefined;
  return {
    url,
    curl_config: curlConfig(args, url, headers, user, password),
    wget_config: wgetConfig(args, headers, user, password),
    is_secret: isSecret ? "1" : "",
    insecure: args.validate_certs ? "" : "1",
    timeout: String(args.timeout),
  };
}

function curlConfig(args: DownloadArgs, url: string, headers: readonly string[], user: string | undefined, password: string | undefined): string {
  const text = (value: string): string => `"${value.replace(/\\/g, "\\\\").replace(/"/g, '\\"')}"`;
  const lines = [`url = ${text(url)}`, `connect-timeout = ${args.timeout}`, `speed-time = ${args.timeout}`, "speed-limit = 1"];
  for (const header of headers) lines.push(`header = ${text(header)}`);
  if (args.http_agent !== undefined) lines.push(`user-agent = ${text(args.http_agent)}`);
  if (user !== undefined) lines.push(`user = ${text(`${user}:${password ?? ""}`)}`);
  if (args.use_gssapi === true) lines.push("negotiate", 'user = ":"');
  if (args.use_proxy === false) lines.push('noproxy = "*"');
  if (!args.validate_certs) lines.push("insecure");
  if (args.client_cert !== undefined) lines.push(`cert = ${text(args.client_cert)}`);
  if (args.client_key !== undefined) lines.push(`key = ${text(args.client_key)}`);
  if (args.decompress === true) lines.push("compressed");
  if (args.ciphers !== undefined && args.ciphers.length > 0) lines.push(`ciphers = ${text(args.ciphers.join(":"))}`);
  if (args.use_netrc === true && user === undefined) lines.push("netrc-optional");
  return lines.join("\n");
}

function wgetConfig(args: DownloadArgs, headers: readonly string[], user: string | undefined, password: string | undefined): string {
  const lines = [`timeout = ${args.timeout}`, "tries = 1"];
  for (const header of headers) lines.push(`header = ${header}`);
  if (args.http_agent !== undefined) lines.push(`user_agent = ${args.http_agent}`);
  if (user !== undefined) lines.push(`user = ${user}`, `password = ${password ?? ""}`, "auth_no_challenge = on");
  if (args.use_proxy === false) lines.push("use_proxy = off");
  if (!args.validate_certs) lines.push("check_certificate = off");
  if (args.client_cert !== undefined) lines.push(`certificate = ${args.client_cert}`);
  if (args.client_key !== undefined) lines.push(`private_key = ${args.client_key}`);
  if (args.use_netrc === false) lines.push("netrc = off");
  return lines.join("\n");
}

/** Variables for a script that may download, when it does not. */
export const NO_DOWNLOAD: Readonly<Record<string, string>> = { url: "", curl_config: "", wget_config: "", is_secret: "", insecure: "", timeout: "" };

/** Variables for a download with nothing but an address. @throws ModuleError for an url that cannot be sent */
export function plainDownload(url: string): Record<string, string> {
  return downloadVars({ url, timeout: 30, validate_certs: true });
}

/** The last part of an url's path, or `index.html`. */
export function fileNameOf(url: string): string {
  const path = url.replace(/[?#].*$/, "").replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, "");
  return decodeURIComponent(path.slice(path.lastIndexOf("/") + 1)) || "index.html";
}
