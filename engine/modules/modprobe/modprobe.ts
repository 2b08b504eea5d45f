import { type Change, type HostModule, ModuleError } from "../contract.ts";
import { factsOf } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";
import { quote } from "../parts/words.ts";
import { args, type ArgsOf, choice, string } from "../schema.ts";

const schema = args({
  name: string("The kernel module.", { required: true }),
  state: choice("Whether it is loaded.", ["present", "absent"], { default: "present" }),
  params: string("Its parameters.", { default: "" }),
  persistent: choice("Whether it is loaded at boot too: written, removed, or left alone.", ["disabled", "present", "absent"], { default: "disabled" }),
});

export type ModprobeArgs = ArgsOf<typeof schema>;

export interface ModprobeState {
  readonly isLoaded: boolean;
  readonly isBuiltin: boolean;
  /** Files that load it at boot. */
  readonly loadFiles: readonly string[];
  /** Files with options for it, and the options. */
  readonly optionFiles: readonly { readonly file: string; readonly options: string }[];
}

export const modprobe: HostModule<ModprobeArgs, ModprobeState> = {
  name: "modprobe",
  summary: "Loads and unloads kernel modules",
  args: schema,
  check: (args) => (/^[\w-]+$/.test(args.name) ? undefined : `not the name of a kernel module: ${args.name}`),
  probe: (args) => ({ text: readScript(import.meta.url, "probe.sh", "facts"), vars: { name: args.name, state: args.state, persistent: args.persistent } }),
  parse(answer, args) {
    const facts = factsOf(answer);
    const lines = (key: string): { file: string; line: string }[] =>
      (facts.maybe(key) ?? "")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => ({ file: line.slice(0, line.indexOf(":")), line: line.slice(line.indexOf(":") + 1).trim() }));
    return {
      isLoaded: facts.flag("loaded"),
      isBuiltin: facts.flag("builtin"),
      loadFiles: lines("load_files")
        .filter(({ line }) => line === args.name)
        .map(({ file }) => file),
      optionFiles: lines("option_files").flatMap(({ file, line }) => {
        const match = /^options\s+(\S+)\s*(.*)$/.exec(line);
        return match?.[1] === args.name ? [{ file, options: match[2]!.trim() }] : [];
      }),
    };
  },
  plan(current, args): readonly Change[] {
    const is = current.isLoaded || current.isBuiltin;
    if (args.state === "absent" && current.isBuiltin) {
      throw new ModuleError(`${args.name} is built into the kernel and cannot be unloaded`, { name: args.name });
    }
    const state = args.state === "present" ? "present" : "absent";
    return [...((args.state === "present") === is ? [] : [{ key: "state", from: is ? "present" : "absent", to: state }]), ...planPersistent(current, args)];
  },
  apply(changes, current, args) {
    const has = (key: string): boolean => changes.some((change) => change.key === key);
    const isPersistent = has("load") || has("options");
    const words = (files: readonly string[]): string => [...new Set(files)].map(quote).join(" ");
    return {
      text: readScript(import.meta.url, "apply.sh", "facts", "way", "place"),
      vars: {
        name: args.name,
        params: args.params,
        action: !has("state") ? "" : args.state === "present" ? "load" : "unload",
        persist: !isPersistent ? "" : args.persistent === "present" ? "1" : "0",
        load_changes: args.persistent === "absent" ? words(current.loadFiles) : "",
        option_changes: has("options") ? words(current.optionFiles.map(({ file }) => file)) : "",
        make_load: has("load") ? "1" : "",
        options_wanted: has("options") && args.persistent === "present" && args.params !== "" ? `options ${args.name} ${args.params}` : "",
      },
    };
  },
  result: ({ args }) => ({ name: args.name, params: args.params, state: args.state }),
  doc: {
    examples: `- modprobe:
    name: br_netfilter
    persistent: present
`,
    differences: ["persistent: absent removes the lines; Ansible comments them out"],
  },
};

function planPersistent(current: ModprobeState, args: ModprobeArgs): Change[] {
  if (args.persistent === "disabled") return [];
  const isThere = current.loadFiles.length > 0;
  const options = current.optionFiles.map((one) => one.options);
  const optionsNow = options.length === 0 ? null : options.join("; ");
  if (args.persistent === "absent") {
    return [...(isThere ? [{ key: "load", from: true, to: false }] : []), ...(optionsNow === null ? [] : [{ key: "options", from: optionsNow, to: null }])];
  }
  const wanted = args.params.trim() === "" ? null : args.params.trim();
  return [...(isThere ? [] : [{ key: "load", from: false, to: true }]), ...(optionsNow === wanted ? [] : [{ key: "options", from: optionsNow, to: wanted }])];
}
