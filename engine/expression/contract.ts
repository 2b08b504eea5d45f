import type { Place } from "../source/place.ts";
import type { Written } from "../source/written.ts";

/** Where names come from. Values are final (templates resolved) or lazily so: a mapping's entries resolve when they are read. */
export interface Scope {
  /** The variable's value, or an `Undefined` when there is none or when its own template stands on something undefined. */
  get(name: string): unknown;
  has(name: string): boolean;
  /** The variable's text, if that is what a person wrote for it: it can be an expression (`when: "{{ name }}"`). */
  written?(name: string): Written | undefined;
  /** For `lookup("varnames")`, `vars` and "did you mean". */
  names(): Iterable<string>;
  /** Told when what it was asked for stands on what no variable holds (the clock, chance, a file, a lookup's answer): it may be another the next time. */
  readsWorld?(): void;
  readonly environment: Environment;
}

/** What filters, tests and lookups may see of the controller. Everything is synchronous: an expression never waits for the event loop. */
export interface Environment {
  /** Folders searched for files by lookups and template includes, nearest first. */
  readonly searchPath: readonly string[];
  readonly playbookDirectory: string;
  /** Opens vault text; @throws Failure when no secret fits. */
  decrypt(ciphertext: string): string;
  /** Encrypts by the given secret (filter `vault`). */
  encrypt?(plain: string, secret: string, vaultId?: string): string;
  /** Host names by inventory pattern (lookup `inventory_hostnames`). */
  hostsOf?(pattern: string): readonly string[];
  /** Told of each plain text of a secret, so that it is masked in events. */
  registerSecret?(plain: string): void;
}

export interface EvaluationOptions {
  /** Where the text was written; columns inside a one-line text are added to it. */
  readonly place?: Place | undefined;
}
