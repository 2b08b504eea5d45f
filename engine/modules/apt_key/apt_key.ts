import { type HostModule, ModuleError } from "../contract.ts";
import { NO_DOWNLOAD, plainDownload } from "../parts/download.ts";
import { factsOf } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";
import { args, type ArgsOf, boolean, choice, path, string } from "../schema.ts";

const schema = args(
  {
    id: string("The key's id: 8, 16 or more hexadecimal digits. With it the key is fetched only when it is missing."),
    url: string("Where to fetch the key."),
    data: string("The armored key itself."),
    file: path("A file of the host that holds it."),
    keyserver: string("A keyserver that has it."),
    keyring: path("The keyring, a file in /etc/apt/trusted.gpg.d."),
    state: choice("Whether apt shall trust the key.", ["absent", "present"], { default: "present" }),
    validate_certs: boolean("Has no effect: certificates are always checked.", { default: true }),
  },
  { mutuallyExclusive: [["data", "file", "keyserver", "url"]] },
);

export type AptKeyArgs = ArgsOf<typeof schema>;

export interface AptKeyState {
  /** Ids of 16 digits. */
  readonly keys: readonly string[];
  /** As given, or read from the key. */
  readonly id: string;
}

export const aptKey: HostModule<AptKeyArgs, AptKeyState> = {
  name: "apt_key",
  summary: "Adds keys to those that apt trusts for every source",
  args: schema,
  check(args) {
    const source = args.url ?? args.data ?? args.file ?? args.keyserver;
    if (args.id === undefined) {
      if (args.keyserver !== undefined) return "Missing key_id, required with keyserver.";
      return source === undefined ? "one of the following is required: id, data, file, url" : undefined;
    }
    if (!isId(args.id)) return `Invalid key_id: ${args.id} (it must have 8, 16 or more than 16 hexadecimal digits)`;
    return source === undefined && args.state === "present" ? "one of the following is required: data, file, keyserver, url" : undefined;
  },
  probe: (args) => ({ text: readScript(import.meta.url, "probe.sh", "facts", "way", "place", "download", "fetch"), vars: varsOf(args) }),
  parse(answer, args) {
    const facts = factsOf(answer);
    return { keys: facts.get("keys").split(" ").filter(Boolean), id: args.id ?? facts.get("key_id") };
  },
  plan(current, args) {
    if (!isId(current.id)) throw new ModuleError("Invalid key_id: there is no key in what was given");
    const isThere = current.keys.some((key) => key.endsWith(digits(current.id).slice(-16)));
    if (isThere === (args.state === "present")) return [];
    return [{ key: `key ${digits(current.id)}`, from: isThere ? "present" : null, to: isThere ? null : "present" }];
  },
  apply: (_changes, current, args) => ({
    text: readScript(import.meta.url, "apply.sh", "facts", "way", "place", "download", "fetch"),
    vars: { ...varsOf(args), short_id: args.state === "absent" ? digits(current.id).slice(-8) : "", keyserver: args.keyserver ?? "" },
  }),
  result({ before, after }) {
    const key = digits(before.id);
    return { id: before.id, key_id: key, short_id: key.slice(-8), fp: key.slice(-16), before: before.keys, after: after.keys };
  },
  doc: {
    description:
      "apt-key is deprecated, and gone from newer Debian: deb822_repository with `signed_by` trusts a key for one source only. For hosts that still have it.",
    examples: `- apt_key:
    url: https://packages.example.org/key.asc
    id: 0123456789ABCDEF
`,
    returns: {
      id: "as given or read",
      key_id: "the id's digits",
      fp: "its last 16 digits",
      short_id: "its last 8 digits",
      before: "ids that were trusted",
      after: "ids that are",
    },
    differences: ["without `id` the key is fetched to read its id, in check mode too", "validate_certs: false has no effect"],
  },
};

function varsOf(args: AptKeyArgs): Record<string, string> {
  return {
    id: args.id === undefined ? "" : digits(args.id),
    keyring: args.keyring ?? "",
    data: args.data ?? "",
    file: args.file ?? "",
    ...(args.url === undefined ? NO_DOWNLOAD : plainDownload(args.url)),
  };
}

function digits(id: string): string {
  return id.toUpperCase().replace(/^0X/, "");
}

function isId(id: string): boolean {
  const key = digits(id);
  return /^[0-9A-F]+$/.test(key) && (key.length === 8 || key.length >= 16);
}
