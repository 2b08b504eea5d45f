import { Failure } from "../../source/failure.ts";
import type { Answer } from "../contract.ts";
import type { Frame, Stream } from "./expected.ts";
import type { Job } from "./job.ts";

/** What is kept of a script's stdout, and as much of its stderr, unless the script says more. Bytes. */
const MOST_OUTPUT = 64 * 1024 * 1024;
/** The same of what is shortened for people. Less, since it becomes a list of lines, each of which costs more than its letters. */
const MOST_SHORTENED = 16 * 1024 * 1024;

/** What the greeting may print. Bytes. */
const GREETING_MOST = 64;

/** A cut is moved to the end of a line that is as near as this. Bytes. */
const NEAR = 4_096;
/** So many small pieces become one: each has its price beside its bytes. */
const LOOSE_MOST = 256;
const LARGE = 4_096;

/** One stream of a script, as far as it is kept: nobody knows how long a host goes on. */
export class Output {
  readonly #most: number;
  readonly #isShortened: boolean;
  #pieces: Buffer[] = [];
  #loose = 0;
  #headLength = 0;
  /** The last bytes, written round and round, once the head is full. */
  #ring: Buffer | undefined;
  #ringLength = 0;

  /**
   * @param most bytes
   * @param isShortened of what is longer keep the beginning and the end; else nothing
   */
  constructor(most: number, isShortened: boolean) {
    this.#most = most;
    this.#isShortened = isShortened;
  }

  get isTooLong(): boolean {
    return this.#headLength + this.#ringLength > this.#most;
  }

  add(chunk: Buffer): void {
    const headMost = this.#isShortened ? Math.ceil(this.#most / 2) : this.#most;
    const room = headMost - this.#headLength;
    if (room >= chunk.length) this.#keep(chunk);
    else if (!this.#isShortened) {
      this.#headLength += chunk.length;
      this.#pieces = [];
    } else {
      if (room > 0) this.#keep(chunk.subarray(0, room));
      this.#goRound(chunk.subarray(Math.max(room, 0)));
    }
  }

  /** All of it; or the beginning, a line that says how much is left out, and the end. */
  bytes(): Buffer {
    if (this.#ring === undefined) return this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
    const head = Buffer.concat(this.#pieces);
    const tail = this.#tail();
    if (!this.isTooLong) return Buffer.concat([head, tail]);
    const [first, last] = [head.subarray(0, endOfLine(head)), tail.subarray(beginningOfLine(tail))];
    const leftOut = this.#headLength + this.#ringLength - first.length - last.length;
    return Buffer.concat([first, Buffer.from(`\n[... ${leftOut} bytes left out ...]\n`), last]);
  }

  #keep(chunk: Buffer): void {
    this.#headLength += chunk.length;
    this.#pieces.push(chunk);
    this.#loose = chunk.length < LARGE ? this.#loose + 1 : 0;
    if (this.#loose < LOOSE_MOST) return;
    this.#pieces.push(Buffer.concat(this.#pieces.splice(-this.#loose)));
    this.#loose = 0;
  }

  #goRound(chunk: Buffer): void {
    this.#ring ??= Buffer.allocUnsafe(Math.floor(this.#most / 2));
    const size = this.#ring.length;
    const last = chunk.subarray(Math.max(0, chunk.length - size));
    const at = (this.#ringLength + chunk.length - last.length) % size;
    const copied = last.copy(this.#ring, at);
    last.copy(this.#ring, 0, copied);
    this.#ringLength += chunk.length;
  }

  #tail(): Buffer {
    const ring = this.#ring!;
    if (this.#ringLength <= ring.length) return ring.subarray(0, this.#ringLength);
    const at = this.#ringLength % ring.length;
    return Buffer.concat([ring.subarray(at), ring.subarray(0, at)]);
  }
}

/** For the greeting when there is no job. */
export function outputOf(job: Job | undefined): Output {
  if (job === undefined) return new Output(GREETING_MOST, false);
  return job.options.excess === "shorten" ? new Output(job.mostOutput ?? MOST_SHORTENED, true) : new Output(job.mostOutput ?? MOST_OUTPUT, false);
}

/** Whether the script has printed more than can be answered. */
export function isExcess({ job, output }: Frame): boolean {
  return job?.options.excess !== "shorten" && (output.stdout.isTooLong || output.stderr.isTooLong);
}

export function excess(host: string, { mostOutput = MOST_OUTPUT }: Job): Failure {
  return new Failure(`${host}: the host's script printed more than ${mostOutput} bytes`, {
    code: "output-too-long",
    fault: "host",
    hint: "look what prints so much there: a program that has been exchanged, or something in the background that never ends",
  });
}

export function answerOf(code: number, output: Readonly<Record<Stream, Output>>): Answer {
  const shortened = (["stdout", "stderr"] as const).filter((stream) => output[stream].isTooLong);
  return { code, stdout: output.stdout.bytes(), stderr: output.stderr.bytes(), ...(shortened.length > 0 ? { shortened } : {}) };
}

/** Where to cut at the end: behind a line, or at least behind a character. */
function endOfLine(bytes: Buffer): number {
  const newline = bytes.lastIndexOf(0x0a);
  if (newline !== -1 && bytes.length - newline <= NEAR) return newline;
  let at = bytes.length;
  while (at > 0 && bytes.length - at < 4 && isInside(bytes[at - 1]!)) at -= 1;
  // the byte that says how many follow it
  return at > 0 && bytes[at - 1]! >= 0xc0 ? at - 1 : bytes.length;
}

function beginningOfLine(bytes: Buffer): number {
  const newline = bytes.indexOf(0x0a);
  if (newline !== -1 && newline < NEAR) return newline + 1;
  let at = 0;
  while (at < Math.min(4, bytes.length) && isInside(bytes[at]!)) at += 1;
  return at;
}

/** Whether a byte of UTF-8 goes on with a character. */
function isInside(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
