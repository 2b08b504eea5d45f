import { type HostModule, ModuleError } from "../contract.ts";
import { args, type ArgsOf, boolean, path, string } from "../schema.ts";
import { attributeArgs } from "../parts/attributes.ts";
import { applyEdit, diffEdit, type Edited, type EditState, editMessage, editVars, leftEdit, parseEdit, planEdit } from "../parts/edit.ts";
import { MOST_OF_A_TEXT } from "../parts/facts.ts";
import { codecOf } from "../parts/encoding.ts";
import { locateGroup, substituteAll } from "../parts/regex.ts";
import { readScript } from "../parts/script.ts";
import { backupResult, checkValidate } from "../parts/write.ts";

const schema = args({
  path: path("The file to edit.", { required: true, aliases: ["dest", "destfile", "name"] }),
  regexp: string("Pattern of what is replaced, everywhere in the file; `^` and `$` match at every line.", { required: true }),
  replace: string("What comes in its place; \\1 and \\g<name> are groups. Empty removes the matches.", { default: "" }),
  after: string("Only what comes after this pattern."),
  before: string("Only what comes before this pattern."),
  backup: boolean("Keep the old file under a name with the time in it.", { default: false }),
  validate: string("A command that checks the new file before it is used; %s is the file."),
  encoding: string("Encoding of the file.", { default: "utf-8" }),
  ...attributeArgs,
});

type ReplaceArgs = ArgsOf<typeof schema>;

export const replace: HostModule<ReplaceArgs, EditState> = {
  name: "replace",
  summary: "Replaces all matches of a pattern in a text file",
  args: schema,
  check: (args) => checkValidate(args.validate),
  probe: (args) => ({
    text: readScript(import.meta.url, "probe.sh", "facts", "way", "entry", "attributes", "edit_probe"),
    vars: editVars(args),
    mostOutput: MOST_OF_A_TEXT,
  }),
  parse: parseEdit,
  plan(current, args) {
    if (current.here === undefined) throw new ModuleError(`Path ${current.path} does not exist !`, { rc: 257 });
    const edited = edit(current, args);
    // Ansible leaves everything as it is when before and after do not match
    return edited.content === undefined ? [] : planEdit(current, args, edited);
  },
  left: (after, args, before) => leftEdit(after, args, edit(before, args)),
  apply: (changes, current, args) =>
    applyEdit(readScript(import.meta.url, "apply.sh", "facts", "way", "place", "whole_apply"), changes, current, args, edit(current, args)),
  diff: (changes, current, args) => diffEdit(changes, current, edit(current, args)),
  result({ args, before, changes, applied }) {
    const edited = edit(before, args);
    return { rc: 0, msg: edited.content === undefined ? edited.msg : editMessage(changes, edited), ...backupResult(applied) };
  },
  doc: {
    description: "Patterns are Python's, with MULTILINE. The file is read, edited on the controller, and written whole. A link is followed.",
    examples: `- name: Another mirror
  replace:
    path: /etc/apt/sources.list
    regexp: 'http://deb\\.debian\\.org'
    replace: http://mirror.example.org
`,
    returns: { msg: '"N replacements made"', backup_file: "name of the old file's copy" },
    differences: ["owner, group and mode are set on what a link leads to, not on the link", "SELinux arguments on a host without SELinux are refused"],
  },
};

function edit(current: EditState, args: ReplaceArgs): Edited {
  const file = codecOf(args.encoding, current.bytes!);
  const { text, argument } = file;
  let [start, end] = [0, text.length];
  const pattern = sectionPattern(args);
  if (pattern !== undefined) {
    const section = locateGroup(argument(pattern), { dotAll: true }, text, "subsection");
    if (section === undefined) return { content: undefined, msg: `Pattern for before/after params did not match the given file: ${pattern}` };
    [start, end] = section;
  }
  const made = substituteAll(argument(args.regexp), { multiline: true }, argument(args.replace), text.slice(start, end));
  return { content: file.encode(text.slice(0, start) + made.text + text.slice(end)), msg: `${made.count} replacements made` };
}

function sectionPattern(args: ReplaceArgs): string | undefined {
  const { after, before } = args;
  if (after && before) return `${after}(?P<subsection>.*?)${before}`;
  if (after) return `${after}(?P<subsection>.*)`;
  return before ? `(?P<subsection>.*)${before}` : undefined;
}
