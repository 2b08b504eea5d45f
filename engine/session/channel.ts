import type { Duplex, Readable, Writable } from "node:stream";

/** A process on the host, and its three streams. */
export interface Channel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the process has ended or the connection is gone; what it wrote has been read by then. Never rejects. */
  readonly ended: Promise<ChannelEnd>;
  /** Gives the channel up; the process is not ended by that alone. */
  destroy(): void;
}

export interface ChannelEnd {
  readonly code?: number | undefined;
  readonly signal?: string | undefined;
}

/** A way to start processes on one host. */
export interface Transport {
  /** The login user, as far as it is known. */
  readonly user: string;
  /** Starts `command` (for the login shell to parse). @throws Failure */
  exec(command: string, options?: { readonly hasTerminal?: boolean }): Promise<Channel>;
  /** A TCP connection from the host on, for what lies behind it. @throws Failure `unreachable` */
  forward(host: string, port: number): Promise<Duplex>;
  /** Why the connection is gone; undefined while it stands. */
  lostBecause(): Error | undefined;
  close(): Promise<void>;
}

/** Bytes after which somebody who holds the pipe open (a daemon) is not waited for. Milliseconds. */
export const GRACE_AFTER_EXIT = 250;

/** Waits for `awaited`, but no longer than so many milliseconds. @returns undefined when that was too long */
export async function within<T>(milliseconds: number, awaited: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([awaited, new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), milliseconds)))]);
  } finally {
    clearTimeout(timer);
  }
}
