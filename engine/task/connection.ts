import { createHash } from "node:crypto";
import { setMaxListeners } from "node:events";
import type { Cluster, ClusterAccess } from "../kubernetes/contract.ts";
import type { Link } from "../kubernetes/link.ts";
import type { Answer, Become, RunOptions, Script, Session } from "../session/contract.ts";
import { Failure } from "../source/failure.ts";
import type { Turns } from "./turns.ts";

/**
 * Why a host may be about to change: a plan says so, a command runs that may do anything, or the playbook denies that its command changes
 * anything (`changed_when: false`): then other hosts need not look again.
 */
export type Effect = "planned" | "blind" | "denied";

/** A probe that was sent before its task's turn. It holds its answer, and is to be dropped with its task. */
export class Guess {
  readonly answer: Promise<Answer>;
  readonly epoch: number;
  readonly turn: number;
  /** Changes that others had begun when it was sent; undefined when one was under way. */
  readonly others: number | undefined;
  readonly #connection: Connection;

  constructor(connection: Connection, answer: Promise<Answer>, turns: Turns) {
    this.#connection = connection;
    this.answer = answer;
    this.epoch = connection.epoch;
    this.turn = turns.turn;
    this.others = connection.othersAtWork ? undefined : connection.begunByOthers;
  }

  /** Whether asking again would be asking the same of the same. */
  get holds(): boolean {
    return this.#connection.holds(this);
  }
}

/**
 * One host's connection. Probes change nothing, so they may be asked early; whatever may change the host begins a new epoch, and answers of an
 * older one are void.
 */
export class Connection {
  readonly session: Session;
  readonly #turns: Turns;
  /** It leads to the controller itself. */
  readonly #isController: boolean;
  #epoch = 0;
  #begun = 0;
  /** The user whose script may be changing the host right now. */
  #busy: string | undefined;
  #isCounted = false;
  /** Held connections to clusters, by all that says which and as whom. */
  #links = new Map<string, Link>();

  constructor(session: Session, turns: Turns, isController: boolean) {
    this.session = session;
    this.#turns = turns;
    this.#isController = isController;
  }

  /** Asks a probe. */
  ask(script: Script, options: RunOptions): Promise<Answer> {
    return this.session.run(script, { ...options, onOutput: undefined, repeatable: true });
  }

  /** Sends a probe ahead; its failure shows when the answer is used. @returns undefined when it cannot be sent now */
  guess(script: Script, options: RunOptions): Guess | undefined {
    if (script.stdin !== undefined) return undefined;
    // A script of another user is not queued behind the one that is changing the host
    if (this.#busy !== undefined && this.#busy !== userKey(options.become)) return undefined;
    const answer = this.ask(script, options);
    answer.catch(() => undefined);
    return new Guess(this, answer, this.#turns);
  }

  holds(guess: Guess): boolean {
    if (guess.epoch !== this.#epoch) return false;
    // within one task hosts go side by side, and none waits for another
    if (!this.#turns.isLinear || guess.turn === this.#turns.turn) return true;
    return guess.others === this.begunByOthers;
  }

  get begunByOthers(): number {
    return this.#turns.begun - this.#begun;
  }

  get othersAtWork(): boolean {
    return this.#turns.isRunningBesides(this);
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

  /**
   * Something that may change the host has been sent: guesses before it are void, guesses from now on are queued behind it.
   */
  changeBegins(become: Become | undefined, effect: Effect = "planned"): void {
    this.#epoch += 1;
    this.#busy = userKey(become);
    if (this.#isController) this.#turns.controllerChanges();
    if (effect === "denied" || this.#isCounted) return;
    this.#isCounted = true;
    this.#begun += 1;
    this.#turns.begins(this, effect === "planned");
  }

  changeEnds(): void {
    // what was read of the controller's files meanwhile may be the old
    if (this.#isController && this.#busy !== undefined) this.#turns.controllerChanges();
    this.#busy = undefined;
    if (this.#isCounted) this.#turns.ends(this);
    this.#isCounted = false;
  }

  /** What was waited for may have come: what was asked before is void, everywhere. */
  timePassed(): void {
    this.#epoch += 1;
    this.#turns.timePassed();
  }
}

function userKey(become: Become | undefined): string {
  return become === undefined ? "" : `${become.method} ${become.user}`;
}
