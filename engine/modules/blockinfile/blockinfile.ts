import { type HostModule, ModuleError } from "../contract.ts";
import { args, type ArgsOf, boolean, choice, path, string } from "../schema.ts";
import { attributeArgs } from "../parts/attributes.ts";
import { applyEdit, diffEdit, type EditState, editMessage, editVars, leftEdit, parseEdit, planEdit } from "../parts/edit.ts";
import { MOST_OF_A_TEXT } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";
import { backupResult, checkValidate } from "../parts/write.ts";
import { editBlock } from "./block.ts";

const schema = args(
  {
    path: path("The file to edit.", { required: true, aliases: ["dest", "destfile", "name"] }),
    state: choice("Whether the block shall be there.", ["absent", "present"], { default: "present" }),
    marker: string("The lines around the block; {mark} is replaced by marker_begin and marker_end.", { default: "# {mark} ANSIBLE MANAGED BLOCK" }),
    block: string("The text between the markers. Empty removes the block.", { default: "", aliases: ["content"] }),
    insertafter: string("Where to add it: after the last line that matches this pattern, or `EOF`."),
    insertbefore: string("Where to add it: before the last line that matches this pattern, or `BOF`."),
    create: boolean("Make the file when it is missing.", { default: false }),
    backup: boolean("Keep the old file under a name with the time in it.", { default: false }),
    validate: string("A command that checks the new file before it is used; %s is the file."),
    marker_begin: string("What {mark} is above the block.", { default: "BEGIN" }),
    marker_end: string("What {mark} is below the block.", { default: "END" }),
    append_newline: boolean("A blank line after the block.", { default: false }),
    prepend_newline: boolean("A blank line before the block.", { default: false }),
    ...attributeArgs,
  },
  { mutuallyExclusive: [["insertbefore", "insertafter"]] },
);

export type BlockArgs = ArgsOf<typeof schema>;

export const blockinfile: HostModule<BlockArgs, EditState> = {
  name: "blockinfile",
  summary: "Keeps a block of lines between two marker lines in a text file",
  args: schema,
  check: (args) => checkValidate(args.validate),
  probe: (args) => ({
    text: readScript(import.meta.url, "probe.sh", "facts", "way", "entry", "attributes", "edit_probe"),
    vars: editVars(args),
    mostOutput: MOST_OF_A_TEXT,
  }),
  parse: parseEdit,
  plan(current, args) {
    if (current.here === undefined && !args.create) throw new ModuleError(`Path ${current.path} does not exist !`, { rc: 257 }, "create: true makes it");
    return planEdit(current, args, editBlock(current, args));
  },
  left: (after, args, before) => leftEdit(after, args, editBlock(before, args)),
  apply: (changes, current, args) =>
    applyEdit(readScript(import.meta.url, "apply.sh", "facts", "way", "place", "whole_apply"), changes, current, args, editBlock(current, args)),
  diff: (changes, current, args) => diffEdit(changes, current, editBlock(current, args)),
  result: ({ args, before, changes, applied }) => ({ msg: editMessage(changes, editBlock(before, args)), ...backupResult(applied) }),
  doc: {
    description: "The file is read, edited on the controller, and written whole. A link is followed. Patterns are Python's.",
    examples: `- name: Names of the cluster
  blockinfile:
    path: /etc/hosts
    marker: "# {mark} cluster"
    block: |
      10.0.0.1 one
      10.0.0.2 two
`,
    returns: { msg: '"Block inserted", "Block removed" or "File created"', backup_file: "name of the old file's copy" },
    differences: ["owner, group and mode are set on what a link leads to, not on the link", "SELinux arguments on a host without SELinux are refused"],
  },
};
