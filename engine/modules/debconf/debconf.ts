import { type HostModule, ModuleError } from "../contract.ts";
import { factsOf } from "../parts/facts.ts";
import { splitLines } from "../parts/text.ts";
import { readScript } from "../parts/script.ts";
import { anything, args, type ArgsOf, boolean, choice, string } from "../schema.ts";

const schema = args(
  {
    name: string("The package.", { required: true, aliases: ["pkg"] }),
    question: string("The question: `tzdata/Areas`. Without one the answers are only told.", { aliases: ["selection", "setting"] }),
    vtype: choice("What kind of answer it has.", ["boolean", "error", "multiselect", "note", "password", "seen", "select", "string", "text", "title"]),
    value: anything("The answer.", { aliases: ["answer"] }),
    unseen: boolean("Leave the question to be asked all the same.", { default: false }),
  },
  { requiredTogether: [["question", "vtype", "value"]] },
);

export type DebconfArgs = ArgsOf<typeof schema>;

export interface DebconfState {
  readonly isKnown: boolean;
  readonly value: string | null;
  readonly isSeen: boolean;
  /** Every question of the package and its answer, where the task names none. */
  readonly all: Readonly<Record<string, string>>;
}

export const debconf: HostModule<DebconfArgs, DebconfState> = {
  name: "debconf",
  summary: "Answers the questions of Debian packages beforehand",
  args: schema,
  check(args) {
    if (!/^[a-z0-9][a-z0-9.+-]*$/.test(args.name)) return `not the name of a package: ${args.name}`;
    if (args.question === undefined) return undefined;
    if (/\s/.test(args.question)) return `a question holds no blanks: ${args.question}`;
    return args.vtype !== "password" && /\n/.test(valueOf(args)) ? "the value must be one line" : undefined;
  },
  secretsIn: (args) => (args.vtype === "password" ? [valueOf(args)] : []),
  probe: (args) => ({
    text: readScript(import.meta.url, "probe.sh", "facts"),
    vars: { name: args.name, question: args.question ?? "", is_password: args.vtype === "password" ? "1" : "" },
  }),
  parse(answer) {
    const facts = factsOf(answer);
    const all = splitLines(facts.maybe("all") ?? "").map((line) => {
      const [question = "", ...answer] = line.replace(/^[* ] /, "").split(":");
      return [question, answer.join(":").trim()];
    });
    return {
      all: Object.fromEntries(all) as Record<string, string>,
      isKnown: facts.flag("is_known"),
      value: facts.maybe("value") ?? null,
      isSeen: facts.flag("seen"),
    };
  },
  plan(current, args) {
    if (args.question === undefined) return [];
    const key = args.question ?? "";
    if (args.vtype === "seen") {
      if (!current.isKnown) throw new ModuleError(`${args.name} has no question ${key} that could be marked as seen`);
      return current.isSeen === (valueOf(args) === "true")
        ? []
        : [{ key, from: current.isSeen ? "seen" : "unseen", to: valueOf(args) === "true" ? "seen" : "unseen" }];
    }
    if (isSame(current.value, args)) return [];
    // an answer may be a password, which no event may hold
    if (args.vtype === "password") return [{ key, from: current.value === null ? null : "(hidden)", to: "(another, hidden)" }];
    return [{ key, from: current.value, to: valueOf(args) }];
  },
  apply: (_changes, _current, args) => ({
    text: readScript(import.meta.url, "apply.sh", "facts"),
    vars: { unseen: args.unseen ? "1" : "" },
    stdin: Buffer.from(`${args.name} ${args.question} ${args.vtype} ${valueOf(args)}\n`),
  }),
  result: ({ args, before, after }) => ({
    msg: "",
    ...(args.question === undefined
      ? { current: after.all }
      : args.vtype === "password"
        ? {}
        : { previous: { [args.question]: before.value ?? "" }, current: { [args.question]: after.value ?? "" } }),
  }),
  doc: {
    description:
      "The package reads the answers when it is installed or configured; a package that is installed is configured again by `dpkg-reconfigure -f noninteractive`.",
    examples: `- debconf:
    name: postfix
    question: postfix/main_mailer_type
    vtype: select
    value: Local only
`,
    returns: { previous: "the question and its old answer", current: "the question and its answer; all of the package's, where the task names no question" },
    differences: ["with a password neither previous nor current is returned"],
  },
};

/** An answer as debconf writes it. */
function valueOf(args: DebconfArgs): string {
  const { value } = args;
  if (Array.isArray(value)) return value.map(String).join(", ");
  if (args.vtype === "boolean" || args.vtype === "seen") return /^(true|yes|on|1|y|t)$/i.test(String(value)) ? "true" : "false";
  return String(value ?? "").trim();
}

function isSame(has: string | null, args: DebconfArgs): boolean {
  if (has === null) return false;
  if (args.vtype !== "multiselect") return has === valueOf(args);
  const words = (text: string): string =>
    text
      .split(/\s*,\s*/)
      .sort()
      .join(",");
  return words(has) === words(valueOf(args));
}
