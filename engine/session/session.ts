import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readFile } from "node:fs/promises";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Failure } from "../source/failure.ts";
import { ownFile } from "../source/own-files.ts";
import { launchOf } from "./become.ts";
import type { Channel, Transport } from "./channel.ts";
import type { Answer, Become, Content, RunOptions, Script, Session, Target } from "./contract.ts";
import { bodyOf, commandsOf, fitsInline, fitsVariable, INLINE_LIMIT, streamedLine, withStdin } from "./frame.ts";
import type { GiveBack, Job, KillOrder } from "./shell/job.ts";
import { GREETING } from "./shell/outgoing.ts";
import { HeldShell } from "./shell/shell.ts";
import { openWithTerminal } from "./terminal.ts";
import { messageOf, trouble } from "./trouble.ts";

/** A frame that had not begun when its sh died is given to a fresh one; a script that kills every sh must not go on for ever. */
const MAX_ATTEMPTS = 3;
const MIN_START_TIMEOUT = 20_000;

type Asked = Pick<Job, "body" | "options" | "mostOutput"> & Pick<Script, "takesVariable">;

/** A session over a transport that may have to be opened again when it was lost. */
export class HeldSession implements Session {
  private readonly target: Target;
  private readonly reopen: () => Promise<Transport>;
  private transport: Transport;
  private reopening: Promise<Transport> | undefined;
  private readonly shells = new Map<string, HeldShell>();
  private readonly streamed = new Set<HeldShell>();
  /** Users (by become key) whose sudo knows no -p. */
  private readonly withoutPromptFlag = new Set<string>();
  /** The script that has a channel of its own, until it ends. */
  private streaming: Promise<void> | undefined;
  private isClosed = false;

  constructor(target: Target, transport: Transport, reopen: () => Promise<Transport>) {
    this.target = target;
    this.transport = transport;
    this.reopen = reopen;
  }

  async run(script: Script, options: RunOptions = {}): Promise<Answer> {
    this.refuseWhenClosed();
    if (options.signal?.aborted === true) throw this.interrupted();
    const body = bodyOf(script, options.environment);
    // a script with much to read has a channel of its own; those that come after it must wait all the same
    while (this.streaming !== undefined) await this.streaming;
    this.refuseWhenClosed();
    const { stdin, mostOutput, takesVariable } = script;
    const asked = { body, options, mostOutput, takesVariable };
    if (stdin === undefined || (Buffer.isBuffer(stdin) && fitsInline(stdin))) return this.runInline(asked, stdin);
    const running = this.runStreamed(asked, stdin);
    const streaming = running.then(
      () => undefined,
      () => undefined,
    );
    this.streaming = streaming;
    void streaming.then(() => {
      if (this.streaming === streaming) this.streaming = undefined;
    });
    return running;
  }

  async forward(host: string, port: number): Promise<Duplex> {
    this.refuseWhenClosed();
    return (await this.standing()).forward(host, port);
  }

  private runInline(asked: Asked, content: Buffer | undefined): Promise<Answer> {
    const { body, options, mostOutput, takesVariable } = asked;
    const given =
      content !== undefined && takesVariable === true && fitsVariable(content) ? { body: withStdin(body, content), content: undefined } : { body, content };
    return new Promise((resolve, reject) => this.submit({ ...given, options, mostOutput, attempts: 0, resolve, reject }));
  }

  private async runStreamed(asked: Asked, stdin: Content): Promise<Answer> {
    const content = "file" in stdin ? await smallFile(stdin.file) : stdin;
    if (Buffer.isBuffer(content) && fitsInline(content)) return this.runInline(asked, content);
    return new Promise((resolve, reject) => this.stream({ ...asked, content: undefined, attempts: 0, resolve, reject }, content));
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    const reason = trouble(this.target.name, "session-closed", "the session was closed while the script ran; what it ran on the host was ended");
    await Promise.all([...this.shells.values(), ...this.streamed].map((shell) => shell.close(reason)));
    await this.transport.close();
  }

  private submit(job: Job): void {
    job.attempts += 1;
    const become = this.needed(job.options.become);
    const key = JSON.stringify(become ?? null);
    let shell = this.shells.get(key);
    if (shell?.isUsable !== true) {
      shell = this.newShell(become, key, undefined);
      this.shells.set(key, shell);
      shell.start();
    }
    shell.submit(job);
  }

  private stream(job: Job, content: Content): void {
    job.attempts += 1;
    const become = this.needed(job.options.become);
    const shell = this.newShell(become, JSON.stringify(become ?? null), { job, content });
    this.streamed.add(shell);
    const settled = (): void => void this.streamed.delete(shell);
    const { resolve, reject } = job;
    job.resolve = (answer) => (settled(), resolve(answer));
    job.reject = (error) => (settled(), reject(error));
    shell.startStreamed(job, (channel) => feed(channel, content));
  }

  /** Becoming who one is already costs a sudo that may not be there. */
  private needed(become: Become | undefined): Become | undefined {
    return become?.user === this.transport.user ? undefined : become;
  }

  private newShell(become: Become | undefined, key: string, streamed: { readonly job: Job; readonly content: Content } | undefined): HeldShell {
    const nonce = randomWord();
    let line: string | undefined;
    if (streamed !== undefined) {
      const marks = HeldShell.marks(nonce);
      line = streamedLine({ body: GREETING, marks: marks.greeting }, commandsOf(streamed.job.body), marks.frame);
    }
    const launch = launchOf({
      become,
      shell: this.shellPath,
      word: randomWord(),
      prompt: `[sudo via tsplay ${randomWord()}] password:`,
      line,
      hasPromptFlag: !this.withoutPromptFlag.has(key),
    });
    let transport = this.transport;
    return new HeldShell({
      host: this.target.name,
      nonce,
      launch,
      open: async () => {
        transport = await this.standing();
        return launch.terminalPassword === undefined
          ? transport.exec(launch.command)
          : openWithTerminal(transport, launch.command, launch.terminalPassword, randomWord());
      },
      lostBecause: () => transport.lostBecause(),
      startTimeout: Math.max(MIN_START_TIMEOUT, (this.target.connectTimeout ?? 0) * 1000),
      kill: (order) => this.kill(become, order),
      giveBack: (jobs, reason) => {
        if (reason.kind === "no-prompt-flag") this.withoutPromptFlag.add(key);
        for (const job of jobs) this.again(job, reason, streamed?.content);
      },
    });
  }

  private again(job: Job, reason: GiveBack, content: Content | undefined): void {
    if (this.isClosed || job.attempts >= MAX_ATTEMPTS || job.options.signal?.aborted === true) {
      job.reject(
        reason.kind === "connection-lost"
          ? reason.failure
          : trouble(this.target.name, "shell-ended", "the shell on the host was ended again and again before the script could begin"),
      );
    } else if (content === undefined) this.submit(job);
    else this.stream(job, content);
  }

  /** The transport, opened again when it was lost. */
  private async standing(): Promise<Transport> {
    if (this.transport.lostBecause() !== undefined) {
      this.reopening ??= this.reopen().finally(() => (this.reopening = undefined));
      this.transport = await this.reopening;
      if (this.isClosed) await this.transport.close();
    }
    return this.transport;
  }

  /** A sh of its own, as the same user: the held one is busy with what is to be ended. */
  private async kill(become: Become | undefined, order: KillOrder): Promise<void> {
    if (this.transport.lostBecause() !== undefined) return;
    const killer = this.newShell(become, `killer of ${order.shell}`, undefined);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 15_000);
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const body = bodyOf({ text: killScript(), vars: { shell: order.shell, scope: order.scope, age: String(Math.floor(order.age / 10)) } }, undefined);
      killer.start();
      // a killer that fails is noticed by the frame not ending
      killer.submit({ body, content: undefined, options: {}, attempts: 1, resolve: done, reject: done });
    });
    await killer.close(this.interrupted());
  }

  private get shellPath(): string {
    return this.target.shell ?? "/bin/sh";
  }

  private refuseWhenClosed(): void {
    if (this.isClosed) throw trouble(this.target.name, "session-closed", "the session is closed");
  }

  private interrupted(): Failure {
    return trouble(this.target.name, "interrupted", "interrupted");
  }
}

async function feed(channel: Channel, content: Content): Promise<void> {
  const source = bytesOf(content);
  try {
    await pipeline(source, channel.stdin, { end: false });
  } catch (error) {
    // a script that does not read to the end closes its stdin; what the controller cannot read is our trouble
    if (isControllerProblem(error)) throw unreadable(content, error);
  }
}

async function* bytesOf(content: Content): AsyncGenerator<Buffer> {
  if (Buffer.isBuffer(content)) yield content;
  else if ("parts" in content) for (const part of content.parts) yield* bytesOf(part);
  else yield* createReadStream(content.file, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>;
}

function isControllerProblem(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && (error.syscall === "open" || error.syscall === "read") && "path" in error;
}

/** The file's bytes when they are few; the content itself when they are to be streamed. */
async function smallFile(file: string): Promise<Content> {
  try {
    const handle = await open(file);
    try {
      const { size } = await handle.stat();
      return size <= INLINE_LIMIT ? await readFile(handle) : { file };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unreadable({ file }, error);
  }
}

function unreadable(content: Content, error: unknown): Failure {
  const file = "file" in content ? content.file : error instanceof Error && "path" in error ? String(error.path) : "the content";
  return new Failure(`cannot read ${file}: ${messageOf(error)}`, {
    code: "file-not-readable",
    fault: "playbook",
    cause: error,
    hint: "look at the path and its permissions on the controller",
  });
}

function randomWord(): string {
  return randomBytes(12).toString("hex");
}

let killText: string | undefined;

function killScript(): string {
  killText ??= ownFile("./kill.sh", import.meta.url);
  return killText;
}
