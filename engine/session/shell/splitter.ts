import type { Marks } from "../frame.ts";

export interface SplitterEvents {
  /** The marks to wait for; undefined when no frame is outstanding. */
  marks(): Marks | undefined;
  begin(): void;
  data(chunk: Buffer): void;
  /** `rest` is what followed the mark on its line (the exit status, on stdout). */
  end(rest: string): void;
  /** Bytes that belong to no frame: greetings, prompts, output of background children of earlier frames. */
  noise(chunk: Buffer): void;
  /** The end of a frame is followed by more than an exit status. */
  broken(): void;
}

/** What may follow an end mark on its line. Bytes. */
const REST_MOST = 64;

/**
 * Cuts one stream of the held sh into frames. Marks may be split over chunks anywhere; whatever may yet become a mark is held back, and
 * nothing else is.
 * @returns a function to be called with each chunk
 */
export function createSplitter(events: SplitterEvents): (chunk: Buffer) => void {
  let held: Buffer = Buffer.alloc(0);
  let isInside = false;

  return (chunk) => {
    let rest = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    held = rest.subarray(0, 0);
    for (;;) {
      const marks = events.marks();
      const emit = isInside ? events.data : events.noise;
      if (marks === undefined) {
        if (rest.length > 0) emit(rest);
        return;
      }
      const mark = isInside ? marks.end : marks.begin;
      const at = rest.indexOf(mark);
      if (at === -1) {
        const kept = beginningAtEnd(rest, mark);
        if (rest.length > kept) emit(rest.subarray(0, rest.length - kept));
        held = rest.subarray(rest.length - kept);
        return;
      }
      if (at > 0) emit(rest.subarray(0, at));
      if (!isInside) {
        isInside = true;
        rest = rest.subarray(at + mark.length);
        events.begin();
        continue;
      }
      const newline = rest.indexOf(0x0a, at + mark.length);
      if ((newline === -1 ? rest.length : newline) - at - mark.length > REST_MOST) return events.broken();
      if (newline === -1) {
        held = rest.subarray(at);
        return;
      }
      isInside = false;
      const tail = rest.toString("latin1", at + mark.length, newline);
      rest = rest.subarray(newline + 1);
      events.end(tail);
    }
  };
}

/** How many bytes at the end of `bytes` are a beginning of `mark`. */
function beginningAtEnd(bytes: Buffer, mark: string): number {
  const wanted = Buffer.from(mark);
  for (let length = Math.min(wanted.length - 1, bytes.length); length > 0; length -= 1) {
    if (bytes.compare(wanted, 0, length, bytes.length - length) === 0) return length;
  }
  return 0;
}
