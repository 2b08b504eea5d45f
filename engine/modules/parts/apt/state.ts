import type { Answer } from "../../../session/contract.ts";
import { factsOf } from "../facts.ts";

export interface Installed {
  readonly name: string;
  readonly arch: string;
  /** dpkg's word: installed, config-files, half-configured ... */
  readonly status: string;
  readonly version: string;
}

export interface Policy {
  readonly candidate: string | null;
  /** All versions that apt could install, best first. */
  readonly versions: readonly string[];
}

export interface Providers {
  readonly names: readonly string[];
  readonly installed: readonly string[];
}

/** One line of what apt-get -s would do. */
export interface Simulated {
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
}

export interface AptState {
  readonly nativeArch: string | undefined;
  /** Seconds since the lists were fetched; undefined when that was not asked. */
  readonly cacheAge: number | undefined;
  readonly cacheTime: number;
  readonly archives: number;
  readonly installed: readonly Installed[];
  readonly policies: ReadonlyMap<string, Policy>;
  readonly providers: ReadonlyMap<string, Providers>;
  readonly matches: ReadonlyMap<string, readonly string[]>;
  readonly deb: { readonly name: string; readonly version: string } | undefined;
  readonly simulated: readonly Simulated[];
  /** What apt-get -s said when it failed. */
  readonly refused: string | undefined;
}

export function parseApt(answer: Answer): AptState {
  const facts = factsOf(answer);
  const deb = facts.maybe("deb");
  const matches = new Map<string, string[]>();
  const providers = new Map<string, Providers>();
  for (const [key, value] of recordsOf(answer)) {
    if (key.startsWith("matches."))
      matches.set(
        key.slice(8),
        value.split(" ").filter((name) => name !== ""),
      );
    if (key.startsWith("providers.")) providers.set(key.slice(10), providersOf(value));
  }
  const simulated = facts.maybe("simulated") ?? "";
  return {
    nativeArch: facts.maybe("arch"),
    cacheAge: facts.has("now") ? facts.number("now") - facts.number("cache_time") : undefined,
    cacheTime: Number(facts.maybe("cache_time") ?? 0),
    archives: Number(facts.maybe("archives") ?? 0),
    installed: installedOf(facts.maybe("dpkg") ?? ""),
    policies: policiesOf(facts.maybe("policy") ?? ""),
    providers,
    matches,
    deb: deb === undefined ? undefined : { name: field(deb, "Package"), version: field(deb, "Version") },
    simulated: simulatedOf(simulated),
    refused: (facts.maybe("simulated_code") ?? "0") === "0" ? undefined : simulated,
  };
}

function* recordsOf(answer: Answer): Generator<[string, string]> {
  for (const record of answer.stdout.toString("utf8").split("\0")) {
    const equals = record.indexOf("=");
    if (equals !== -1) yield [record.slice(0, equals), record.slice(equals + 1)];
  }
}

function field(text: string, name: string): string {
  return new RegExp(`^${name}: (.*)$`, "m").exec(text)?.[1] ?? "";
}

function installedOf(text: string): Installed[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [name, arch, , status, version] = line.split(" ");
      return { name: name!, arch: arch!, status: status ?? "", version: version ?? "" };
    });
}

function policiesOf(text: string): Map<string, Policy> {
  const policies = new Map<string, { candidate: string | null; versions: string[] }>();
  let current: { candidate: string | null; versions: string[] } | undefined;
  for (const line of text.split("\n")) {
    const name = /^(\S.*):$/.exec(line)?.[1];
    if (name !== undefined) policies.set(name, (current = { candidate: null, versions: [] }));
    const candidate = /^ {2}Candidate: (.*)$/.exec(line)?.[1];
    if (current !== undefined && candidate !== undefined && candidate !== "(none)") current.candidate = candidate;
    const version = /^ (?:\*\*\*| {3}) (\S+) -?\d+$/.exec(line)?.[1];
    if (version !== undefined) current?.versions.push(version);
  }
  return policies;
}

function providersOf(text: string): Providers {
  const [all, known] = text.split("\n--\n");
  const installed = (known ?? "").split("\n").filter((line) => line.endsWith(" installed"));
  return { names: (all ?? "").split("\n").filter((name) => name !== "" && name !== "--"), installed: installed.map((line) => line.split(" ")[0]!) };
}

function simulatedOf(text: string): Simulated[] {
  return text.split("\n").flatMap((line): Simulated[] => {
    const install = /^Inst (\S+) (?:\[([^\]]*)\] )?\((\S+)/.exec(line);
    if (install !== null) return [{ name: install[1]!, from: install[2] ?? null, to: install[3]! }];
    const removal = /^(?:Remv|Purg|Del) (\S+) (?:\[([^\]]*)\]|(\S+))/.exec(line);
    if (removal !== null) return [{ name: removal[1]!, from: removal[2] ?? removal[3] ?? null, to: null }];
    // a package that is only half configured
    const configured = /^Conf (\S+) \((\S+)/.exec(line);
    return configured === null || text.includes(`Inst ${configured[1]!} `) ? [] : [{ name: configured[1]!, from: "unconfigured", to: configured[2]! }];
  });
}
