import type { Place } from "../source/place.ts";

/** A task as reporters see it. */
export interface TaskView {
  readonly id: string;
  /** As people name it: `role : name`, or the module when it has no name. Templates resolved where they could be. */
  readonly name: string;
  readonly action: string;
  readonly place: Place;
  readonly role?: string | undefined;
  readonly isHandler: boolean;
  /** `tags` in force. */
  readonly tags: readonly string[];
  /** The arguments, for -v of Ansible's reporter; undefined under no_log. */
  readonly args?: string | undefined;
  readonly checkMode: boolean;
}

export type Status = "ok" | "changed" | "skipped" | "failed" | "unreachable";

/** How a task, or one item of its loop, ended on a host. `result` is what `register` gets. */
export interface Outcome {
  readonly host: string;
  /** The host that was acted on, when delegated. */
  readonly delegatedTo?: string | undefined;
  readonly task: TaskView;
  readonly status: Status;
  /** A failure that `ignore_errors` or `ignore_unreachable` lets pass. */
  readonly ignored: boolean;
  /** A failure that a `rescue` takes care of. */
  readonly rescued: boolean;
  readonly result: Readonly<Record<string, unknown>>;
  /** Check mode: the verdict stands on an earlier change that was only announced. */
  readonly assumed: boolean;
  /** Milliseconds. */
  readonly duration: number;
  /** Where and what next, for failures. */
  readonly failure?: FailureView | undefined;
  /** True when no_log hides the result. */
  readonly censored: boolean;
}

export interface FailureView {
  readonly code: string;
  readonly message: string;
  readonly place?: Place | undefined;
  readonly hint?: string | undefined;
  readonly stderrTail?: string | undefined;
}

export interface ItemOutcome extends Outcome {
  /** The item's label for people. */
  readonly label: unknown;
  readonly index: number;
}

/** Ansible's recap line for one host. */
export interface HostStats {
  readonly ok: number;
  readonly changed: number;
  readonly unreachable: number;
  readonly failed: number;
  readonly skipped: number;
  readonly rescued: number;
  readonly ignored: number;
}

/** All that can happen in a run, in the order in which it happens. Reporters consume it and decide nothing. */
export type Event =
  | { readonly type: "run-start"; readonly playbooks: readonly string[]; readonly check: boolean; readonly diff: boolean; readonly version: string }
  | { readonly type: "playbook-start"; readonly file: string }
  | {
      readonly type: "play-start";
      readonly name: string;
      readonly place: Place;
      readonly hosts: readonly string[];
      /** Upper bound of tasks known now, for progress. */ readonly taskCount: number;
      readonly checkMode: boolean;
      /** `linear` when not given. */ readonly strategy?: string | undefined;
    }
  | { readonly type: "no-hosts-matched"; readonly pattern: string; readonly place: Place }
  | { readonly type: "no-hosts-remaining" }
  | { readonly type: "task-start"; readonly task: TaskView; readonly hosts: readonly string[]; readonly index: number }
  | { readonly type: "host-start"; readonly host: string; readonly task: TaskView }
  | {
      readonly type: "output";
      readonly host: string;
      readonly task: TaskView;
      readonly stream: "stdout" | "stderr";
      readonly text: string;
      readonly censored: boolean;
    }
  | {
      readonly type: "retry";
      readonly host: string;
      readonly task: TaskView;
      readonly attempt: number;
      readonly retriesLeft: number;
      readonly result: Readonly<Record<string, unknown>>;
      readonly censored: boolean;
    }
  | {
      /** A detached job (async) that is waited for; `id` is Ansible's jid. */
      readonly type: "job";
      readonly host: string;
      readonly task: TaskView;
      readonly id: string;
      readonly is: "running" | "ok" | "failed";
    }
  | ({ readonly type: "item" } & ItemOutcome)
  | ({ readonly type: "result" } & Outcome)
  | { readonly type: "task-end"; readonly task: TaskView }
  | {
      readonly type: "included";
      readonly file: string;
      readonly hosts: readonly string[];
      readonly task: TaskView;
      readonly label?: unknown;
      readonly censored: boolean;
    }
  | { readonly type: "notified"; readonly host: string; readonly handler: string }
  | { readonly type: "connected"; readonly host: string; readonly duration: number }
  | { readonly type: "warning"; readonly message: string; readonly place?: Place | undefined; readonly hint?: string | undefined }
  | {
      readonly type: "custom-stats";
      readonly values: Readonly<Record<string, unknown>>;
      readonly perHost: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    }
  /** One of several playbooks is through, and another one follows; the statistics are those of the run so far. */
  | { readonly type: "playbook-end"; readonly stats: Readonly<Record<string, HostStats>> }
  | {
      readonly type: "run-end";
      readonly stats: Readonly<Record<string, HostStats>>;
      readonly duration: number;
      readonly exitCode: number;
      readonly interrupted: boolean;
    };

/** Tells what happened, as it is: the run's way to its gate (engine/secrets/gate.ts). */
export type Emit = (event: Event) => void;

declare const isShown: unique symbol;

/** What may leave the run: secrets are masked, and what `no_log` hides is gone. Only the gate makes it. */
export type Shown<T> = T & { readonly [isShown]: true };

/** Takes what the gate lets out. */
export type Show = (event: Shown<Event>) => void;

/** A consumer of events. */
export interface Reporter {
  on(event: Shown<Event>): void;
  /** Writes what is left (a JUnit file, the last line). */
  close(): void | Promise<void>;
}
