import type { EndedJob } from "../../modules/contract.ts";
import type { Answer } from "../../session/contract.ts";
import type { CarriedOut } from "../carry-out.ts";

/** A detached job that this run began. */
export interface Job {
  readonly id: string;
  /** The folder on the host that keeps what it has to tell. */
  readonly folder: string;
  /** What the module that began it makes of its end: the look whether the host is now as asked, the result. */
  readonly conclude: (answer: Answer) => Promise<CarriedOut>;
}

/** After its time is over the watch on the host still needs a moment to end it. Milliseconds. */
export const GRACE = 3_000;

/** The jobs that a run has begun and not waited for. */
export class Jobs {
  readonly #jobs = new Map<string, Job>();
  /** Until when a job may be changing a host: by job, the host's name and the time (of performance.now) at which it is ended at the latest. */
  readonly #working = new Map<string, { readonly host: string; readonly until: number }>();

  /** @param seconds how long it may run */
  begins(id: string, host: string, seconds: number): void {
    this.#working.set(id, { host, until: performance.now() + seconds * 1_000 + GRACE });
  }

  ends(id: string): void {
    this.#working.delete(id);
  }

  /** While a job changes a host, what is asked of the host now may be wrong a moment later. */
  isWorkingOn(host: string): boolean {
    const now = performance.now();
    return [...this.#working.values()].some((job) => job.host === host && job.until > now);
  }

  add(job: Job): void {
    this.#jobs.set(job.id, job);
  }

  /** What came of an ended job; undefined for one that another run began. */
  async conclude({ id, answer }: EndedJob): Promise<CarriedOut | undefined> {
    this.ends(id);
    const job = this.#jobs.get(id);
    return job === undefined ? undefined : ofJob(job, await job.conclude(answer));
  }
}

/** Adds what Ansible's users expect of a job that has ended. */
export function ofJob(job: Pick<Job, "id" | "folder">, carried: CarriedOut): CarriedOut {
  const keys = { ansible_job_id: job.id, results_file: job.folder, started: true, finished: true };
  return { ...carried, result: { stdout: "", stderr: "", ...carried.result, ...keys } };
}
