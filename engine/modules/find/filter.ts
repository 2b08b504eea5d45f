import { ModuleError } from "../contract.ts";
import { type Entry, isFile, statKeys } from "../parts/entry.ts";
import { fnmatch } from "../parts/glob.ts";
import { resolveMode } from "../parts/mode.ts";
import { searchRegex } from "../parts/regex.ts";
import type { FindArgs } from "./find.ts";

export interface Found {
  readonly path: string;
  readonly entry: Entry;
  readonly isContaining: boolean;
  readonly sum: string | undefined;
}

/**
 * Whether a thing is what the task looks for.
 * @param now the host's time, seconds since 1970
 * @throws ModuleError for an age, size, mode or pattern that cannot be read
 */
export function filterOf(args: FindArgs, now: number): (found: Found) => boolean {
  const age = measure(args.age, "age", { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 });
  const size = measure(args.size, "size", { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 });
  const mode = args.mode === undefined ? undefined : resolveMode(args.mode, 0, false, 0);
  const isNamed = nameFilter(args);
  const isAtLeast = (value: number, limit: { value: number; isMost: boolean } | undefined): boolean =>
    limit === undefined || (limit.isMost ? value <= limit.value : value >= limit.value);
  return ({ path, entry, isContaining }) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (name.startsWith(".") && !args.hidden) return false;
    const isRegular = isFile(entry);
    if (args.file_type === "file" && !isRegular) return false;
    if (args.file_type !== "file" && args.file_type !== "any" && entry.state !== args.file_type) return false;
    if (!isNamed(name) || !isAtLeast(now - Number(entry[args.age_stamp]), age)) return false;
    if (isRegular && !isAtLeast(entry.size, size)) return false;
    if (args.file_type === "file" && !isContaining) return false;
    return mode === undefined || (args.exact_mode ? entry.mode === mode : (entry.mode & mode) !== 0);
  };
}

function measure(text: string | undefined, what: string, units: Readonly<Record<string, number>>): { value: number; isMost: boolean } | undefined {
  if (text === undefined) return undefined;
  const match = /^(-?)(\d+)([a-z])?$/.exec(text.toLowerCase());
  const unit = match?.[3] === undefined ? 1 : units[match[3]];
  if (match === null || unit === undefined)
    throw new ModuleError(`failed to process ${what}`, { [what]: text }, `a number and one of ${Object.keys(units).join(", ")}`);
  return { value: Number(match[2]) * unit, isMost: match[1] === "-" };
}

function nameFilter(args: FindArgs): (name: string) => boolean {
  const matcher = (pattern: string): ((name: string) => boolean) => {
    if (!args.use_regex) return fnmatch(pattern);
    const search = searchRegex(pattern, { anchored: true });
    return (name) => search(name) !== null;
  };
  const patterns = args.patterns.map(matcher);
  const excludes = (args.excludes ?? []).map(matcher);
  return (name) => (patterns.length === 0 || patterns.some((isLike) => isLike(name))) && !excludes.some((isLike) => isLike(name));
}

/** Ansible's keys for one thing that was found. */
export function statInfo({ path, entry, sum }: Found): Record<string, unknown> {
  return {
    ...statKeys(path, entry),
    gr_name: entry.group === String(entry.gid) ? "" : entry.group,
    pw_name: entry.owner === String(entry.uid) ? "" : entry.owner,
    ...(sum === undefined ? {} : { checksum: sum }),
  };
}
