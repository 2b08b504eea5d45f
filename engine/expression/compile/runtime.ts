import { Problem, type Position } from "../problem.ts";
import type { Written } from "../../source/written.ts";
import type { Scope } from "../contract.ts";
import type { Call } from "../plugin.ts";
import { truthy } from "../python/compare.ts";
import { isDict, type PyFunction } from "../python/types.ts";
import { canonical } from "../filters/registry.ts";
import { tests } from "../tests/registry.ts";
import { globalFunctions } from "../globals/functions.ts";
import { compileCached } from "./cache.ts";
import { concat } from "./concat.ts";
import { findPlugin, runPlugin } from "./expression.ts";
import { Frame, type CompiledTemplate, type Loader, type Runtime } from "./frame.ts";
import { runTemplate } from "./templates.ts";

export type FileRenderer = (path: string, scope: Scope, options: Readonly<Record<string, unknown>>) => string;
let renderFile: FileRenderer | undefined;

/** Told by the template layer above, which knows files; the lookup `template` needs it. */
export function provideFileRenderer(renderer: FileRenderer): void {
  renderFile = renderer;
}

/** What one evaluation needs: made for each, so it is kept small. */
class Evaluation implements Runtime, Call {
  readonly scope: Scope;
  readonly loader: Loader | undefined;
  at: Position | undefined = undefined;
  nesting = 0;
  #functions: Map<string, PyFunction> | undefined;

  constructor(scope: Scope, loader: Loader | undefined) {
    this.scope = scope;
    this.loader = loader;
  }

  get call(): Call {
    return this;
  }

  globals(name: string): PyFunction | undefined {
    const global = globalFunctions.get(name);
    if (global === undefined) return undefined;
    this.#functions ??= new Map();
    const made = this.#functions.get(name) ?? global(this);
    this.#functions.set(name, made);
    return made;
  }

  applyFilter(name: string, args: readonly unknown[], named: Readonly<Record<string, unknown>>): unknown {
    return runPlugin(findPlugin("filter", name), name, this, args, named);
  }

  applyTest(name: string, args: readonly unknown[], named: Readonly<Record<string, unknown>>): boolean {
    return truthy(runPlugin(findPlugin("test", name), name, this, args, named));
  }

  hasTest(name: string): boolean {
    return tests.has(canonical(name));
  }

  render({ text }: Written): unknown {
    return render(compileCached(text), new Evaluation(this.scope, undefined));
  }

  renderFile(path: string, options: Readonly<Record<string, unknown>>): string {
    if (renderFile === undefined) throw new Problem("template files cannot be rendered here");
    return renderFile(path, this.scope, options);
  }
}

export function createRuntime(scope: Scope, loader?: Loader): Runtime {
  return new Evaluation(scope, loader);
}

/** Runs a compiled template; the result keeps its type. @throws Problem, UndefinedUsed */
export function render(template: CompiledTemplate, runtime: Runtime): unknown {
  if (template.readsWorld) runtime.scope.readsWorld?.();
  if (template.only !== undefined) return template.only(rootFrame(template.mutated, runtime));
  return concat(renderPieces(template, runtime));
}

export function renderPieces(template: CompiledTemplate, runtime: Runtime): unknown[] {
  const pieces: unknown[] = [];
  runTemplate(template, rootFrame(template.mutated, runtime), pieces);
  return pieces;
}

/** Variables that the text changes are its own copies: the scope never changes. */
export function rootFrame(mutated: ReadonlySet<string>, runtime: Runtime): Frame {
  const frame = new Frame(runtime);
  for (const name of mutated) if (runtime.scope.has(name)) frame.set(name, copy(runtime.scope.get(name)));
  return frame;
}

function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (isDict(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item)]));
  return value;
}
