import { type HostModule, ModuleError } from "../contract.ts";
import { factsOf } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";
import { backupResult } from "../parts/write.ts";
import { args, type ArgsOf, boolean, choice, path, string } from "../schema.ts";
import { editCrontab, linesOf, MARK } from "./lines.ts";

const schema = args(
  {
    name: string("The job's name, kept in a comment above it; or the variable's.", { required: true }),
    job: string("The command, or the variable's value.", { aliases: ["value"] }),
    state: choice("Whether it shall be there.", ["present", "absent"], { default: "present" }),
    user: string("Whose crontab; the login user's when not given. With cron_file: who runs the job."),
    cron_file: path("A file of /etc/cron.d instead of a user's crontab."),
    minute: string("0-59, *, */2 and so on.", { default: "*" }),
    hour: string("0-23, *, */2 and so on.", { default: "*" }),
    day: string("Day of the month.", { default: "*", aliases: ["dom"] }),
    month: string("Month.", { default: "*" }),
    weekday: string("0-6, Sunday is 0.", { default: "*", aliases: ["dow"] }),
    special_time: choice("A word instead of times.", ["reboot", "yearly", "annually", "monthly", "weekly", "daily", "hourly"]),
    disabled: boolean("Comment the job out.", { default: false }),
    env: boolean("Manage a variable at the top instead of a job.", { default: false }),
    insertafter: string("With env: the variable after which a new one is put."),
    insertbefore: string("With env: the variable before which a new one is put."),
    backup: boolean("Keep the old crontab in a temporary file.", { default: false }),
  },
  { mutuallyExclusive: [["insertafter", "insertbefore"]] },
);

export type CronArgs = ArgsOf<typeof schema>;

export interface CronState {
  readonly isThere: boolean;
  readonly text: string;
}

export const cron: HostModule<CronArgs, CronState> = {
  name: "cron",
  summary: "Manages cron jobs and their variables",
  args: schema,
  check(args) {
    if (args.cron_file === "/etc/crontab") return "Will not manage /etc/crontab via cron_file, see documentation.";
    const times = [args.minute, args.hour, args.day, args.month, args.weekday];
    if (args.special_time !== undefined && times.some((time) => time !== "*"))
      return "You cannot combine special_time with any of the time or day/date parameters.";
    if (args.env && args.name.includes(" ")) return "Invalid name for environment variable";
    if (args.state === "absent") return undefined;
    if (args.cron_file !== undefined && args.user === undefined) return "To use cron_file=... parameter you must specify user=... as well";
    if (args.job === undefined) return "You must specify 'job' to install a new cron job or variable";
    if ((args.insertafter ?? args.insertbefore) !== undefined && !args.env) return "Insertafter and insertbefore parameters are valid only with env=yes";
    return undefined;
  },
  probe: (args) => ({
    text: readScript(import.meta.url, "probe.sh", "facts"),
    vars: { file: fileOf(args), user: args.cron_file === undefined ? (args.user ?? "") : "" },
  }),
  parse(answer) {
    const facts = factsOf(answer);
    return { isThere: facts.flag("is_there"), text: (facts.maybe("text") ?? "x").slice(0, -1) };
  },
  plan(current, args) {
    const lines = linesOf(current.text);
    const edited = editCrontab(lines, args);
    const other = args.insertafter ?? args.insertbefore;
    if (args.env && args.state === "present" && edited.length === lines.length && !edited.some((line) => line.startsWith(`${args.name}=`))) {
      throw new ModuleError(`Variable named '${other}' not found.`);
    }
    if (edited.join("\n") === lines.join("\n"))
      return current.text === "" || current.text.endsWith("\n") ? [] : [{ key: "newline", from: null, to: "at the end" }];
    const gone = lines.filter((line) => !edited.includes(line) && !line.startsWith(MARK));
    const come = edited.filter((line) => !lines.includes(line) && !line.startsWith(MARK));
    return [
      { key: `${args.env ? "variable" : "job"} ${args.name}`, from: gone.join("; ") || null, to: args.state === "absent" ? null : come.join("; ") || "named" },
    ];
  },
  apply: (_changes, current, args) => ({
    text: readScript(import.meta.url, "apply.sh", "facts", "way", "place"),
    vars: {
      file: fileOf(args),
      user: args.cron_file === undefined ? (args.user ?? "") : "",
      new_text: newText(current, args),
      old_text: current.text,
      backup: args.backup ? "1" : "",
    },
  }),
  diff: (_changes, current, args) => {
    const header = args.cron_file === undefined ? (args.user === undefined ? "crontab" : `crontab for user "${args.user}"`) : fileOf(args);
    return { before: current.text, after: newText(current, args), before_header: header, after_header: header };
  },
  result: ({ args, after, applied }) => {
    const lines = linesOf(after.text);
    const names = lines.filter((line) => line.startsWith(MARK)).map((line) => line.slice(MARK.length));
    const variables = lines.flatMap((line) => /^(\S+)=/.exec(line)?.[1] ?? []);
    return { jobs: names, envs: variables, ...(args.cron_file === undefined ? {} : { cron_file: args.cron_file }), ...backupResult(applied) };
  },
  doc: {
    examples: `- cron:
    name: dump the database
    hour: "3"
    minute: "15"
    job: /usr/local/bin/dump
    user: app
`,
    returns: { jobs: "names of the jobs that have one", envs: "names of the variables" },
    differences: [],
  },
};

function fileOf(args: CronArgs): string {
  if (args.cron_file === undefined) return "";
  return args.cron_file.includes("/") ? args.cron_file : `/etc/cron.d/${args.cron_file}`;
}

function newText(current: CronState, args: CronArgs): string {
  const lines = editCrontab(linesOf(current.text), args);
  // a file of /etc/cron.d in which nothing is left goes
  if (args.cron_file !== undefined && lines.every((line) => line.trim() === "")) return "";
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}
