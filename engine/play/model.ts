import type { Place } from "../source/place.ts";
import type { Text, Written } from "../source/written.ts";

/** Keywords that play, role, block and task share; templates are still templates. Undefined means "not given here or above". */
export interface Keywords {
  readonly any_errors_fatal?: unknown;
  readonly become?: unknown;
  readonly become_exe?: unknown;
  readonly become_flags?: unknown;
  readonly become_method?: unknown;
  readonly become_user?: unknown;
  readonly check_mode?: unknown;
  readonly connection?: unknown;
  readonly diff?: unknown;
  readonly ignore_errors?: unknown;
  readonly ignore_unreachable?: unknown;
  readonly no_log?: unknown;
  readonly port?: unknown;
  readonly remote_user?: unknown;
  readonly run_once?: unknown;
  readonly throttle?: unknown;
  readonly timeout?: unknown;
  readonly debugger?: unknown;
  /** Outermost first; merged when the task runs. */
  readonly environment?: readonly unknown[];
  /** Outermost first; each maps a module name (or group/NAME) to default arguments. */
  readonly module_defaults?: readonly unknown[];
}

/** A role in use: one per (role, parameters) pair of a play. */
export interface Role {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly vars: Readonly<Record<string, unknown>>;
  /** Extra keys of the role's entry: precedence level 20. Its `vars` are in `vars` (level 15), where Ansible has them. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly handlers: readonly Handler[];
  /** Outermost first: the roles that brought this one in by dependencies or include_role. */
  readonly parents: readonly Role[];
  /** From meta/main.yml, already loaded. */
  readonly dependencies: readonly Role[];
  readonly allowDuplicates: boolean;
  readonly place?: Place | undefined;
  /**
   * The same for roles that are one and the same to Ansible: path, parameters, when, tags and `*_from` are equal. Unless `allowDuplicates`, a host that
   * has run a task (not a skipped one) of a role skips the tasks of every other `Role` object with that key for the rest of the play.
   */
  readonly key: string;
  /** What the role's tasks inherit, the role itself included. */
  readonly inherited: Inherited;
}

/** What a task inherits, resolved while loading: every list is outermost first. */
export interface Inherited {
  readonly keywords: Keywords;
  readonly when: readonly Condition[];
  readonly tags: readonly string[];
  /** `vars` of blocks, import_tasks and import_role (level 16), outermost first. */
  readonly blockVars: readonly Readonly<Record<string, unknown>>[];
  /** Parameters of roles around it and `vars` of include_tasks and include_role, outermost first (levels 20, 21). */
  readonly includeVars: readonly Readonly<Record<string, unknown>>[];
  readonly role?: Role | undefined;
  readonly delegate_to?: unknown;
  readonly delegate_facts?: unknown;
  readonly notify?: readonly unknown[];
  readonly collections?: readonly string[];
  /** Folders searched for files, nearest first: the role's, the task file's, the playbook's. */
  readonly searchPath: readonly string[];
}

/** An entry of `when`, `failed_when`, `changed_when`, `until`, `that`: `Written` text or a literal boolean; a plain string is data, and refused. */
export interface Condition {
  readonly value: unknown;
  readonly place?: Place | undefined;
}

export interface Loop {
  /** `loop`, or the lookup's name of `with_NAME`. */
  readonly kind: string;
  /** Where with_first_found looks for the files of this task's module. */
  readonly folder?: "templates" | "vars" | "files" | undefined;
  readonly value: unknown;
  readonly place?: Place | undefined;
  readonly control: {
    readonly loop_var?: unknown;
    readonly index_var?: unknown;
    readonly label?: unknown;
    readonly pause?: unknown;
    readonly extended?: unknown;
    readonly extended_allitems?: unknown;
    readonly break_when?: readonly Condition[];
  };
}

export interface Task extends Inherited {
  readonly kind: "task";
  /** Unique in the run; tasks of one position on all hosts share it. */
  readonly id: string;
  readonly place: Place;
  /** The mapping as written, for placeOf(raw, key). */
  readonly raw: object;
  readonly name?: Text | undefined;
  /** As written: `copy`, `ansible.builtin.copy`, `kubernetes.core.k8s`. */
  readonly module: string;
  /** The module's name, where it is a template: then `module` and `action` are that text until the task runs. */
  readonly moduleTemplate?: Written | undefined;
  /** Canonical short name: `copy`. include_tasks, include_role, meta and so on are modules too. */
  readonly action: string;
  /** Keyword arguments as written, k=v text already split. `Written` is a template that yields the whole mapping (`args: "{{ x }}"`). */
  readonly args: Readonly<Record<string, unknown>> | Written;
  /** `vars` of the task itself (level 17). */
  readonly vars: Readonly<Record<string, unknown>>;
  readonly loop?: Loop | undefined;
  readonly register?: unknown;
  readonly until?: readonly Condition[] | undefined;
  readonly retries?: unknown;
  readonly delay?: unknown;
  readonly failed_when?: readonly Condition[] | undefined;
  readonly changed_when?: readonly Condition[] | undefined;
  readonly async?: unknown;
  readonly poll?: unknown;
  /** For include_tasks and include_role: `apply`. */
  readonly apply?: Readonly<Record<string, unknown>> | undefined;
  /** What included tasks inherit (the enclosing blocks' and play's, not the include's own `when`). */
  readonly enclosing: Inherited;
}

export interface Handler extends Task {
  readonly listen: readonly string[];
}

export interface Block extends Inherited {
  readonly kind: "block";
  readonly id: string;
  readonly place: Place;
  readonly name?: Text | undefined;
  readonly block: readonly Node[];
  readonly rescue: readonly Node[];
  readonly always: readonly Node[];
}

/** A point between the sections of a play where notified handlers run; written `meta: flush_handlers` in a recap of tasks. */
export type Node = Task | Block;

export interface Play {
  readonly place: Place;
  readonly raw: object;
  readonly name?: Text | undefined;
  /** Pattern as written, possibly a template; lists joined by commas. */
  readonly hosts: Text;
  readonly inherited: Inherited;
  readonly vars: Readonly<Record<string, unknown>>;
  /** Each entry a file name, or a list of which the first that exists counts. */
  readonly varsFiles: readonly (Text | readonly Text[])[];
  readonly varsPrompt: readonly VarsPrompt[];
  readonly gatherFacts?: unknown;
  readonly gatherSubset?: unknown;
  readonly gatherTimeout?: unknown;
  readonly factPath?: unknown;
  readonly strategy?: unknown;
  readonly serial?: unknown;
  readonly order?: unknown;
  readonly maxFailPercentage?: unknown;
  readonly forceHandlers?: unknown;
  readonly roles: readonly Role[];
  /** In order: pre_tasks, flush, roles' tasks, tasks, flush, post_tasks, flush. A flush is a task with action `meta`, args {free_form: "flush_handlers"}, tags ["always"]. */
  readonly nodes: readonly Node[];
  /** In the order in which they run: those of the roles, then the play's own. */
  readonly handlers: readonly Handler[];
  readonly directory: string;
  /** From import_playbook's `vars`. */
  readonly importVars: Readonly<Record<string, unknown>>;
}

export interface VarsPrompt {
  readonly name: string;
  readonly prompt?: Text | undefined;
  readonly private: boolean;
  readonly default?: unknown;
  readonly confirm: boolean;
  readonly encrypt?: string | undefined;
  readonly salt?: string | undefined;
  readonly salt_size?: number | undefined;
  readonly unsafe: boolean;
}
