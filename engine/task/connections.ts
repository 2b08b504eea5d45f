import type { Target } from "../session/contract.ts";
import { openSession } from "../session/open.ts";
import { Connection } from "./connection.ts";
import type { Turns } from "./turns.ts";

/** The connections of a run, opened when first needed and held. */
export class Connections {
  readonly #open = new Map<string, Promise<Connection>>();
  readonly #turns: Turns;
  readonly #onConnect: (host: string, milliseconds: number) => void;

  constructor(turns: Turns, onConnect: (host: string, milliseconds: number) => void) {
    this.#turns = turns;
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
        return new Connection(session, this.#turns, isController(target));
      });
      this.#open.set(key, connection);
      connection.catch(() => this.#open.delete(key));
    }
    return connection;
  }

  /** The connection, if it is open already or being opened. */
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

function isController({ connection, host, name }: Target): boolean {
  return connection === "local" || /^(localhost|127\..*|::1)$/.test(host ?? name);
}
