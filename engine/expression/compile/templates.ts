import { Problem, type Position, type Source } from "../problem.ts";
import { iterate } from "../python/sequences.ts";
import { text } from "../python/text.ts";
import { Missing, PyObject, use } from "../python/types.ts";
import type { Statement } from "../syntax/ast.ts";
import { concat, joined } from "./concat.ts";
import { compileExpression } from "./expression.ts";
import { Frame, type CompiledTemplate, type Run } from "./frame.ts";
import { nested } from "./nesting.ts";

type Of<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

/** All blocks of a template, those inside other statements too. */
export function blocksOf(statements: readonly Statement[]): Of<"block">[] {
  return statements.flatMap((statement): Of<"block">[] => {
    switch (statement.kind) {
      case "block":
        return [statement, ...blocksOf(statement.body)];
      case "if":
        return [...statement.branches.flatMap(([, body]) => blocksOf(body)), ...blocksOf(statement.otherwise)];
      case "for":
        return [...blocksOf(statement.body), ...blocksOf(statement.otherwise)];
      case "with":
      case "filterBlock":
        return blocksOf(statement.body);
      default:
        return [];
    }
  });
}

/** Runs a template with its parents; `frame` must be its own. */
export function runTemplate(template: CompiledTemplate, frame: Frame, out: unknown[]): void {
  frame.template = { parent: undefined, blocks: new Map() };
  for (let current: CompiledTemplate | undefined = template; current !== undefined; current = frame.template.parent) {
    for (const [name, body] of current.blocks) frame.template.blocks.set(name, [...(frame.template.blocks.get(name) ?? []), body]);
    frame.template.parent = undefined;
    const pieces: unknown[] = [];
    current.body(frame, pieces);
    // a child writes nothing of its own: its blocks are used by the parent
    if ((frame.template as { parent: CompiledTemplate | undefined }).parent === undefined) out.push(...pieces);
  }
}

function findTemplate(frame: Frame, given: unknown, position: Position): CompiledTemplate {
  const names = Array.isArray(given) ? iterate(given) : [use(given)];
  const { loader } = frame.runtime;
  if (loader === undefined)
    throw new Problem("other templates cannot be used in a single value, only in template files", "template-not-found", undefined, position);
  for (const name of names) {
    const found = loader.load(text(name), position.source);
    if (found !== undefined) return found;
  }
  throw new Problem(`template not found: ${names.map((name) => text(name)).join(", ")}`, "template-not-found", undefined, position);
}

export function compileInclude(statement: Of<"include">, source: Source, position: Position): Run {
  const template = compileExpression(statement.template, source);
  return (frame, out) => {
    const given = template(frame);
    let found: CompiledTemplate;
    try {
      found = findTemplate(frame, given, position);
    } catch (error) {
      if (statement.ignoreMissing && error instanceof Problem && error.code === "template-not-found") return undefined;
      throw error;
    }
    nested(frame, position, () => runTemplate(found, new Frame(frame.runtime, statement.withContext ? frame : undefined), out));
    return undefined;
  };
}

/** An imported template: its macros and top-level variables. */
class TemplateModule extends PyObject {
  readonly typeName = "TemplateModule";
  readonly #variables: ReadonlyMap<string, unknown>;
  readonly #pieces: readonly unknown[];

  constructor(variables: ReadonlyMap<string, unknown>, pieces: readonly unknown[]) {
    super();
    this.#variables = variables;
    this.#pieces = pieces;
  }

  override attribute(name: string): unknown {
    return name.startsWith("_") ? undefined : this.#variables.get(name);
  }

  override text(): string {
    return joined(this.#pieces);
  }
}

function load(frame: Frame, given: unknown, withContext: boolean, position: Position): TemplateModule {
  const found = findTemplate(frame, given, position);
  const inner = new Frame(frame.runtime, withContext ? frame : undefined, new Map());
  const pieces: unknown[] = [];
  nested(frame, position, () => runTemplate(found, inner, pieces));
  return new TemplateModule(inner.variables ?? new Map(), pieces);
}

export function compileImport(statement: Of<"import">, source: Source, position: Position): Run {
  const template = compileExpression(statement.template, source);
  return (frame) => void frame.set(statement.name, load(frame, template(frame), statement.withContext, position));
}

export function compileFrom(statement: Of<"from">, source: Source, position: Position): Run {
  const template = compileExpression(statement.template, source);
  return (frame) => {
    const module = load(frame, template(frame), statement.withContext, position);
    for (const [name, alias] of statement.names) {
      frame.set(alias, module.attribute(name) ?? new Missing(`the imported template does not export '${name}'`, position));
    }
    return undefined;
  };
}

export function compileExtends(statement: Of<"extends">, source: Source, position: Position): Run {
  const template = compileExpression(statement.template, source);
  return (frame) => {
    const found = findTemplate(frame, template(frame), position);
    if (frame.template?.parent !== undefined) throw new Problem("extended multiple times", "template-syntax", undefined, position);
    return nested(frame, position, () => {
      if (frame.template !== undefined) frame.template.parent = found;
      return undefined;
    });
  };
}

export function compileBlock(statement: Of<"block">, position: Position): Run {
  const { name } = statement;
  const runAt = (frame: Frame, level: number): unknown[] => {
    const body = frame.template?.blocks.get(name)?.[level];
    if (body === undefined) throw new Problem(`there is no parent block called '${name}'`, "template-syntax", undefined, position);
    const pieces: unknown[] = [];
    const inner = new Frame(frame.runtime, frame);
    inner.set("super", () => concat(runAt(frame, level + 1)) ?? "");
    nested(frame, position, () => body(inner, pieces));
    return pieces;
  };
  return (frame, out) => {
    if (frame.template?.parent !== undefined) return undefined;
    if (statement.isRequired && (frame.template?.blocks.get(name)?.length ?? 0) < 2) {
      throw new Problem(`required block '${name}' is not defined by a child template`, "template-syntax", undefined, position);
    }
    out.push(...runAt(frame, 0));
    return undefined;
  };
}
