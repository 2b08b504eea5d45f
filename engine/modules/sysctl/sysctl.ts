import type { Answer } from "../../session/contract.ts";
import { type Change, type HostModule, ModuleError } from "../contract.ts";
import { applyEdit, decodeText, diffEdit, type Edited, type EditState, editVars, parseEdit, planEdit } from "../parts/edit.ts";
import { factsOf } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";
import { args, type ArgsOf, boolean, choice, path, string } from "../schema.ts";

const schema = args({
  name: string("The key, with dots or slashes: `net.ipv4.ip_forward`.", { required: true, aliases: ["key"] }),
  value: string("Its value.", { aliases: ["val"] }),
  state: choice("Whether the file shall have it.", ["present", "absent"], { default: "present" }),
  sysctl_file: path("The file.", { default: "/etc/sysctl.conf" }),
  reload: boolean("Make the kernel read the file again when it changed.", { default: true }),
  sysctl_set: boolean("Compare and set the kernel's own value too.", { default: false }),
  ignoreerrors: boolean("Pass over keys that the kernel does not know.", { default: false }),
});

export type SysctlArgs = ArgsOf<typeof schema>;

export interface SysctlState {
  readonly file: EditState;
  readonly isKnown: boolean;
  /** The kernel's value; null when it has none that can be read (some are only written, such as net.ipv4.route.flush). */
  readonly live: string | null;
  /** Why the kernel's value cannot be set. */
  readonly refused: string | undefined;
}

export const sysctl: HostModule<SysctlArgs, SysctlState> = {
  name: "sysctl",
  summary: "Manages kernel parameters, in a file and in the kernel",
  args: schema,
  check(args) {
    if (args.name.trim() === "") return "name cannot be blank";
    if (/[=\n#]/.test(args.name)) return `name must be a key alone: ${args.name}`;
    if (args.state === "present" && args.value === undefined) return "value cannot be None";
    if (args.value?.trim() === "") return "value cannot be blank";
    return undefined;
  },
  probe: (args) => ({
    text: readScript(import.meta.url, "probe.sh", "facts", "way", "entry", "attributes", "edit_probe"),
    vars: { name: args.name, proc_path: procPath(args.name), ...editVars(editArgs(args)) },
  }),
  parse(answer: Answer, args) {
    const facts = factsOf(answer);
    const live = facts.maybe("live");
    return {
      file: parseEdit(answer, editArgs(args)),
      isKnown: facts.flag("is_known"),
      live: live === undefined ? null : canonical(live),
      refused: facts.maybe("refused"),
    };
  },
  plan(current, args): readonly Change[] {
    const changes = [...planFile(current, args), ...planLive(current, args)];
    const needsKernel = args.state === "present" && (args.reload || args.sysctl_set) && (changes.length > 0 || args.sysctl_set);
    if (needsKernel && !current.isKnown && !args.ignoreerrors) {
      throw new ModuleError(
        `the kernel has no parameter ${args.name}: /proc/sys/${procPath(args.name)} does not exist`,
        {},
        "load the kernel module that brings it first, or say ignoreerrors: true",
      );
    }
    if (needsKernel && changes.length > 0 && current.refused !== undefined) {
      throw new ModuleError(
        `${args.name} cannot be set: /proc/sys/${procPath(args.name)}: ${current.refused}`,
        {},
        "become root; in a container that may not change it, set it on the machine below, or say reload: false to write the file only",
      );
    }
    return changes;
  },
  // what can only be written is never found to be set
  left: (after, args) => [...planFile(after, args), ...(after.live === null ? [] : planLive(after, args))],
  apply(changes, current, args) {
    const { file } = current;
    const fileChanges = planEdit(file, editArgs(args), edited(file, args));
    const text = readScript(import.meta.url, "apply.sh", "facts", "way", "place", "whole_apply");
    const script = applyEdit(text, fileChanges, file, editArgs(args), edited(file, args));
    const isFile = changes.some(({ key }) => key === "file");
    return {
      ...script,
      vars: {
        ...script.vars,
        write_file_too: isFile ? "1" : "",
        live_name: changes.some(({ key }) => key === "live") ? args.name : "",
        proc_path: procPath(args.name),
        live_value: canonical(args.value ?? ""),
        reload: isFile && args.reload ? file.real : "",
        tolerant: args.ignoreerrors ? "1" : "",
      },
    };
  },
  diff: (changes, current, args) => {
    const live = changes.find(({ key }) => key === "live");
    const fileDiffs = diffEdit(planEdit(current.file, editArgs(args), edited(current.file, args)), current.file, edited(current.file, args));
    return [...fileDiffs, ...(live === undefined ? [] : [{ before: `${args.name} = ${String(live.from)}\n`, after: `${args.name} = ${String(live.to)}\n` }])];
  },
  doc: {
    description:
      "Without sysctl_set only the file counts; the kernel reads it again when it changed. Values are compared with blanks folded, `yes` and `no` are 1 and 0.",
    examples: `- sysctl:
    name: net.ipv4.ip_forward
    value: "1"
    sysctl_file: /etc/sysctl.d/60-router.conf
    sysctl_set: true
`,
    differences: ["a parameter that the kernel does not have, or that cannot be set, is refused before the file is written, in check mode too"],
  },
};

function editArgs(args: SysctlArgs): { path: string; backup: false; unsafe_writes: false } {
  return { path: args.sysctl_file, backup: false, unsafe_writes: false };
}

/** As sysctl(8): the first separator decides what separates. */
function procPath(name: string): string {
  const first = /[./]/.exec(name)?.[0];
  return first === "." ? name.replace(/[./]/g, (char) => (char === "." ? "/" : ".")) : name;
}

/** The spelling in which values are compared and written. */
function canonical(value: string): string {
  const text = value.trim().split(/\s+/).join(" ");
  if (/^(y|yes|on|true|t)$/i.test(text)) return "1";
  return /^(n|no|off|false|f)$/i.test(text) ? "0" : text;
}

function keyOf(line: string): string | undefined {
  const match = /^\s*-?([^#;=\s][^=]*?)\s*=/.exec(line);
  return match === null ? undefined : match[1]!;
}

function valueInFile(text: string, name: string): string | undefined {
  const lines = text.split("\n").filter((line) => keyOf(line) === name);
  const last = lines.at(-1);
  return last === undefined ? undefined : canonical(last.slice(last.indexOf("=") + 1));
}

function edited(file: EditState, args: SysctlArgs): Edited {
  const { text, encode } = decodeText(file.bytes ?? Buffer.alloc(0));
  const has = valueInFile(text, args.name);
  const wanted = args.state === "absent" ? undefined : canonical(args.value ?? "");
  if (has === wanted) return { content: file.bytes, msg: "" };
  const lines = text.split("\n");
  const kept: string[] = [];
  let isWritten = wanted === undefined;
  for (const line of lines) {
    if (keyOf(line) !== args.name) kept.push(line);
    else if (!isWritten) {
      kept.push(`${args.name}=${wanted}`);
      isWritten = true;
    }
  }
  if (!isWritten) {
    if (kept.at(-1) === "") kept.pop();
    kept.push(`${args.name}=${wanted}`, "");
  }
  return { content: encode(kept.join("\n")), msg: "" };
}

function planFile(current: SysctlState, args: SysctlArgs): Change[] {
  const changes = planEdit(current.file, editArgs(args), edited(current.file, args));
  if (changes.length === 0) return [];
  const text = (current.file.bytes ?? "").toString();
  return [{ key: "file", from: valueInFile(text, args.name) ?? null, to: args.state === "absent" ? null : canonical(args.value ?? "") }];
}

function planLive(current: SysctlState, args: SysctlArgs): Change[] {
  if (!args.sysctl_set || args.state === "absent" || (!current.isKnown && args.ignoreerrors)) return [];
  const wanted = canonical(args.value ?? "");
  return current.live === wanted ? [] : [{ key: "live", from: current.live, to: wanted }];
}
