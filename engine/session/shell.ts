import { Failure } from "../source/failure.ts";
import { becomeProblem, lacksPromptFlag, type Launch } from "./become.ts";
import { type Channel, type ChannelEnd, within } from "./channel.ts";
import type { Answer, RunOptions } from "./contract.ts";
import { type Body, commandsOf, frameText, keepText, type Marks, marksOf } from "./frame.ts";
import { MOST_OUTPUT, MOST_SHORTENED, Output } from "./output.ts";
import { createSplitter } from "./splitter.ts";
import { startFailure } from "./start-failure.ts";
import { trouble } from "./trouble.ts";

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

/** What the held sh itself does, with no answer. */
interface Command {
  readonly command: string;
}

interface Frame {
  readonly number: number;
  readonly marks: Marks;
  /** Undefined for the greeting, frame 0, which prints the pid. */
  readonly job: Job | undefined;
  readonly output: { readonly stdout: Output; readonly stderr: Output };
  hasBegun: boolean;
  code: number | undefined;
  isStderrDone: boolean;
  /** What to reject with, once the processes are ended. */
  doom: unknown;
  beganAt: number;
  isBeingKilled: boolean;
  timer: NodeJS.Timeout | undefined;
  unlisten: () => void;
}

/** How long the ended processes' frame may take to show its end. Milliseconds. */
const END_AFTER_KILL = 3_000;
/** How long a sh that has not answered is waited for, when what it was sent is to be ended. Milliseconds. */
const PID_TIMEOUT = 5_000;
const NOISE_LIMIT = 8_192;
/** From this length on the sh keeps a text for later frames, up to so many. Characters, texts. */
const KEEP_FROM = 256;
const KEEP_MOST = 200;

/** The greeting's body: in the subshell `$$` is still the held sh. */
export const GREETING = `printf %s "$$"`;

/** What the greeting may print. Bytes. */
const GREETING_MOST = 64;

/** Asked once for all frames, since asking costs a fork. */
const FIRST: Command = { command: "tsplay_umask=$(umask)\n" };

/** A long-lived sh: frames go in one after the other without waiting, answers come back in order. */
export class HeldShell {
  private readonly parts: ShellParts;
  private channel: Channel | undefined;
  private readonly waiting: Frame[] = [];
  /** What goes to the sh at the end of this turn of the event loop: frames that are submitted together travel together. */
  private readonly outgoing: (Command | Frame)[] = [];
  /** Texts that the sh keeps, and the functions that hold them: a play sends the same few dozen again and again. */
  private readonly kept = new Map<string, string>();
  /** Frames that each stream still has to bring, in order. */
  private readonly stdoutFrames: Frame[] = [];
  private readonly stderrFrames: Frame[] = [];
  private nextNumber = 0;
  private noise = "";
  private tellPid: (pid: string | undefined) => void = () => undefined;
  private readonly pid = new Promise<string | undefined>((resolve) => (this.tellPid = resolve));
  private killing: Promise<void> = Promise.resolve();
  private isReady = false;
  private isOver = false;
  private isClosing = false;
  private whenReady: (() => void) | undefined;
  private startTimer: NodeJS.Timeout | undefined;

  constructor(parts: ShellParts) {
    this.parts = parts;
  }

  /** False when a new shell is needed. */
  get isUsable(): boolean {
    return !this.isOver && !this.isClosing;
  }

  /** Starts the sh, with the greeting as its first frame. Problems reach the jobs. */
  start(): void {
    const greeting = this.expect(undefined);
    this.startTimer = setTimeout(() => this.fail(this.startFailure()), this.parts.startTimeout);
    this.parts.open().then(
      (opened) => {
        if (!this.attach(opened)) return;
        opened.stdin.write(this.parts.launch.preamble);
        this.send(FIRST);
        for (const frame of [greeting, ...this.waiting.splice(0)]) this.write(frame);
      },
      (error: unknown) => this.fail(error),
    );
  }

  /**
   * Starts a sh for one job whose frame is already in the preamble's line; its stdin is the channel.
   * @param feed writes the content; called as soon as that is safe
   */
  startStreamed(job: Job, feed: (channel: Channel) => Promise<void>): void {
    this.expect(undefined);
    const frame = this.expect(job);
    this.isClosing = true;
    this.startTimer = setTimeout(() => this.fail(this.startFailure()), this.parts.startTimeout);
    this.parts.open().then(
      (opened) => {
        if (!this.attach(opened)) return;
        opened.stdin.write(this.parts.launch.preamble);
        const begin = (): void => {
          feed(opened).then(
            () => opened.stdin.end(),
            (error: unknown) => this.condemn(frame, error),
          );
        };
        // content must not become an answer to a password prompt
        if (this.parts.launch.become === undefined) begin();
        else this.whenReady = begin;
      },
      (error: unknown) => this.fail(error),
    );
  }

  /** The marks of the greeting and of the only frame, for whoever builds a streamed frame's line. */
  static marks(nonce: string): { readonly greeting: Marks; readonly frame: Marks } {
    return { greeting: marksOf(nonce, 0), frame: marksOf(nonce, 1) };
  }

  submit(job: Job): void {
    const frame = this.expect(job);
    if (this.channel === undefined) this.waiting.push(frame);
    else this.write(frame);
  }

  /** Ends what runs, then the sh. */
  async close(reason: unknown): Promise<void> {
    if (this.isOver) return;
    this.isClosing = true;
    const frames = this.pending();
    for (const frame of frames) frame.doom ??= reason;
    if (this.channel === undefined) {
      this.fail(reason);
      return;
    }
    const channel = this.channel;
    this.flush();
    if (frames.length === 0) {
      // an idle sh ends by itself at the end of its input: nobody need wait for that
      channel.stdin.end();
      this.over();
      return;
    }
    await this.kill("shell", 0);
    channel.stdin.end();
    await within(END_AFTER_KILL, channel.ended);
    this.fail(reason);
  }

  private expect(job: Job | undefined): Frame {
    const number = this.nextNumber;
    this.nextNumber += 1;
    const frame: Frame = {
      number,
      marks: marksOf(this.parts.nonce, number),
      job,
      output: { stdout: outputOf(job), stderr: outputOf(job) },
      hasBegun: false,
      code: undefined,
      isStderrDone: false,
      doom: undefined,
      beganAt: 0,
      isBeingKilled: false,
      timer: undefined,
      unlisten: () => undefined,
    };
    this.stdoutFrames.push(frame);
    this.stderrFrames.push(frame);
    const signal = job?.options.signal;
    if (signal !== undefined) {
      const onAbort = (): void => this.condemn(frame, trouble(this.parts.host, "interrupted", "interrupted; what the script ran on the host was ended"));
      signal.addEventListener("abort", onAbort, { once: true });
      frame.unlisten = () => signal.removeEventListener("abort", onAbort);
    }
    return frame;
  }

  private write(frame: Frame): void {
    if (frame.job !== undefined) this.keep(frame.job.body);
    this.send(frame);
  }

  private keep({ text }: Body): void {
    if (text.length < KEEP_FROM || this.kept.has(text) || this.kept.size === KEEP_MOST) return;
    const name = `tsplay_text_${this.kept.size}`;
    this.kept.set(text, name);
    this.send({ command: keepText(name, text) });
  }

  private send(what: Command | Frame): void {
    if (this.outgoing.push(what) === 1) setImmediate(() => this.flush());
  }

  private flush(): void {
    const outgoing = this.outgoing.splice(0);
    if (outgoing.length === 0 || this.isOver) return;
    const frames = outgoing.filter((what) => "marks" in what);
    let at = 0;
    const bytes = outgoing.map((what) => {
      if ("command" in what) return Buffer.from(what.command);
      at += 1;
      const { job, marks } = what;
      const commands = job === undefined ? GREETING : commandsOf(job.body, this.kept.get(job.body.text));
      return frameText(commands, job?.content, marks, { isAnnounced: at > 1, next: frames[at]?.marks });
    });
    this.channel!.stdin.write(Buffer.concat(bytes));
  }

  /** @returns false when nobody waits for the channel any more */
  private attach(channel: Channel): boolean {
    if (this.isOver) {
      channel.destroy();
      return false;
    }
    this.channel = channel;
    channel.stdout.on("data", this.splitter(this.stdoutFrames, "stdout"));
    channel.stderr.on("data", this.splitter(this.stderrFrames, "stderr"));
    void channel.ended.then((end) => this.onEnd(end));
    return true;
  }

  private splitter(frames: Frame[], stream: "stdout" | "stderr"): (chunk: Buffer) => void {
    const feed = createSplitter({
      marks: () => frames[0]?.marks,
      begin: () => this.onBegin(frames[0]!),
      data: (chunk) => {
        const frame = frames[0];
        if (frame === undefined || frame.doom !== undefined) return;
        frame.output[stream].add(chunk);
        if (frame.output[stream].isTooLong) this.onExcess(frame);
        try {
          frame.job?.options.onOutput?.(chunk, stream);
        } catch (error) {
          // thrown on, it would end the connection and everything on it
          this.condemn(frame, error);
        }
      },
      end: (rest) => {
        const frame = frames.shift()!;
        if (stream === "stderr") frame.isStderrDone = true;
        else {
          frame.code = Number(rest.trim());
          if (frame.job === undefined) this.tellPid(frame.output.stdout.bytes().toString());
        }
        if (frame.code !== undefined && frame.isStderrDone) this.onFrameEnd(frame);
      },
      noise: (chunk) => this.onNoise(chunk),
      broken: () => this.fail(trouble(this.parts.host, "shell-failed", "what the shell on the host says of a script's end is no exit status")),
    });
    return (chunk) => {
      if (!this.isOver) feed(chunk);
    };
  }

  private onBegin(frame: Frame): void {
    if (frame.hasBegun) return;
    frame.hasBegun = true;
    frame.beganAt = performance.now();
    if (!this.isReady) {
      this.isReady = true;
      clearTimeout(this.startTimer);
      this.whenReady?.();
    }
    const { job } = frame;
    if (frame.doom !== undefined) this.end(frame);
    else if (job?.options.timeout !== undefined) {
      const { timeout } = job.options;
      const failure = trouble(this.parts.host, "command-timeout", `the script took longer than ${timeout / 1000} s; what it ran on the host was ended`, {
        hint: "raise `timeout`, or find out what it waited for",
      });
      frame.timer = setTimeout(() => this.condemn(frame, failure), timeout);
    }
  }

  private onFrameEnd(frame: Frame): void {
    clearTimeout(frame.timer);
    frame.unlisten();
    if (frame.job === undefined) return;
    const { stdout, stderr } = frame.output;
    const shortened = (["stdout", "stderr"] as const).filter((stream) => frame.output[stream].isTooLong);
    if (frame.doom !== undefined) this.refuse(frame, frame.doom);
    else if (shortened.length > 0 && frame.job.options.excess !== "shorten") frame.job.reject(this.excess(frame.job));
    else frame.job.resolve({ code: frame.code!, stdout: stdout.bytes(), stderr: stderr.bytes(), ...(shortened.length > 0 ? { shortened } : {}) });
    if (this.parts.launch.preamble !== "" && this.isClosing && this.pending().length === 0) this.giveUpChannel();
  }

  /** What only looks is ended at once; what changes the host had better come to its end. */
  private onExcess(frame: Frame): void {
    if (frame.job === undefined) this.fail(trouble(this.parts.host, "shell-failed", "the shell on the host prints without end instead of its process id"));
    else if (frame.job.options.excess !== "shorten" && frame.job.options.repeatable === true) this.condemn(frame, this.excess(frame.job));
  }

  private excess({ mostOutput = MOST_OUTPUT }: Job): Failure {
    return new Failure(`${this.parts.host}: the host's script printed more than ${mostOutput} bytes`, {
      code: "output-too-long",
      fault: "host",
      hint: "look what prints so much there: a program that has been exchanged, or something in the background that never ends",
    });
  }

  /** Ends the frame's processes now, or as soon as it begins. */
  private condemn(frame: Frame, reason: unknown): void {
    if (this.isOver || frame.doom !== undefined || (frame.code !== undefined && frame.isStderrDone)) return;
    frame.doom = reason;
    if (frame.hasBegun) this.end(frame);
    else if (this.pending().every(({ doom }) => doom !== undefined)) {
      if (this.channel === undefined) this.fail(reason);
      else this.end(frame, "shell");
    }
  }

  private end(frame: Frame, scope?: "shell"): void {
    if (frame.isBeingKilled) return;
    frame.isBeingKilled = true;
    const pending = this.pending();
    // one sh less is quicker than to end many frames one by one
    const isAll = scope === "shell" || (pending.length > 1 && pending.every(({ doom }) => doom !== undefined));
    const age = frame.hasBegun ? performance.now() - frame.beganAt : 0;
    const killed = this.kill(isAll ? "shell" : "frame", isAll ? 0 : age);
    void killed.then(() => {
      setTimeout(() => {
        if (this.pending().includes(frame)) this.fail(frame.doom);
      }, END_AFTER_KILL).unref();
    });
  }

  private kill(scope: KillOrder["scope"], age: number): Promise<void> {
    // what was sent will run, also when the sh has not answered yet: it must be found first
    const killed = within(PID_TIMEOUT, this.pid).then((shell) => (shell === undefined ? Promise.resolve() : this.parts.kill({ shell, scope, age })));
    this.killing = Promise.all([this.killing, killed]).then(() => undefined);
    return killed;
  }

  private onNoise(chunk: Buffer): void {
    if (this.isReady) return;
    this.noise = (this.noise + chunk.toString("latin1")).slice(-NOISE_LIMIT);
    if (this.parts.launch.become === undefined) return;
    if (lacksPromptFlag(this.parts.launch, this.noise)) return;
    const problem = becomeProblem(this.parts.launch, this.noise);
    if (problem !== undefined) this.fail(trouble(this.parts.host, "become-failed", problem.message, { hint: problem.hint }));
  }

  private onEnd(end: ChannelEnd): void {
    if (this.isOver) return;
    const { host, launch, lostBecause } = this.parts;
    const lost = lostBecause();
    if (lost !== undefined) {
      const failure = trouble(host, "connection-lost", `the connection was lost: ${lost.message}`, {
        cause: lost,
        hint: "look whether the host is up; what the script had begun there may be half done",
      });
      const { repeatable, others } = this.divide((frame) => frame.job!.options.repeatable === true);
      this.settle(others, failure);
      this.over();
      this.parts.giveBack(repeatable, { kind: "connection-lost", failure });
      return;
    }
    if (!this.isReady) {
      if (lacksPromptFlag(launch, this.noise)) {
        const { repeatable } = this.divide(() => true);
        this.over();
        this.parts.giveBack(repeatable, { kind: "no-prompt-flag" });
        return;
      }
      this.fail(this.startFailure(end));
      return;
    }
    const how = end.signal === undefined ? `with exit status ${end.code ?? "unknown"}` : `by ${end.signal}`;
    const failure = trouble(host, "shell-ended", `the shell on the host was ended ${how} while the script ran`, {
      hint: "look whether the script ended its own parent, or the host ran out of memory",
    });
    const { repeatable, others } = this.divide((frame) => !frame.hasBegun && !this.isClosing);
    this.settle(others, failure);
    this.over();
    this.parts.giveBack(repeatable, { kind: "shell-ended" });
  }

  private startFailure(end?: ChannelEnd): Failure {
    return startFailure(this.parts.host, this.parts.launch, this.noise, end, this.parts.startTimeout);
  }

  /** Frames without an answer yet, the greeting aside. */
  private pending(): Frame[] {
    return [...new Set([...this.stdoutFrames, ...this.stderrFrames])].filter(({ job }) => job !== undefined);
  }

  private divide(isRepeatable: (frame: Frame) => boolean): { repeatable: Job[]; others: Frame[] } {
    const repeatable: Job[] = [];
    const others: Frame[] = [];
    for (const frame of this.pending()) {
      if (frame.doom === undefined && isRepeatable(frame)) {
        clearTimeout(frame.timer);
        frame.unlisten();
        repeatable.push(frame.job!);
      } else others.push(frame);
    }
    return { repeatable, others };
  }

  private settle(frames: readonly Frame[], reason: unknown): void {
    for (const frame of frames) {
      clearTimeout(frame.timer);
      frame.unlisten();
      this.refuse(frame, reason);
    }
  }

  /** What was to be ended has been ended before anybody is told so. */
  private refuse(frame: Frame, reason: unknown): void {
    const refusal = frame.doom ?? reason;
    void (frame.doom === undefined ? Promise.resolve() : this.killing).then(() => frame.job?.reject(refusal));
  }

  /** Gives the sh up: every frame without an answer gets `reason`. */
  private fail(reason: unknown): void {
    if (this.isOver) return;
    this.settle(this.pending(), reason);
    this.over();
    this.giveUpChannel();
  }

  private giveUpChannel(): void {
    this.isOver = true;
    this.channel?.stdin.end();
    this.channel?.destroy();
  }

  private over(): void {
    this.isOver = true;
    this.tellPid(undefined);
    clearTimeout(this.startTimer);
    this.stdoutFrames.length = 0;
    this.stderrFrames.length = 0;
  }
}

function outputOf(job: Job | undefined): Output {
  if (job === undefined) return new Output(GREETING_MOST, false);
  return job.options.excess === "shorten" ? new Output(job.mostOutput ?? MOST_SHORTENED, true) : new Output(job.mostOutput ?? MOST_OUTPUT, false);
}
