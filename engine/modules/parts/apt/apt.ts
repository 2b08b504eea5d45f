import type { Answer, Script } from "../../../session/contract.ts";
import type { Change, ResultFacts } from "../../contract.ts";
import { NO_DOWNLOAD, plainDownload } from "../download.ts";
import { readScript } from "../script.ts";
import { divide } from "../trailer.ts";
import { quote } from "../words.ts";
import { type AptArgs, specsOf, upgradeOf, wantsUpdate } from "./args.ts";
import { releaseWords, simulation, stepsOf } from "./commands.ts";
import { planCache } from "./plan.ts";
import type { AptState } from "./state.ts";

/** What the record behind apt's output begins with. */
export const APT_RECORDS = ["lists_changed"] as const;

/** The scripts without the part that they all begin with, for a module that asks for more than apt. */
export const aptTexts = {
  probe: (): string => readScript(import.meta.url, "probe.sh", "way", "place", "download", "fetch"),
  apply: (): string => readScript(import.meta.url, "apply.sh", "download", "fetch"),
};

const line = (words: readonly string[]): string => words.map(quote).join(" ");

export function probeApt(args: AptArgs): Script {
  const specs = specsOf(args);
  const isInstall = args.state === "present" || args.state === "latest";
  const isVersioned = specs.some((spec) => spec.version !== undefined);
  return {
    text: readScript(import.meta.url, "probe.sh", "facts", ...(args.deb === undefined ? [] : ["way", "place", "download", "fetch"])),
    vars: {
      names: line(specs.filter((spec) => !spec.isPattern).map(({ name }) => name)),
      patterns: line(specs.filter((spec) => spec.isPattern).map(({ name }) => name)),
      is_removal: args.state === "absent" ? "1" : "",
      ask_policy: !isInstall ? "" : args.state === "latest" || isVersioned ? "1" : "auto",
      ask_cache: wantsUpdate(args) ? "1" : "",
      ask_archives: args.clean ? "1" : "",
      simulate: line(simulation(args)),
      options: line(releaseWords(args)),
      deb: args.deb ?? "",
      ...debVars(args),
    },
  };
}

export function applyApt(changes: readonly Change[], current: AptState, args: AptArgs): Script {
  const isUpdating = changes.some(({ key }) => key === "cache");
  const deb = args.deb !== undefined && args.deb.includes("://") ? '"$deb_file"' : quote(args.deb?.startsWith("/") === true ? args.deb : `./${args.deb ?? ""}`);
  const steps = stepsOf(changes, current, args, isUpdating).map((words) => words.map((word) => (word === "\0deb" ? deb : quote(word))).join(" "));
  return {
    text: readScript(import.meta.url, "apply.sh", "facts", "way", "place", "download", "fetch"),
    vars: {
      update: isUpdating ? "1" : "",
      update_retries: String(args.update_cache_retries),
      update_max_delay: String(args.update_cache_retry_max_delay),
      lock_timeout: String(args.lock_timeout),
      steps: line(steps),
      options: line(releaseWords(args)),
      policy_rc_d: args.policy_rc_d === undefined ? "" : String(args.policy_rc_d),
      ...debVars(args),
    },
  };
}

/** Variables of parts/fetch.sh, where a package is fetched by its address. */
function debVars(args: AptArgs): Readonly<Record<string, string>> {
  return args.deb?.includes("://") === true ? plainDownload(args.deb) : NO_DOWNLOAD;
}

const COUNTS = /^(\d+) upgraded, (\d+) newly installed, (?:(\d+) reinstalled, )?(?:(\d+) downgraded, )?(\d+) to remove/m;

/** The result in Ansible's words. */
export function resultApt({ args, before, changes, applied }: ResultFacts<AptArgs, AptState>): Record<string, unknown> {
  const hasPackages = changes.some(({ key }) => key !== "cache");
  const isUpdateOnly = (args.name ?? []).length === 0 && upgradeOf(args) === undefined && args.deb === undefined;
  if (applied === undefined) {
    const isUpdating = planCache(before, args).length > 0;
    return {
      changed: hasPackages || (isUpdating && isUpdateOnly),
      ...(wantsUpdate(args) ? { cache_updated: isUpdating, cache_update_time: before.cacheTime } : {}),
    };
  }
  const { output, facts } = divide(applied.stdout, ...APT_RECORDS);
  const listsChanged = facts.flag("lists_changed");
  const stdout = output.toString("utf8");
  return {
    changed: hasPackages || countsChange(stdout) || (isUpdateOnly && listsChanged),
    cache_updated: listsChanged,
    cache_update_time: facts.number("cache_time"),
    ...(stdout === "" ? {} : { stdout, stderr: stderrOf(applied) }),
  };
}

function stderrOf(applied: Answer): string {
  return applied.stderr.toString("utf8");
}

function countsChange(stdout: string): boolean {
  return (COUNTS.exec(stdout) ?? []).slice(1).some((count) => Number(count ?? 0) > 0);
}
