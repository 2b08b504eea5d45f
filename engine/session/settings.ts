/** Everything an SSH connection needs, after ~/.ssh/config, options and inventory have been weighed. */
export interface SshSettings {
  /** The name in messages. */
  readonly name: string;
  /** The name that was asked for: an alias, before HostName. */
  readonly alias: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  /** Chosen by the user: a file that is missing is worth a word. */
  readonly identityFiles: readonly string[];
  readonly areIdentitiesDefault: boolean;
  readonly passphrase: string | undefined;
  readonly identitiesOnly: boolean;
  /** A socket; undefined for none. */
  readonly agent: string | undefined;
  readonly userKnownHosts: readonly string[];
  readonly globalKnownHosts: readonly string[];
  readonly hostKeyChecking: "yes" | "accept-new" | "no" | "ask";
  readonly hostKeyAlias: string | undefined;
  readonly hashKnownHosts: boolean;
  /** Milliseconds. */
  readonly connectTimeout: number;
  readonly keepAliveInterval: number;
  readonly keepAliveCount: number;
  /** The ways to log in that are to be tried, in this order. */
  readonly methods: readonly ("publickey" | "keyboard-interactive" | "password")[];
  /** IP version; 0 for either. */
  readonly family: 0 | 4 | 6;
  /** The hops on the way, the first one first. */
  readonly proxyJump: readonly SshSettings[];
  readonly proxyCommand: string | undefined;
}
