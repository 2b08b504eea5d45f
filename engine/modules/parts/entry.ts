import { ModuleError } from "../contract.ts";

export type EntryState = "file" | "directory" | "link" | "hard" | "char" | "block" | "fifo" | "socket";

/** What lies at a path, in the fields of stat(2). Times are seconds since 1970, kept as text so that nanoseconds survive. */
export interface Entry {
  readonly state: EntryState;
  /** Type and permission bits. */
  readonly bits: number;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly owner: string;
  readonly group: string;
  readonly size: number;
  readonly atime: string;
  readonly mtime: string;
  readonly ctime: string;
  readonly links: number;
  readonly inode: number;
  readonly device: number;
  readonly major: number;
  readonly minor: number;
  /** Where a link points, as written in it. */
  readonly target?: string | undefined;
}

const types: Readonly<Record<number, EntryState>> = { 0o14: "socket", 0o12: "link", 0o10: "file", 0o6: "block", 0o4: "directory", 0o2: "char", 0o1: "fifo" };

/**
 * Reads one line of parts/entry.sh.
 * @returns undefined for "absent"
 * @throws ModuleError when the line is something else, for example output of a stat that is not coreutils' or BusyBox's
 */
export function parseEntry(line: string, target?: string): Entry | undefined {
  if (line === "absent") return undefined;
  const [bitsText, uid, gid, size, atime, mtime, ctime, links, inode, device, major, minor, owner, ...group] = line.split("/");
  const bits = Number.parseInt(bitsText ?? "", 16);
  const type = types[bits >> 12];
  if (type === undefined || group.length === 0) throw new ModuleError(`this host's stat answered what is not understood: ${line}`);
  return {
    state: type === "file" && Number(links) > 1 ? "hard" : type,
    bits,
    mode: bits & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
    owner: named(owner!, uid!),
    group: named(group.join("/"), gid!),
    size: Number(size),
    atime: atime!,
    mtime: mtime!,
    ctime: ctime!,
    links: Number(links),
    inode: Number(inode),
    device: Number(device),
    major: Number.parseInt(major!, 16),
    minor: Number.parseInt(minor!, 16),
    target,
  };
}

// stat says UNKNOWN for an id without a name; Ansible shows the id
function named(name: string, id: string): string {
  return name === "UNKNOWN" || name === "" ? id : name;
}

/** Whether the entry is a regular file, however many names it has. */
export function isFile(entry: Entry | undefined): entry is Entry & { readonly state: "file" | "hard" } {
  return entry !== undefined && (entry.state === "file" || entry.state === "hard");
}

/** The result keys that Ansible adds for a path: owner, group, uid, gid, mode, size, state. */
export function pathInfo(entry: Entry | undefined): Record<string, unknown> {
  if (entry === undefined) return {};
  const state = entry.state === "directory" || entry.state === "link" || entry.state === "hard" ? entry.state : "file";
  return {
    owner: entry.owner,
    group: entry.group,
    uid: entry.uid,
    gid: entry.gid,
    mode: `0${entry.mode.toString(8).padStart(3, "0")}`,
    size: entry.size,
    state,
  };
}

/** The keys of stat(2) that Ansible's stat and find tell of a path. */
export function statKeys(path: string, entry: Entry): Record<string, unknown> {
  return {
    path,
    mode: entry.mode.toString(8).padStart(4, "0"),
    ...kindsOf(entry),
    uid: entry.uid,
    gid: entry.gid,
    size: entry.size,
    inode: entry.inode,
    dev: entry.device,
    nlink: entry.links,
    atime: Number(entry.atime),
    mtime: Number(entry.mtime),
    ctime: Number(entry.ctime),
    ...permissionsOf(entry.mode),
  };
}

function kindsOf(entry: Entry): Record<string, boolean> {
  const is = (state: Entry["state"]): boolean => entry.state === state;
  return { isdir: is("directory"), ischr: is("char"), isblk: is("block"), isreg: isFile(entry), isfifo: is("fifo"), islnk: is("link"), issock: is("socket") };
}

function permissionsOf(mode: number): Record<string, boolean> {
  const has = (bit: number): boolean => (mode & bit) !== 0;
  const three = (who: string, shift: number): Record<string, boolean> => ({
    [`w${who}`]: has(2 << shift),
    [`r${who}`]: has(4 << shift),
    [`x${who}`]: has(1 << shift),
  });
  return { ...three("usr", 6), ...three("grp", 3), ...three("oth", 0), isuid: has(0o4000), isgid: has(0o2000) };
}
