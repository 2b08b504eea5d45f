import { type Change, ModuleError } from "../contract.ts";
import { keyFile, type UserArgs } from "./args.ts";
import type { Aging, GroupEntry, UserState } from "./state.ts";

export type Key =
  | "state"
  | "uid"
  | "group"
  | "groups"
  | "comment"
  | "home"
  | "shell"
  | "password"
  | "password_lock"
  | "expires"
  | "password_expire_max"
  | "password_expire_min"
  | "password_expire_warn"
  | "password_expire_account_disable"
  | "create_home"
  | "ssh_key";

type Planned = Change & { readonly key: Key };

/** @throws ModuleError for groups that the host does not know, and for what only root may look at */
export function planUser(current: UserState, args: UserArgs): readonly Planned[] {
  const { account } = current;
  if (args.state === "absent") return account === undefined ? [] : [{ key: "state", from: "present", to: "absent" }];
  const primary = args.group === undefined ? undefined : findGroup(current.groups, args.group);
  if (account === undefined) return planNew(current, args);
  return [
    ...differs("uid", account.uid, args.uid),
    ...(primary === undefined || primary.gid === account.gid ? [] : [{ key: "group" as const, from: nameOf(current.groups, account.gid), to: primary.name }]),
    ...planGroups(current, args),
    ...differs("comment", account.comment, args.comment),
    ...differs("home", account.home, args.home),
    ...differs("shell", account.shell, args.shell),
    ...planShadow(current, args),
    ...(args.create_home && !account.hasHome && (args.home === undefined || args.home === account.home)
      ? [{ key: "create_home" as const, from: null, to: account.home }]
      : []),
    ...planKey(current, args),
  ];
}

function planNew(current: UserState, args: UserArgs): Planned[] {
  const wanted: [Key, string | number | boolean | undefined][] = [
    ["uid", args.uid],
    ["group", args.group],
    ["groups", args.groups === undefined || args.groups.length === 0 ? undefined : wantedGroups(current, args).join(",")],
    ["comment", args.comment],
    ["home", args.home],
    ["shell", args.shell],
    ["password", args.password === undefined ? undefined : "(hidden)"],
    ["password_lock", args.password_lock === true ? true : undefined],
    ["expires", args.expires === undefined || args.expires < 0 ? undefined : dateOf(args.expires)],
    ["password_expire_max", args.password_expire_max],
    ["password_expire_min", args.password_expire_min],
    ["password_expire_warn", args.password_expire_warn],
    ["password_expire_account_disable", args.password_expire_account_disable],
  ];
  const changes = wanted.flatMap(([key, to]): Planned[] => (to === undefined ? [] : [{ key, from: null, to }]));
  return [{ key: "state", from: "absent", to: "present" }, ...changes, ...planKey(current, args)];
}

function differs(key: Key, from: string | number, to: string | number | undefined): Planned[] {
  return to === undefined || to === from ? [] : [{ key, from, to }];
}

function planKey(current: UserState, args: UserArgs): Planned[] {
  return args.generate_ssh_key && current.keyFingerprint === undefined ? [{ key: "ssh_key", from: null, to: current.keyPath ?? keyFile(args) }] : [];
}

function planGroups(current: UserState, args: UserArgs): Planned[] {
  if (args.groups === undefined) return [];
  const has = secondaryGroups(current, args);
  const wanted = wantedGroups(current, args);
  const after = args.append ? [...new Set([...has, ...wanted])].sort() : wanted;
  // append with an empty list asks for nothing
  return after.join(",") === has.join(",") ? [] : [{ key: "groups", from: has.join(","), to: after.join(",") }];
}

/** The groups that have the user as a member, sorted, without its primary group. */
export function secondaryGroups(current: UserState, args: UserArgs): string[] {
  return current.groups
    .filter((group) => group.members.includes(args.name) && group.gid !== current.account?.gid)
    .map((group) => group.name)
    .sort();
}

/** The names of the wanted groups, sorted, without the primary group. */
export function wantedGroups(current: UserState, args: UserArgs): string[] {
  const found = (args.groups ?? []).filter((name) => name !== "").map((name) => findGroup(current.groups, name));
  return [...new Set(found.filter((group) => group.gid !== current.account?.gid).map((group) => group.name))].sort();
}

export function findGroup(groups: readonly GroupEntry[], wanted: string): GroupEntry {
  const group = groups.find(({ name }) => name === wanted) ?? (/^\d+$/.test(wanted) ? groups.find(({ gid }) => gid === Number(wanted)) : undefined);
  if (group === undefined) throw new ModuleError(`Group ${wanted} does not exist`, {}, "create it first, with the module group");
  return group;
}

function nameOf(groups: readonly GroupEntry[], gid: number): string {
  return groups.find((group) => group.gid === gid)?.name ?? String(gid);
}

function planShadow(current: UserState, args: UserArgs): Planned[] {
  const setsPassword = args.password !== undefined && args.update_password === "always";
  const isAsked =
    setsPassword ||
    args.password_lock !== undefined ||
    args.expires !== undefined ||
    args.password_expire_max !== undefined ||
    args.password_expire_min !== undefined ||
    args.password_expire_warn !== undefined ||
    args.password_expire_account_disable !== undefined;
  if (!isAsked) return [];
  const { aging } = current;
  if (aging === undefined) {
    throw new ModuleError(`the line of user ${args.name} in /etc/shadow is missing, or the login user may not read it`, {}, "say become: true");
  }
  const changes: Planned[] = [];
  const isNewPassword = setsPassword && aging.password !== "same" && !(aging.password === "none" && /^!*$/.test(args.password));
  if (isNewPassword) changes.push({ key: "password", from: "(hidden)", to: "(a new one, hidden)" });
  if (args.password_lock === true && !aging.isLocked) changes.push({ key: "password_lock", from: false, to: true });
  // usermod refuses to unlock what has no password
  if (args.password_lock === false && aging.isLocked && aging.password !== "none" && !isNewPassword)
    changes.push({ key: "password_lock", from: true, to: false });
  return [...changes, ...planAging(aging, args)];
}

function planAging(aging: Aging, args: UserArgs): Planned[] {
  const days = (key: Key, from: number | null, to: number | undefined): Planned[] =>
    to === undefined || to === from || (to < 0 && from === null) ? [] : [{ key, from, to }];
  return [
    ...planExpiry(aging.expiry, args.expires),
    ...days("password_expire_max", aging.maximum, args.password_expire_max),
    ...days("password_expire_min", aging.minimum, args.password_expire_min),
    ...days("password_expire_warn", aging.warning, args.password_expire_warn),
    ...days("password_expire_account_disable", aging.inactive, args.password_expire_account_disable),
  ];
}

function planExpiry(current: number | null, wanted: number | undefined): Planned[] {
  if (wanted === undefined) return [];
  const isSet = current !== null && current >= 0;
  const from = isSet ? dateOf(current * 86_400) : null;
  if (wanted < 0) return isSet ? [{ key: "expires", from, to: null }] : [];
  return from === dateOf(wanted) ? [] : [{ key: "expires", from, to: dateOf(wanted) }];
}

/** YYYY-MM-DD in UTC of seconds since 1970. */
function dateOf(seconds: number): string {
  return new Date(Math.floor(seconds) * 1000).toISOString().slice(0, 10);
}
