import type { Environment, Scope } from "../expression/contract.ts";
import type { Inventory } from "../inventory/contract.ts";
import type { Play, Role } from "../play/model.ts";
import type { Reads } from "./reads.ts";

/** What is the same for a whole run. */
export interface RunFacts {
  readonly inventory: Inventory;
  readonly extraVars: Readonly<Record<string, unknown>>;
  readonly checkMode: boolean;
  readonly diffMode: boolean;
  readonly verbosity: number;
  readonly forks: number;
  readonly limit?: string | undefined;
  readonly runTags: readonly string[];
  readonly skipTags: readonly string[];
  readonly decrypt: (ciphertext: string) => string;
  readonly encrypt?: Environment["encrypt"];
  readonly registerSecret?: (plain: string) => void;
  /** The directory of the playbook in hand. */
  playbookDirectory: string;
}

/** What is the same for one play on one batch; kept current by `run`. */
export interface PlayState {
  readonly play: Play;
  /** ansible_play_hosts_all */
  readonly hostsAll: readonly string[];
  /** ansible_play_hosts: all that have not failed */
  hosts: readonly string[];
  /** ansible_play_batch */
  batch: readonly string[];
  /** Level 14, later files win. The values come from files, so they are templates. */
  readonly varsFiles: (host: string) => readonly Readonly<Record<string, unknown>>[];
  /** Level 13; final values. */
  readonly prompted: Readonly<Record<string, unknown>>;
}

/** Levels of Ansible's precedence, as numbered in the documentation. */
export interface ScopeRequest {
  readonly host: string;
  readonly state: PlayState;
  readonly role?: Role | undefined;
  /** Level 16, outermost first. */
  readonly blockVars?: readonly Readonly<Record<string, unknown>>[];
  /** Level 17. */
  readonly taskVars?: Readonly<Record<string, unknown>>;
  /** Levels 20 and 21, outermost first. */
  readonly includeVars?: readonly Readonly<Record<string, unknown>>[];
  /** Loop variables, `ansible_failed_task` and the like: above everything; final values, never templates. */
  readonly local?: Readonly<Record<string, unknown>>;
  /** Level 1, below everything: how the host is reached where no variable says it (`ansible_host`, `ansible_connection`, `ansible_user`); final values. */
  readonly connection?: Readonly<Record<string, unknown>>;
  readonly searchPath: readonly string[];
  /** Leaves out what tasks have registered, set and included. */
  readonly isBeforeTasks?: boolean;
  /** Told of each variable that is looked up or asked after, also by the template of another. */
  readonly onGet?: ((name: string) => void) | undefined;
}

/** The variables of a run. Values from files are templates and resolve lazily; facts, registered results and set_facts are final. */
export interface Variables {
  /** Cheap: layers are looked up by name, nothing is merged. */
  scope(request: ScopeRequest): Scope;
  /** Level 11: merged into `ansible_facts`, and injected under the names given. */
  setFacts(host: string, facts: Readonly<Record<string, unknown>>): void;
  /** Level 19. */
  assign(host: string, values: Readonly<Record<string, unknown>>): void;
  /** Level 18; templates. */
  include(host: string, values: Readonly<Record<string, unknown>>): void;
  clearFacts(host: string): void;
  /** Names of all variables that hosts have from the inventory, group_vars and host_vars, for plays of that directory. */
  inventoryNames(playbookDirectory: string): ReadonlySet<string>;
  /** Grows whenever a value of the host may have changed. */
  version(host: string): number;
  /** For what is made from the host's variables from now on: tells whether it still holds. */
  reads(host: string): Reads;
  /** Something that is no host's own has changed: who is still in the play, which roles are public. */
  disturb(): void;
}
