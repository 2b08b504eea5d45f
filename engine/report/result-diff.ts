import { unifiedDiff } from "./diff.ts";
import { pythonJson } from "./python-json.ts";
import type { Style } from "./style.ts";
import { harmless } from "./text.ts";

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The `diff` of a result in Ansible's words (one or a list of {before, after, before_header, after_header, prepared}) as lines of text.
 * Mappings in before and after are compared as JSON.
 * @param serialize how mappings become text
 */
export function diffLines(diff: unknown, context = 3, serialize: (value: unknown) => string = (value) => `${pythonJson(value, 4)}\n`): string[] {
  const lines: string[] = [];
  for (const one of Array.isArray(diff) ? diff : [diff]) {
    if (!isMapping(one)) continue;
    if ("dst_binary" in one) lines.push("diff skipped: destination file appears to be binary");
    if ("src_binary" in one) lines.push("diff skipped: source file appears to be binary");
    if ("dst_larger" in one) lines.push(`diff skipped: destination file size is greater than ${String(one["dst_larger"])}`);
    if ("src_larger" in one) lines.push(`diff skipped: source file size is greater than ${String(one["src_larger"])}`);
    if ("before" in one && "after" in one) {
      const text = (value: unknown): string => (value === null || value === undefined ? "" : typeof value === "string" ? value : serialize(value));
      const header = (word: string, value: unknown): string => (typeof value === "string" ? `${word}: ${value}` : word);
      const part = unifiedDiff(text(one["before"]), text(one["after"]), {
        beforeHeader: header("before", one["before_header"]),
        afterHeader: header("after", one["after_header"]),
        context,
      });
      if (part.length > 0) lines.push(...part, "");
    }
    if (typeof one["prepared"] === "string") lines.push(...one["prepared"].replace(/\n$/, "").split("\n"));
  }
  return lines;
}

/** A line of a diff, harmless and in its colour. */
export function paintDiffLine(line: string, style: Style): string {
  const safe = harmless(line);
  if (line.startsWith("+")) return style.added(safe);
  if (line.startsWith("-")) return style.removed(safe);
  if (line.startsWith("@@")) return style.hunk(safe);
  return safe;
}
