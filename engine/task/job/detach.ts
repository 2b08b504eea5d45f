import { randomInt } from "node:crypto";
import { asyncStatus, type JobState, KILLED } from "../../modules/async_status/async_status.ts";
import { ModuleError } from "../../modules/contract.ts";
import { factsOf } from "../../modules/parts/facts.ts";
import { readScript } from "../../modules/parts/script.ts";
import type { Answer, RunOptions, Script, Session } from "../../session/contract.ts";
import { bodyOf, commandsOf } from "../../session/frame.ts";
import { Failure } from "../../source/failure.ts";
import type { Detached } from "../hands-on-host.ts";
import { sleep } from "../controller.ts";
import { GRACE, type Jobs, ofJob } from "./jobs.ts";

/** `async` and `poll` of a task, in seconds. */
export interface AsyncTimes {
  readonly limit: number;
  /** 0: it is not waited for. */
  readonly poll: number;
}

export interface DetachOptions extends AsyncTimes {
  readonly jobs: Jobs;
  /** The name of the host that the job works on. */
  readonly host: string;
  readonly shell: string;
  readonly run: RunOptions;
  /** The session that stands now: the one that began the job may be lost. */
  readonly session: () => Promise<Session>;
  /** Called when the connection was lost under a look. */
  readonly onTrouble: () => Promise<void>;
  /** Called right before the job begins. */
  readonly onBegin: () => void;
  readonly onPoll: (job: { readonly id: string; readonly is: "running" | "ok" | "failed" }) => void;
  readonly signal: AbortSignal;
}

const FIRST_PAUSE = 0.1;

/** How a task with `async` carries out its apply: on the host, in a process group of its own. */
export function detached(options: DetachOptions): Detached {
  const { jobs, limit, poll } = options;
  return async (script, conclude) => {
    if (script === undefined && poll > 0) return conclude(nothing);
    const id = `j${randomInt(1e11, 1e12)}`;
    jobs.begins(id, options.host, limit);
    options.onBegin();
    const job = { id, folder: await begin(id, script ?? { text: ":" }, options), conclude };
    if (poll === 0) {
      jobs.add(job);
      const result = { started: true, finished: false, ansible_job_id: id, results_file: job.folder, changed: script !== undefined };
      return { changed: script !== undefined, failed: false, changes: [], unknown: false, assumed: false, result };
    }
    try {
      const state = await waitFor(id, options);
      if (state.is !== "ended") throw tooLong(id, state, limit);
      const carried = ofJob(job, await conclude(state.answer));
      options.onPoll({ id, is: carried.failed ? "failed" : "ok" });
      return carried;
    } catch (error) {
      if (error instanceof ModuleError) options.onPoll({ id, is: "failed" });
      throw error;
    } finally {
      jobs.ends(id);
      await stop(id, options);
    }
  };
}

const nothing: Answer = { code: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };

/** @returns the job's folder on the host */
async function begin(id: string, script: Script, { limit, shell, run, session }: DetachOptions): Promise<string> {
  const worker: Script = {
    text: readScript(import.meta.url, "worker.sh"),
    vars: { job_shell: shell, job_limit: String(limit), job_watch: readScript(import.meta.url, "watch.sh"), job_body: commandsOf(bodyOf(script, undefined)) },
  };
  const begun = await (
    await session()
  ).run(
    {
      text: readScript(import.meta.url, "start.sh", "facts", "job"),
      vars: { jid: id, job_shell: shell, job_text: commandsOf(bodyOf(worker, undefined)) },
      ...(script.stdin === undefined ? {} : { stdin: script.stdin }),
    },
    { ...run, onOutput: undefined },
  );
  return factsOf(begun).get("folder");
}

/** Looks soon, then less and less often, at last every `poll` seconds. A connection that is lost meanwhile is none of the job's business. */
async function waitFor(id: string, options: DetachOptions): Promise<JobState> {
  const end = performance.now() + options.limit * 1_000 + GRACE;
  let pause = Math.min(FIRST_PAUSE, options.poll);
  for (;;) {
    const state = await lookAt(id, options, performance.now() >= end);
    if (state !== undefined && (state.is !== "running" || performance.now() >= end)) return state;
    if (pause === options.poll) options.onPoll({ id, is: "running" });
    await sleep(Math.min(pause * 1_000, Math.max(0, end - performance.now())), options.signal);
    if (options.signal.aborted) throw new Failure("interrupted", { code: "interrupted", fault: "transport" });
    pause = Math.min(pause * 2, options.poll);
  }
}

async function lookAt(id: string, { session, run, onTrouble }: DetachOptions, isLast: boolean): Promise<JobState | undefined> {
  const args = { jid: id, mode: "status" as const };
  try {
    const answer = await (await session()).run(asyncStatus.probe!(args)!, { ...run, onOutput: undefined, repeatable: true });
    return asyncStatus.parse!(answer, args);
  } catch (error) {
    if (isLast || !(error instanceof Failure) || error.fault !== "transport" || error.code === "interrupted") throw error;
    await onTrouble();
    return undefined;
  }
}

/** Nothing of the job is left behind. Where the host cannot be reached, its own watch ends the processes. */
async function stop(id: string, { session, run }: DetachOptions): Promise<void> {
  const script = { text: readScript(import.meta.url, "stop.sh", "facts", "job"), vars: { jid: id } };
  const stopping = session().then((held) => held.run(script, { ...run, onOutput: undefined, signal: undefined, repeatable: true }));
  await stopping.catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error;
  });
}

function tooLong(id: string, { is, answer, folder }: JobState, limit: number): ModuleError {
  const keys = {
    ansible_job_id: id,
    results_file: folder,
    started: true,
    finished: true,
    rc: KILLED,
    stdout: answer.stdout.toString("utf8"),
    stderr: answer.stderr.toString("utf8"),
  };
  if (is === "lost") return new ModuleError("the job was ended before it could tell its result", keys, "was the host started anew?");
  return new ModuleError(`async task did not complete within the requested time - ${limit}s`, keys, "what it ran on the host was ended; raise `async`");
}
