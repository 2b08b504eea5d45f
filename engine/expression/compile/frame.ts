import type { Scope } from "../contract.ts";
import type { Call } from "../plugin.ts";
import type { Position, Source } from "../problem.ts";
import type { PassedOn } from "./passed-on.ts";
import { Undefined } from "../values.ts";
import { Missing, plain, type PyFunction } from "../python/types.ts";

/** Macros, includes and recursive loops may nest this deep. */
export const MAX_NESTING = 200;

/** Writes values into `out`; what it returns ends a loop's turn. */
export type Run = (frame: Frame, out: unknown[]) => "break" | "continue" | undefined;

export interface CompiledTemplate {
  readonly source: Source;
  readonly body: Run;
  /** Of a template that is one `{{ expression }}`: the expression. */
  readonly only: ((frame: Frame) => unknown) | undefined;
  /** Of such a template: the text of a person that it merely passes on. */
  readonly passedOn: PassedOn | undefined;
  readonly blocks: ReadonlyMap<string, Run>;
  /** Variables on which the text calls methods that change them. */
  readonly mutated: ReadonlySet<string>;
  /** See `readsWorld`. */
  readonly readsWorld: boolean;
}

/** Finds the templates that include, import and extends name. */
export interface Loader {
  /** @returns undefined when there is no such file */
  load(name: string, from: Source): CompiledTemplate | undefined;
}

/** The state of one template's rendering: its parent, and the bodies of each block, the innermost child's first. */
export interface TemplateRun {
  parent: CompiledTemplate | undefined;
  readonly blocks: Map<string, Run[]>;
}

/** What is the same for one rendering. */
export interface Runtime {
  readonly scope: Scope;
  readonly call: Call;
  globals(name: string): PyFunction | undefined;
  readonly loader: Loader | undefined;
  /** The operation in hand, for the place in an error. */
  at: Position | undefined;
  nesting: number;
}

/** Variables of one level: a template, a loop's turn, a macro's call. */
export class Frame {
  readonly runtime: Runtime;
  readonly parent: Frame | undefined;
  variables: Map<string, unknown> | undefined;
  template: TemplateRun | undefined;

  constructor(runtime: Runtime, parent?: Frame, variables?: Map<string, unknown>) {
    this.runtime = runtime;
    this.parent = parent;
    this.variables = variables;
    this.template = parent?.template;
  }

  /** A local variable, else the scope's, else a global function, else an Undefined. */
  lookup(name: string, position: Position): unknown {
    let found = this.variables?.get(name);
    for (let frame = this.parent; found === undefined && frame !== undefined; frame = frame.parent) found = frame.variables?.get(name);
    if (found !== undefined) return found;
    const value = this.runtime.scope.get(name);
    if (value instanceof Undefined) {
      if (this.runtime.scope.has(name)) return value;
      return this.runtime.globals(name) ?? new Missing(`'${name}' is undefined`, position, name);
    }
    return value === undefined ? new Missing(`'${name}' is undefined`, position, name) : plain(value);
  }

  set(name: string, value: unknown): void {
    this.variables ??= new Map();
    this.variables.set(name, value);
  }
}
