import { type HostModule, ModuleError } from "../contract.ts";
import { args, type ArgsOf, boolean, choice, path, string } from "../schema.ts";
import { attributeArgs } from "../parts/attributes.ts";
import { applyEdit, diffEdit, type EditState, editMessage, editVars, leftEdit, parseEdit, planEdit } from "../parts/edit.ts";
import { MOST_OF_A_TEXT } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";
import { backupResult, checkValidate } from "../parts/write.ts";
import { editLines } from "./lines.ts";

const schema = args(
  {
    path: path("The file to edit.", { required: true, aliases: ["dest", "destfile", "name"] }),
    state: choice("Whether the line shall be there.", ["absent", "present"], { default: "present" }),
    regexp: string("Pattern of the line to replace (the last one that matches), or of all lines to remove.", { aliases: ["regex"] }),
    search_string: string("Text that the line holds, instead of a pattern."),
    line: string("The line.", { aliases: ["value"] }),
    insertafter: string("Where to add it: after the last line that matches this pattern, `EOF`, or `BOF`."),
    insertbefore: string("Where to add it: before the last line that matches this pattern, or `BOF`."),
    backrefs: boolean("Fill groups of regexp into the line; without a match nothing changes.", { default: false }),
    create: boolean("Make the file when it is missing.", { default: false }),
    backup: boolean("Keep the old file under a name with the time in it.", { default: false }),
    firstmatch: boolean("Take the first match instead of the last.", { default: false }),
    validate: string("A command that checks the new file before it is used; %s is the file."),
    ...attributeArgs,
  },
  {
    mutuallyExclusive: [
      ["insertbefore", "insertafter"],
      ["regexp", "search_string"],
      ["backrefs", "search_string"],
    ],
  },
);

export type LineArgs = ArgsOf<typeof schema>;

export const lineinfile: HostModule<LineArgs, EditState> = {
  name: "lineinfile",
  summary: "Makes sure that a line is in a text file, or is not",
  args: schema,
  check(args) {
    if (args.state === "present" && args.backrefs && args.regexp === undefined) return "regexp is required with backrefs=true";
    if (args.state === "present" && args.line === undefined) return "line is required with state=present";
    if (args.state === "absent" && args.regexp === undefined && args.search_string === undefined && args.line === undefined) {
      return "one of line, search_string, or regexp is required with state=absent";
    }
    return checkValidate(args.validate);
  },
  probe: (args) => ({
    text: readScript(import.meta.url, "probe.sh", "facts", "way", "entry", "attributes", "edit_probe"),
    vars: editVars(args),
    mostOutput: MOST_OF_A_TEXT,
  }),
  parse: parseEdit,
  plan(current, args) {
    if (current.here === undefined && args.state === "present" && !args.create) {
      throw new ModuleError(`Destination ${current.path} does not exist !`, { rc: 257 }, "create: true makes it");
    }
    return planEdit(current, args, editLines(current, args));
  },
  left: (after, args, before) => leftEdit(after, args, editLines(before, args)),
  apply: (changes, current, args) =>
    applyEdit(readScript(import.meta.url, "apply.sh", "facts", "way", "place", "whole_apply"), changes, current, args, editLines(current, args)),
  diff: (changes, current, args) => diffEdit(changes, current, editLines(current, args)),
  result({ args, before, changes, applied }) {
    const edited = editLines(before, args);
    const backup = String(backupResult(applied)["backup_file"] ?? "");
    return { msg: editMessage(changes, edited), backup, ...(edited.found === undefined ? {} : { found: edited.found }) };
  },
  doc: {
    description: "Patterns are Python's. The file is read, edited on the controller, and written whole. A link is followed.",
    examples: `- name: No root logins
  lineinfile:
    path: /etc/ssh/sshd_config
    regexp: '^#?PermitRootLogin'
    line: PermitRootLogin no
    validate: sshd -t -f %s
`,
    returns: {
      msg: '"line added", "line replaced" or "N line(s) removed"',
      backup: "name of the old file's copy, or empty",
      found: "how many lines were removed",
    },
    differences: ["owner, group and mode are set on what a link leads to, not on the link", "SELinux arguments on a host without SELinux are refused"],
  },
};
