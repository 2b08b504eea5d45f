import { type HostModule, ModuleError } from "../contract.ts";
import { attributeArgs } from "../parts/attributes.ts";
import { applyEdit, diffEdit, type EditState, editMessage, editVars, leftEdit, parseEdit, planEdit } from "../parts/edit.ts";
import { MOST_OF_A_TEXT } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";
import { backupResult } from "../parts/write.ts";
import { args, type ArgsOf, boolean, choice, list, path, string } from "../schema.ts";
import { editSections } from "./sections.ts";

/** What a section must hold to be the one that is meant. */
export interface SectionCondition {
  readonly option: string;
  readonly value?: string;
  readonly values?: readonly string[];
}

const schema = args(
  {
    path: path("The file.", { required: true, aliases: ["dest"] }),
    section: string("The section; what stands before the first one when not given."),
    section_has_values: list<SectionCondition>(
      "Of several sections of that name the first that has these options (`option`, and `value` or `values`).",
      {},
      {
        type: "object",
        properties: { option: { type: "string" }, value: { type: "string" }, values: { type: "array", items: { type: "string" } } },
        required: ["option"],
        additionalProperties: false,
      },
    ),
    option: string("The option; without one the whole section is meant."),
    value: string("Its value."),
    values: list("Its values, a line each."),
    state: choice("Whether it shall be there.", ["absent", "present"], { default: "present" }),
    exclusive: boolean("No other line may set the option; otherwise lines with other values stay as they are.", { default: true }),
    no_extra_spaces: boolean("Write `option=value`, not `option = value`.", { default: false }),
    ignore_spaces: boolean("Leave a line that differs only by blanks around `=`.", { default: false }),
    create: boolean("Make the file when it is missing.", { default: true }),
    allow_no_value: boolean("The option may stand without a value.", { default: false }),
    modify_inactive_option: boolean("Write over a line that has the option behind # or ;.", { default: true }),
    follow: boolean("Has no effect: a link is always followed.", { default: false }),
    backup: boolean("Keep the old file under a name with the time in it.", { default: false }),
    ...attributeArgs,
  },
  { mutuallyExclusive: [["value", "values"]] },
);

export type IniArgs = ArgsOf<typeof schema>;

export const iniFile: HostModule<IniArgs, EditState> = {
  name: "ini_file",
  summary: "Manages settings in INI files",
  args: schema,
  check(args) {
    const hasValue = args.value !== undefined || (args.values ?? []).length > 0;
    if (args.state === "present" && !args.allow_no_value && !hasValue) return "Parameter 'value(s)' must be defined if state=present and allow_no_value=False.";
    const both = args.section_has_values?.find((condition) => condition.value !== undefined && condition.values !== undefined);
    return both === undefined ? undefined : `section_has_values: "${both.option}" has value and values; give one of them`;
  },
  probe: (args) => ({
    text: readScript(import.meta.url, "probe.sh", "facts", "way", "entry", "attributes", "edit_probe"),
    vars: editVars(args),
    mostOutput: MOST_OF_A_TEXT,
  }),
  parse: parseEdit,
  plan(current, args) {
    if (current.here === undefined && !args.create) throw new ModuleError(`Destination ${current.path} does not exist!`, { rc: 257 }, "create: true makes it");
    return planEdit(current, args, editSections(current, args));
  },
  left: (after, args, before) => leftEdit(after, args, editSections(before, args)),
  apply: (changes, current, args) =>
    applyEdit(readScript(import.meta.url, "apply.sh", "facts", "way", "place", "whole_apply"), changes, current, args, editSections(current, args)),
  diff: (changes, current, args) => diffEdit(changes, current, editSections(current, args)),
  result: ({ args, before, changes, applied }) => ({
    path: before.path,
    msg: editMessage(changes, editSections(before, args)) || "OK",
    ...backupResult(applied),
  }),
  doc: {
    description: "A file without a newline at its end gets one. Comments and the order of lines stay.",
    examples: `- ini_file:
    path: /etc/php/8.2/fpm/php.ini
    section: PHP
    option: memory_limit
    value: 256M

- name: Only these two servers
  ini_file:
    path: /etc/app.ini
    section: dns
    option: server
    values: [192.0.2.1, 192.0.2.2]
`,
    returns: { msg: '"OK", "option changed", "option added", "section removed" ...', path: "the file", backup_file: "name of the old file's copy" },
    differences: [
      "a link is followed",
      "owner, group and mode are set on what a link leads to",
      "with allow_no_value a line with a value is never given up for one without",
    ],
  },
};
