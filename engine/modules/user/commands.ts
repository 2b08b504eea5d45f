import { type Change, ModuleError } from "../contract.ts";
import type { UserArgs } from "./args.ts";
import { findGroup, type Key, secondaryGroups, wantedGroups } from "./plan.ts";
import type { UserState } from "./state.ts";

/** The command that makes, changes or deletes the user, and those that must follow it. */
export interface Commands {
  readonly first: readonly string[];
  readonly more: readonly (readonly string[])[];
}

type Find = (key: Key) => Change | undefined;

export function commandsOf(changes: readonly Change[], current: UserState, args: UserArgs): Commands {
  const find: Find = (key) => changes.find((change) => change.key === key);
  if (args.state === "absent") return { first: deletion(current, args), more: [] };
  const isNew = current.account === undefined;
  if (current.tools === "busybox") return busybox(find, current, args, isNew);
  return { first: isNew ? addition(current, args) : modification(find, current, args), more: [...followUps(find, current, args, isNew)] };
}

function deletion(current: UserState, args: UserArgs): string[] {
  if (current.tools === "busybox") return ["deluser", ...(args.remove ? ["--remove-home"] : []), args.name];
  const force = args.force && current.tools === "shadow" ? ["-f"] : [];
  return [`${prefix(current)}userdel`, ...force, ...(args.remove ? ["-r"] : []), args.name];
}

function prefix(current: UserState): string {
  return current.tools === "libuser" ? "l" : "";
}

function option(flag: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [flag, String(value)];
}

function addition(current: UserState, args: UserArgs): string[] {
  const isShadow = current.tools === "shadow";
  const words = [`${prefix(current)}useradd`, ...option("-u", args.uid)];
  if (args.uid !== undefined && args.non_unique && isShadow) words.push("-o");
  if (args.seuser !== undefined && isShadow) words.push("-Z", args.seuser);
  if (args.group !== undefined) words.push("-g", String(findGroup(current.groups, args.group).gid));
  // useradd would fail to make a group of the user's name
  else if (current.groups.some((group) => group.name === args.name)) words.push(isShadow ? "-N" : "-n");
  const groups = wantedGroups(current, args);
  if (isShadow && groups.length > 0) words.push("-G", groups.join(","));
  words.push(...option("-c", args.comment), ...option("-d", args.home), ...option("-s", args.shell));
  if (isShadow && args.expires !== undefined) words.push("-e", args.expires < 0 ? "" : dateText(args.expires));
  if (!args.create_home) words.push("-M");
  else if (isShadow) {
    words.push("-m");
    if (args.skeleton !== undefined) words.push("-k", args.skeleton);
    if (args.umask !== undefined) words.push("-K", `UMASK=${args.umask}`);
  }
  if (args.system) words.push("-r");
  if (isShadow && args.uid_min !== undefined) words.push("-K", `UID_MIN=${args.uid_min}`);
  if (isShadow && args.uid_max !== undefined) words.push("-K", `UID_MAX=${args.uid_max}`);
  return [...words, args.name];
}

function modification(find: Find, current: UserState, args: UserArgs): string[] {
  const isShadow = current.tools === "shadow";
  const words: string[] = [];
  if (find("uid") !== undefined) words.push("-u", String(args.uid), ...(args.non_unique && isShadow ? ["-o"] : []));
  if (find("group") !== undefined) words.push("-g", String(findGroup(current.groups, args.group!).gid));
  const groups = find("groups");
  if (groups !== undefined && isShadow) words.push("-G", String(groups.to));
  if (find("comment") !== undefined) words.push("-c", args.comment!);
  if (find("home") !== undefined) words.push("-d", args.home!, ...(args.move_home ? ["-m"] : []));
  if (find("shell") !== undefined) words.push("-s", args.shell!);
  const expires = find("expires");
  if (expires !== undefined && isShadow) words.push("-e", String(expires.to ?? ""));
  return words.length === 0 ? [] : [`${prefix(current)}usermod`, ...words, args.name];
}

function* followUps(find: Find, current: UserState, args: UserArgs, isNew: boolean): Generator<string[]> {
  if (current.tools === "libuser") {
    yield* memberships(
      find,
      current,
      args,
      (group) => ["lgroupmod", "-M", args.name, group],
      (group) => ["lgroupmod", "-m", args.name, group],
    );
    const expires = find("expires");
    if (expires !== undefined) yield ["lchage", "-E", expires.to === null ? "-1" : String(Math.floor(args.expires! / 86_400)), args.name];
  }
  const lock = find("password_lock");
  // a new password comes with its lock
  if (lock !== undefined && find("password") === undefined && !(isNew && args.password === undefined)) {
    yield [`${prefix(current)}usermod`, lock.to === true ? "-L" : "-U", args.name];
  }
  const ages: readonly [Key, string][] = [
    ["password_expire_max", "-M"],
    ["password_expire_min", "-m"],
    ["password_expire_warn", "-W"],
    ["password_expire_account_disable", "-I"],
  ];
  const aging = ages.flatMap(([key, flag]) => (find(key) === undefined ? [] : [flag, String(find(key)!.to)]));
  if (aging.length > 0) yield ["chage", ...aging, args.name];
}

function* memberships(
  find: Find,
  current: UserState,
  args: UserArgs,
  join: (group: string) => string[],
  leave: (group: string) => string[],
): Generator<string[]> {
  const change = find("groups");
  if (change === undefined) return;
  const wanted = String(change.to)
    .split(",")
    .filter((name) => name !== "");
  const has = secondaryGroups(current, args);
  for (const group of wanted) if (!has.includes(group)) yield join(group);
  for (const group of has) if (!wanted.includes(group)) yield leave(group);
}

function busybox(find: Find, current: UserState, args: UserArgs, isNew: boolean): Commands {
  const more = [
    ...memberships(
      find,
      current,
      args,
      (group) => ["addgroup", args.name, group],
      (group) => ["delgroup", args.name, group],
    ),
  ];
  const lock = find("password_lock");
  if (lock !== undefined && !isNew && find("password") === undefined) more.push(["passwd", lock.to === true ? "-l" : "-u", args.name]);
  if (isNew) {
    const primary = args.group === undefined ? [] : ["-G", findGroup(current.groups, args.group).name];
    const home = [...option("-h", args.home), ...(args.create_home ? option("-k", args.skeleton) : ["-H"])];
    const words = [
      "adduser",
      "-D",
      ...home,
      ...option("-g", args.comment),
      ...option("-s", args.shell),
      ...primary,
      ...(args.system ? ["-S"] : []),
      ...option("-u", args.uid),
    ];
    return { first: [...words, args.name], more };
  }
  const impossible = (["uid", "group", "comment", "home", "shell", "expires"] as const).find((key) => find(key) !== undefined);
  if (impossible !== undefined)
    throw new ModuleError(`this host has no "usermod": ${impossible} of an existing user cannot be changed`, {}, `install the package "shadow"`);
  return { first: [], more };
}

function dateText(seconds: number): string {
  return new Date(Math.floor(seconds) * 1000).toISOString().slice(0, 10);
}
