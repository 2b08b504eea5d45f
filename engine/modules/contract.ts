import type { Cluster, ClusterAccess } from "../kubernetes/contract.ts";
import type { Answer, Script } from "../session/contract.ts";
import type { Written } from "../source/written.ts";
import type { ArgsSchema } from "./schema.ts";

export type Scalar = string | number | boolean | null;

/** A flat description of a thing; `null` is "absent". */
export type State = Readonly<Record<string, Scalar>>;

/** One key of a thing that is to change. */
export interface Change {
  readonly key: string;
  readonly from: Scalar;
  readonly to: Scalar;
}

/** What `--diff` shows for one thing, in Ansible's words. */
export interface Diff {
  readonly before?: string;
  readonly after?: string;
  readonly before_header?: string;
  readonly after_header?: string;
  readonly prepared?: string;
}

/** What the controller side offers while arguments are prepared. */
export interface Controller {
  /** Finds a file as Ansible does: role's `kind` folder, role, playbook's. @throws Failure `file-not-found`, naming where it looked */
  findFile(name: string, kind: "files" | "templates" | "tasks" | "vars" | ""): string;
  /** Renders template text (`.hbs` by Handlebars, everything else as Jinja2) with the task's variables and `extra` ones. */
  renderTemplate(path: string, options: TemplateOptions): string;
  /** Opens a vault file's bytes when they begin with $ANSIBLE_VAULT, else returns them as they are. */
  decrypt(bytes: Buffer, path: string): Buffer;
  /** Where results that belong on the controller are written (fetch). */
  readonly playbookDirectory: string;
  /** The inventory's name of the task's host. */
  readonly host?: string | undefined;
}

export interface TemplateOptions {
  readonly newlineSequence?: string;
  readonly trimBlocks?: boolean;
  readonly lstripBlocks?: boolean;
  readonly blockStartString?: string;
  readonly blockEndString?: string;
  readonly variableStartString?: string;
  readonly variableEndString?: string;
  readonly commentStartString?: string;
  readonly commentEndString?: string;
  readonly extra?: Readonly<Record<string, unknown>>;
}

/**
 * What every module has that probes, plans and applies: the engine owns the order (design: probe, plan, apply).
 * No part may see check mode, open a connection, read the clock, or know another module.
 * `A` is the type of the validated arguments, `S` what a probe finds, `R` what an apply brings back.
 */
export interface PlanningModule<A, S, R> {
  readonly name: string;
  readonly summary: string;
  readonly args: ArgsSchema<A>;
  /** The argument that free text fills (`command: echo hi`), if the module takes it. */
  readonly freeForm?: string;
  /** Checks that a schema cannot say; returns a message, or undefined. Runs before any host is touched when the arguments are constant. */
  check?(args: A): string | undefined;
  /** Texts in the arguments that are secret although the schema cannot say so: it depends on other arguments. */
  secretsIn?(args: A): readonly string[];
  /** Brings controller-side material (file contents, rendered templates) into the arguments. Not called with a host in mind. */
  prepare?(args: A, controller: Controller): A | Promise<A>;
  /** Every change still to make; empty means nothing to do. Pure. @throws ModuleError for what cannot be done */
  plan(current: S, args: A): readonly Change[];
  /**
   * What is still to change after an apply; `plan` when not given. For changes that are due at every look: a touch, or an edit whose
   * pattern also matches what it made.
   */
  left?(after: S, args: A, before: S): readonly Change[];
  /**
   * Whether the state is probed again after `apply` and must then plan nothing. True when not given. False only for modules whose
   * effect cannot be probed, such as `command`: it is data, so that the documentation and the law kit see it.
   */
  readonly verified?: boolean | ((args: A) => boolean);
  /** The keys that Ansible's users expect beside `changed`, `failed` and `diff`. */
  result?(facts: ResultFacts<A, S, R>): Record<string, unknown>;
  readonly doc?: ModuleDoc;
}

/** A task module that acts on a host, by scripts: `probe` asks, `apply` changes. */
export interface HostModule<A = never, S = unknown> extends PlanningModule<A, S, Answer> {
  /** Read-only sh. Undefined when there is nothing to ask (then `parse` is not called and the state is `undefined`). */
  probe?(args: A): Script | undefined;
  /** True when the probe's answer may be large (a file's content): it is never asked before its turn, and not kept. */
  readonly bulky?: boolean;
  /** Turns the probe's answer into the current state. @throws ModuleError for what the probe itself refuses, for example a missing tool */
  parse?(answer: Answer, args: A): S;
  /** sh that carries out exactly `changes`. Undefined for modules that only look (stat, slurp, setup). */
  apply?(changes: readonly Change[], current: S, args: A): Script;
  /**
   * What `apply` prints is for people to watch: the names that the records behind it may begin with (see parts/trailer.ts), none when there are
   * no records. When not given, stdout is records for this module alone, and only stderr can be watched.
   */
  readonly watched?: readonly string[];
  /** True when a non-zero exit of `apply` is not by itself a failure: `result` decides, by throwing ModuleError (command, shell). */
  readonly ownVerdict?: boolean;
  /** Sh whose answer `diff` needs, asked only when a diff is wanted and there are changes (for example the old content of a file). */
  probeForDiff?(changes: readonly Change[], current: S, args: A): Script | undefined;
  /** The diff; the changes as `key: value` lines when not given. */
  diff?(changes: readonly Change[], current: S, args: A, answer: Answer | undefined): Diff | readonly Diff[];
  /**
   * The host may be away: without `apply` before it can be asked (wait_for_connection), else after `apply` (reboot), whose connection may be
   * lost under it. Then the second probe is tried until it leaves nothing to change. The result gets `elapsed`, in seconds.
   */
  patience?(args: A): Patience;
  /**
   * For a module without `apply`: carries the planned changes out on the controller (fetch writes its file here). Not called in check mode,
   * nor when there is nothing to change. Returns the keys of the result.
   */
  deliver?(changes: readonly Change[], current: S, args: A): Promise<Record<string, unknown>>;
  /** For the module that looks at detached jobs: the one that has ended. The module that began it says what came of it, if this run knows it. */
  endedJob?(current: S, args: A): EndedJob | undefined;
}

/** How long something is waited for, all in seconds. */
export interface Patience {
  /** Before the first look. */
  readonly delay: number;
  /** Between two looks. */
  readonly sleep: number;
  readonly timeout: number;
  /** What the failure says when the time is over. */
  readonly message: string;
}

export interface EndedJob {
  readonly id: string;
  /** What its \`apply\` answered. */
  readonly answer: Answer;
}

/**
 * A task module that acts on an API, reached from the task's host through its session: `probe` and `apply` call it, by the client that the
 * engine made. Nothing runs on the host. The one API so far is a Kubernetes cluster's.
 */
export interface ApiModule<A = never, S = unknown, R = unknown> extends PlanningModule<A, S, R> {
  /** Which cluster, and as whom. */
  access(args: A): ClusterAccess;
  /** Finds the current state; may only read (a server-side dry run reads). The state is `undefined` when not given. @throws ModuleError */
  probe?(args: A, cluster: Cluster): Promise<S>;
  /** Carries out exactly `changes`. Undefined for modules that only look. @throws ModuleError, with what was done in its result */
  apply?(changes: readonly Change[], current: S, args: A, cluster: Cluster): Promise<R>;
  /** The diff; the changes as `key: value` lines when not given. */
  diff?(changes: readonly Change[], current: S, args: A): Diff | readonly Diff[];
  /** Texts in the arguments and in what was found that no event may show. */
  secrets?(args: A, current: S | undefined): readonly string[];
  /** What the plan takes for granted because it stands on things that are only planned too; check mode tells it. */
  assumes?(current: S, args: A): readonly string[];
}

export interface ResultFacts<A, S, R = Answer> {
  readonly args: A;
  readonly before: S;
  /** What the second probe found; `before` when nothing was applied. */
  readonly after: S;
  readonly changes: readonly Change[];
  /** What `apply` brought back; undefined when nothing was applied (converged, or check mode). */
  readonly applied: R | undefined;
}

export interface ModuleDoc {
  /** More than the summary: a few sentences. */
  readonly description?: string;
  /** YAML tasks. */
  readonly examples?: string;
  /** Result keys and what they hold. */
  readonly returns?: Readonly<Record<string, string>>;
  /** What differs from Ansible's module of that name, and why. */
  readonly differences?: readonly string[];
}

/** A module's own refusal: the task fails with `message`, and `result` is merged into what it registers. */
export class ModuleError extends Error {
  readonly result: Readonly<Record<string, unknown>>;
  readonly hint: string | undefined;

  constructor(message: string, result: Readonly<Record<string, unknown>> = {}, hint?: string) {
    super(message);
    this.name = "ModuleError";
    this.result = result;
    this.hint = hint;
  }
}

/**
 * A module that acts on the controller's side of the run (debug, set_fact, add_host ...). What it wants done to the run it returns as
 * data; it changes nothing itself.
 */
export interface ControllerModule<A = never> {
  readonly name: string;
  readonly summary: string;
  readonly args: ArgsSchema<A>;
  readonly freeForm?: string;
  /** Arguments that are expressions or must stay templates: they are handed over as written (`Written` where a person wrote the text). */
  readonly rawArgs?: readonly string[];
  /** True when one call serves all hosts of the batch (add_host, pause, some meta actions). */
  readonly oncePerBatch?: boolean;
  check?(args: A): string | undefined;
  act(args: A, context: ActionContext): ActionResult | Promise<ActionResult>;
  readonly doc?: ModuleDoc;
}

export interface ActionContext extends Controller {
  readonly host: string;
  /** Evaluates a bare expression with the task's variables: text that a person wrote. */
  evaluate(expression: Written): unknown;
  /**
   * What a raw argument comes to where expressions are wanted: texts that a person wrote stay `Written`, also behind `{{ name }}`; what else a template
   * comes to is data.
   */
  expressions(raw: unknown): unknown;
  /** Evaluates one entry of `that` or `when`: must be boolean. @throws Failure also for text that is data */
  condition(condition: unknown): boolean;
  /** A variable's value, or undefined. */
  variable(name: string): unknown;
  /** Resolves templates in a value as written (for rawArgs). */
  template(value: unknown): unknown;
  /** Loads a YAML or JSON file of variables, vault included. */
  loadVariables(path: string): Record<string, unknown>;
  /** Reads a line from the terminal; undefined when there is none. */
  prompt(text: string, options: { readonly echo: boolean }): Promise<string | undefined>;
  /** Waits, ended early by an interrupt. Milliseconds. */
  sleep(milliseconds: number): Promise<void>;
  readonly verbosity: number;
}

export interface ActionResult {
  readonly changed?: boolean;
  readonly failed?: boolean;
  readonly skipped?: boolean;
  readonly msg?: unknown;
  /** More keys of the registered result. */
  readonly result?: Readonly<Record<string, unknown>>;
  /** Variables to set on the host: at which of the precedence levels. */
  readonly variables?: {
    readonly level: "set_fact" | "include_vars" | "facts";
    readonly values: Readonly<Record<string, unknown>>;
    readonly cacheable?: boolean;
  };
  readonly addHost?: { readonly name: string; readonly groups: readonly string[]; readonly variables: Readonly<Record<string, unknown>> };
  readonly addToGroups?: { readonly groups: readonly string[]; readonly parents: readonly string[] };
  readonly meta?: string;
  /** Values that turned out to be secret. */
  readonly secrets?: readonly unknown[];
  readonly stats?: Readonly<Record<string, unknown>>;
}

export type Module =
  | { readonly kind: "host"; readonly module: HostModule<any, any> }
  | { readonly kind: "api"; readonly module: ApiModule<any, any, any> }
  | { readonly kind: "controller"; readonly module: ControllerModule<any> };
