import type { Answer, Script } from "../../../session/contract.ts";
import { type Change, ModuleError } from "../../contract.ts";
import { factsOf } from "../facts.ts";
import { readScript } from "../script.ts";
import { quote } from "../words.ts";

/** What is wanted of a unit. */
export interface UnitArgs {
  readonly name?: string | undefined;
  readonly state?: "started" | "stopped" | "restarted" | "reloaded" | undefined;
  readonly enabled?: boolean | undefined;
  readonly masked?: boolean | undefined;
  readonly daemon_reload: boolean;
  readonly daemon_reexec: boolean;
  readonly scope: "system" | "user" | "global";
  readonly no_block: boolean;
  readonly force?: boolean | undefined;
}

export interface UnitState {
  readonly isFound: boolean;
  /** systemd's word: active, inactive, failed ...; undefined when systemd does not run (a chroot). */
  readonly active: string | undefined;
  /** systemd's word: enabled, disabled, static ... */
  readonly file: string;
  readonly isMasked: boolean;
  /** Changes with every start. */
  readonly invocation: string;
  /** How the last run ended: success, exit-code ... */
  readonly outcome: string;
  readonly status: Readonly<Record<string, string>>;
}

export const unitProbe = (): string => readScript(import.meta.url, "probe.sh", "facts");
export const unitApply = (): string => readScript(import.meta.url, "apply.sh", "facts");

/** @throws ModuleError for a unit file that systemd refuses, and for a systemd that cannot be asked */
export function parseUnit(answer: Answer, args: UnitArgs): UnitState {
  const facts = factsOf(answer);
  const status = propertiesOf(facts.maybe("show") ?? "");
  const code = facts.maybe("show_code") ?? "0";
  if (code !== "0" && status["LoadState"] === undefined) throw new ModuleError(`systemctl: ${(facts.maybe("show") ?? "").trim()}`, { rc: Number(code) });
  const load = status["LoadState"];
  const isMasked = load === "masked" || facts.maybe("is_enabled") === "masked";
  if (load !== undefined && load !== "not-found" && load !== "loaded" && load !== "masked") {
    throw new ModuleError(`Error loading unit file '${args.name}': ${status["LoadError"] ?? load}`, { status });
  }
  return {
    isFound: (load !== undefined && load !== "not-found") || facts.flag("file") || facts.flag("init_script") || (facts.maybe("is_enabled") ?? "") !== "",
    active: status["ActiveState"],
    file: facts.maybe("is_enabled") || status["UnitFileState"] || "",
    isMasked,
    invocation: `${status["InvocationID"] ?? ""} ${status["ActiveEnterTimestampMonotonic"] ?? ""} ${status["ExecMainStartTimestampMonotonic"] ?? ""}`,
    outcome: status["Result"] ?? "",
    status,
  };
}

function propertiesOf(text: string): Record<string, string> {
  const properties: Record<string, string> = {};
  let last: string | undefined;
  for (const line of text.split("\n")) {
    const match = /^([A-Z]\w*)=(.*)$/.exec(line);
    if (match !== null) properties[(last = match[1]!)] = match[2]!;
    else if (last !== undefined && line !== "") properties[last] += `\n${line}`;
  }
  return properties;
}

const isRunning = (current: UnitState): boolean => current.active === "active" || current.active === "activating" || current.active === "reloading";

// there is nothing to disable about a static unit
const enabledWords = new Set(["enabled", "static", "generated", "transient", "linked-runtime"]);
const undecidedWords = new Set(["static", "indirect", "alias", "generated", "transient", "enabled-runtime"]);

/** @throws ModuleError for a unit that is not there */
export function planUnit(current: UnitState, args: UnitArgs): readonly Change[] {
  const changes: Change[] = [];
  if (args.daemon_reload) changes.push({ key: "daemon_reload", from: null, to: true });
  if (args.daemon_reexec) changes.push({ key: "daemon_reexec", from: null, to: true });
  if (args.name === undefined) return changes;
  if (!current.isFound && (args.state !== undefined || args.enabled !== undefined)) {
    throw new ModuleError(
      `Could not find the requested service ${args.name}: host`,
      { name: args.name },
      "look at its name, or install the package that brings it",
    );
  }
  if (args.masked !== undefined && args.masked !== current.isMasked) changes.push({ key: "masked", from: current.isMasked, to: args.masked });
  if (args.enabled !== undefined) {
    const is = current.file === "" ? false : enabledWords.has(current.file) || (!args.enabled && current.file === "enabled-runtime");
    const isUndecidable = !args.enabled && (current.file === "static" || current.file === "generated" || current.file === "transient");
    if (is !== args.enabled && !isUndecidable) changes.push({ key: "enabled", from: is, to: args.enabled });
  }
  const action = actionOf(current, args);
  if (action !== undefined) changes.push({ key: "state", from: current.active ?? null, to: args.state! });
  return changes;
}

function actionOf(current: UnitState, args: UnitArgs): "start" | "stop" | "restart" | "reload" | undefined {
  if (args.state === undefined) return undefined;
  if (current.active === undefined) throw new ModuleError("systemd does not run on this host, so no service can be started or stopped", { name: args.name });
  if (args.state === "stopped") return isRunning(current) || current.active === "deactivating" ? "stop" : undefined;
  if (!isRunning(current)) return "start";
  return args.state === "restarted" ? "restart" : args.state === "reloaded" ? "reload" : undefined;
}

/**
 * What an apply has left undone, for example a restart that did not happen.
 * @throws ModuleError for a service that ended at once with an error
 */
export function leftOfUnit(after: UnitState, args: UnitArgs, before: UnitState): readonly Change[] {
  if (args.state !== undefined && args.state !== "stopped" && !args.no_block && after.active === "failed") {
    const msg = `Unable to start service ${args.name}: it ended right after its start (${after.outcome})`;
    throw new ModuleError(msg, { name: args.name, changed: true }, `its own words: journalctl -u ${args.name} on the host`);
  }
  return planUnit(after, args).filter((change) => {
    if (change.key === "daemon_reload" || change.key === "daemon_reexec") return false;
    if (change.key === "enabled") return !undecidedWords.has(after.file);
    if (change.key !== "state" || args.no_block) return change.key !== "state";
    const isDone = !isRunning(after) && after.active !== "failed" && after.outcome === "success";
    // oneshot units end by themselves; a reload leaves no trace
    if (isDone && args.state !== "stopped") return false;
    if (args.state === "reloaded" && isRunning(after)) return false;
    return !(args.state === "restarted" && isRunning(after) && after.invocation !== before.invocation);
  });
}

export function applyUnit(changes: readonly Change[], current: UnitState, args: UnitArgs): Script {
  return { text: unitApply(), vars: unitVars(changes, current, args) };
}

export function unitVars(changes: readonly Change[], current: UnitState, args: UnitArgs): Record<string, string> {
  const options = [
    ...(args.scope === "system" ? [] : [`--${args.scope}`]),
    ...(args.no_block ? ["--no-block"] : []),
    ...(args.force === true ? ["--force"] : []),
  ];
  // an alias cannot be enabled or disabled, the unit behind it can
  const unit = current.status?.["Id"] ?? args.name ?? "";
  const steps = changes.map((change): string[] => {
    if (change.key === "daemon_reload") return ["daemon-reload"];
    if (change.key === "daemon_reexec") return ["daemon-reexec"];
    if (change.key === "masked") return [change.to === true ? "mask" : "unmask", "--", args.name!];
    if (change.key === "enabled") return [change.to === true ? "enable" : "disable", "--", unit];
    return [actionOf(current, args)!, "--", args.name!];
  });
  return { scope: args.scope, unit: args.name ?? "", steps: steps.map((words) => quote([...options, ...words].map(quote).join(" "))).join(" ") };
}

/** Ansible's keys; `changed` without what changes nothing by itself. */
export function unitResult(args: UnitArgs, after: UnitState, changes: readonly Change[]): Record<string, unknown> {
  return {
    name: args.name ?? null,
    changed: changes.some(({ key }) => key !== "daemon_reload" && key !== "daemon_reexec"),
    ...(args.enabled === undefined ? {} : { enabled: args.enabled }),
    ...(args.state === undefined ? {} : { state: args.state === "stopped" ? "stopped" : "started" }),
    status: after.status,
  };
}
