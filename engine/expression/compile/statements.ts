import { Problem, type Position, type Source } from "../problem.ts";
import type { Expression, Statement, Target } from "../syntax/ast.ts";
import { truthy } from "../python/compare.ts";
import { iterate } from "../python/sequences.ts";
import { typeName, use } from "../python/types.ts";
import { Namespace } from "../globals/objects.ts";
import { concat } from "./concat.ts";
import { blockText, compileExpression } from "./expression.ts";
import { Frame, type CompiledTemplate, type Run } from "./frame.ts";
import { Loop } from "./loop.ts";
import { compileMacro } from "./macros.ts";
import { capture, nested } from "./nesting.ts";
import { compilePassedOn } from "./passed-on.ts";
import { blocksOf, compileBlock, compileExtends, compileFrom, compileImport, compileInclude } from "./templates.ts";
import { mutatedNames, readsWorld } from "../syntax/names.ts";

/** Compiles a whole template. @throws Problem for unknown filters and tests */
export function compileTemplate(statements: readonly Statement[], source: Source): CompiledTemplate {
  const blocks = new Map<string, Run>();
  for (const block of blocksOf(statements)) blocks.set(block.name, compileBody(block.body, source));
  const [first] = statements;
  const whole = statements.length === 1 && first?.kind === "output" ? first.value : undefined;
  const only = whole === undefined ? undefined : compileExpression(whole, source);
  const passedOn = whole === undefined ? undefined : compilePassedOn(whole, source);
  return { source, body: compileBody(statements, source), only, passedOn, blocks, mutated: mutatedNames(statements), readsWorld: readsWorld(statements) };
}

export function compileBody(statements: readonly Statement[], source: Source): Run {
  const runs = statements.map((statement) => compileStatement(statement, source));
  if (runs.length === 1) return runs[0]!;
  return (frame, out) => {
    for (const run of runs) {
      const signal = run(frame, out);
      if (signal !== undefined) return signal;
    }
    return undefined;
  };
}

function compileStatement(statement: Statement, source: Source): Run {
  const position: Position = { source, offset: statement.at };
  const expression = (node: Expression): ((frame: Frame) => unknown) => compileExpression(node, source);
  switch (statement.kind) {
    case "data": {
      const { text } = statement;
      return (_, out) => void out.push(text);
    }
    case "output": {
      const value = expression(statement.value);
      return (frame, out) => void out.push(value(frame));
    }
    case "do": {
      const value = expression(statement.value);
      return (frame) => void use(value(frame));
    }
    case "if": {
      const branches = statement.branches.map(([condition, body]) => [expression(condition), compileBody(body, source)] as const);
      const otherwise = compileBody(statement.otherwise, source);
      return (frame, out) => {
        for (const [condition, body] of branches) if (truthy(condition(frame))) return body(frame, out);
        return otherwise(frame, out);
      };
    }
    case "for":
      return compileFor(statement, source, position);
    case "set": {
      const assign = compileTarget(statement.target, source);
      const value = expression(statement.value);
      return (frame) => void assign(frame, value(frame));
    }
    case "setBlock": {
      const assign = compileTarget(statement.target, source);
      const body = compileBody(statement.body, source);
      const filter = statement.filter === undefined ? undefined : expression(statement.filter);
      return (frame) => {
        const inner = new Frame(frame.runtime, frame);
        const value = capture(body, inner);
        if (filter === undefined) return void assign(frame, value);
        inner.set(blockText, value);
        assign(frame, filter(inner));
        return undefined;
      };
    }
    case "with": {
      const assignments = statement.assignments.map(([target, value]) => [compileTarget(target, source), expression(value)] as const);
      const body = compileBody(statement.body, source);
      return (frame, out) => {
        const inner = new Frame(frame.runtime, frame);
        for (const [assign, value] of assignments) assign(inner, value(frame));
        return body(inner, out);
      };
    }
    case "filterBlock": {
      const filter = expression(statement.filter);
      const body = compileBody(statement.body, source);
      return (frame, out) => {
        const inner = new Frame(frame.runtime, frame);
        inner.set(blockText, capture(body, inner));
        out.push(filter(inner));
        return undefined;
      };
    }
    case "macro": {
      const { macro } = statement;
      const make = compileMacro(macro, compileBody(macro.body, source), source);
      return (frame) => void frame.set(macro.name, make(frame));
    }
    case "callBlock": {
      const { call } = statement;
      if (call.kind !== "call") throw new Problem("expected a call of a macro", "template-syntax", undefined, position);
      const caller = compileMacro(statement.caller, compileBody(statement.caller.body, source), source);
      const name: Expression = { kind: "name", name: "%caller", at: statement.at };
      const code = expression({ ...call, args: { ...call.args, named: [...call.args.named, ["caller", name]] } });
      return (frame, out) => {
        const inner = new Frame(frame.runtime, frame);
        inner.set("%caller", caller(frame));
        out.push(code(inner));
        return undefined;
      };
    }
    case "include":
      return compileInclude(statement, source, position);
    case "import":
      return compileImport(statement, source, position);
    case "from":
      return compileFrom(statement, source, position);
    case "extends":
      return compileExtends(statement, source, position);
    case "block":
      return compileBlock(statement, position);
    case "break":
    case "continue": {
      const { kind } = statement;
      return () => kind;
    }
  }
}

export function compileTarget(target: Target, source: Source): (frame: Frame, value: unknown) => void {
  switch (target.kind) {
    case "name": {
      const { name } = target;
      return (frame, value) => frame.set(name, value);
    }
    case "namespace": {
      const { name, attribute } = target;
      const position = { source, offset: target.at };
      return (frame, value) => {
        const owner = frame.lookup(name, position);
        frame.runtime.at = position;
        if (owner instanceof Namespace) owner.set(attribute, value);
        else
          throw new Problem(
            `cannot assign attribute on a ${typeName(use(owner))}: it is no namespace`,
            "expression-type",
            "make it with namespace(...)",
            position,
          );
      };
    }
    case "tuple": {
      const parts = target.items.map((item) => compileTarget(item, source));
      const position = { source, offset: target.at };
      return (frame, value) => {
        frame.runtime.at = position;
        const values = iterate(value, true);
        if (values.length !== parts.length) {
          throw new Problem(`cannot unpack ${values.length} values into ${parts.length} names`, "expression-type", undefined, position);
        }
        parts.forEach((assign, index) => assign(frame, values[index]));
      };
    }
  }
}

function compileFor(statement: Extract<Statement, { kind: "for" }>, source: Source, position: Position): Run {
  const assign = compileTarget(statement.target, source);
  const items = compileExpression(statement.items, source);
  const condition = statement.condition === undefined ? undefined : compileExpression(statement.condition, source);
  const body = compileBody(statement.body, source);
  const otherwise = compileBody(statement.otherwise, source);

  const loopOver = (value: unknown, frame: Frame, out: unknown[], depth: number): void => {
    frame.runtime.at = position;
    let all = iterate(value, true);
    if (condition !== undefined) {
      all = all.filter((item) => {
        const inner = new Frame(frame.runtime, frame);
        assign(inner, item);
        return truthy(condition(inner));
      });
    }
    if (all.length === 0) {
      otherwise(frame, out);
      return;
    }
    const recurse = (children: unknown): unknown =>
      nested(frame, position, () => {
        const pieces: unknown[] = [];
        loopOver(children, frame, pieces, depth + 1);
        return concat(pieces) ?? "";
      });
    const loop = new Loop(all, depth, statement.isRecursive ? recurse : undefined);
    for (const item of all) {
      loop.next();
      const inner = new Frame(frame.runtime, frame);
      inner.set("loop", loop);
      assign(inner, item);
      if (body(inner, out) === "break") break;
    }
  };
  return (frame, out) => void loopOver(items(frame), frame, out, 0);
}
