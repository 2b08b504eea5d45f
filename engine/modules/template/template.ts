import { statSync } from "node:fs";
import type { HostModule, TemplateOptions } from "../contract.ts";
import { args, type ArgsOf, boolean, choice, mode, path, string } from "../schema.ts";
import { attributeArgs } from "../parts/attributes.ts";
import { codecOf } from "../parts/encoding.ts";
import { type Material, materialOf } from "../parts/material.ts";
import { readScript } from "../parts/script.ts";
import { applyWhole, diffWhole, oldContent, parseWhole, planWhole, wholeResult, type WholeState, wholeVars } from "../parts/whole.ts";
import { checkValidate } from "../parts/write.ts";

const schema = args({
  src: path("The template on the controller: Jinja2, or Handlebars when its name ends in .hbs.", { required: true }),
  dest: path("Where on the host. With a trailing slash, or when it is a directory: a directory.", { required: true }),
  backup: boolean("Keep the old file under a name with the time in it.", { default: false }),
  force: boolean("Replace a file that differs; otherwise only make one that is missing.", { default: true }),
  follow: boolean("Write to what a link at dest leads to, instead of replacing the link.", { default: false }),
  validate: string("A command that checks the new file before it is used; %s is the file."),
  directory_mode: mode("Permissions of directories that are made."),
  newline_sequence: choice("How lines end.", ["\n", "\r", "\r\n", "\\n", "\\r", "\\r\\n"], { default: "\n" }),
  block_start_string: string("Begin of a statement.", { default: "{%" }),
  block_end_string: string("End of a statement.", { default: "%}" }),
  variable_start_string: string("Begin of an expression.", { default: "{{" }),
  variable_end_string: string("End of an expression.", { default: "}}" }),
  comment_start_string: string("Begin of a comment.", { default: "{#" }),
  comment_end_string: string("End of a comment.", { default: "#}" }),
  trim_blocks: boolean("Drop the newline after a statement.", { default: true }),
  lstrip_blocks: boolean("Drop the blanks before a statement.", { default: false }),
  output_encoding: string("Encoding of the file.", { default: "utf-8" }),
  ...attributeArgs,
});

type Given = ArgsOf<typeof schema>;

/** The arguments, and what `prepare` brought. */
export type TemplateArgs = Given & { readonly material?: Material | undefined };

export const template: HostModule<TemplateArgs, WholeState> = {
  name: "template",
  summary: "Fills a template and writes it to the host",
  args: schema,
  check: (args) => checkValidate(args.validate),
  prepare(args, controller) {
    const source = controller.findFile(args.src, "templates");
    const text = controller.renderTemplate(source, optionsOf(args));
    const bytes = codecOf(args.output_encoding, Buffer.alloc(0)).encode(text);
    return { ...args, material: materialOf(bytes, { source, mode: statSync(source).mode & 0o7777 }) };
  },
  probe: (args) => ({
    text: readScript(import.meta.url, "probe.sh", "facts", "way", "entry", "attributes", "whole_probe"),
    vars: wholeVars(args, args.src.split("/").at(-1) ?? ""),
  }),
  parse: parseWhole,
  plan: (current, args) => planWhole(current, args, args.material!),
  apply: (changes, current, args) =>
    applyWhole(readScript(import.meta.url, "apply.sh", "facts", "way", "place", "whole_apply"), changes, current, args, args.material!),
  probeForDiff: (changes, current) => oldContent('cat -- "$path"', changes, current),
  diff: (changes, current, args, answer) => diffWhole(changes, current, args.material!, answer),
  result: ({ args, after, changes, applied }) => wholeResult(after, changes, applied, args.material!),
  doc: {
    description:
      "The template is filled on the controller; a name that is not defined is an error. Handlebars templates (*.hbs) have every filter as a helper.",
    examples: `- name: The service's settings
  template:
    src: app.conf.hbs
    dest: /etc/app.conf
    mode: "0640"
    group: app
  notify: restart app
`,
    returns: {
      dest: "where it is",
      checksum: "SHA-1 of the file",
      md5sum: "MD5 of what was written",
      backup_file: "name of the old file's copy",
      mode: 'for example "0644"',
      size: "bytes",
    },
    differences: [
      "src in the result is the template's path on the controller",
      "SELinux arguments on a host without SELinux are refused; Ansible ignores them",
    ],
  },
};

function optionsOf(args: Given): TemplateOptions {
  return {
    newlineSequence: args.newline_sequence.replaceAll("\\n", "\n").replaceAll("\\r", "\r"),
    trimBlocks: args.trim_blocks,
    lstripBlocks: args.lstrip_blocks,
    blockStartString: args.block_start_string,
    blockEndString: args.block_end_string,
    variableStartString: args.variable_start_string,
    variableEndString: args.variable_end_string,
    commentStartString: args.comment_start_string,
    commentEndString: args.comment_end_string,
  };
}
