import { type Change, type HostModule } from "../contract.ts";
import { NO_DOWNLOAD, plainDownload } from "../parts/download.ts";
import { factsOf } from "../parts/facts.ts";
import { modeText, resolveMode } from "../parts/mode.ts";
import { readScript } from "../parts/script.ts";
import { shownUrl } from "../parts/url.ts";
import { args, type ArgsOf, boolean, choice, integer, list, mode, string } from "../schema.ts";

const schema = args({
  name: string("The source's name; its file is named after it.", { required: true }),
  state: choice("Whether it shall be there.", ["present", "absent"], { default: "present" }),
  types: list("deb, deb-src.", { default: ["deb"] }),
  uris: list("Where it is."),
  suites: list("Suites, or a path that ends with a slash."),
  components: list("main, contrib ..."),
  architectures: list("Architectures; all that the host has when not given."),
  signed_by: string("The key: an URL to fetch it from, a file of the host, a fingerprint, or the armored key itself."),
  enabled: boolean("Whether apt uses it."),
  languages: list("Languages of descriptions."),
  targets: list("Which files to fetch."),
  allow_downgrade_to_insecure: boolean("Allow a source that was signed to be unsigned."),
  allow_insecure: boolean("Allow an unsigned source."),
  allow_weak: boolean("Allow weak signatures."),
  by_hash: boolean("Fetch lists by their hash."),
  check_date: boolean("Check the dates of the lists."),
  check_valid_until: boolean("Check how long the lists are valid."),
  date_max_future: integer("Seconds by which a list may come from the future."),
  inrelease_path: string("Path of the InRelease file."),
  pdiffs: boolean("Fetch differences of lists."),
  trusted: boolean("Trust it without a signature."),
  mode: mode("Permissions of the file.", { default: "0644" }),
  install_python_debian: boolean("Has no effect: nothing is needed on the host.", { default: false }),
});

export type Deb822Args = ArgsOf<typeof schema>;

export interface Deb822State {
  readonly text: string | null;
  readonly mode: number | null;
  /** Endings of the source's keys that are there. */
  readonly keys: readonly string[];
  /** The ending that a fetched key gets. */
  readonly ending: string | undefined;
  readonly isKeySame: boolean;
}

export const deb822Repository: HostModule<Deb822Args, Deb822State> = {
  name: "deb822_repository",
  summary: "Manages apt's sources in the deb822 format, with their keys",
  args: schema,
  probe: (args) => ({
    text: readScript(import.meta.url, "probe.sh", "facts", "way", "place", "download", "fetch"),
    vars: { slug: slugOf(args.name), ...keyVars(args.state === "present" ? keyUrl(args) : "") },
  }),
  parse(answer) {
    const facts = factsOf(answer);
    const text = facts.maybe("text");
    return {
      text: text === undefined ? null : text.slice(0, -1),
      mode: facts.has("mode") ? Number.parseInt(facts.get("mode"), 8) : null,
      keys: facts
        .get("keys")
        .trim()
        .split(" ")
        .filter((word) => word !== ""),
      ending: facts.maybe("ending"),
      isKeySame: facts.flag("key_same"),
    };
  },
  plan(current, args): readonly Change[] {
    const file = sourcesFile(args);
    if (args.state === "absent") {
      return [
        ...(current.text === null ? [] : [{ key: file, from: "present", to: null }]),
        ...current.keys.map((ending) => ({ key: keyFile(args, ending), from: "present", to: null })),
      ];
    }
    const text = deb822(current, args);
    const bits = resolveMode(args.mode, current.mode ?? 0o644, false, 0o022);
    return [
      ...(current.ending === undefined || current.isKeySame
        ? []
        : [{ key: keyFile(args, current.ending), from: current.keys.includes(current.ending) ? "another key" : null, to: shownUrl(keyUrl(args)) }]),
      ...(current.text === text ? [] : [{ key: file, from: current.text === null ? null : shownUrl(current.text), to: shownUrl(text) }]),
      ...(bits === (current.mode ?? 0o644) ? [] : [{ key: "mode", from: modeText(current.mode ?? 0o644), to: modeText(bits) }]),
    ];
  },
  apply(changes, current, args) {
    const has = (key: string): boolean => changes.some((change) => change.key === key);
    const isKey = current.ending !== undefined && has(keyFile(args, current.ending));
    return {
      text: readScript(import.meta.url, "apply.sh", "facts", "way", "place", "download", "fetch"),
      vars: {
        slug: slugOf(args.name),
        action: args.state === "absent" ? "remove" : "write",
        text: has(sourcesFile(args)) && args.state === "present" ? deb822(current, args) : "",
        mode: has("mode") ? String(changes.find(({ key }) => key === "mode")!.to) : "",
        ...keyVars(isKey ? keyUrl(args) : ""),
        ending: isKey ? current.ending! : "",
      },
    };
  },
  diff: (_changes, current, args) => ({
    // what stood there before may hold a password that nobody here knows
    before: shownUrl(current.text ?? ""),
    after: args.state === "absent" ? "" : shownUrl(deb822(current, args)),
    before_header: sourcesFile(args),
    after_header: sourcesFile(args),
  }),
  result: ({ args, before }) => ({
    repo: args.state === "absent" ? null : deb822(before, args),
    dest: sourcesFile(args),
    key_filename: args.state === "absent" ? keyFile(args, "gpg") : before.ending === undefined ? null : keyFile(args, before.ending),
  }),
  doc: {
    description: "The package lists are not fetched: follow it with `apt: update_cache=true`, as with Ansible.",
    examples: `- deb822_repository:
    name: docker
    uris: https://download.docker.com/linux/debian
    suites: bookworm
    components: stable
    signed_by: https://download.docker.com/linux/debian/gpg
`,
    returns: { repo: "the file's text", dest: "the file", key_filename: "the key's file, when it was fetched" },
  },
};

function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[_\s]+/g, "-")
    .replace(/[^a-z0-9-]+/g, "");
}

const sourcesFile = (args: Deb822Args): string => `/etc/apt/sources.list.d/${slugOf(args.name)}.sources`;
const keyFile = (args: Deb822Args, ending: string): string => `/etc/apt/keyrings/${slugOf(args.name)}.${ending}`;

function keyUrl(args: Deb822Args): string {
  return args.signed_by !== undefined && /^\w+:\/\//.test(args.signed_by) ? args.signed_by : "";
}

function keyVars(url: string): Readonly<Record<string, string>> {
  return url === "" ? NO_DOWNLOAD : plainDownload(url);
}

const notFields = new Set(["mode", "state", "install_python_debian"]);

/** The file's text, byte for byte as Ansible writes it. */
function deb822(current: Deb822State, args: Deb822Args): string {
  const lines = Object.entries(args)
    .filter(([key, value]) => value !== undefined && !notFields.has(key))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => {
      const name =
        key === "name"
          ? "X-Repolib-Name"
          : key === "uris"
            ? "URIs"
            : key
                .split("_")
                .map((word) => word[0]!.toUpperCase() + word.slice(1))
                .join("-");
      if (key === "signed_by" && current.ending !== undefined) return `${name}: ${keyFile(args, current.ending)}`;
      const text = typeof value === "boolean" ? (value ? "yes" : "no") : Array.isArray(value) ? value.join(" ") : String(value);
      if (!text.includes("\n")) return `${name}: ${text}`;
      const folded = text
        .trim()
        .split("\n")
        .map((line) => `    ${line.trim() || "."}`);
      return `${name}:\n${folded.join("\n")}`;
    });
  return `${lines.join("\n")}\n`;
}
