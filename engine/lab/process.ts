import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { Failure } from "../source/failure.ts";

export interface Captured {
  /** Exit status; 128 + signal number is not told apart from a signal, -1 is: the program was ended by a signal. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CaptureOptions {
  readonly input?: string | Buffer;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Called for each whole line on stderr, as it arrives. */
  readonly onLine?: (line: string) => void;
}

/** Runs a program to its end. A non-zero status is an answer; only a program that cannot be started rejects. */
export function capture(program: string, args: readonly string[], options: CaptureOptions = {}): Promise<Captured> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "pipe", env: options.env ?? process.env, cwd: options.cwd });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let partial = "";
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => {
      err.push(chunk);
      if (options.onLine === undefined) return;
      const lines = (partial + chunk.toString()).split("\n");
      partial = lines.pop() ?? "";
      for (const line of lines) options.onLine(line);
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }));
    // a program that does not read its stdin is no error here
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input);
  });
}

/** Runs a program that has no reason to fail. @throws Failure `lab-failed` with what it said on stderr */
export async function must(program: string, args: readonly string[], options: CaptureOptions = {}): Promise<Captured> {
  const answer = await capture(program, args, options);
  if (answer.code === 0) return answer;
  throw new Failure(`${program} ${args.join(" ")}: ${answer.stderr.trim()}`, { code: "lab-failed", fault: "internal" });
}

/** A process, told apart from a later one with the same pid by its start time (clock ticks since boot). */
export interface ProcessIdentity {
  readonly pid: number;
  readonly start: string;
}

/** The identity of a running process, or undefined when there is none (or only a zombie). */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" ? undefined : { pid, start: fields[19] ?? "" };
}

/** Reads `PID START` as the lab's files hold it; undefined when the file is missing or the process is gone. */
export async function livingProcess(file: string): Promise<ProcessIdentity | undefined> {
  const [pid, start] = (await readFile(file, "utf8").catch(() => "")).trim().split(" ");
  if (!pid || !start) return undefined;
  const identity = await identify(Number(pid));
  return identity?.start === start ? identity : undefined;
}

/** Pids of the direct children of a process. */
export async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  return text.trim() === "" ? [] : text.trim().split(" ").map(Number);
}
