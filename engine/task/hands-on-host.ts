import type { EndedJob, HostModule, Patience } from "../modules/contract.ts";
import type { Answer, RunOptions, Script, Session } from "../session/contract.ts";
import { Failure } from "../source/failure.ts";
import { type Applied, ApplyFailed, type CarriedOut, diffsOf, type Hands, isVerified } from "./carry-out.ts";
import { patiently } from "./patience.ts";

export interface OnHostOptions {
  /** User, environment, time limit, live output. */
  readonly run?: RunOptions;
  /** The first probe, where it has been made. */
  readonly probe?: Script | undefined;
  /** How the first probe is asked; lets the engine answer from a probe sent ahead. `session.run` when not given. */
  readonly ask?: (script: Script) => Promise<Answer>;
  /** Called when `apply` is on its way: probes that were sent before it are void, probes sent from now on are queued behind it. */
  readonly onApply?: () => void;
  /** How `apply` is carried out when the connection is not to wait for it (async). */
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

/** A module's probe and apply as scripts of a session. */
export function handsOnHost<A, S>(module: HostModule<A, S>, args: A, session: Pick<Session, "run">, options: OnHostOptions): Hands<S, Answer> {
  const quietly: RunOptions = { ...options.run, onOutput: undefined };
  const read = (script: Script): Promise<Answer> => session.run(script, { ...quietly, repeatable: true });
  const lookAgain = (): Promise<S> => probe(module, args, (script) => session.run(script, quietly));
  const second = (): Promise<Second<S>> | undefined => (isVerified(module, args) ? settle(lookAgain()) : undefined);
  const patience = module.patience?.(args);
  const { detached } = options;
  return {
    probe: () => probe(module, args, options.ask ?? read, options.probe),
    async diff(changes, before) {
      if (module.diff === undefined) return diffsOf(undefined, changes);
      const script = module.probeForDiff?.(changes, before, args);
      return diffsOf(module.diff(changes, before, args, script === undefined ? undefined : await read(script)), changes);
    },
    apply:
      module.apply === undefined
        ? undefined
        : async (changes, before) => {
            const script = module.apply!(changes, before, args);
            if (patience !== undefined) return comeBack(module, args, before, { patience, session, script, lookAgain, options });
            const applying = session.run(script, { ...options.run, excess: isReadByPeople(module) ? "shorten" : "fail" });
            // NOTE: the second probe is queued behind the apply at once; waiting for the answer first would cost a round trip
            const probing = second();
            options.onApply?.();
            return applied(module, await applying, probing);
          },
    deliver: module.deliver === undefined ? undefined : (changes, before) => module.deliver!(changes, before, args),
    detached:
      detached === undefined
        ? undefined
        : (work, conclude) => {
            const script = work === undefined ? undefined : module.apply?.(work.changes, work.before, args);
            return detached(script, (answer) => conclude(script === undefined ? undefined : applied(module, answer, second())));
          },
    concluded: (before) => {
      const ended = module.endedJob?.(before, args);
      return ended === undefined || options.concludeJob === undefined ? Promise.resolve(undefined) : options.concludeJob(ended);
    },
  };
}

type Second<S> = { readonly value: S } | { readonly error: unknown };

/** Whether nothing is worked out from what `apply` prints: part of it is better than nothing. */
function isReadByPeople(module: Pick<HostModule, "watched" | "ownVerdict">): boolean {
  return module.watched !== undefined && module.ownVerdict === true;
}

/** What `apply` answered, and what the second probe found. @throws ApplyFailed, and what the second probe threw */
async function applied<A, S>(module: HostModule<A, S>, answer: Answer, probing: Promise<Second<S>> | undefined): Promise<Applied<S, Answer>> {
  if (answer.code !== 0 && module.ownVerdict !== true) {
    await probing;
    const failure = applyFailure(module, answer);
    throw new ApplyFailed(failure, { changed: true, failed: true, msg: failure.message, rc: answer.code, ...outputKeys(answer) });
  }
  const said = outputKeys(answer);
  if (probing === undefined) return { answer, said };
  const found = await probing;
  if ("error" in found) throw found.error;
  return { answer, said, after: { state: found.value } };
}

interface ComeBack<S> {
  readonly patience: Patience;
  readonly session: Pick<Session, "run">;
  readonly script: Script;
  readonly lookAgain: () => Promise<S>;
  readonly options: OnHostOptions;
}

/** `apply` takes the host away: the second probe is tried until it is back and as asked. */
async function comeBack<A, S>(
  module: HostModule<A, S>,
  args: A,
  before: S,
  { patience, session, script, lookAgain, options }: ComeBack<S>,
): Promise<Applied<S, Answer>> {
  const answer = await session.run(script, options.run).catch(whenLost);
  options.onApply?.();
  if (answer.code !== 0) return applied(module, answer, undefined);
  const look = async (): Promise<{ readonly state: S } | undefined> => {
    const state = await lookAgain();
    return (module.left?.(state, args, before) ?? module.plan(state, args)).length === 0 ? { state } : undefined;
  };
  const { value, elapsed, trouble } = await patiently(patience, look, { signal: options.run?.signal, reconnect: options.reconnect });
  if (value !== undefined) return { answer, said: {}, after: value, keys: { elapsed } };
  const failure = new Failure(patience.message, { code: "timed-out", fault: "host", hint: trouble === "" ? undefined : `the last trouble: ${trouble}` });
  const keys = module.result?.({ args, before, after: before, changes: [], applied: answer }) ?? {};
  throw new ApplyFailed(failure, { changed: true, msg: failure.message, ...keys, elapsed, failed: true });
}

function whenLost(error: unknown): Answer {
  if (!(error instanceof Failure) || error.fault !== "transport" || error.code === "interrupted") throw error;
  return { code: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
}

/** The second probe's error must wait until the apply has been judged. */
function settle<T>(promise: Promise<T>): Promise<Second<T>> {
  return promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

async function probe<A, S>(module: HostModule<A, S>, args: A, ask: (script: Script) => Promise<Answer>, made?: Script): Promise<S> {
  const script = made ?? module.probe?.(args);
  if (script === undefined || module.parse === undefined) return undefined as S;
  return module.parse(await ask(script), args);
}

function outputKeys(answer: Answer): Record<string, unknown> {
  return { stdout: answer.stdout.toString("utf8"), stderr: answer.stderr.toString("utf8") };
}

function applyFailure(module: { readonly name: string }, answer: Answer): Failure {
  const stderr = answer.stderr.toString("utf8").trim();
  const last = stderr.split("\n").at(-1) ?? "";
  return new Failure(last === "" ? `${module.name}: the host's script ended with exit status ${answer.code}` : `${module.name}: ${last}`, {
    code: "apply-failed",
    fault: "host",
    cause: stderr === "" ? undefined : stderr,
    hint: `exit status ${answer.code}`,
  });
}
