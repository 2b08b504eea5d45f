/** The headers of the last answer (redirects have theirs before it), by lower-case name; values of a repeated one joined. */
export function headersOf(text: string): {
  readonly headers: Readonly<Record<string, string>>;
  readonly reason: string;
  readonly cookies: Record<string, string>;
} {
  const blocks = text
    .replaceAll("\r", "")
    .split(/\n\n+/)
    .filter((block) => block.startsWith("HTTP/"));
  const headers: Record<string, string> = {};
  const cookies: Record<string, string> = {};
  const [first = "", ...lines] = (blocks.at(-1) ?? "").split("\n");
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon < 1) continue;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  // cookies of every step count
  for (const match of text.replaceAll("\r", "").matchAll(/^set-cookie:\s*([^=;\s]+)=([^;\n]*)/gim)) cookies[match[1]!] = match[2]!;
  return { headers, reason: /^HTTP\/\S+ \d+ ?(.*)$/.exec(first)?.[1] ?? "", cookies };
}

/** A body as text, by the charset that its Content-Type names. */
export function textOf(bytes: Buffer, type: string | undefined): string {
  return /charset=["']?(iso-8859-1|latin-?1)/i.test(type ?? "") ? bytes.toString("latin1") : bytes.toString("utf8");
}
