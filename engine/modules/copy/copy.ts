import { statSync } from "node:fs";
import { type Change, type Controller, type HostModule, ModuleError } from "../contract.ts";
import type { Script } from "../../session/contract.ts";
import { anything, args, type ArgsOf, boolean, mode, path, string } from "../schema.ts";
import { attributeArgs, attributeFacts } from "../parts/attributes.ts";
import { type Entry, parseEntry, pathInfo } from "../parts/entry.ts";
import { type Facts, factsOf } from "../parts/facts.ts";
import { fileMaterial, joinContents, type Material, materialOf, type Tree, treeMaterial } from "../parts/material.ts";
import { readScript } from "../parts/script.ts";
import { contentText } from "../parts/text.ts";
import { applyWhole, diffWhole, oldContent, parseWhole, planWhole, wholeResult, type WholeState, wholeVars } from "../parts/whole.ts";
import { quote } from "../parts/words.ts";
import { checkValidate } from "../parts/write.ts";
import { namesOf, remoteItems, treeItems } from "./items.ts";
import { planTree, stepsOf, type TreeState } from "./tree.ts";

const schema = args({
  src: path("File or directory on the controller (on the host with remote_src). A directory with a trailing slash means its contents."),
  content: anything("The content itself, instead of src. A list or mapping becomes JSON."),
  dest: path("Where on the host. With a trailing slash, or when it is a directory: a directory.", { required: true }),
  backup: boolean("Keep the old file under a name with the time in it.", { default: false }),
  force: boolean("Replace a file that differs; otherwise only make one that is missing.", { default: true }),
  validate: string("A command that checks the new file before it is used; %s is the file."),
  directory_mode: mode("Permissions of directories that are made."),
  remote_src: boolean("src lies on the host.", { default: false }),
  follow: boolean("Write to what a link at dest leads to, instead of replacing the link.", { default: false }),
  local_follow: boolean("Replace links inside a source directory by what they lead to. True on the controller, false with remote_src."),
  checksum: string("SHA-1 that src must have."),
  decrypt: boolean("Open a source file that a vault encrypted.", { default: true }),
  ...attributeArgs,
});

type Given = ArgsOf<typeof schema>;

/** The arguments, and what `prepare` brought. */
export type CopyArgs = Given & { readonly material?: Material | undefined; readonly tree?: Tree | undefined };

export interface CopyState {
  readonly whole?: WholeState | undefined;
  readonly tree?: TreeState | undefined;
  /** For a source file on the host. */
  readonly source?: { readonly path: string; readonly entry: Entry; readonly sum: string } | undefined;
}

export const copy: HostModule<CopyArgs, CopyState> = {
  name: "copy",
  summary: "Copies files, directories and text to the host",
  args: schema,
  check(args) {
    if ((args.src ?? "") === "" && args.content === undefined) return "src (or content) is required";
    if (args.src !== undefined && args.content !== undefined) return "src and content are mutually exclusive";
    if (args.content !== undefined && args.dest.endsWith("/")) return "can not use content with a dir as dest";
    return checkValidate(args.validate);
  },
  prepare,
  probe: (args) => ({
    text: readScript(import.meta.url, "probe.sh", "facts", "way", "entry", "attributes", "whole_probe"),
    vars: {
      kind: kindOf(args),
      src: args.src ?? "",
      names: args.tree === undefined ? "" : namesOf(args.tree).map(quote).join(" "),
      follow_items: args.local_follow === true ? "1" : "",
      ...wholeVars(args, baseName(args)),
      // for what a tree may yet have to bring
      ...(kindOf(args) === "file" ? {} : { ask_umask: "1" }),
    },
  }),
  parse(answer, args) {
    const facts = factsOf(answer);
    if (facts.has("root")) return { tree: parseTreeState(facts, args) };
    const source = facts.maybe("source");
    return {
      whole: parseWhole(answer, args),
      ...(source === undefined ? {} : { source: { path: facts.get("source_path"), entry: parseEntry(source)!, sum: facts.get("source_sum") } }),
    };
  },
  plan(current, args) {
    if (current.tree !== undefined) return planTree(current.tree, args);
    const material = materialFor(current, args);
    if (args.checksum !== undefined && args.checksum !== material.sha1) {
      throw new ModuleError("Copied file does not match the expected checksum. Transfer failed.", {
        checksum: material.sha1,
        expected_checksum: args.checksum,
      });
    }
    return planWhole(current.whole!, args, material);
  },
  apply,
  probeForDiff: (changes, current) => (current.whole === undefined ? undefined : oldContent('cat -- "$path"', changes, current.whole)),
  diff: (changes, current, args, answer) =>
    current.whole === undefined ? treeDiff(changes) : diffWhole(changes, current.whole, materialFor(current, args), answer),
  result({ args, after, changes, applied }) {
    if (after.tree !== undefined)
      return { dest: args.remote_src || args.dest.endsWith("/") ? args.dest : `${args.dest}/`, src: args.src, ...pathInfo(after.tree.root) };
    return wholeResult(after.whole!, changes, applied, materialFor(after, args));
  },
  doc: {
    description:
      "The content is compared by its SHA-1 before anything is sent. A file is written beside its destination and renamed, so that it is never half there. " +
      "Large files are streamed.",
    examples: `- name: A file of the role
  copy:
    src: app.conf
    dest: /etc/app.conf
    owner: root
    mode: "0644"
    validate: app --check %s

- name: Text
  copy:
    content: "{{ motd }}"
    dest: /etc/motd
`,
    returns: {
      dest: "where it is",
      checksum: "SHA-1 of the file",
      md5sum: "MD5 of what was written",
      backup_file: "name of the old file's copy",
      mode: 'for example "0644"',
      size: "bytes",
    },
    differences: ["SELinux arguments on a host without SELinux are refused; Ansible ignores them", "with remote_src a name that holds a newline is refused"],
  },
};

async function prepare(args: CopyArgs, controller: Controller): Promise<CopyArgs> {
  if (args.content !== undefined) return { ...args, material: materialOf(Buffer.from(contentText(args.content))) };
  if (args.remote_src) return args;
  const found = controller.findFile(args.src!, "files");
  if (!statSync(found).isDirectory()) return { ...args, material: await fileMaterial(found, controller, args.decrypt) };
  const root = found.replace(/(.)\/+$/, "$1") + (args.src!.endsWith("/") ? "/" : "");
  return { ...args, tree: await treeMaterial(root, controller, args.local_follow ?? true, args.decrypt) };
}

function kindOf(args: CopyArgs): "file" | "tree" | "remote" {
  return args.tree !== undefined ? "tree" : args.remote_src ? "remote" : "file";
}

function baseName(args: CopyArgs): string {
  return args.src === undefined ? "" : (args.src.split("/").at(-1) ?? "");
}

function materialFor(current: CopyState, args: CopyArgs): Material {
  const { source } = current;
  if (source === undefined) return args.material!;
  return { content: Buffer.alloc(0), size: source.entry.size, sha1: source.sum, md5: "", mode: source.entry.mode, source: source.path };
}

function parseTreeState(facts: Facts, args: CopyArgs): TreeState {
  const root = parseEntry(facts.get("root"), facts.maybe("root.target"));
  return {
    path: facts.get("path"),
    root,
    parentPath: facts.get("parent_path"),
    parent: parseEntry(facts.get("parent"), facts.maybe("parent.target")),
    attributes: attributeFacts(facts, args),
    items: args.tree === undefined ? remoteItems(facts, args.local_follow === true) : treeItems(facts, args.tree),
    remote: facts.maybe("source_path"),
  };
}

function apply(changes: readonly Change[], current: CopyState, args: CopyArgs): Script {
  const text = readScript(import.meta.url, "apply.sh", "facts", "way", "place", "whole_apply");
  if (current.tree === undefined) {
    const script = applyWhole(text, changes, current.whole!, args, materialFor(current, args));
    if (current.source === undefined) return { ...script, vars: { ...script.vars, kind: "file" } };
    return { text, vars: { ...script.vars, kind: "remote", remote: current.source.path, write_size: "" } };
  }
  const { steps, contents } = stepsOf(current.tree, args, changes, args.tree);
  const vars = { kind: "tree", steps, write_backup: args.backup ? "1" : "", write_unsafe: args.unsafe_writes ? "1" : "" };
  return { text, vars, stdin: joinContents(contents) };
}

function treeDiff(changes: readonly Change[]): { before: string; after: string } {
  const lines = (side: "from" | "to"): string => changes.map((change) => `${change.key}: ${String(change[side] ?? "absent")}\n`).join("");
  return { before: lines("from"), after: lines("to") };
}
