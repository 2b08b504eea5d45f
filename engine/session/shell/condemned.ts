import { within } from "../channel.ts";
import { type Frame, isDone } from "./expected.ts";
import type { KillOrder } from "./job.ts";

/** How long the ended processes' frame may take to show its end. Milliseconds. */
export const END_AFTER_KILL = 3_000;
/** How long a sh that has not answered is waited for, when what it was sent is to be ended. Milliseconds. */
const PID_TIMEOUT = 5_000;

/** What must be known of a sh to end what it runs. */
export interface Killable {
  /** Of the sh; undefined when there is none. */
  readonly pid: Promise<string | undefined>;
  readonly isStarted: () => boolean;
  readonly pending: () => readonly Frame[];
  /** See `ShellParts`. */
  readonly kill: (order: KillOrder) => Promise<void>;
  /** Gives the sh up. */
  readonly fail: (reason: unknown) => void;
}

/** Ends the processes of frames, and tells the frames' jobs when that is done. */
export class Condemned {
  readonly #shell: Killable;
  #killing: Promise<void> = Promise.resolve();

  constructor(shell: Killable) {
    this.#shell = shell;
  }

  /** Ends the frame's processes now, or as soon as it begins. */
  condemn(frame: Frame, reason: unknown): void {
    if (frame.doom !== undefined || isDone(frame)) return;
    frame.doom = reason;
    if (frame.hasBegun) this.end(frame);
    else if (this.#areAllDoomed()) {
      if (this.#shell.isStarted()) this.end(frame, "shell");
      else this.#shell.fail(reason);
    }
  }

  end(frame: Frame, scope?: "shell"): void {
    if (frame.isBeingKilled) return;
    frame.isBeingKilled = true;
    // one sh less is quicker than to end many frames one by one
    const isAll = scope === "shell" || (this.#shell.pending().length > 1 && this.#areAllDoomed());
    const age = frame.hasBegun ? performance.now() - frame.beganAt : 0;
    void this.kill(isAll ? "shell" : "frame", isAll ? 0 : age).then(() => {
      setTimeout(() => {
        if (this.#shell.pending().includes(frame)) this.#shell.fail(frame.doom);
      }, END_AFTER_KILL).unref();
    });
  }

  kill(scope: KillOrder["scope"], age: number): Promise<void> {
    // what was sent will run, also when the sh has not answered yet: it must be found first
    const killed = within(PID_TIMEOUT, this.#shell.pid).then((shell) => (shell === undefined ? undefined : this.#shell.kill({ shell, scope, age })));
    this.#killing = Promise.all([this.#killing, killed]).then(() => undefined);
    return killed;
  }

  /** What was to be ended has been ended before anybody is told so. */
  refuse(frame: Frame, reason: unknown): void {
    const refusal = frame.doom ?? reason;
    void (frame.doom === undefined ? Promise.resolve() : this.#killing).then(() => frame.job?.reject(refusal));
  }

  #areAllDoomed(): boolean {
    return this.#shell.pending().every(({ doom }) => doom !== undefined);
  }
}
