/** One line of authorized_keys. */
export interface Key {
  readonly options: string;
  readonly type: string;
  /** The key itself, base64; what makes it this key. */
  readonly blob: string;
  readonly comment: string;
}

const TYPE =
  /^(ssh-(rsa|dss|ed25519)|ecdsa-sha2-nistp\d+|sk-(ecdsa-sha2-nistp256|ssh-ed25519)@openssh\.com|ssh-ed25519-cert-v01@openssh\.com|ssh-rsa-cert-v01@openssh\.com)$/;

/** Reads a line; undefined for a comment, a blank line, or what is no key. */
export function parseKey(line: string): Key | undefined {
  const text = line.trim();
  if (text === "" || text.startsWith("#")) return undefined;
  const first = /^(\S+)/.exec(text)![1]!;
  let rest = text;
  let options = "";
  if (!TYPE.test(first)) {
    // options may hold blanks within quotes
    options = /^(?:[^\s"]|"(?:\\.|[^"\\])*")+/.exec(text)?.[0] ?? "";
    rest = text.slice(options.length).trim();
  }
  const match = /^(\S+)\s+(\S+)(?:\s+(.*))?$/.exec(rest);
  if (match === null || !TYPE.test(match[1]!)) return undefined;
  return { options, type: match[1]!, blob: match[2]!, comment: (match[3] ?? "").trim() };
}

export function keyLine(key: Key): string {
  return [key.options, key.type, key.blob, key.comment].filter((part) => part !== "").join(" ");
}

/** Whether two keys are the same, options in any order. */
export function sameKey(a: Key, b: Key): boolean {
  const options = (text: string): string => (text.match(/(?:[^,"]|"(?:\\.|[^"\\])*")+/g) ?? []).sort().join(",");
  return a.blob === b.blob && a.type === b.type && a.comment === b.comment && options(a.options) === options(b.options);
}
