import type { Written } from "../source/written.ts";
import type { Scope } from "./contract.ts";
import type { Parameter } from "./python/arguments.ts";

/** What a filter, test or lookup may use beside its arguments. */
export interface Call {
  readonly scope: Scope;
  applyFilter(name: string, args: readonly unknown[], named: Readonly<Record<string, unknown>>): unknown;
  applyTest(name: string, args: readonly unknown[], named: Readonly<Record<string, unknown>>): boolean;
  hasTest(name: string): boolean;
  /** Renders a constant of a template that is a template itself (`lookup("file", "{{ name }}.pem")`). */
  render(text: Written): unknown;
  /** Renders a template file's text; used by the lookup template. */
  renderFile(path: string, options: Readonly<Record<string, unknown>>): string;
}

/** A filter, test or lookup. */
export interface Plugin {
  readonly parameters: readonly Parameter[];
  /** Gets undefined arguments as they are; without it, the first undefined argument is the result. */
  readonly acceptsUndefined?: boolean;
  run(call: Call, ...values: unknown[]): unknown;
}

export type Plugins = Readonly<Record<string, Plugin>>;

/** Writes a plugin down on one line. */
export function plugin(parameters: readonly Parameter[], run: Plugin["run"]): Plugin {
  return { parameters, run };
}

/** A plugin that sees undefined arguments. */
export function tolerant(parameters: readonly Parameter[], run: Plugin["run"]): Plugin {
  return { parameters, run, acceptsUndefined: true };
}
