import { type Marks, marksOf } from "../frame.ts";
import type { Job } from "./job.ts";
import { type Output, outputOf } from "./output.ts";
import { createSplitter } from "./splitter.ts";

export type Stream = "stdout" | "stderr";

/** What the sh was asked, until both of its streams have brought the answer. */
export interface Frame {
  readonly marks: Marks;
  /** Undefined for the greeting, frame 0, which prints the pid. */
  readonly job: Job | undefined;
  readonly output: Readonly<Record<Stream, Output>>;
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

/** What the streams of a sh bring. */
export interface Arrivals {
  begin(frame: Frame): void;
  data(frame: Frame, chunk: Buffer, stream: Stream): void;
  /** The greeting's answer. */
  pid(pid: string): void;
  /** Both streams of the frame are through. */
  end(frame: Frame): void;
  noise(chunk: Buffer): void;
  broken(): void;
}

/** The frames that each stream of a sh still has to bring, in order. */
export class Expected {
  readonly #nonce: string;
  readonly #frames: Readonly<Record<Stream, Frame[]>> = { stdout: [], stderr: [] };
  #next = 0;

  constructor(nonce: string) {
    this.#nonce = nonce;
  }

  add(job: Job | undefined): Frame {
    const frame: Frame = {
      marks: marksOf(this.#nonce, this.#next),
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
    this.#next += 1;
    this.#frames.stdout.push(frame);
    this.#frames.stderr.push(frame);
    return frame;
  }

  /** Frames without an answer yet, the greeting aside. */
  pending(): Frame[] {
    return [...new Set([...this.#frames.stdout, ...this.#frames.stderr])].filter(({ job }) => job !== undefined);
  }

  forget(): void {
    this.#frames.stdout.length = 0;
    this.#frames.stderr.length = 0;
  }

  /** @returns a function to be called with each chunk of the stream */
  reader(stream: Stream, on: Arrivals): (chunk: Buffer) => void {
    const frames = this.#frames[stream];
    return createSplitter({
      marks: () => frames[0]?.marks,
      begin: () => on.begin(frames[0]!),
      data: (chunk) => {
        if (frames[0] !== undefined) on.data(frames[0], chunk, stream);
      },
      end: (rest) => {
        const frame = frames.shift()!;
        if (stream === "stderr") frame.isStderrDone = true;
        else {
          frame.code = Number(rest.trim());
          if (frame.job === undefined) on.pid(frame.output.stdout.bytes().toString());
        }
        if (isDone(frame)) on.end(frame);
      },
      noise: (chunk) => on.noise(chunk),
      broken: () => on.broken(),
    });
  }
}

/** Whether both streams have brought all of it. */
export function isDone(frame: Frame): boolean {
  return frame.code !== undefined && frame.isStderrDone;
}

/** Neither clock nor signal ends it any more. */
export function release(frame: Frame): void {
  clearTimeout(frame.timer);
  frame.unlisten();
}
