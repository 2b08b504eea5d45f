import type { Undefined } from "./values.ts";

/** A text that is compiled: an expression, a templated string, or a template file. */
export interface Source {
  readonly text: string;
  /** The template file; undefined for text out of YAML. */
  readonly file?: string | undefined;
}

/** Where in a source something stands. */
export interface Position {
  readonly source: Source;
  readonly offset: number;
}

/** What an expression does wrong. `evaluate.ts` turns it into a Failure with a place. */
export class Problem extends Error {
  /** Filled by the nearest part of the program that knows it. */
  position: Position | undefined;

  constructor(
    message: string,
    readonly code: string = "expression-failed",
    readonly hint?: string,
    position?: Position,
  ) {
    super(message);
    this.name = "Problem";
    this.position = position;
  }
}

/** Thrown when an undefined value is used; the filter, test or call around it turns it back into the value. */
export class UndefinedUsed extends Error {
  constructor(readonly undefinedValue: Undefined) {
    super(undefinedValue.message);
    this.name = "UndefinedUsed";
  }
}
