import type { Inventory } from "../inventory/contract.ts";
import type { Module } from "../modules/contract.ts";
import type { Failure } from "../source/failure.ts";
import type { Place } from "../source/place.ts";
import type { Playbook } from "./load.ts";
import type { Play, Task } from "./model.ts";

/** What the check may know of the world outside of the playbook. */
export interface CheckContext {
  /** Host patterns are checked against it; nothing is said of hosts without it. */
  readonly inventory?: Inventory;
  /** A module by its short name. */
  readonly loadModule: (name: string) => Promise<Module | undefined>;
  readonly moduleNames: readonly string[];
  /** Names of all variables that hosts have before a play in that directory, from inventory, group_vars and host_vars. Undefined variables are not looked for without it. */
  readonly variableNames?: (playbookDirectory: string) => Iterable<string>;
  readonly extraVars: Readonly<Record<string, unknown>>;
  /** What stands written for a variable of a task on the hosts of its play, each value once: the one that counts, templates as they are. */
  readonly writtenOn?: (play: Play, task: Task, name: string) => readonly { readonly raw: unknown; readonly place: Place | undefined }[];
  /** False for tags that --tags and --skip-tags leave out: such tasks are judged like tasks under a condition. */
  readonly isSelected?: (tags: readonly string[]) => boolean;
  /** Playbooks that run before this one: what they set is set here too. */
  readonly earlier?: readonly Playbook[];
  /** False: a notified name that no handler has is a warning. */
  readonly errorOnMissingHandler?: boolean | undefined;
  /** Opens vault text. */
  readonly decrypt?: (ciphertext: string) => string;
  /** Reads a template file without rendering it: what is wrong with it, and the variables that it surely needs. */
  readonly inspectTemplate?: (
    text: string,
    file: string,
  ) => { readonly failure: Failure | undefined; readonly names: readonly { readonly name: string; readonly place: Place }[] };
  readonly onWarning?: (message: string, place?: Place) => void;
}
