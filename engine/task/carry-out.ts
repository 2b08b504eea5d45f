import { type Change, type Diff, ModuleError, type PlanningModule } from "../modules/contract.ts";
import { Failure } from "../source/failure.ts";

export interface CarryOutOptions {
  /** Stop after the plan. */
  readonly check: boolean;
  /** Work out what `--diff` shows. */
  readonly diff: boolean;
}

export interface CarriedOut {
  readonly changed: boolean;
  readonly failed: boolean;
  /** What `register` gets (without `item` and the like). */
  readonly result: Readonly<Record<string, unknown>>;
  readonly changes: readonly Change[];
  /** Present exactly when `failed`. */
  readonly failure?: Failure;
  /** True when check mode stopped before something whose outcome cannot be known (a command). */
  readonly unknown: boolean;
  /** True when check mode's plan stands on things that are only planned too. */
  readonly assumed: boolean;
}

/** How a module's parts are done where it acts: by scripts on a host (hands-on-host.ts), or by calls of an API (hands-on-api.ts). */
export interface Hands<S, R> {
  probe(): Promise<S>;
  diff(changes: readonly Change[], before: S): Promise<readonly Diff[]>;
  /** Undefined for modules that only look. @throws ApplyFailed */
  readonly apply?: ((changes: readonly Change[], before: S) => Promise<Applied<S, R>>) | undefined;
  /** For modules that carry their changes out on the controller. */
  readonly deliver?: ((changes: readonly Change[], before: S) => Promise<Record<string, unknown>>) | undefined;
  /** What the plan takes for granted. */
  readonly assumes?: ((before: S) => readonly string[]) | undefined;
  /**
   * How the apply is carried out when nobody is to wait for it (async). `work` is undefined when there is nothing to do; `conclude` judges
   * what came of it, later.
   */
  readonly detached?: ((work: Work<S> | undefined, conclude: Conclude<S, R>) => Promise<CarriedOut>) | undefined;
  /** What came of a detached apply that the module has found ended, if this run began it. */
  readonly concluded?: ((before: S) => Promise<CarriedOut | undefined>) | undefined;
}

export interface Work<S> {
  readonly changes: readonly Change[];
  readonly before: S;
}

/** The verdict on an apply; on nothing at all when there was nothing to do. Never rejects for what the module itself refuses. */
export type Conclude<S, R> = (applying: Promise<Applied<S, R>> | undefined) => Promise<CarriedOut>;

export interface Applied<S, R> {
  readonly answer: R;
  /** What the second probe found, for modules that are verified. */
  readonly after?: { readonly state: S };
  /** What the apply said, for the result of a failure that is found after it. */
  readonly said: Readonly<Record<string, unknown>>;
  /** More keys of the result. */
  readonly keys?: Readonly<Record<string, unknown>>;
}

/** An apply that ended badly: the failure, and what `register` gets. */
export class ApplyFailed extends Error {
  readonly failure: Failure;
  readonly result: Readonly<Record<string, unknown>>;

  constructor(failure: Failure, result: Readonly<Record<string, unknown>>) {
    super(failure.message);
    this.failure = failure;
    this.result = result;
  }
}

/**
 * Carries out one module with final arguments: probe, plan, [check mode ends here], apply, probe again (must plan nothing).
 * @param args validated and prepared (see `PlanningModule.prepare`)
 * @returns the verdict; a refusal by the module or a failing apply is a verdict too
 * @throws Failure with fault "transport" from the session
 */
export async function carryOut<A, S, R>(module: PlanningModule<A, S, R>, args: A, hands: Hands<S, R>, options: CarryOutOptions): Promise<CarriedOut> {
  let changes: readonly Change[] = [];
  try {
    const before = await hands.probe();
    changes = module.plan(before, args);
    const resultOf = (after: S, applied: R | undefined): Record<string, unknown> | undefined => module.result?.({ args, before, after, changes, applied });
    if (hands.deliver !== undefined && changes.length > 0) {
      const keys = options.check ? resultOf(before, undefined) : await hands.deliver(changes, before);
      return verdict(true, changes, options.diff ? [changesAsDiff(changes)] : [], keys);
    }
    const concluded = await hands.concluded?.(before);
    if (concluded !== undefined) return concluded;
    const detached = options.check ? undefined : hands.detached;
    if (changes.length === 0 || hands.apply === undefined) {
      const converged = verdict(false, changes, [], resultOf(before, undefined));
      return detached === undefined ? converged : await detached(undefined, () => Promise.resolve(converged));
    }
    const diffs = options.diff ? await hands.diff(changes, before) : [];
    if (options.check) {
      const assumes = hands.assumes?.(before) ?? [];
      const planned = verdict(true, changes, diffs, resultOf(before, undefined), assumes.length > 0 || !isVerified(module, args));
      return assumes.length === 0 ? planned : { ...planned, assumed: true, result: { ...planned.result, assumed: true, assumes } };
    }
    const conclude: Conclude<S, R> = async (applying) => {
      try {
        const { answer, after, said, keys } = (await applying)!;
        if (after !== undefined) {
          const left = module.left?.(after.state, args, before) ?? module.plan(after.state, args);
          if (left.length > 0) return refusal(notConverged(module, left), changes, said);
        }
        return verdict(true, changes, diffs, { ...resultOf(after === undefined ? before : after.state, answer), ...keys });
      } catch (error) {
        return refused(error, changes);
      }
    };
    if (detached !== undefined) return await detached({ changes, before }, conclude);
    return await conclude(hands.apply(changes, before));
  } catch (error) {
    return refused(error, changes);
  }
}

/** The module's own refusal, and an apply that ended badly, are verdicts too. */
function refused(error: unknown, changes: readonly Change[]): CarriedOut {
  if (error instanceof ApplyFailed) return { ...refusal(error.failure, changes, error.result), result: error.result };
  if (!(error instanceof ModuleError)) throw error;
  return refusal(new Failure(error.message, { code: "module-refused", fault: "host", hint: error.hint }), changes, error.result);
}

export function isVerified<A>(module: Pick<PlanningModule<A, never, never>, "verified">, args: A): boolean {
  return typeof module.verified === "function" ? module.verified(args) : (module.verified ?? true);
}

/** A module's diff as a list; the changes as `key: value` lines when it has none of its own. */
export function diffsOf(diff: Diff | readonly Diff[] | undefined, changes: readonly Change[]): readonly Diff[] {
  if (diff === undefined) return [changesAsDiff(changes)];
  return Array.isArray(diff) ? (diff as readonly Diff[]) : [diff as Diff];
}

function changesAsDiff(changes: readonly Change[]): Diff {
  const lines = (side: "from" | "to"): string =>
    changes
      .filter((change) => change[side] !== null)
      .map((change) => `${change.key}: ${String(change[side])}\n`)
      .join("");
  return { before: lines("from"), after: lines("to") };
}

function verdict(changed: boolean, changes: readonly Change[], diffs: readonly Diff[], result: Record<string, unknown> = {}, unknown = false): CarriedOut {
  const failed = result["failed"] === true;
  const msg = typeof result["msg"] === "string" ? result["msg"] : "the module reports a failure";
  const claimed = typeof result["changed"] === "boolean" ? result["changed"] : changed;
  return {
    changed: claimed,
    failed,
    changes,
    unknown,
    assumed: false,
    result: { ...result, ...(diffs.length > 0 ? { diff: diffs.length === 1 ? diffs[0] : diffs } : {}), changed: claimed },
    ...(failed ? { failure: new Failure(msg, { code: "module-failed", fault: "host" }) } : {}),
  };
}

function refusal(failure: Failure, changes: readonly Change[], keys: Readonly<Record<string, unknown>>): CarriedOut {
  const changed = keys["changed"] === true;
  return { changed, failed: true, changes, unknown: false, assumed: false, failure, result: { changed, msg: failure.message, ...keys, failed: true } };
}

function notConverged(module: { readonly name: string }, left: readonly Change[]): Failure {
  const what = left.map((change) => `${change.key} is ${String(change.from)}, not ${String(change.to)}`).join("; ");
  return new Failure(`${module.name}: applied, but it is still not as asked: ${what}`, {
    code: "not-converged",
    fault: "host",
    hint: "something else may be changing it back",
  });
}
