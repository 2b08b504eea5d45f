import { type Change, type HostModule, ModuleError } from "../contract.ts";
import { factsOf } from "../parts/facts.ts";
import { readScript } from "../parts/script.ts";
import { quote } from "../parts/words.ts";
import { args, type ArgsOf, boolean, choice, integer, string } from "../schema.ts";

const schema = args({
  name: string("The group.", { required: true }),
  state: choice("Whether it shall exist.", ["present", "absent"], { default: "present" }),
  gid: integer("Its id."),
  system: boolean("Take the id of a new group from the system's range.", { default: false }),
  local: boolean("Look at and change the local files only, with libuser's tools, on hosts with a directory service.", { default: false }),
  force: boolean("Delete it even if it is a user's primary group.", { default: false }),
  non_unique: boolean("Allow an id that another group has.", { default: false }),
  gid_min: integer("Lowest id for a new group."),
  gid_max: integer("Highest id for a new group."),
});

export type GroupArgs = ArgsOf<typeof schema>;

export interface GroupState {
  readonly tools: "shadow" | "libuser" | "busybox";
  readonly gid: number | null;
  /** Another group that has the wanted id. */
  readonly holder?: string | undefined;
}

export const group: HostModule<GroupArgs, GroupState> = {
  name: "group",
  summary: "Manages groups",
  args: schema,
  check: (args) => (args.non_unique && args.gid === undefined ? "non_unique needs gid" : undefined),
  probe: (args) => ({
    text: readScript(import.meta.url, "probe.sh", "facts"),
    vars: { name: args.name, gid: args.gid === undefined ? "" : String(args.gid), local: args.local ? "1" : "", state: args.state },
  }),
  parse(answer) {
    const facts = factsOf(answer);
    const gid = facts.maybe("gid");
    return { tools: facts.get("tools") as GroupState["tools"], gid: gid === undefined ? null : Number(gid), holder: facts.maybe("holder") };
  },
  plan(current, args): readonly Change[] {
    if (args.state === "absent") return current.gid === null ? [] : [{ key: "state", from: "present", to: "absent" }];
    const isNew = current.gid === null;
    if (args.gid !== undefined && current.gid !== args.gid && current.holder !== undefined && !args.non_unique) {
      throw new ModuleError(
        `GID '${args.gid}' already exists: group ${current.holder} has it`,
        { name: args.name },
        "choose another gid, or say non_unique: true",
      );
    }
    if (isNew) return [{ key: "state", from: "absent", to: "present" }, ...(args.gid === undefined ? [] : [{ key: "gid", from: null, to: args.gid }])];
    return args.gid === undefined || args.gid === current.gid ? [] : [{ key: "gid", from: current.gid, to: args.gid }];
  },
  apply: (_changes, current, args) => ({
    text: readScript(import.meta.url, "apply.sh", "facts"),
    vars: { words: commandOf(current, args).map(quote).join(" ") },
  }),
  result({ args, after, changes }) {
    if (args.state === "absent") return { name: args.name, state: "absent" };
    const gid = after.gid ?? args.gid;
    return { name: args.name, state: "present", system: args.system, ...(gid === undefined || (after.gid === null && changes.length === 0) ? {} : { gid }) };
  },
  doc: {
    examples: `- group:
    name: app
    gid: 2000
`,
    returns: { name: "the group", gid: "its id", system: "as given", state: "as given" },
    differences: ["an id that another group has is refused before anything is changed, in check mode too"],
  },
};

function commandOf(current: GroupState, args: GroupArgs): string[] {
  const id = args.gid === undefined ? [] : ["-g", String(args.gid)];
  const isNew = current.gid === null;
  if (current.tools === "busybox") {
    if (args.state === "absent") return ["delgroup", args.name];
    if (!isNew) throw new ModuleError(`this host has no "groupmod": the id of an existing group cannot be changed`, {}, `install the package "shadow"`);
    return ["addgroup", ...id, ...(args.system ? ["-S"] : []), args.name];
  }
  const prefix = current.tools === "libuser" ? "l" : "";
  const isShadow = current.tools === "shadow";
  if (args.state === "absent") return [`${prefix}groupdel`, ...(args.force && isShadow ? ["-f"] : []), args.name];
  const shared = args.non_unique && isShadow && id.length > 0 ? ["-o"] : [];
  if (!isNew) return [`${prefix}groupmod`, ...id, ...shared, args.name];
  const range = isShadow ? [...limit("GID_MIN", args.gid_min), ...limit("GID_MAX", args.gid_max)] : [];
  return [`${prefix}groupadd`, ...id, ...shared, ...range, ...(args.system ? ["-r"] : []), args.name];
}

function limit(key: string, value: number | undefined): string[] {
  return value === undefined ? [] : ["-K", `${key}=${value}`];
}
