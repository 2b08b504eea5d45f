import { type Change, type HostModule, ModuleError } from "../contract.ts";
import { NO_DOWNLOAD, plainDownload } from "../parts/download.ts";
import { factsOf } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";
import { args, type ArgsOf, boolean, choice, path, string } from "../schema.ts";
import { type Key, keyLine, parseKey, sameKey } from "./keys.ts";

const schema = args({
  user: string("Whose keys.", { required: true }),
  key: string("One or more public keys, a line each, or the URL of such a list.", { required: true }),
  state: choice("Whether the keys shall be there.", ["present", "absent"], { default: "present" }),
  path: path("The file; ~/.ssh/authorized_keys of the user when not given."),
  manage_dir: boolean("Make the folder, and set owner and mode of the file.", { default: true }),
  key_options: string("Options in front of the keys."),
  exclusive: boolean("Remove all other keys.", { default: false }),
  comment: string("The keys' comment instead of their own."),
  follow: boolean("Write what a link leads to.", { default: false }),
  validate_certs: boolean("Has no effect: certificates are always checked.", { default: true }),
});

export type AuthorizedKeyArgs = ArgsOf<typeof schema>;

export interface AuthorizedKeyState {
  readonly owner: string;
  readonly file: string;
  readonly folder: string;
  readonly hasFolder: boolean;
  readonly mode: string | undefined;
  readonly holder: string | undefined;
  readonly text: string | undefined;
  readonly fetched: string | undefined;
}

const isUrl = (text: string): boolean => /^(https?|ftp):\/\//.test(text);

export const authorizedKey: HostModule<AuthorizedKeyArgs, AuthorizedKeyState> = {
  name: "authorized_key",
  summary: "Manages the SSH keys that may log in as a user",
  args: schema,
  check(args) {
    if (isUrl(args.key)) return undefined;
    const bad = args.key.split("\n").find((line) => line.trim() !== "" && !line.trim().startsWith("#") && parseKey(line) === undefined);
    return bad === undefined ? undefined : `invalid key specified: ${bad}`;
  },
  probe: (args) => ({
    text: readScript(import.meta.url, "probe.sh", "facts", "way", "place", "download"),
    vars: { user: args.user, path: args.path ?? "", follow: args.follow ? "1" : "", ...(isUrl(args.key) ? plainDownload(args.key.trim()) : NO_DOWNLOAD) },
  }),
  parse(answer) {
    const facts = factsOf(answer);
    return {
      owner: facts.get("owner"),
      file: facts.get("file"),
      folder: facts.get("folder"),
      hasFolder: facts.flag("is_folder"),
      mode: facts.maybe("mode"),
      holder: facts.maybe("holder"),
      text: facts.maybe("text")?.slice(0, -1),
      fetched: facts.maybe("fetched"),
    };
  },
  plan(current, args): readonly Change[] {
    const before = linesOf(current);
    const after = edited(current, args);
    if (args.state === "absent" && current.text === undefined) return [];
    const lines = (list: readonly string[], other: readonly string[]): string | null => list.filter((line) => !other.includes(line)).join("\n") || null;
    const isSame = before.join("\n") === after.join("\n");
    const isNew = current.text === undefined;
    if (!current.hasFolder && !args.manage_dir && args.state === "present") throw new ModuleError(`${current.folder} is not there, and manage_dir is false`);
    return [
      ...(current.hasFolder || !args.manage_dir ? [] : [{ key: current.folder, from: null, to: "directory" }]),
      ...(isSame && !isNew ? [] : [{ key: "keys", from: lines(before, after), to: lines(after, before) }]),
      ...(isNew || !args.manage_dir || current.holder === current.owner ? [] : [{ key: "owner", from: current.holder!, to: current.owner }]),
      ...(isNew || !args.manage_dir || current.mode === "600" ? [] : [{ key: "mode", from: current.mode!, to: "600" }]),
    ];
  },
  apply(changes, current, args) {
    const after = edited(current, args);
    return {
      text: readScript(import.meta.url, "apply.sh", "facts", "way", "place"),
      vars: {
        file: current.file,
        folder: current.folder,
        make_folder: changes.some(({ key }) => key === current.folder) ? "1" : "",
        owner: current.owner,
        text: after.length === 0 ? "" : `${after.join("\n")}\n`,
        manage: args.manage_dir ? "1" : "",
      },
    };
  },
  result: ({ args, after }) => ({
    user: args.user,
    key: args.key,
    keyfile: after.file,
    state: args.state,
    exclusive: args.exclusive,
    key_options: args.key_options ?? null,
    comment: args.comment ?? null,
  }),
  doc: {
    examples: `- authorized_key:
    user: ada
    key: "{{ lookup('file', 'ada.pub') }}"
`,
    returns: { keyfile: "the file", key: "as given", exclusive: "as given" },
  },
};

function linesOf(current: AuthorizedKeyState): string[] {
  const lines = (current.text ?? "").split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function wantedKeys(current: AuthorizedKeyState, args: AuthorizedKeyArgs): Key[] {
  const text = isUrl(args.key) ? (current.fetched ?? "") : args.key;
  return text.split("\n").flatMap((line) => {
    const key = parseKey(line);
    if (key === undefined) return [];
    return [{ ...key, options: args.key_options ?? key.options, comment: args.comment ?? key.comment }];
  });
}

function edited(current: AuthorizedKeyState, args: AuthorizedKeyArgs): string[] {
  const wanted = wantedKeys(current, args);
  const lines = linesOf(current);
  if (args.state === "absent") {
    return lines.filter((line) => !wanted.some((key) => key.blob === parseKey(line)?.blob));
  }
  const placed = new Set<string>();
  const kept = lines.flatMap((line): string[] => {
    const key = parseKey(line);
    if (key === undefined) return args.exclusive ? [] : [line];
    const match = wanted.find(({ blob }) => blob === key.blob);
    if (match === undefined) return args.exclusive ? [] : [line];
    if (placed.has(key.blob)) return [];
    placed.add(key.blob);
    return [sameKey(key, match) ? line : keyLine(match)];
  });
  for (const key of wanted) {
    if (!placed.has(key.blob)) kept.push(keyLine(key));
    placed.add(key.blob);
  }
  return kept;
}
