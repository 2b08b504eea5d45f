import { type RegexFlags, pythonRegex, pythonReplacement, substitute } from "../../expression/regex.ts";
import { LimitedRegExp } from "../../expression/limited-regex.ts";
import { ModuleError } from "../contract.ts";

/** Python's `re.search`. @throws ModuleError for a pattern that is not valid */
export function searchRegex(pattern: string, flags: RegexFlags = {}): (text: string) => RegExpExecArray | null {
  const regex = orModuleError(() => pythonRegex(pattern, flags));
  return (text) => {
    regex.lastIndex = 0;
    return orModuleError(() => regex.exec(text));
  };
}

/** Where a named group lies in the first match: its begin and end. */
export function locateGroup(pattern: string, flags: RegexFlags, text: string, group: string): readonly [number, number] | undefined {
  const regex = orModuleError(() => pythonRegex(pattern, flags));
  return orModuleError(() => new LimitedRegExp(regex.source, `${regex.flags}d`).exec(text))?.indices?.groups?.[group];
}

/** Python's `match.expand(template)`. */
export function expandMatch(template: string, match: RegExpExecArray): string {
  return orModuleError(() => pythonReplacement(template)(match));
}

/** Python's `re.subn`. */
export function substituteAll(pattern: string, flags: RegexFlags, replacement: string, text: string): { text: string; count: number } {
  return orModuleError(() => substitute(pythonRegex(pattern, flags), replacement, text));
}

function orModuleError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && error.name !== "TypeError") throw new ModuleError(error.message, {}, "regular expressions are Python's");
    throw error;
  }
}

/** A pattern that matches `text` and nothing else. */
export function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
