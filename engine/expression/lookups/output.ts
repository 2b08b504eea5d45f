import { spawn, spawnSync } from "node:child_process";
import { Failure } from "../../source/failure.ts";
import { Problem } from "../problem.ts";

/** A program on the controller whose output is the answer. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly input?: string;
  /** For messages. */
  readonly what: string;
}

interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Bytes. */
const MOST_OUTPUT = 256 * 1024 * 1024;

/** @throws Problem when it cannot run, or ends with another status than 0 */
export function outputNow(program: Program): string {
  const { file, args, cwd, input } = program;
  const ended = spawnSync(file, args, {
    cwd,
    encoding: "utf8",
    maxBuffer: MOST_OUTPUT,
    ...(input === undefined ? { stdio: ["ignore", "pipe", "pipe"] } : { input }),
  });
  if (ended.error !== undefined) throw cannotRun(program, ended.error);
  return outputOf(program, ended);
}

/**
 * The same, while everything else goes on.
 * @param signal ends the program, with all that it has begun
 * @throws Problem; Failure `interrupted`
 */
export async function outputLater(program: Program, signal: AbortSignal | undefined): Promise<string> {
  const { file, args, cwd, input } = program;
  // a group of its own: what it begins ends with it
  const child = spawn(file, args, { cwd, detached: true, stdio: ["pipe", "pipe", "pipe"] });
  const end = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
    } catch (error) {
      // it has ended by itself
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  };
  signal?.addEventListener("abort", end, { once: true });
  if (signal?.aborted === true) end();
  // a program that does not read its input is none the worse for it
  child.stdin.on("error", () => undefined);
  child.stdin.end(input ?? "");
  const texts = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  let size = 0;
  const keep = (list: Buffer[]) => (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MOST_OUTPUT) list.push(chunk);
    else end();
  };
  child.stdout.on("data", keep(texts.stdout));
  child.stderr.on("data", keep(texts.stderr));
  try {
    const [status, by] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once("error", (error) => reject(cannotRun(program, error)));
      child.once("close", (code, killer) => resolve([code, killer]));
    });
    if (signal?.aborted === true) throw new Failure("interrupted", { code: "interrupted", fault: "transport" });
    if (size > MOST_OUTPUT) throw new Problem(`${program.what} printed more than ${MOST_OUTPUT / 1024 / 1024} MiB`);
    return outputOf(program, { status, signal: by, stdout: textOf(texts.stdout), stderr: textOf(texts.stderr) });
  } finally {
    signal?.removeEventListener("abort", end);
  }
}

function textOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString("utf8");
}

function cannotRun({ what }: Program, error: Error): Problem {
  return new Problem(`${what} could not run: ${error.message}`);
}

function outputOf({ what }: Program, { status, signal, stdout, stderr }: Ended): string {
  if (status === 0) return stdout;
  const tail = stderr.trim().split("\n").slice(-3).join("\n");
  throw new Problem(`${what} ended with ${status === null ? `signal ${String(signal)}` : `status ${status}`}${tail === "" ? "" : `: ${tail}`}`);
}
