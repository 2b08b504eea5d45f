/** What the probe printed, by section. */
export interface Sections {
  /** A section's text without its last newline; "" when it is empty or was not asked. */
  text(name: string): string;
  lines(name: string): string[];
  has(name: string): boolean;
  names(prefix: string): string[];
}

export function sectionsOf(stdout: string): Sections {
  const sections = new Map<string, string>();
  for (const part of stdout.split("\x1e").slice(1)) {
    const end = part.indexOf("\n");
    sections.set(part.slice(0, end), part.slice(end + 1).replace(/\n$/, ""));
  }
  const text = (name: string): string => sections.get(name) ?? "";
  return {
    text,
    lines: (name) =>
      text(name)
        .split("\n")
        .filter((line) => line !== ""),
    has: (name) => sections.has(name),
    names: (prefix) => [...sections.keys()].filter((name) => name.startsWith(prefix)),
  };
}

/** `KEY=value` lines as os-release has them. */
export function assignments(lines: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of lines) {
    const at = line.indexOf("=");
    if (at > 0 && !line.startsWith("#"))
      values[line.slice(0, at).trim()] = line
        .slice(at + 1)
        .trim()
        .replace(/^(["'])(.*)\1$/, "$2");
  }
  return values;
}
