import type { Duplex } from "node:stream";

/** How a user other than the login user is reached. */
export interface Become {
  readonly method: "sudo" | "su" | "doas";
  readonly user: string;
  readonly password?: string;
  /** The program, when it is not the method's name on PATH. */
  readonly exe?: string;
  readonly flags?: string;
}

/** Bytes for a script's stdin: in memory, a controller file that is streamed and never held whole, or several of them one after another. */
export type Content = Buffer | { readonly file: string } | { readonly parts: readonly (Buffer | { readonly file: string })[] };

/** POSIX sh to run on the host. Arguments travel as variables, never as text and never in an argv. */
export interface Script {
  readonly text: string;
  /** Shell variables set (not exported) before `text` runs. */
  readonly vars?: Readonly<Record<string, string>>;
  /** What `text` finds on stdin; /dev/null when not given. */
  readonly stdin?: Content;
  /**
   * True when `text` takes the shell variable `tsplay_stdin` for its stdin where that is set: a short text comes so, whole and without the
   * processes that a pipe takes. What is binary or long comes on stdin all the same.
   */
  readonly takesVariable?: boolean | undefined;
  /** How many bytes of its stdout, and of its stderr, are kept; 64 MiB when not given, 16 of what is shortened. For what prints a whole file. */
  readonly mostOutput?: number | undefined;
}

export interface RunOptions {
  /** The user to run as; the login user when not given. */
  readonly become?: Become | undefined;
  /** Exported to the script. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds until the script's process tree is ended and `Failure` code `command-timeout` is thrown; no limit when not given. */
  readonly timeout?: number | undefined;
  /** Called with output as it arrives. */
  readonly onOutput?: ((chunk: Buffer, stream: "stdout" | "stderr") => void) | undefined;
  /** Ends the script's process tree on the host when aborted; the promise rejects with code `interrupted`. */
  readonly signal?: AbortSignal | undefined;
  /** True for scripts that change nothing: they may be run again when the connection is lost under them, and ended when they print too much. */
  readonly repeatable?: boolean | undefined;
  /**
   * What becomes of output beyond `mostOutput`. `fail`, the default: a `Failure` of code `output-too-long`, since an answer that is read in part
   * says something else. `shorten`: for output that people read, the beginning and the end are kept, with a line between them that says how
   * much is left out.
   */
  readonly excess?: "fail" | "shorten" | undefined;
}

/** What a script did. A non-zero code is an answer, not an exception. */
export interface Answer {
  readonly code: number;
  /** Byte-exact. */
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** The streams of which only the beginning and the end are here (`excess`). */
  readonly shortened?: readonly ("stdout" | "stderr")[] | undefined;
}

/**
 * A held connection to one host: one transport, one long-lived sh per user. Calls to `run` may overlap: scripts for the same user are
 * written at once and answered in order, so n scripts cost one round trip.
 */
export interface Session {
  /** @throws Failure with fault "transport" (unreachable, host key, authentication, become, lost connection): never for an exit status */
  run(script: Script, options?: RunOptions): Promise<Answer>;
  /**
   * A TCP connection that begins on the host, for what only the host reaches (ssh: a direct-tcpip channel). No process runs for it.
   * @throws Failure with fault "transport": `unreachable` when nothing answers there or sshd forbids it
   */
  forward(host: string, port: number): Promise<Duplex>;
  /** Ends what still runs on the host, then closes. Never throws. */
  close(): Promise<void>;
}

/** Everything needed to open a session, from inventory variables, command line and ~/.ssh/config. */
export interface Target {
  /** The inventory's name of the host, for messages. */
  readonly name: string;
  readonly connection: "ssh" | "local";
  /** Address or ~/.ssh/config alias; `name` when not given. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly privateKeyFile?: string | undefined;
  readonly privateKeyPassphrase?: string | undefined;
  /** Options in the words of ssh(1), as in ansible_ssh_common_args: `-o ProxyJump=... -J ...`. */
  readonly sshArgs?: string | undefined;
  /** Overrides StrictHostKeyChecking of ~/.ssh/config. */
  readonly hostKeyChecking?: "yes" | "accept-new" | "no" | undefined;
  /** Seconds. */
  readonly connectTimeout?: number | undefined;
  /** How often a connection that was lost or refused is tried again. */
  readonly retries?: number | undefined;
  /** Seconds between signs of life asked of the host; 5 when not given. */
  readonly keepAliveInterval?: number | undefined;
  /** How many of them may stay unanswered before the connection counts as lost; 3 when not given. */
  readonly keepAliveCount?: number | undefined;
  /** The remote sh; /bin/sh when not given. */
  readonly shell?: string | undefined;
}
