import { readdir, readFile } from "node:fs/promises";
import { Failure } from "../source/failure.ts";
import { capture } from "./process.ts";

export interface AptSources {
  /** One-line style. */
  readonly sources: string;
  /** Settings that decide whether those sources can be reached and trusted (proxies, dates), as `Key "value";`. */
  readonly options: readonly string[];
}

interface Source {
  readonly uri: string;
  readonly suite: string;
  readonly components: string;
}

/**
 * This machine's own apt sources for a Debian suite: where packages come from here, they come from in the lab too.
 * TSPLAY_LAB_MIRROR (a URI) stands in for them on machines that are not Debian of that suite.
 * @throws Failure `lab-unavailable` when the machine has none
 */
export async function readAptSources(suite: string): Promise<AptSources> {
  const mirror = process.env["TSPLAY_LAB_MIRROR"];
  const found = mirror ? [{ uri: mirror, suite, components: "main" }] : (await readAll()).filter((source) => source.suite.split(/[-/]/)[0] === suite);
  if (!found.some((source) => source.suite === suite)) {
    throw new Failure(`this machine's apt has no source for Debian ${suite}, which the lab's hosts are made from`, {
      code: "lab-unavailable",
      fault: "usage",
      hint: "set TSPLAY_LAB_MIRROR to the address of a Debian mirror",
    });
  }
  const lines = found.map((source) => `deb ${source.uri} ${source.suite} ${source.components}\n`);
  return { sources: [...new Set(lines)].join(""), options: await readOptions() };
}

async function readAll(): Promise<Source[]> {
  const folder = "/etc/apt/sources.list.d";
  const names = (await readdir(folder).catch((): string[] => [])).sort();
  const files = ["/etc/apt/sources.list", ...names.map((name) => `${folder}/${name}`)];
  const sources: Source[] = [];
  for (const file of files) {
    const text = await readFile(file, "utf8").catch(() => "");
    if (file.endsWith(".list")) sources.push(...parseList(text));
    else if (file.endsWith(".sources")) sources.push(...parseDeb822(text));
  }
  return sources;
}

/** Entries of a sources.list: `deb [options] URI SUITE COMPONENT...`. */
export function parseList(text: string): Source[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+([^#]+)/.exec(line);
    return match ? [{ uri: match[1]!, suite: match[2]!, components: match[3]!.trim() }] : [];
  });
}

/** Entries of a .sources file: paragraphs of fields, where a field may go on in indented lines. */
export function parseDeb822(text: string): Source[] {
  return text.split(/\n\s*\n/).flatMap((paragraph) => {
    const fields = new Map<string, string>();
    let last = "";
    for (const line of paragraph.split("\n").filter((each) => !each.startsWith("#"))) {
      const match = /^([A-Za-z-]+):\s*(.*)$/.exec(line);
      if (match) last = match[1]!.toLowerCase();
      fields.set(last, `${fields.get(last) ?? ""} ${match ? match[2] : line}`.trim());
    }
    const words = (key: string): string[] => (fields.get(key) ?? "").split(/\s+/).filter(Boolean);
    if (!words("types").includes("deb") || fields.get("enabled")?.toLowerCase() === "no") return [];
    const components = words("components").join(" ");
    return words("uris").flatMap((uri) => words("suites").map((suite) => ({ uri, suite, components })));
  });
}

async function readOptions(): Promise<string[]> {
  const dump = await capture("apt-config", ["dump"]);
  const wanted = /^Acquire::(?:Check-Valid-Until|Check-Date|Retries|(?:http|https|ftp)(?:::\S*)?::(?:Proxy|Timeout|Verify-Peer|Verify-Host)) "[^"]+";$/i;
  return [...dump.stdout.split("\n").filter((line) => wanted.test(line)), 'Acquire::Languages "none";'];
}
