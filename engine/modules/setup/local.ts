import type { Sections } from "./sections.ts";

/** Facts of the host's own making: *.fact files, JSON or INI; executable ones are run. */
export function localFacts(sections: Sections): Record<string, unknown> {
  const facts: Record<string, unknown> = {};
  for (const name of sections.names("fact/")) {
    facts[name.slice("fact/".length).replace(/\.fact$/, "")] = parse(sections.text(name));
  }
  return facts;
}

function parse(text: string): unknown {
  const failed = /\nfailed: (\d+)$/.exec(text);
  if (failed !== null) return `error loading fact - failed with exit status ${failed[1]}`;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not JSON: INI
    return ini(text) ?? "error loading facts as JSON or ini - please check content";
  }
}

function ini(text: string): Record<string, Record<string, string>> | undefined {
  const sections: Record<string, Record<string, string>> = {};
  let current: Record<string, string> | undefined;
  for (const line of text.split("\n")) {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#") || trimmed.startsWith(";")) continue;
    const header = /^\[([^\]]+)\]$/.exec(trimmed);
    if (header !== null) {
      current = sections[header[1]!] ??= {};
      continue;
    }
    const pair = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(trimmed);
    if (pair === null || current === undefined) return undefined;
    current[pair[1]!.toLowerCase()] = pair[2]!;
  }
  return sections;
}
