import type { Failure } from "../../source/failure.ts";
import type { Launch } from "../become.ts";
import type { Channel } from "../channel.ts";
import type { Answer, RunOptions } from "../contract.ts";
import type { Body } from "../frame.ts";

/** One script on its way: from `run` to its answer, possibly over more than one held sh. */
export interface Job {
  readonly body: Body;
  readonly content: Buffer | undefined;
  readonly options: RunOptions;
  /** Bytes kept of each stream; see `Script`. */
  readonly mostOutput?: number | undefined;
  /** How many shells it was given to already. */
  attempts: number;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

export interface ShellParts {
  readonly host: string;
  readonly nonce: string;
  readonly launch: Launch;
  /** Opens the channel that the sh lives on. */
  readonly open: () => Promise<Channel>;
  /** Why the connection is gone; undefined while it stands. */
  readonly lostBecause: () => Error | undefined;
  /** Milliseconds until the sh must have answered for the first time. */
  readonly startTimeout: number;
  /** Ends processes on the host, see kill.sh. Never rejects. */
  readonly kill: (order: KillOrder) => Promise<void>;
  /** Called with jobs that certainly never began (or may be repeated), when the sh is gone. */
  readonly giveBack: (jobs: readonly Job[], reason: GiveBack) => void;
}

export interface KillOrder {
  readonly shell: string;
  readonly scope: "frame" | "shell";
  /** Milliseconds since the frame began, at least. */
  readonly age: number;
}

export type GiveBack = { readonly kind: "shell-ended" } | { readonly kind: "connection-lost"; readonly failure: Failure } | { readonly kind: "no-prompt-flag" };
