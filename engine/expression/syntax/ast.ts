/** Operators between two values. */
export type BinaryOperator = "+" | "-" | "*" | "/" | "//" | "%" | "**";
export type ComparisonOperator = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in";

export interface Arguments {
  readonly positional: readonly Expression[];
  readonly named: readonly (readonly [string, Expression])[];
  readonly rest: Expression | undefined;
  readonly restNamed: Expression | undefined;
}

interface At {
  /** Offset in the source. */
  readonly at: number;
}

export type Expression = At &
  (
    | { readonly kind: "constant"; readonly value: unknown }
    | { readonly kind: "name"; readonly name: string }
    | { readonly kind: "list" | "tuple"; readonly items: readonly Expression[] }
    | { readonly kind: "dict"; readonly entries: readonly (readonly [Expression, Expression])[] }
    | { readonly kind: "binary"; readonly operator: BinaryOperator; readonly left: Expression; readonly right: Expression }
    | { readonly kind: "concat"; readonly items: readonly Expression[] }
    | { readonly kind: "compare"; readonly first: Expression; readonly rest: readonly (readonly [ComparisonOperator, Expression])[] }
    | { readonly kind: "and" | "or"; readonly left: Expression; readonly right: Expression }
    | { readonly kind: "not" | "negate" | "positive"; readonly operand: Expression }
    | { readonly kind: "if"; readonly condition: Expression; readonly then: Expression; readonly otherwise: Expression | undefined }
    | { readonly kind: "attribute"; readonly object: Expression; readonly name: string }
    | { readonly kind: "item"; readonly object: Expression; readonly key: Expression }
    | {
        readonly kind: "slice";
        readonly object: Expression;
        readonly start: Expression | undefined;
        readonly stop: Expression | undefined;
        readonly step: Expression | undefined;
      }
    | { readonly kind: "call"; readonly callee: Expression; readonly args: Arguments }
    /** Without a target inside `{% filter %}` and `{% set %}` blocks: the block's text. */
    | { readonly kind: "filter"; readonly name: string; readonly target: Expression | undefined; readonly args: Arguments }
    | { readonly kind: "test"; readonly name: string; readonly target: Expression; readonly args: Arguments }
  );

/** What `for`, `set` and `with` assign to. */
export type Target = At &
  (
    | { readonly kind: "name"; readonly name: string }
    | { readonly kind: "tuple"; readonly items: readonly Target[] }
    | { readonly kind: "namespace"; readonly name: string; readonly attribute: string }
  );

export interface Parameter {
  readonly name: string;
  readonly fallback: Expression | undefined;
}

export interface Macro {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
  /** Which of `caller`, `varargs`, `kwargs` the body mentions. */
  readonly takes: ReadonlySet<string>;
}

export type Statement = At &
  (
    | { readonly kind: "data"; readonly text: string }
    | { readonly kind: "output"; readonly value: Expression }
    | {
        readonly kind: "for";
        readonly target: Target;
        readonly items: Expression;
        readonly condition: Expression | undefined;
        readonly isRecursive: boolean;
        readonly body: readonly Statement[];
        readonly otherwise: readonly Statement[];
      }
    | { readonly kind: "if"; readonly branches: readonly (readonly [Expression, readonly Statement[]])[]; readonly otherwise: readonly Statement[] }
    | { readonly kind: "set"; readonly target: Target; readonly value: Expression }
    | { readonly kind: "setBlock"; readonly target: Target; readonly filter: Expression | undefined; readonly body: readonly Statement[] }
    | { readonly kind: "with"; readonly assignments: readonly (readonly [Target, Expression])[]; readonly body: readonly Statement[] }
    | { readonly kind: "macro"; readonly macro: Macro }
    | { readonly kind: "callBlock"; readonly call: Expression; readonly caller: Macro }
    | { readonly kind: "filterBlock"; readonly filter: Expression; readonly body: readonly Statement[] }
    | { readonly kind: "do"; readonly value: Expression }
    | { readonly kind: "include"; readonly template: Expression; readonly ignoreMissing: boolean; readonly withContext: boolean }
    | { readonly kind: "import"; readonly template: Expression; readonly name: string; readonly withContext: boolean }
    | { readonly kind: "from"; readonly template: Expression; readonly names: readonly (readonly [string, string])[]; readonly withContext: boolean }
    | { readonly kind: "extends"; readonly template: Expression }
    | { readonly kind: "block"; readonly name: string; readonly isRequired: boolean; readonly body: readonly Statement[] }
    | { readonly kind: "break" | "continue" }
  );
