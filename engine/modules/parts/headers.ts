/** Names of headers that prove who asks. */
const SECRET = /^(proxy-)?authorization$|cookie|token|secret|password|api-?key|access-?key/i;

/** The secrets in the headers of a request: whole values, what stands behind a word such as `Bearer`, and the password in basic authentication. */
export function secretHeaders(headers: unknown): string[] {
  if (typeof headers !== "object" || headers === null) return [];
  return Object.entries(headers).flatMap(([name, value]) => {
    if (!SECRET.test(name)) return [];
    const text = String(value);
    const [, scheme, rest] = /^(\w+)\s+(\S.*)$/s.exec(text) ?? [];
    if (rest === undefined) return [text];
    if (scheme!.toLowerCase() !== "basic") return [rest];
    const [, password] = /^[^:]*:(.+)$/s.exec(Buffer.from(rest, "base64").toString("utf8")) ?? [];
    return password === undefined ? [rest] : [rest, password];
  });
}
