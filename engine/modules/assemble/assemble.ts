import { readdirSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type HostModule, ModuleError } from "../contract.ts";
import type { Answer } from "../../session/contract.ts";
import { args, type ArgsOf, boolean, path, string } from "../schema.ts";
import { attributeArgs } from "../parts/attributes.ts";
import { factsOf, MOST_OF_A_TEXT } from "../parts/facts.ts";
import { type Material, materialOf } from "../parts/material.ts";
import { searchRegex } from "../parts/regex.ts";
import { readScript } from "../parts/script.ts";
import { applyWhole, diffWhole, oldContent, parseWhole, planWhole, wholeResult, type WholeState, wholeVars } from "../parts/whole.ts";
import { checkValidate } from "../parts/write.ts";
import { joinFragments } from "./fragments.ts";

const schema = args({
  src: path("The directory of the fragments.", { required: true }),
  dest: path("The file to make of them.", { required: true }),
  remote_src: boolean("src lies on the host; otherwise on the controller.", { default: true }),
  delimiter: string("What stands between two fragments; \\n and the like are understood."),
  regexp: string("Only fragments whose name this pattern matches."),
  ignore_hidden: boolean("Leave out fragments whose name begins with a dot.", { default: false }),
  backup: boolean("Keep the old file under a name with the time in it.", { default: false }),
  validate: string("A command that checks the new file before it is used; %s is the file."),
  decrypt: boolean("Open fragments that a vault encrypted.", { default: true }),
  ...attributeArgs,
});

type Given = ArgsOf<typeof schema>;
type Args = Given & { readonly material?: Material | undefined };

interface State {
  readonly whole: WholeState;
  readonly material: Material;
}

export const assemble: HostModule<Args, State> = {
  name: "assemble",
  summary: "Makes one file of the fragments in a directory",
  args: schema,
  check: (args) => checkValidate(args.validate),
  async prepare(args, controller) {
    if (args.remote_src) return args;
    const folder = controller.findFile(args.src, "files");
    if (!statSync(folder).isDirectory()) throw new ModuleError(`Source (${args.src}) is not a directory`);
    const names = readdirSync(folder).filter((name) => isWanted(name, args) && statSync(join(folder, name)).isFile());
    const fragments = await Promise.all(
      names.map(async (name) => {
        const bytes = await readFile(join(folder, name));
        return { name, bytes: args.decrypt ? controller.decrypt(bytes, join(folder, name)) : bytes };
      }),
    );
    return { ...args, material: materialOf(joinFragments(fragments, args.delimiter), { source: folder }) };
  },
  probe: (args) => ({
    text: readScript(import.meta.url, "probe.sh", "facts", "way", "entry", "attributes", "whole_probe"),
    mostOutput: MOST_OF_A_TEXT,
    vars: { remote: args.remote_src ? "1" : "", src: args.src, ...wholeVars(args, args.src.replace(/\/+$/, "").split("/").at(-1)!) },
  }),
  parse: (answer, args) => ({ whole: parseWhole(answer, args), material: args.material ?? remoteMaterial(answer, args) }),
  plan: (current, args) => planWhole(current.whole, args, current.material),
  apply: (changes, current, args) =>
    applyWhole(readScript(import.meta.url, "apply.sh", "facts", "way", "place", "whole_apply"), changes, current.whole, args, current.material),
  probeForDiff: (changes, current) => oldContent('cat -- "$path"', changes, current.whole),
  diff: (changes, current, _args, answer) => diffWhole(changes, current.whole, current.material, answer),
  result: ({ args, after, changes, applied }) => ({
    ...wholeResult(after.whole, changes, applied, after.material),
    src: args.src,
    md5sum: after.material.md5,
    msg: "OK",
  }),
  doc: {
    description: "Fragments are taken in the order of their names. A newline is put between two where the first does not end with one.",
    examples: `- assemble:
    src: /etc/app/conf.d
    dest: /etc/app/app.conf
    validate: app --check %s
`,
    returns: { dest: "where it is", checksum: "SHA-1 of the file", md5sum: "MD5 of the file", backup_file: "name of the old file's copy" },
    differences: ["fragments on the host travel to the controller and back"],
  },
};

function isWanted(name: string, args: Given): boolean {
  if (args.ignore_hidden && name.startsWith(".")) return false;
  return args.regexp === undefined || searchRegex(args.regexp)(name) !== null;
}

function remoteMaterial(answer: Answer, args: Given): Material {
  const facts = factsOf(answer);
  const fragments: { name: string; bytes: Buffer }[] = [];
  let at = 0;
  while (at < facts.bytes.length) {
    const sizeEnd = facts.bytes.indexOf(0, at);
    const nameEnd = facts.bytes.indexOf(0, sizeEnd + 1);
    const size = Number(facts.bytes.toString("latin1", at, sizeEnd));
    const name = facts.bytes.toString("utf8", sizeEnd + 1, nameEnd);
    at = nameEnd + 1 + size;
    if (at > facts.bytes.length) throw new ModuleError("the fragments changed while they were read", {}, "run the task again");
    if (isWanted(name, args)) fragments.push({ name, bytes: facts.bytes.subarray(nameEnd + 1, at) });
  }
  return materialOf(joinFragments(fragments, args.delimiter), { source: facts.get("source") });
}
