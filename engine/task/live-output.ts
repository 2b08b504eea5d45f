import { StringDecoder } from "node:string_decoder";

type Stream = "stdout" | "stderr";

/** What a script prints while it runs, as text for people. */
export interface LiveOutput {
  add(chunk: Buffer, stream: Stream): void;
  /** The script has ended: what was kept back is told, unless it was the engine's own. */
  end(): void;
}

/**
 * Turns what a script's apply prints into text: characters that chunks cut in two are put together, and the records that the script adds
 * for its module, behind a NUL, are left out.
 * @param watched names that the first of these records may have; undefined when stdout is nothing but records
 */
export function createLiveOutput(watched: readonly string[] | undefined, tell: (stream: Stream, text: string) => void): LiveOutput {
  const decoders = { stdout: new StringDecoder("utf8"), stderr: new StringDecoder("utf8") };
  const marks = (watched ?? []).map((name) => `\0${name}=`);
  let held = "";
  const say = (stream: Stream, text: string): void => {
    if (text !== "") tell(stream, text);
  };
  const sayStdout = (text: string): void => {
    if (watched === undefined) return;
    const all = held + text;
    const at = beginningOfRecords(all, marks);
    held = all.slice(at);
    say("stdout", all.slice(0, at));
  };
  return {
    add(chunk, stream) {
      const text = decoders[stream].write(chunk);
      if (stream === "stdout") sayStdout(text);
      else say("stderr", text);
    },
    end() {
      sayStdout(decoders.stdout.end());
      say("stderr", decoders.stderr.end());
      if (!marks.some((mark) => held.startsWith(mark))) say("stdout", held);
      held = "";
    },
  };
}

/** Records are few and short: what is longer is the command's own, whatever it looks like. Characters. */
const RECORDS_MOST = 64 * 1024;

/** Where the records begin or may yet begin. Output may hold what looks like them: the last place counts. */
function beginningOfRecords(text: string, marks: readonly string[]): number {
  const found = Math.max(...marks.map((mark) => text.lastIndexOf(mark)), -1);
  const last = text.length - found > RECORDS_MOST ? -1 : found;
  for (let at = text.indexOf("\0", last + 1); at !== -1; at = text.indexOf("\0", at + 1)) {
    // a mark that the end cuts: all before it may be told when it was no mark before
    if (text.length - at < 32 && marks.some((mark) => mark.startsWith(text.slice(at)))) return last === -1 ? at : last;
  }
  return last === -1 ? text.length : last;
}
