import { createHash, createHmac, randomBytes } from "node:crypto";
import { ModuleError } from "../contract.ts";

/** One line of a known_hosts file that holds a key. */
export interface Entry {
  /** `@revoked`, `@cert-authority`, or empty. */
  readonly marker: string;
  /** The names, as written: separated by commas, or one that is hashed. */
  readonly names: string;
  readonly type: string;
  readonly key: string;
}

/** Undefined for a comment, an empty line and whatever else is no key. */
export function parseEntry(line: string): Entry | undefined {
  const words = line.trim().split(/\s+/);
  const marker = words[0]?.startsWith("@") === true ? words.shift()! : "";
  const [names = "", type = "", key = ""] = words;
  return names === "" || names.startsWith("#") || key === "" ? undefined : { marker, names, type, key };
}

/** The keys of the argument, each of which must be of this host. @throws ModuleError */
export function parseKeys(text: string, name: string): (Entry & { readonly line: string })[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const entry = parseEntry(line);
      if (entry === undefined || !/^[A-Za-z0-9+/]+=*$/.test(entry.key)) {
        throw new ModuleError(`not a line of known_hosts: ${line}`, {}, `write "${name} TYPE KEY", as ssh-keyscan prints it`);
      }
      if (!isOf(entry, name))
        throw new ModuleError(`the key is of "${entry.names}", not of "${name}"`, {}, "name must be one of the names that the key begins with");
      return { ...entry, line };
    });
}

/** Whether a line names the host. Patterns are for many hosts: they name none. */
export function isOf(entry: Entry, name: string): boolean {
  return entry.names.split(",").some((one) => matches(one, name));
}

function matches(one: string, name: string): boolean {
  const hashed = /^\|1\|([^|]+)\|(.+)$/.exec(one);
  if (hashed === null) return one.toLowerCase() === name.toLowerCase();
  return createHmac("sha1", Buffer.from(hashed[1]!, "base64")).update(name.toLowerCase()).digest("base64") === hashed[2];
}

export function isHashed(entry: Entry): boolean {
  return entry.names.startsWith("|1|");
}

/** The line with its names replaced by the hash of one. */
export function hashedLine(entry: Entry, name: string): string {
  const salt = randomBytes(20);
  const hash = createHmac("sha1", salt).update(name.toLowerCase()).digest("base64");
  return [entry.marker, `|1|${salt.toString("base64")}|${hash}`, entry.type, entry.key].filter((word) => word !== "").join(" ");
}

/** The line without one of its names; undefined when none is left. */
export function withoutName(line: string, name: string): string | undefined {
  const entry = parseEntry(line)!;
  const rest = entry.names.split(",").filter((one) => !matches(one, name));
  return rest.length === 0 ? undefined : line.replace(entry.names, () => rest.join(","));
}

/** As ssh shows a key. */
export function fingerprint(entry: Entry): string {
  return `SHA256:${createHash("sha256").update(Buffer.from(entry.key, "base64")).digest("base64").replace(/=+$/, "")}`;
}
