import type { Task } from "../play/model.ts";
import type { Guess } from "./connection.ts";
import type { Loop } from "./loop.ts";
import type { Step } from "./step.ts";

/** A step, and its probe if that was sent ahead. */
export interface PreparedStep {
  readonly step: Step;
  guess?: Guess | undefined;
}

interface PreparedTask {
  loop: Loop | undefined;
  readonly steps: Map<number, PreparedStep>;
}

/** What was resolved ahead for one host: at its turn a task takes it, and it is gone. */
export class Prepared {
  readonly #tasks = new Map<string, PreparedTask>();
  #taken = 0;

  /** Grows as tasks take their steps: whoever prepares has been overtaken when it did. */
  get taken(): number {
    return this.#taken;
  }

  step(task: Task, index: number): PreparedStep | undefined {
    return this.#tasks.get(task.id)?.steps.get(index);
  }

  /** The loop as it was worked out, while that holds. */
  loop(task: Task): Loop | undefined {
    const loop = this.#tasks.get(task.id)?.loop;
    return loop?.isGood() === true ? loop : undefined;
  }

  keep(task: Task, index: number, prepared: PreparedStep): void {
    this.#of(task).steps.set(index, prepared);
  }

  /** A loop that was worked out anew makes the steps of the old one void. */
  keepLoop(task: Task, loop: Loop): void {
    const kept = this.#of(task);
    if (kept.loop !== undefined) kept.steps.clear();
    kept.loop = loop;
  }

  /**
   * What was prepared, while it holds, else what `resolve` makes; the answer to a probe stays good when only the way to it was void.
   */
  async take(task: Task, index: number, resolve: () => Promise<Step>): Promise<PreparedStep> {
    this.#taken += 1;
    const steps = this.#tasks.get(task.id)?.steps;
    const prepared = steps?.get(index);
    steps?.delete(index);
    if (prepared?.step.isGood() === true) return prepared;
    return renewed(await resolve(), prepared);
  }

  /** The task has had its turn. */
  drop(task: Task): void {
    this.#taken += 1;
    this.#tasks.delete(task.id);
  }

  #of(task: Task): PreparedTask {
    const kept = this.#tasks.get(task.id) ?? { loop: undefined, steps: new Map<number, PreparedStep>() };
    this.#tasks.set(task.id, kept);
    return kept;
  }
}

/** A step that was resolved anew, with the answer that its old probe has brought if it asks the same. */
export function renewed(step: Step, old: PreparedStep | undefined): PreparedStep {
  return { step, guess: old?.guess !== undefined && question(step) === question(old.step) ? old.guess : undefined };
}

function question({ deed }: Step): string | undefined {
  if (deed.is !== "scripts") return undefined;
  const script = deed.probe;
  const { target, run } = deed.place;
  return script === undefined ? undefined : JSON.stringify([target, run.become ?? "", run.environment ?? {}, run.timeout ?? 0, script.vars ?? {}, script.text]);
}
