import { type Change, type HostModule, ModuleError } from "../contract.ts";
import { factsOf } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";
import { quote } from "../parts/words.ts";
import { args, type ArgsOf, choice, integer, list, path, string } from "../schema.ts";
import { type Alternative, type Group, parseGroup } from "./group.ts";

interface Subcommand {
  readonly name: string;
  readonly path: string;
  readonly link: string;
}

const schema = args({
  name: string("The group: `editor`.", { required: true }),
  path: path("The program that the name shall lead to.", { required: true }),
  link: path("The name's link, such as /usr/bin/editor: needed for a new group."),
  priority: integer("The path's weight in automatic mode; 50 for a new one."),
  state: choice(
    "present: it is offered; selected: and chosen; auto: and the group chooses by priority; absent: it is not offered.",
    ["present", "selected", "auto", "absent"],
    {
      default: "selected",
    },
  ),
  subcommands: list(
    "Links that follow the name's, each with name, path and link.",
    { aliases: ["slaves"] },
    {
      type: "object",
      properties: { name: { type: "string" }, path: { type: "string" }, link: { type: "string" } },
      required: ["name", "path", "link"],
    },
  ),
});

export type AlternativesArgs = ArgsOf<typeof schema>;

export interface AlternativesState {
  readonly group: Group | undefined;
  /** Where the name leads now. */
  readonly value: string | null;
  readonly pathExists: boolean;
}

export const alternatives: HostModule<AlternativesArgs, AlternativesState> = {
  name: "alternatives",
  summary: "Chooses among programs that serve the same name",
  args: schema,
  check: (args) => (/^[^\s/]+$/.test(args.name) ? undefined : `not the name of a group of alternatives: ${args.name}`),
  probe: (args) => ({ text: readScript(import.meta.url, "probe.sh", "facts"), vars: { name: args.name, path: args.path } }),
  parse(answer) {
    const facts = factsOf(answer);
    const text = facts.maybe("group");
    return { group: text === undefined ? undefined : parseGroup(text), value: facts.maybe("value") ?? null, pathExists: facts.flag("path_exists") };
  },
  plan(current, args): readonly Change[] {
    const offered = offeredBy(current, args);
    if (args.state === "absent") return offered === undefined ? [] : [{ key: "alternative", from: args.path, to: null }];
    const offer = planOffer(current, offered, args);
    if (offer.length > 0) refuseOffer(current, args);
    return [...offer, ...planChoice(current, args)];
  },
  apply(changes, current, args) {
    const has = (...keys: string[]): boolean => changes.some(({ key }) => keys.includes(key));
    const commands: string[][] = [];
    if (args.state === "absent") commands.push(["--remove", args.name, args.path]);
    if (args.state !== "absent" && has("alternative", "priority", "subcommands")) commands.push(installWords(current, args));
    if (has("value")) commands.push(["--set", args.name, args.path]);
    if (has("mode")) commands.push(["--auto", args.name]);
    return { text: readScript(import.meta.url, "apply.sh", "facts"), vars: { commands: commands.map((words) => words.map(quote).join(" ")).join("\n") } };
  },
  doc: {
    examples: `- alternatives:
    name: editor
    path: /usr/bin/vim.basic

- alternatives:
    name: java
    path: /opt/java/bin/java
    link: /usr/bin/java
    priority: 100
    subcommands:
      - { name: javac, path: /opt/java/bin/javac, link: /usr/bin/javac }
`,
    differences: ["`family` of Red Hat's alternatives is not known"],
  },
};

function offeredBy(current: AlternativesState, args: AlternativesArgs): Alternative | undefined {
  return current.group?.alternatives.find((one) => one.path === args.path);
}

function planOffer(current: AlternativesState, offered: Alternative | undefined, args: AlternativesArgs): Change[] {
  if (offered === undefined) return [{ key: "alternative", from: null, to: args.path }];
  const followers = args.subcommands === undefined ? undefined : wanted(args);
  const links = (entries: Readonly<Record<string, string>>): string =>
    Object.entries(entries)
      .map(([name, file]) => `${name}=${file}`)
      .sort()
      .join(" ");
  const before = links(offered.followers);
  const after = followers === undefined ? before : links(Object.fromEntries(followers.map(({ name, path: file }) => [name, file])));
  return [
    ...(args.priority === undefined || args.priority === offered.priority ? [] : [{ key: "priority", from: offered.priority, to: args.priority }]),
    ...(before === after ? [] : [{ key: "subcommands", from: before, to: after }]),
  ];
}

function refuseOffer(current: AlternativesState, args: AlternativesArgs): void {
  if (!current.pathExists) throw new ModuleError(`Specified path ${args.path} does not exist`, {}, "install the program first");
  if (args.link === undefined && current.group === undefined) {
    throw new ModuleError(
      "Needed to install the alternative, but unable to do so as we are missing the link",
      {},
      `there is no group ${args.name} yet: say link`,
    );
  }
}

function planChoice(current: AlternativesState, args: AlternativesArgs): Change[] {
  // as with Ansible, it does not matter whether the choice was made by hand or by priority
  if (args.state === "selected" && current.value !== args.path) return [{ key: "value", from: current.value, to: args.path }];
  return args.state === "auto" && current.group?.isAuto === false ? [{ key: "mode", from: "manual", to: "auto" }] : [];
}

function wanted(args: AlternativesArgs): readonly Subcommand[] {
  return (args.subcommands ?? []) as unknown as readonly Subcommand[];
}

function installWords(current: AlternativesState, args: AlternativesArgs): string[] {
  const offered = offeredBy(current, args);
  const link = args.link ?? current.group!.link;
  const kept = Object.entries(offered?.followers ?? {}).map(([name, file]) => ({ name, path: file, link: current.group!.followers[name]! }));
  const followers = args.subcommands === undefined ? kept : wanted(args);
  const priority = args.priority ?? offered?.priority ?? 50;
  return ["--install", link, args.name, args.path, String(priority), ...followers.flatMap((one) => ["--slave", one.link, one.name, one.path])];
}
