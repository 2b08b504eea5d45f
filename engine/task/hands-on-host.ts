import type { HostModule } from "../modules/contract.ts";
import type { Answer, RunOptions, Script, Session } from "../session/contract.ts";
import { Failure } from "../source/failure.ts";
import { ApplyFailed, diffsOf, type Hands, isVerified } from "./carry-out.ts";

export interface OnHostOptions {
  /** User, environment, time limit, live output. */
  readonly run?: RunOptions;
  /** How the first probe is asked; lets the engine answer from a probe sent ahead. `session.run` when not given. */
  readonly ask?: (script: Script) => Promise<Answer>;
  /** Called when `apply` is on its way: probes that were sent before it are void, probes sent from now on are queued behind it. */
  readonly onApply?: () => void;
}

/** A module's probe and apply as scripts of a session. */
export function handsOnHost<A, S>(module: HostModule<A, S>, args: A, session: Session, options: OnHostOptions): Hands<S, Answer> {
  const read = (script: Script): Promise<Answer> => session.run(script, { ...options.run, onOutput: undefined, repeatable: true });
  return {
    probe: () => probe(module, args, options.ask ?? read),
    async diff(changes, before) {
      if (module.diff === undefined) return diffsOf(undefined, changes);
      const script = module.probeForDiff?.(changes, before, args);
      return diffsOf(module.diff(changes, before, args, script === undefined ? undefined : await read(script)), changes);
    },
    apply:
      module.apply === undefined
        ? undefined
        : async (changes, before) => {
            const applying = session.run(module.apply!(changes, before, args), options.run);
            // NOTE: the second probe is queued behind the apply at once; waiting for the answer first would cost a round trip
            const probing = isVerified(module, args)
              ? settle<S>(probe(module, args, (script) => session.run(script, { ...options.run, onOutput: undefined })))
              : undefined;
            options.onApply?.();
            const answer = await applying;
            if (answer.code !== 0 && module.ownVerdict !== true) {
              await probing;
              const failure = applyFailure(module, answer);
              throw new ApplyFailed(failure, { changed: true, failed: true, msg: failure.message, rc: answer.code, ...outputKeys(answer) });
            }
            const said = outputKeys(answer);
            if (probing === undefined) return { answer, said };
            const second = await probing;
            if ("error" in second) throw second.error;
            return { answer, said, after: { state: second.value } };
          },
    deliver: module.deliver === undefined ? undefined : (changes, before) => module.deliver!(changes, before, args),
  };
}

/** The second probe's error must wait until the apply has been judged. */
function settle<T>(promise: Promise<T>): Promise<{ readonly value: T } | { readonly error: unknown }> {
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
