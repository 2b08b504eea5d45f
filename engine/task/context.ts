import type PQueue from "p-queue";
import type { Inventory } from "../inventory/contract.ts";
import type { LoadContext } from "../play/load.ts";
import type { Handler, Play, Task } from "../play/model.ts";
import type { Emit } from "../report/events.ts";
import type { Secrets } from "../secrets/secrets.ts";
import type { PlayState, RunFacts } from "../variables/contract.ts";
import type { ExplainedVariables } from "../variables/variables.ts";
import type { Connections } from "./connections.ts";
import type { Jobs } from "./job/jobs.ts";
import type { KnownPlaces } from "./place-of-action.ts";
import { Prepared } from "./prepared.ts";
import type { Settings } from "./settings.ts";
import type { Stats } from "./stats.ts";
import type { Turns } from "./turns.ts";
import type { Failure } from "../source/failure.ts";

/** What is the same for the whole run. */
export interface RunContext {
  readonly settings: Settings;
  readonly facts: RunFacts;
  readonly inventory: Inventory;
  readonly variables: ExplainedVariables;
  readonly connections: Connections;
  /** Whose turn it is, and what is being changed meanwhile. */
  readonly turns: Turns;
  /** Detached jobs (async). */
  readonly jobs: Jobs;
  readonly emit: Emit;
  readonly stats: Stats;
  readonly signal: AbortSignal;
  /** Ends the run from within, as the signal does from without. */
  readonly interrupt: () => void;
  /** Hosts at work at the same time. */
  readonly queue: PQueue;
  /** What the gate masks; `emit` leads through it. */
  readonly secrets: Secrets;
  readonly decrypt: (ciphertext: string) => string;
  /** The same, for what may be no text. */
  readonly decryptBytes: (ciphertext: string) => Buffer;
  /** Custom statistics of set_stats. */
  readonly customStats: { values: Record<string, unknown>; perHost: Record<string, Record<string, unknown>> };
  /** Hosts that facts were gathered from (gathering: smart). */
  readonly gathered: Set<string>;
  /** By host. */
  readonly doubts: Map<string, Doubt>;
  /** Set when --start-at-task's task has been reached (or none was asked for). */
  started: boolean;
  stepping: boolean;
}

export interface Doubt {
  /** Names of variables whose content check mode could not know. */
  readonly unknown: Set<string>;
  /** True once check mode has announced a change on the host. */
  announced: boolean;
}

/** One host on its way through one play. */
export interface HostRun {
  readonly name: string;
  /** The failure that ended it; cleared by a rescue or clear_host_errors. */
  failed: boolean;
  unreachable: boolean;
  /** By meta: end_host, end_play and the like. */
  ended: boolean;
  /** Roles that a `meta: end_role` ended. */
  readonly endedRoles: Set<string>;
  /** Names that tasks have notified since the last flush. */
  readonly notifications: Set<string>;
  /** Handlers that the flush has still to run. */
  readonly notified: Set<Handler>;
  isFlushing: boolean;
  /** What check mode has left open on this host, in earlier plays too. */
  readonly doubt: Doubt;
  /** Keys of roles with a task that has run here. */
  readonly roles: Map<string, object>;
  /** Tasks in a row that needed no change, an eighth of it left by each that did; how far ahead probes are sent depends on it. */
  streak: number;
  /** What was resolved before its turn. */
  readonly prepared: Prepared;
  /** Where its tasks act, in this play. */
  readonly places: KnownPlaces;
  /** For rescue: what failed. */
  lastFailure: { readonly task: Task; readonly result: Readonly<Record<string, unknown>> } | undefined;
}

/** One batch of one play. */
export interface PlayContext {
  readonly run: RunContext;
  readonly play: Play;
  readonly state: PlayState;
  readonly load: LoadContext;
  /** Why the play's vars_files cannot be read for a host: every task of the host fails of it. */
  readonly varsFilesProblem: (host: string) => Failure | undefined;
  readonly hosts: Map<string, HostRun>;
  /** The play's handlers, and those of roles included so far. */
  readonly handlers: Handler[];
  /** By task: no more hosts than its `throttle` at the same time. */
  readonly throttles: Map<string, PQueue>;
  /** Ends the play for everybody (any_errors_fatal, end_play). */
  broken: boolean;
  taskIndex: number;
}

export function isActive(host: HostRun): boolean {
  return !host.failed && !host.unreachable && !host.ended;
}

export function newHostRun(name: string, run: Pick<RunContext, "doubts">): HostRun {
  const doubt = run.doubts.get(name) ?? { unknown: new Set(), announced: false };
  run.doubts.set(name, doubt);
  return {
    name,
    failed: false,
    unreachable: false,
    ended: false,
    endedRoles: new Set(),
    notifications: new Set(),
    notified: new Set(),
    isFlushing: false,
    doubt,
    roles: new Map(),
    streak: 16,
    prepared: new Prepared(),
    places: new Map(),
    lastFailure: undefined,
  };
}
