import { Problem } from "../problem.ts";
import type { Scope } from "../contract.ts";
import { truthy } from "../python/compare.ts";
import { isDict, type PyFunction } from "../python/types.ts";
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

/** What one evaluation needs. */
export function createRuntime(scope: Scope, loader?: Loader): Runtime {
  let functions: Map<string, PyFunction> | undefined;
  const runtime: Runtime = {
    scope,
    loader,
    at: undefined,
    nesting: 0,
    globals: (name) => {
      const global = globalFunctions.get(name);
      if (global === undefined) return undefined;
      functions ??= new Map();
      const made = functions.get(name) ?? global(runtime.call);
      functions.set(name, made);
      return made;
    },
    call: {
      scope,
      applyFilter: (name, args, named) => runPlugin(findPlugin("filter", name), name, runtime, args, named),
      applyTest: (name, args, named) => truthy(runPlugin(findPlugin("test", name), name, runtime, args, named)),
      render: (text) => render(compileCached(text), createRuntime(scope)),
      renderFile: (path, options) => {
        if (renderFile === undefined) throw new Problem("template files cannot be rendered here");
        return renderFile(path, scope, options);
      },
    },
  };
  return runtime;
}

/** Runs a compiled template; the result keeps its type. @throws Problem, UndefinedUsed */
export function render(template: CompiledTemplate, runtime: Runtime): unknown {
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

