import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

export interface Measured {
  readonly seconds: number;
  readonly code: number;
  readonly output: string;
  /** The largest resident set of the process itself, MB. */
  readonly peakMegabytes: number;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
}

const LIMIT = 600_000;

/** Runs a command and takes its time. Asynchronous, since the delaying proxies live in this process. */
export function measure(command: Command): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command.program, command.args, {
      cwd: command.cwd,
      env: { ...process.env, ...command.env },
      stdio: ["pipe", "pipe", "pipe"],
      timeout: LIMIT,
    });
    let output = "";
    let peak = 0;
    const sampler = setInterval(() => (peak = Math.max(peak, peakOf(child.pid))), 50);
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stdin.on("error", () => undefined);
    child.stdin.end(command.input ?? "");
    child.on("error", (error) => {
      clearInterval(sampler);
      reject(error);
    });
    child.on("close", (code) => {
      clearInterval(sampler);
      resolve({ seconds: (performance.now() - started) / 1_000, code: code ?? -1, output, peakMegabytes: peak / 1_024 });
    });
  });
}

function peakOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    // it has just ended
    return 0;
  }
}

/** Milliseconds from the start of a process until it has connected to the port that `command` is told. */
export async function timeToConnection(command: (port: number) => Command): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { program, args, env, cwd } = command((server.address() as AddressInfo).port);
  const started = performance.now();
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: "ignore" });
  try {
    return await new Promise<number>((resolve, reject) => {
      server.once("connection", (socket) => {
        resolve(performance.now() - started);
        socket.destroy();
      });
      child.once("close", () => reject(new Error("it ended without a connection")));
      child.once("error", reject);
    });
  } finally {
    child.kill();
    server.close();
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
