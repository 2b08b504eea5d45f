import type { Rules } from "./schema.ts";

export interface BrokenRule {
  /** In Ansible's words. */
  readonly message: string;
  /** An argument to point at. */
  readonly key?: string | undefined;
}

type Args = Readonly<Record<string, unknown>>;

/**
 * The rules across arguments that `args` break.
 * @param args under their canonical names, with defaults
 * @param written those that were given, for "mutually exclusive": a default excludes nothing
 * @param unknown arguments whose value only the run knows (it may be `omit`): rules that hang on them are not judged
 * @param hasMore true when arguments may still come from elsewhere, so that nothing is missing yet
 */
export function* brokenRules(rules: Rules, args: Args, written: ReadonlySet<string>, unknown: ReadonlySet<string>, hasMore: boolean): Generator<BrokenRule> {
  const isGiven = (name: string): boolean => Object.hasOwn(args, name) && args[name] !== null;
  const isSure = (name: string): boolean => isGiven(name) && !unknown.has(name);
  for (const names of rules.mutuallyExclusive ?? []) {
    const given = names.filter((name) => written.has(name) && isSure(name));
    if (given.length > 1) yield { message: `parameters are mutually exclusive: ${names.join("|")}`, key: given[1] };
  }
  if (hasMore) return;
  for (const names of rules.requiredOneOf ?? []) {
    if (!names.some(isGiven)) yield { message: `one of the following is required: ${names.join(", ")}` };
  }
  for (const names of rules.requiredTogether ?? []) {
    const given = names.filter(isSure);
    if (given.length > 0 && !names.every(isGiven)) yield { message: `parameters are required together: ${names.join(", ")}`, key: given[0] };
  }
  for (const [name, value, needed, anyIsEnough] of rules.requiredIf ?? []) {
    if (!isSure(name) || args[name] !== value) continue;
    const missing = needed.filter((other) => !isGiven(other));
    if (missing.length === 0 || (anyIsEnough === true && missing.length < needed.length)) continue;
    yield { message: `${name} is ${String(value)} but ${anyIsEnough === true ? "any" : "all"} of the following are missing: ${missing.join(", ")}`, key: name };
  }
  for (const [name, needed] of Object.entries(rules.requiredBy ?? {})) {
    const missing = isSure(name) ? needed.filter((other) => !isGiven(other)) : [];
    if (missing.length > 0) yield { message: `missing parameter(s) required by '${name}': ${missing.join(", ")}`, key: name };
  }
}
