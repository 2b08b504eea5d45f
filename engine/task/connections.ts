import { createHash } from "node:crypto";
import { setMaxListeners } from "node:events";
import type { Cluster, ClusterAccess } from "../kubernetes/contract.ts";
import type { Link } from "../kubernetes/link.ts";
import type { Answer, Become, RunOptions, Script, Session, Target } from "../session/contract.ts";
import { openSession } from "../session/open.ts";
import { Failure } from "../source/failure.ts";

/** A probe that was sent before its task's turn. */
interface Guess {
  readonly epoch: number;
  readonly answer: Promise<Answer>;
}

/**
 * One host's connection and the probes sent ahead on it. Probes change nothing, so they may be asked early; whatever may change the host
 * begins a new epoch, and answers of an older one are void.
 */
export class Connection {
  readonly session: Session;
  #epoch = 0;
  #guesses = new Map<string, Guess>();
  /** The user whose script may be changing the host right now. */
  #busy: string | undefined;
  /** Held connections to clusters, by all that says which and as whom. */
  #links = new Map<string, Link>();

  constructor(session: Session) {
    this.session = session;
  }

  /** Asks a probe: from what was sent ahead, if nothing changed since. */
  ask(script: Script, options: RunOptions): Promise<Answer> {
    const key = guessKey(script, options);
    const guess = this.#guesses.get(key);
    if (guess !== undefined && guess.epoch === this.#epoch) return guess.answer;
    return this.session.run(script, { ...options, onOutput: undefined, repeatable: true });
  }

  /**
   * Sends a probe ahead; its failure shows when the answer is used.
   * @returns false when it cannot be sent now
   */
  guess(script: Script, options: RunOptions): boolean {
    if (script.stdin !== undefined) return false;
    // A script of another user is not queued behind the one that is changing the host
    if (this.#busy !== undefined && this.#busy !== userKey(options.become)) return false;
    const key = guessKey(script, options);
    if (this.#guesses.get(key)?.epoch === this.#epoch) return true;
    const answer = this.session.run(script, { ...options, onOutput: undefined, repeatable: true });
    answer.catch(() => undefined);
    this.#guesses.set(key, { epoch: this.#epoch, answer });
    return true;
  }

  /**
   * A cluster's API through this host. The kubeconfig is read anew each time (a task before may have made another cluster), the connections
   * to the API are kept while it says the same.
   * @param tell told what is being waited for
   * @returns the client, and `end`, to be called when the task is done with it
   */
  async cluster(access: ClusterAccess, options: RunOptions, tell: (line: string) => void): Promise<{ readonly cluster: Cluster; end(): void }> {
    const [{ endpointOf }, { Link }, { clusterOver }] = await Promise.all([
      import("../kubernetes/kubeconfig.ts"),
      import("../kubernetes/link.ts"),
      import("../kubernetes/cluster.ts"),
    ]);
    const endpoint = await endpointOf(access, options.environment ?? {}, (script) =>
      this.session.run(script, { ...options, onOutput: undefined, repeatable: true }),
    );
    const key = createHash("sha256").update(JSON.stringify(endpoint)).digest("base64");
    const link = this.#links.get(key) ?? new Link(this.session, endpoint);
    this.#links.set(key, link);
    const ending = new AbortController();
    // every request under way listens to it
    setMaxListeners(0, ending.signal);
    const stop = (code: string, message: string): void => ending.abort(new Failure(message, { code, fault: "transport" }));
    const interrupt = (): void => stop("interrupted", "interrupted");
    options.signal?.addEventListener("abort", interrupt, { once: true });
    const { timeout } = options;
    const timer = timeout === undefined ? undefined : setTimeout(() => stop("command-timeout", `the task took longer than ${timeout / 1000} s`), timeout);
    return {
      cluster: clusterOver(link, { signal: ending.signal, tell }),
      end: () => {
        clearTimeout(timer);
        options.signal?.removeEventListener("abort", interrupt);
      },
    };
  }

  async close(): Promise<void> {
    for (const link of this.#links.values()) link.close();
    await this.session.close();
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Something that may change the host has been sent: guesses before it are void, guesses from now on are queued behind it. */
  changeBegins(become: Become | undefined): void {
    this.#epoch += 1;
    this.#guesses.clear();
    this.#busy = userKey(become);
  }

  changeEnds(): void {
    this.#busy = undefined;
  }

  /** What was waited for may have come: what was asked before is void. */
  timePassed(): void {
    this.#epoch += 1;
    this.#guesses.clear();
  }
}

function userKey(become: Become | undefined): string {
  return become === undefined ? "" : `${become.method} ${become.user}`;
}

function guessKey(script: Script, options: RunOptions): string {
  return JSON.stringify([numberOfText(script.text), script.vars ?? {}, userKey(options.become), options.environment ?? {}, options.timeout ?? 0]);
}

const textNumbers = new Map<string, number>();

/** Scripts are long and few. */
function numberOfText(text: string): number {
  const number = textNumbers.get(text) ?? textNumbers.size;
  textNumbers.set(text, number);
  return number;
}

/** The connections of a run, opened when first needed and held. */
export class Connections {
  readonly #open = new Map<string, Promise<Connection>>();
  readonly #onConnect: (host: string, milliseconds: number) => void;

  constructor(onConnect: (host: string, milliseconds: number) => void) {
    this.#onConnect = onConnect;
  }

  /** @throws Failure with fault "transport" */
  get(target: Target): Promise<Connection> {
    const key = JSON.stringify(target);
    let connection = this.#open.get(key);
    if (connection === undefined) {
      const started = performance.now();
      connection = openSession(target).then((session) => {
        this.#onConnect(target.name, performance.now() - started);
        return new Connection(session);
      });
      this.#open.set(key, connection);
      connection.catch(() => this.#open.delete(key));
    }
    return connection;
  }

  /** The connection, if it is open already. */
  async opened(target: Target): Promise<Connection | undefined> {
    return this.#open.get(JSON.stringify(target));
  }

  /** Forgets a host's connections (reset_connection, a lost one); the next task opens a new one. */
  async reset(name: string): Promise<void> {
    const gone = [...this.#open].filter(([key]) => (JSON.parse(key) as Target).name === name);
    for (const [key] of gone) this.#open.delete(key);
    await Promise.all(gone.map(async ([, connection]) => closeQuietly(connection)));
  }

  async closeAll(): Promise<void> {
    const all = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(all.map(closeQuietly));
  }
}

async function closeQuietly(connection: Promise<Connection>): Promise<void> {
  const opened = await connection.catch(() => undefined);
  await opened?.close();
}
