import { type Channel, type ChannelEnd, within } from "../channel.ts";
import { type Marks, marksOf } from "../frame.ts";
import { trouble } from "../trouble.ts";
import { Beginning } from "./beginning.ts";
import { Condemned, END_AFTER_KILL } from "./condemned.ts";
import { type Arrivals, Expected, type Frame, release, type Stream } from "./expected.ts";
import type { Job, ShellParts } from "./job.ts";
import { answerOf, excess, isExcess } from "./output.ts";
import { Outgoing } from "./outgoing.ts";

/** A long-lived sh: frames go in one after the other without waiting, answers come back in order. */
export class HeldShell implements Arrivals {
  readonly #parts: ShellParts;
  readonly #expected: Expected;
  readonly #beginning: Beginning;
  readonly #condemned: Condemned;
  readonly #outgoing: Outgoing;
  #channel: Channel | undefined;
  #isOver = false;
  #isClosing = false;

  constructor(parts: ShellParts) {
    const fail = (reason: unknown): void => this.#fail(reason);
    this.#parts = parts;
    this.#expected = new Expected(parts.nonce);
    this.#beginning = new Beginning(parts, fail);
    this.#outgoing = new Outgoing((bytes) => {
      if (!this.#isOver) this.#channel!.stdin.write(bytes);
    });
    this.#condemned = new Condemned({
      pid: this.#beginning.pid,
      isStarted: () => this.#channel !== undefined,
      pending: () => this.#expected.pending(),
      kill: parts.kill,
      fail,
    });
  }

  /** The marks of the greeting and of the only frame, for whoever builds a streamed frame's line. */
  static marks(nonce: string): { readonly greeting: Marks; readonly frame: Marks } {
    return { greeting: marksOf(nonce, 0), frame: marksOf(nonce, 1) };
  }

  /** False when a new shell is needed. */
  get isUsable(): boolean {
    return !this.#isOver && !this.#isClosing;
  }

  /** Starts the sh, with the greeting as its first frame. Problems reach the jobs. */
  start(): void {
    this.#outgoing.add(this.#expected.add(undefined));
    this.#open(() => this.#outgoing.open());
  }

  /**
   * Starts a sh for one job whose frame is already in the preamble's line; its stdin is the channel.
   * @param feed writes the content; called as soon as that is safe
   */
  startStreamed(job: Job, feed: (channel: Channel) => Promise<void>): void {
    this.#expected.add(undefined);
    const frame = this.#expect(job);
    this.#isClosing = true;
    this.#open((channel) => {
      const begin = (): void => {
        feed(channel).then(
          () => channel.stdin.end(),
          (error: unknown) => this.#condemn(frame, error),
        );
      };
      // content must not become an answer to a password prompt
      if (this.#parts.launch.become === undefined) begin();
      else this.#beginning.whenReady = begin;
    });
  }

  submit(job: Job): void {
    this.#outgoing.add(this.#expect(job));
  }

  /** Ends what runs, then the sh. */
  async close(reason: unknown): Promise<void> {
    if (this.#isOver) return;
    this.#isClosing = true;
    const frames = this.#expected.pending();
    for (const frame of frames) frame.doom ??= reason;
    if (this.#channel === undefined) {
      this.#fail(reason);
      return;
    }
    const channel = this.#channel;
    this.#outgoing.flush();
    if (frames.length === 0) {
      // an idle sh ends by itself at the end of its input: nobody need wait for that
      channel.stdin.end();
      this.#over();
      return;
    }
    await this.#condemned.kill("shell", 0);
    channel.stdin.end();
    await within(END_AFTER_KILL, channel.ended);
    this.#fail(reason);
  }

  begin(frame: Frame): void {
    if (frame.hasBegun) return;
    frame.hasBegun = true;
    frame.beganAt = performance.now();
    this.#beginning.ready();
    const timeout = frame.job?.options.timeout;
    if (frame.doom !== undefined) this.#condemned.end(frame);
    else if (timeout !== undefined) {
      const failure = trouble(this.#parts.host, "command-timeout", `the script took longer than ${timeout / 1000} s; what it ran on the host was ended`, {
        hint: "raise `timeout`, or find out what it waited for",
      });
      frame.timer = setTimeout(() => this.#condemn(frame, failure), timeout);
    }
  }

  data(frame: Frame, chunk: Buffer, stream: Stream): void {
    if (frame.doom !== undefined) return;
    const { job, output } = frame;
    output[stream].add(chunk);
    if (job === undefined) {
      if (output[stream].isTooLong) this.#fail(trouble(this.#parts.host, "shell-failed", "the shell on the host prints without end instead of its process id"));
      return;
    }
    // what only looks is ended at once; what changes the host had better come to its end
    if (job.options.repeatable === true && isExcess(frame)) this.#condemn(frame, excess(this.#parts.host, job));
    try {
      job.options.onOutput?.(chunk, stream);
    } catch (error) {
      // thrown on, it would end the connection and everything on it
      this.#condemn(frame, error);
    }
  }

  pid(pid: string): void {
    this.#beginning.tellPid(pid);
  }

  end(frame: Frame): void {
    release(frame);
    const { job, doom } = frame;
    if (job === undefined) return;
    if (doom !== undefined) this.#condemned.refuse(frame, doom);
    else if (isExcess(frame)) job.reject(excess(this.#parts.host, job));
    else job.resolve(answerOf(frame.code!, frame.output));
    if (this.#parts.launch.preamble !== "" && this.#isClosing && this.#expected.pending().length === 0) this.#giveUpChannel();
  }

  noise(chunk: Buffer): void {
    this.#beginning.hear(chunk);
  }

  broken(): void {
    this.#fail(trouble(this.#parts.host, "shell-failed", "what the shell on the host says of a script's end is no exit status"));
  }

  #expect(job: Job): Frame {
    const frame = this.#expected.add(job);
    const { signal } = job.options;
    if (signal !== undefined) {
      const onAbort = (): void => this.#condemn(frame, trouble(this.#parts.host, "interrupted", "interrupted; what the script ran on the host was ended"));
      signal.addEventListener("abort", onAbort, { once: true });
      frame.unlisten = () => signal.removeEventListener("abort", onAbort);
    }
    return frame;
  }

  #condemn(frame: Frame, reason: unknown): void {
    if (!this.#isOver) this.#condemned.condemn(frame, reason);
  }

  #open(begin: (channel: Channel) => void): void {
    this.#beginning.start();
    this.#parts.open().then(
      (channel) => {
        if (this.#isOver) {
          // nobody waits for it any more
          channel.destroy();
          return;
        }
        this.#channel = channel;
        channel.stdout.on("data", this.#reader("stdout"));
        channel.stderr.on("data", this.#reader("stderr"));
        void channel.ended.then((end) => this.#onEnd(end));
        channel.stdin.write(this.#parts.launch.preamble);
        begin(channel);
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #reader(stream: Stream): (chunk: Buffer) => void {
    const feed = this.#expected.reader(stream, this);
    return (chunk) => {
      if (!this.#isOver) feed(chunk);
    };
  }

  #onEnd(end: ChannelEnd): void {
    if (this.#isOver) return;
    const { host, lostBecause, giveBack } = this.#parts;
    const lost = lostBecause();
    if (lost !== undefined) {
      const failure = trouble(host, "connection-lost", `the connection was lost: ${lost.message}`, {
        cause: lost,
        hint: "look whether the host is up; what the script had begun there may be half done",
      });
      giveBack(
        this.#settle(failure, ({ job }) => job!.options.repeatable === true),
        { kind: "connection-lost", failure },
      );
    } else if (this.#beginning.isReady) {
      const how = end.signal === undefined ? `with exit status ${end.code ?? "unknown"}` : `by ${end.signal}`;
      const failure = trouble(host, "shell-ended", `the shell on the host was ended ${how} while the script ran`, {
        hint: "look whether the script ended its own parent, or the host ran out of memory",
      });
      giveBack(
        this.#settle(failure, ({ hasBegun }) => !hasBegun && !this.#isClosing),
        { kind: "shell-ended" },
      );
    } else if (this.#beginning.lacksPromptFlag()) {
      giveBack(
        this.#settle(undefined, () => true),
        { kind: "no-prompt-flag" },
      );
    } else this.#fail(this.#beginning.failure(end));
  }

  /**
   * The sh is gone: frames without an answer get `reason`.
   * @returns the jobs that another sh may be given instead
   */
  #settle(reason: unknown, isRepeatable: (frame: Frame) => boolean): Job[] {
    const repeatable: Job[] = [];
    for (const frame of this.#expected.pending()) {
      release(frame);
      if (frame.doom === undefined && isRepeatable(frame)) repeatable.push(frame.job!);
      else this.#condemned.refuse(frame, reason);
    }
    this.#over();
    return repeatable;
  }

  /** Gives the sh up: every frame without an answer gets `reason`. */
  #fail(reason: unknown): void {
    if (this.#isOver) return;
    this.#settle(reason, () => false);
    this.#giveUpChannel();
  }

  #giveUpChannel(): void {
    this.#isOver = true;
    this.#channel?.stdin.end();
    this.#channel?.destroy();
  }

  #over(): void {
    this.#isOver = true;
    this.#beginning.over();
    this.#expected.forget();
  }
}
