import { type Change, type HostModule, ModuleError } from "../contract.ts";
import { factsOf } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";
import { backupResult } from "../parts/write.ts";
import { args, type ArgsOf, boolean, choice, path, string } from "../schema.ts";

const schema = args(
  {
    path: path("Where it is mounted; `none` for swap.", { required: true, aliases: ["name"] }),
    src: string("What is mounted."),
    fstype: string("The type of the file system."),
    opts: string("Options, separated by commas."),
    dump: string("fstab's fifth field.", { default: "0" }),
    passno: string("fstab's sixth field.", { default: "0" }),
    state: choice(
      "present and absent_from_fstab: only in the fstab. mounted: there and mounted. unmounted: not mounted. absent: neither, and no folder. remounted: mounted anew. ephemeral: mounted, not in the fstab.",
      ["mounted", "present", "absent", "absent_from_fstab", "unmounted", "remounted", "ephemeral"],
      { required: true },
    ),
    boot: boolean("Mount it at boot; else noauto is added.", { default: true }),
    fstab: path("Another file than /etc/fstab.", { default: "/etc/fstab" }),
    backup: boolean("Keep a copy of the old fstab.", { default: false }),
    opts_no_log: boolean("Whether the options are a secret as a whole. A password among them always is one.", { default: false }),
  },
  {
    requiredIf: [
      ["state", "mounted", ["src", "fstype"]],
      ["state", "present", ["src", "fstype"]],
      ["state", "ephemeral", ["src", "fstype"]],
    ],
  },
);

export type MountArgs = ArgsOf<typeof schema>;

export interface MountState {
  readonly text: string;
  readonly hasFolder: boolean;
  /** What the kernel has mounted there. */
  readonly mounted: { readonly source: string; readonly kind: string; readonly options: string } | undefined;
}

export const mount: HostModule<MountArgs, MountState> = {
  name: "mount",
  summary: "Manages mounts, in the fstab and in the kernel",
  args: schema,
  secretsIn: ({ opts = "", opts_no_log }) => [...(opts_no_log ? [opts] : []), ...passwordsIn(opts)],
  probe: (args) => ({ text: readScript(import.meta.url, "probe.sh", "facts", "way"), vars: { path: folderOf(args), fstab: args.fstab } }),
  parse(answer) {
    const facts = factsOf(answer);
    const [source, kind, options] = (facts.maybe("mounted") ?? "").split(" ");
    return {
      text: (facts.maybe("text") ?? "x").slice(0, -1),
      hasFolder: facts.flag("is_there"),
      mounted: facts.has("mounted") ? { source: source!, kind: kind!, options: options! } : undefined,
    };
  },
  plan(current, args): readonly Change[] {
    const { state } = args;
    const isMounted = current.mounted !== undefined;
    const changes = planFstab(current, args);
    if (args.fstype === "swap") return changes;
    if (state === "ephemeral" && isMounted && current.mounted.source !== args.src) {
      throw new ModuleError(`Ephemeral mount point is already mounted with a different source than the specified one: ${current.mounted.source}`);
    }
    if (state === "mounted" || state === "ephemeral") {
      if (!current.hasFolder) changes.push({ key: "folder", from: null, to: folderOf(args) });
      if (!isMounted) changes.push({ key: "mounted", from: false, to: true });
      else if (changes.some(({ key }) => key === "fstab")) changes.push({ key: "mounted", from: current.mounted.options, to: `anew with ${optionsOf(args)}` });
    }
    if (state === "remounted") {
      if (!isMounted) throw new ModuleError(`Mount point ${args.path} is not mounted, so it cannot be mounted anew`);
      changes.push({ key: "mounted", from: current.mounted.options, to: "anew" });
    }
    if ((state === "unmounted" || state === "absent") && isMounted) changes.push({ key: "mounted", from: true, to: false });
    if (state === "absent" && current.hasFolder) changes.push({ key: "folder", from: folderOf(args), to: null });
    return changes;
  },
  left(after, args) {
    return mount.plan(after, args).filter(({ key, from }) => !(args.state === "remounted" && key === "mounted" && from !== false));
  },
  apply(changes, current, args) {
    const line = changes.find(({ key }) => key === "mounted");
    const steps: string[] = [];
    if (changes.some(({ key, to }) => key === "folder" && to !== null)) steps.push("folder");
    if (line !== undefined) steps.push(line.to === true ? "mount" : line.to === false ? "unmount" : "remount");
    if (changes.some(({ key, to }) => key === "folder" && to === null)) steps.push("clean");
    return {
      text: readScript(import.meta.url, "apply.sh", "facts", "way", "place"),
      vars: {
        path: folderOf(args),
        source: args.src ?? current.mounted?.source ?? "",
        kind: args.fstype === "none" ? "" : (args.fstype ?? ""),
        options: args.state === "remounted" ? (args.opts ?? "") : mountOptions(args),
        fstab: args.fstab,
        own_fstab: args.fstab === "/etc/fstab" ? "" : "1",
        write: changes.some(({ key }) => key === "fstab") ? "1" : "",
        text: edited(current, args),
        backup: args.backup ? "1" : "",
        steps: steps.join(" "),
      },
    };
  },
  result: ({ args, applied }) => ({
    name: args.path,
    ...(args.src === undefined ? {} : { src: args.src }),
    ...(args.fstype === undefined ? {} : { fstype: args.fstype }),
    opts: optionsOf(args),
    dump: args.dump,
    passno: args.passno,
    fstab: args.fstab,
    boot: args.boot ? "yes" : "no",
    backup_file: "",
    ...backupResult(applied),
  }),
  doc: {
    examples: `- mount:
    path: /srv/data
    src: UUID=4a1b
    fstype: ext4
    opts: noatime
    state: mounted
`,
    differences: [
      "absent deletes the folder only when it is empty; Ansible too deletes no content",
      "swap is written to the fstab and not switched on, as with Ansible",
    ],
  },
};

/** `password=...` and the like: cifs and others take them as options. */
function passwordsIn(options: string): string[] {
  return options.split(",").flatMap((option) => {
    const [, value] = /^(?:pass|passwd|password|password2|secret|key)=(.+)$/i.exec(option.trim()) ?? [];
    return value === undefined ? [] : [value];
  });
}

function folderOf(args: MountArgs): string {
  return args.path.replace(/(.)\/+$/, "$1");
}

function optionsOf(args: MountArgs): string {
  const options = args.opts ?? "defaults";
  return args.boot || options.split(",").includes("noauto") ? options : `${options},noauto`;
}

// noauto says nothing to mount(8) itself
function mountOptions(args: MountArgs): string {
  return (args.opts ?? "")
    .split(",")
    .filter((option) => option !== "" && option !== "noauto" && option !== "defaults")
    .join(",");
}

const escaped = (text: string): string => text.replaceAll("\\", "\\134").replaceAll(" ", "\\040").replaceAll("\t", "\\011").replaceAll("\n", "\\012");

function planFstab(current: MountState, args: MountArgs): Change[] {
  const after = edited(current, args);
  if (after === current.text) return [];
  const own = (text: string): string | null =>
    text
      .split("\n")
      .filter((line) => isOwn(line, args))
      .join("; ") || null;
  return [{ key: "fstab", from: own(current.text), to: own(after) }];
}

function isOwn(line: string, args: MountArgs): boolean {
  const fields = line.trim().split(/\s+/);
  if (line.trim().startsWith("#") || fields.length < 3) return false;
  if (args.fstype === "swap" || args.path === "none") return fields[2] === "swap" && fields[0] === escaped(args.src ?? "");
  return fields[1]!.replace(/(.)\/+$/, "$1") === escaped(folderOf(args));
}

function edited(current: MountState, args: MountArgs): string {
  const lines = current.text.split("\n");
  if (args.state === "absent" || args.state === "absent_from_fstab") return lines.filter((line) => !isOwn(line, args)).join("\n");
  if (args.state !== "present" && args.state !== "mounted") return current.text;
  const wanted = [escaped(args.src!), escaped(folderOf(args)), escaped(args.fstype!), escaped(optionsOf(args)), args.dump, args.passno];
  const isSame = (line: string): boolean => {
    const fields = line.trim().split(/\s+/);
    return wanted.every((field, index) => (fields[index] ?? "0") === field);
  };
  const at = lines.findIndex((line) => isOwn(line, args));
  if (at !== -1) return isSame(lines[at]!) ? current.text : lines.map((line, index) => (index === at ? wanted.join(" ") : line)).join("\n");
  const start = current.text === "" || current.text.endsWith("\n") ? current.text : `${current.text}\n`;
  return `${start}${wanted.join(" ")}\n`;
}
