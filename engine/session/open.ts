import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../source/failure.ts";
import type { Transport } from "./channel.ts";
import type { Session, Target } from "./contract.ts";
import { openLocal } from "./local.ts";
import { HeldSession } from "./session.ts";

/** What happens to a connection, for those who tell it on. */
export type SessionEvent =
  | { readonly type: "connecting"; readonly host: string; readonly attempt: number }
  /** Delay in milliseconds. */
  | { readonly type: "retry"; readonly host: string; readonly attempt: number; readonly delay: number; readonly failure: Failure }
  | { readonly type: "host-key-added"; readonly host: string; readonly file: string; readonly fingerprint: string }
  | { readonly type: "connected"; readonly host: string; readonly isAgain: boolean };

export interface OpenOptions {
  /** Ends the attempt to connect; scripts have signals of their own. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: SessionEvent) => void) | undefined;
}

/**
 * Opens a session: connects and logs in. The first held sh starts with the first script.
 * @throws Failure with fault "transport", for example `host-key-unknown`, `authentication-failed`, `connect-timeout`; `interrupted`
 */
export async function openSession(target: Target, options: OpenOptions = {}): Promise<Session> {
  const connect =
    target.connection === "local"
      ? (): Promise<Transport> => Promise.resolve(openLocal())
      : (isAgain: boolean): Promise<Transport> => connectWithRetries(target, options, isAgain);
  return new HeldSession(target, await connect(false), () => connect(true));
}

// sshd drops what is too much at once (MaxStartups): that is no refusal, and worth another try even when no retries were asked for
const DROPPED_RETRIES = 4;
const RETRIED = new Set(["connection-refused", "connect-timeout", "connection-dropped", "unreachable", "name-not-found", "authentication-timeout"]);

async function connectWithRetries(target: Target, options: OpenOptions, isAgain: boolean): Promise<Transport> {
  const [{ connectThrough }, { resolveSettings }] = await Promise.all([import("./proxy.ts"), import("./resolve.ts")]);
  const settings = resolveSettings(target);
  for (let attempt = 1; ; attempt += 1) {
    options.onEvent?.({ type: "connecting", host: target.name, attempt });
    try {
      const transport = await connectThrough(settings, options);
      options.onEvent?.({ type: "connected", host: target.name, isAgain });
      return transport;
    } catch (error) {
      if (!(error instanceof Failure) || !RETRIED.has(error.code)) throw error;
      const retries = error.code === "connection-dropped" ? Math.max(DROPPED_RETRIES, target.retries ?? 0) : (target.retries ?? 0);
      if (attempt > retries) throw error;
      // spread, so that hosts behind one gate do not come back all at once
      const delay = Math.min(10_000, 250 * 2 ** attempt) * (0.5 + Math.random());
      options.onEvent?.({ type: "retry", host: target.name, attempt, delay, failure: error });
      await sleep(delay, undefined, { signal: options.signal }).catch(() => undefined);
      if (options.signal?.aborted === true) throw new Failure(`${target.name}: interrupted while connecting`, { code: "interrupted", fault: "transport" });
    }
  }
}
