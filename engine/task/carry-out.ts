import { type Change, type Diff, type EndedJob, type HostModule, ModuleError, type Patience } from "../modules/contract.ts";
import type { Answer, RunOptions, Script, Session } from "../session/contract.ts";
import { Failure } from "../source/failure.ts";
import { patiently } from "./patience.ts";

export interface CarryOutOptions {
  /** Stop after the plan. */
  readonly check: boolean;
  /** Work out what `--diff` shows. */
  readonly diff: boolean;
  /** User, environment, time limit, live output. */
  readonly run?: RunOptions;
  /** How the first probe is asked; lets the engine answer from a probe sent ahead. `session.run` when not given. */
  readonly ask?: (script: Script) => Promise<Answer>;
  /** Called when `apply` is on its way: probes that were sent before it are void, probes sent from now on are queued behind it. */
  readonly onApply?: () => void;
  /** How `apply` is carried out when the connection is not to wait for it (async); in check mode nothing is detached. */
  readonly detached?: Detached | undefined;
  /** Gives the connection up, for modules that wait for a host which is away. */
  readonly reconnect?: () => Promise<void>;
  /** What came of a job that has ended; undefined when this run did not begin it. */
  readonly concludeJob?: (job: EndedJob) => Promise<CarriedOut | undefined>;
}

/**
 * Runs `script` on its own on the host.
 * @param script undefined when there is nothing to do
 * @param conclude judges what the script answered, and looks whether the host is now as asked
 */
export type Detached = (script: Script | undefined, conclude: (answer: Answer) => Promise<CarriedOut>) => Promise<CarriedOut>;

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
}

/**
 * Carries out one module with final arguments on one host: probe, plan, [check mode ends here], apply, probe again (must plan nothing).
 * @param args validated and prepared (see `HostModule.prepare`)
 * @returns the verdict; a refusal by the module or a failing script is a verdict too
 * @throws Failure with fault "transport" from the session
 */
export async function carryOut<A, S>(module: HostModule<A, S>, args: A, session: Pick<Session, "run">, options: CarryOutOptions): Promise<CarriedOut> {
  let changes: readonly Change[] = [];
  try {
    const before = await probe(module, args, options.ask ?? ((script) => session.run(script, { ...options.run, onOutput: undefined, repeatable: true })));
    changes = module.plan(before, args);
    if (module.deliver !== undefined && changes.length > 0) {
      const keys = options.check ? module.result?.({ args, before, after: before, changes, applied: undefined }) : await module.deliver(changes, before, args);
      return verdict(true, changes, options.diff ? [changesAsDiff(changes)] : [], keys);
    }
    const ended = module.endedJob?.(before, args);
    const concluded = ended === undefined ? undefined : await options.concludeJob?.(ended);
    if (concluded !== undefined) return concluded;
    const detached = options.check ? undefined : options.detached;
    if (changes.length === 0 || module.apply === undefined) {
      const converged = verdict(false, changes, [], module.result?.({ args, before, after: before, changes, applied: undefined }));
      return detached === undefined ? converged : await detached(undefined, () => Promise.resolve(converged));
    }
    const diffs = options.diff ? await diffOf(module, changes, before, args, session, options) : [];
    if (options.check) {
      const unknown = !isVerified(module, args);
      return verdict(true, changes, diffs, module.result?.({ args, before, after: before, changes, applied: undefined }), unknown);
    }
    const apply = module.apply(changes, before, args);
    const lookAgain = (): Promise<Second<S>> | undefined =>
      isVerified(module, args) ? settle<S>(probe(module, args, (script) => session.run(script, { ...options.run, onOutput: undefined }))) : undefined;
    const planned = { args, before, changes, diffs };
    const patience = module.patience?.(args);
    if (patience !== undefined) return await comeBack(module, planned, patience, session, apply, options);
    if (detached !== undefined) return await detached(apply, (applied) => refusing(changes, () => conclude(module, planned, applied, lookAgain())));
    const applying = session.run(apply, options.run);
    // NOTE: the second probe is queued behind the apply at once; waiting for the answer first would cost a round trip
    const probing = lookAgain();
    options.onApply?.();
    return await conclude(module, planned, await applying, probing);
  } catch (error) {
    return refused(error, changes);
  }
}

/** What was planned, for the verdict on what then came of it. */
interface Planned<A, S> {
  readonly args: A;
  readonly before: S;
  readonly changes: readonly Change[];
  readonly diffs: readonly Diff[];
}

type Second<S> = { readonly value: S } | { readonly error: unknown };

/** Judges what `apply` answered, and what the second probe found. */
async function conclude<A, S>(
  module: HostModule<A, S>,
  { args, before, changes, diffs }: Planned<A, S>,
  applied: Answer,
  probing: Promise<Second<S>> | undefined,
): Promise<CarriedOut> {
  if (applied.code !== 0 && module.ownVerdict !== true) {
    await probing;
    return {
      ...refusal(applyFailure(module, applied), changes, { rc: applied.code, ...outputKeys(applied) }),
      result: { changed: true, failed: true, msg: applyMessage(module, applied), rc: applied.code, ...outputKeys(applied) },
    };
  }
  let after = before;
  if (probing !== undefined) {
    const second = await probing;
    if ("error" in second) throw second.error;
    after = second.value;
    const left = module.left?.(after, args, before) ?? module.plan(after, args);
    if (left.length > 0) return refusal(notConverged(module, left), changes, { ...outputKeys(applied) });
  }
  return verdict(true, changes, diffs, module.result?.({ args, before, after, changes, applied }));
}

/** `apply` takes the host away: the second probe is tried until it is back and as asked. */
async function comeBack<A, S>(
  module: HostModule<A, S>,
  planned: Planned<A, S>,
  patience: Patience,
  session: Pick<Session, "run">,
  apply: Script,
  options: CarryOutOptions,
): Promise<CarriedOut> {
  const { args, before, changes } = planned;
  const applied = await session.run(apply, options.run).catch(whenLost);
  options.onApply?.();
  if (applied.code !== 0) return conclude(module, planned, applied, undefined);
  const look = async (): Promise<{ readonly after: S } | undefined> => {
    const after = await probe(module, args, (script) => session.run(script, { ...options.run, onOutput: undefined }));
    return (module.left?.(after, args, before) ?? module.plan(after, args)).length === 0 ? { after } : undefined;
  };
  const { value, elapsed, trouble } = await patiently(patience, look, { signal: options.run?.signal, reconnect: options.reconnect });
  const keys = module.result?.({ args, before, after: value?.after ?? before, changes, applied }) ?? {};
  if (value !== undefined) return verdict(true, changes, planned.diffs, { ...keys, elapsed });
  const failure = new Failure(patience.message, { code: "timed-out", fault: "host", hint: trouble === "" ? undefined : `the last trouble: ${trouble}` });
  return refusal(failure, changes, { ...keys, elapsed });
}

function whenLost(error: unknown): Answer {
  if (!(error instanceof Failure) || error.fault !== "transport" || error.code === "interrupted") throw error;
  return { code: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
}

/** The module's own refusal is a verdict too. */
function refused(error: unknown, changes: readonly Change[]): CarriedOut {
  if (!(error instanceof ModuleError)) throw error;
  return refusal(new Failure(error.message, { code: "module-refused", fault: "host", hint: error.hint }), changes, error.result);
}

function refusing(changes: readonly Change[], judge: () => Promise<CarriedOut>): Promise<CarriedOut> {
  return judge().catch((error: unknown) => refused(error, changes));
}

/** The second probe's error must wait until the apply has been judged. */
function settle<T>(promise: Promise<T>): Promise<Second<T>> {
  return promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

async function probe<A, S>(module: HostModule<A, S>, args: A, ask: (script: Script) => Promise<Answer>): Promise<S> {
  const script = module.probe?.(args);
  if (script === undefined || module.parse === undefined) return undefined as S;
  return module.parse(await ask(script), args);
}

function isVerified<A, S>(module: HostModule<A, S>, args: A): boolean {
  return typeof module.verified === "function" ? module.verified(args) : (module.verified ?? true);
}

async function diffOf<A, S>(
  module: HostModule<A, S>,
  changes: readonly Change[],
  before: S,
  args: A,
  session: Pick<Session, "run">,
  options: CarryOutOptions,
): Promise<readonly Diff[]> {
  if (module.diff === undefined) return [changesAsDiff(changes)];
  const script = module.probeForDiff?.(changes, before, args);
  const answer = script === undefined ? undefined : await session.run(script, { ...options.run, onOutput: undefined, repeatable: true });
  const diff = module.diff(changes, before, args, answer);
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
    result: { ...result, ...(diffs.length > 0 ? { diff: diffs.length === 1 ? diffs[0] : diffs } : {}), changed: claimed },
    ...(failed ? { failure: new Failure(msg, { code: "module-failed", fault: "host" }) } : {}),
  };
}

function refusal(failure: Failure, changes: readonly Change[], keys: Readonly<Record<string, unknown>>): CarriedOut {
  const changed = keys["changed"] === true;
  return { changed, failed: true, changes, unknown: false, failure, result: { changed, msg: failure.message, ...keys, failed: true } };
}

function outputKeys(answer: Answer): Record<string, unknown> {
  return { stdout: answer.stdout.toString("utf8"), stderr: answer.stderr.toString("utf8") };
}

function applyMessage(module: { readonly name: string }, answer: Answer): string {
  const lines = answer.stderr.toString("utf8").trim().split("\n");
  const last = lines.at(-1) ?? "";
  return last === "" ? `${module.name}: the host's script ended with exit status ${answer.code}` : `${module.name}: ${last}`;
}

function applyFailure(module: { readonly name: string }, answer: Answer): Failure {
  const stderr = answer.stderr.toString("utf8").trim();
  return new Failure(applyMessage(module, answer), {
    code: "apply-failed",
    fault: "host",
    cause: stderr === "" ? undefined : stderr,
    hint: `exit status ${answer.code}`,
  });
}

function notConverged(module: { readonly name: string }, left: readonly Change[]): Failure {
  const what = left.map((change) => `${change.key} is ${String(change.from)}, not ${String(change.to)}`).join("; ");
  return new Failure(`${module.name}: applied, but the host is still not as asked: ${what}`, {
    code: "not-converged",
    fault: "host",
    hint: "something else on the host may be changing it back",
  });
}
