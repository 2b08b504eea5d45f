import { type Change, type HostModule, ModuleError } from "../contract.ts";
import { factsOf } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";
import { args, type ArgsOf, choice, list } from "../schema.ts";

const schema = args({
  name: list("Locales with their encoding: de_CH.UTF-8.", { required: true }),
  state: choice("Whether they shall be there.", ["absent", "present"], { default: "present" }),
});

export type LocaleArgs = ArgsOf<typeof schema>;

export interface LocaleState {
  /** What `locale -a` says. */
  readonly installed: readonly string[];
  /** Text of /etc/locale.gen. */
  readonly text: string;
  /** Encodings of the locales that could be made. */
  readonly supported: ReadonlyMap<string, string>;
}

export const localeGen: HostModule<LocaleArgs, LocaleState> = {
  name: "locale_gen",
  summary: "Makes and removes locales",
  args: schema,
  check(args) {
    const wrong = args.name.find((name) => !/^[\w@.+-]+$/.test(name));
    return wrong === undefined ? undefined : `not the name of a locale: ${wrong}`;
  },
  probe: (args) => ({ text: readScript(import.meta.url, "probe.sh", "facts"), vars: { names: args.name.join(" ") } }),
  parse(answer) {
    const facts = factsOf(answer);
    const supported = facts
      .get("supported")
      .split("\n")
      .map((line) => line.split(" ") as [string, string]);
    return { installed: facts.get("installed").split("\n"), text: facts.get("text").replace(/x$/, ""), supported: new Map(supported) };
  },
  plan(current, args): readonly Change[] {
    const installed = new Set(current.installed.map(canonical));
    const isWanted = args.state === "present";
    const due = args.name.filter((name) => installed.has(canonical(name)) !== isWanted);
    const unknown = due.filter((name) => isWanted && !current.supported.has(name));
    if (unknown.length > 0) {
      throw new ModuleError(
        `The following locales you have entered are not available on your system: ${unknown.join(", ")}`,
        {},
        "/usr/share/i18n/SUPPORTED lists them",
      );
    }
    return due.map((name) => ({ key: name, from: isWanted ? null : "present", to: isWanted ? "present" : null }));
  },
  apply: (changes, current, args) => ({
    text: readScript(import.meta.url, "apply.sh", "facts", "way", "place"),
    vars: {
      text: edited(
        current,
        changes.map((change) => change.key),
        args.state === "present",
      ),
    },
  }),
  result: ({ args }) => ({ name: args.name, state: args.state }),
  doc: {
    description: "By /etc/locale.gen and locale-gen, as Debian and its kin have them (package locales).",
    examples: `- locale_gen:
    name: [en_US.UTF-8, de_CH.UTF-8]
`,
    returns: { name: "the locales", state: "as given" },
    differences: [
      "a locale that /usr/share/i18n/SUPPORTED has is added to /etc/locale.gen when it is not in it",
      "Ubuntu's former /var/lib/locales is not known",
    ],
  },
};

/** `locale -a` writes de_CH.utf8 where people write de_CH.UTF-8. */
function canonical(name: string): string {
  const [language, encoding] = name.split(/\.(.*)/s);
  return encoding === undefined ? language! : `${language}.${encoding.toLowerCase().replaceAll("-", "")}`;
}

/** /etc/locale.gen with the lines of `names` active, or commented out. */
function edited(current: LocaleState, names: readonly string[], isWanted: boolean): string {
  const missing = new Set(names);
  const lines = current.text.replace(/\n$/, "").split("\n");
  const after = lines.map((line) => {
    const [, name, encoding] = /^#?\s*(\S+) (\S+)\s*$/.exec(line) ?? [];
    if (name === undefined || !names.includes(name)) return line;
    missing.delete(name);
    return isWanted ? `${name} ${encoding}` : `# ${name} ${encoding}`;
  });
  const added = isWanted ? [...missing].map((name) => `${name} ${current.supported.get(name)}`) : [];
  return `${[...after, ...added].join("\n").replace(/^\n+/, "")}\n`;
}
