import type { LoadOptions } from "../play/load.ts";

/** How a run is asked for: what the command line, ansible.cfg or a program that embeds the engine says. */
export interface Settings {
  /** Paths of playbooks, in order. */
  readonly playbooks: readonly string[];
  /** Inventory sources as for -i; none means only the implicit localhost. */
  readonly inventory: readonly string[];
  readonly check?: boolean;
  readonly diff?: boolean;
  /** Hosts at a time; 50 when not given. */
  readonly forks?: number;
  readonly limit?: string | undefined;
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
  readonly startAtTask?: string | undefined;
  /** Asked before each task when given: false skips it, "all" asks no more. */
  readonly step?: ((task: string) => Promise<boolean | "all">) | undefined;
  readonly forceHandlers?: boolean;
  /** False: a notified name that no handler has is a warning. */
  readonly errorOnMissingHandler?: boolean | undefined;
  readonly verbosity?: number;
  /** Plain strings are data; a text that is to be a template is a `Written`, as the command line makes of -e. */
  readonly extraVars?: Readonly<Record<string, unknown>>;
  readonly rolesPath?: readonly string[];
  readonly collectionsPath?: readonly string[];
  /** implicit (the default), explicit or smart, as ansible.cfg has it. */
  readonly gathering?: "implicit" | "explicit" | "smart";
  readonly strategy?: string | undefined;
  /** Asks what to do about every task that fails, as the debug strategy does. */
  readonly taskDebugger?: boolean | undefined;
  /** Settings of connections, the lowest in precedence: keywords and variables win. */
  readonly connection?: ConnectionSettings;
  readonly become?: BecomeSettings;
  readonly decrypt?: ((ciphertext: string) => string) | undefined;
  /** The same for files that may be no text; the text's bytes when not given. */
  readonly decryptBytes?: ((ciphertext: string) => Buffer) | undefined;
  readonly encrypt?: ((plain: string, secret: string, vaultId?: string) => string) | undefined;
  /** Reads a line from the terminal for vars_prompt, pause and the debugger; undefined when there is none. */
  readonly prompt?: ((text: string, options: { readonly echo: boolean }) => Promise<string | undefined>) | undefined;
  /** Ends the run: what still runs on the hosts is ended too. */
  readonly signal?: AbortSignal | undefined;
  /** A path that every run of the same command shares: notified handlers that a failed run could not run are kept in it. */
  readonly pendingHandlersFile?: string | undefined;
  readonly onLoadWarning?: LoadOptions["onWarning"];
}

export interface ConnectionSettings {
  readonly connection?: string | undefined;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  readonly password?: string | undefined;
  readonly privateKeyFile?: string | undefined;
  readonly sshArgs?: string | undefined;
  /** Seconds. */
  readonly timeout?: number | undefined;
  readonly retries?: number | undefined;
  readonly hostKeyChecking?: "yes" | "accept-new" | "no" | undefined;
}

export interface BecomeSettings {
  readonly become?: boolean | undefined;
  readonly method?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly exe?: string | undefined;
  readonly flags?: string | undefined;
}
