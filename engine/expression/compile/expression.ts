import { didYouMean } from "../../source/failure.ts";
import { readWritten } from "../../source/written.ts";
import { Problem, UndefinedUsed, type Position, type Source } from "../problem.ts";
import { Undefined } from "../values.ts";
import type { Plugin } from "../plugin.ts";
import { getAttribute, getItem } from "../python/access.ts";
import { bindArguments } from "../python/arguments.ts";
import { compare, contains, equals, keyOf, truthy } from "../python/compare.ts";
import { arithmetic, negate, positive } from "../python/numbers.ts";
import { iterate, slice } from "../python/sequences.ts";
import { setEntry } from "../python/dict-methods.ts";
import { text } from "../python/text.ts";
import { isDict, Missing, PyObject, Tuple, typeError, typeName, use, type PyFunction } from "../python/types.ts";
import type { Arguments, ComparisonOperator, Expression } from "../syntax/ast.ts";
import { canonical, filters } from "../filters/registry.ts";
import { tests } from "../tests/registry.ts";
import type { Frame, Runtime } from "./frame.ts";

/** A compiled expression. */
export type Code = (frame: Frame) => unknown;

/** What a compiled `{% filter %}` applies to: the block's text waits in this variable. */
export const blockText = "%block";

export function compileExpression(node: Expression, source: Source): Code {
  const position: Position = { source, offset: node.at };
  const compile = (inner: Expression): Code => compileExpression(inner, source);
  switch (node.kind) {
    case "constant": {
      const { value } = node;
      return () => value;
    }
    case "name": {
      const { name } = node;
      return (frame) => frame.lookup(name, position);
    }
    case "list": {
      const items = node.items.map(compile);
      return (frame) => items.map((item) => item(frame));
    }
    case "tuple": {
      const items = node.items.map(compile);
      return (frame) => Tuple.with(items.map((item) => item(frame)));
    }
    case "dict": {
      const entries = node.entries.map(([key, value]) => [compile(key), compile(value)] as const);
      return (frame) => {
        const dict: Record<string, unknown> = {};
        for (const [key, value] of entries) {
          const name = key(frame);
          frame.runtime.at = position;
          setEntry(dict, keyOf(name), value(frame));
        }
        return dict;
      };
    }
    case "binary": {
      const { operator } = node;
      const left = compile(node.left);
      const right = compile(node.right);
      return (frame) => {
        const a = left(frame);
        const b = right(frame);
        frame.runtime.at = position;
        return arithmetic(operator, a, b);
      };
    }
    case "concat": {
      const items = node.items.map(compile);
      return (frame) => {
        let result = "";
        for (const item of items) {
          const value = item(frame);
          frame.runtime.at = position;
          result += text(value);
        }
        return result;
      };
    }
    case "compare": {
      const first = compile(node.first);
      const rest = node.rest.map(([operator, operand]) => [comparison(operator), compile(operand)] as const);
      return (frame) => {
        let left = first(frame);
        for (const [holds, operand] of rest) {
          const right = operand(frame);
          frame.runtime.at = position;
          if (!holds(left, right)) return false;
          left = right;
        }
        return true;
      };
    }
    case "and":
    case "or": {
      const left = compile(node.left);
      const right = compile(node.right);
      const goesOn = node.kind === "and";
      return (frame) => {
        const value = left(frame);
        return truthy(value) === goesOn ? right(frame) : value;
      };
    }
    case "not": {
      const operand = compile(node.operand);
      return (frame) => !truthy(operand(frame));
    }
    case "negate":
    case "positive": {
      const operand = compile(node.operand);
      const apply = node.kind === "negate" ? negate : positive;
      return (frame) => {
        const value = operand(frame);
        frame.runtime.at = position;
        return apply(value);
      };
    }
    case "if": {
      const condition = compile(node.condition);
      const then = compile(node.then);
      const otherwise = node.otherwise === undefined ? () => silent(position) : compile(node.otherwise);
      return (frame) => (truthy(condition(frame)) ? then(frame) : otherwise(frame));
    }
    case "attribute": {
      const object = compile(node.object);
      const { name } = node;
      return (frame) => getAttribute(object(frame), name, position);
    }
    case "item": {
      const object = compile(node.object);
      const key = compile(node.key);
      return (frame) => {
        const owner = object(frame);
        const wanted = key(frame);
        frame.runtime.at = position;
        return getItem(owner, wanted, position);
      };
    }
    case "slice": {
      const object = compile(node.object);
      const [start, stop, step] = [node.start, node.stop, node.step].map((part) => (part === undefined ? () => null : compile(part)));
      return (frame) => {
        const owner = object(frame);
        const bounds = [start!(frame), stop!(frame), step!(frame)] as const;
        frame.runtime.at = position;
        return owner instanceof Undefined ? owner : slice(owner, ...bounds);
      };
    }
    case "call": {
      const isLookup = node.callee.kind === "name" && LOOKUPS.has(node.callee.name);
      return compileCall(compile(node.callee), compileArguments(node.args, source, isLookup ? compileTerm : compileExpression), position);
    }
    case "filter": {
      const target = node.target === undefined ? (frame: Frame) => frame.lookup(blockText, position) : compile(node.target);
      return compilePlugin("filter", node.name, target, compileArguments(node.args, source), position);
    }
    case "test":
      return compilePlugin("test", node.name, compile(node.target), compileArguments(node.args, source), position);
  }
}

const LOOKUPS: ReadonlySet<string> = new Set(["lookup", "query", "q"]);

/** A lookup's term: where the template's author wrote a template inside it as a constant, that stays text of a person, also in a list or mapping. */
function compileTerm(node: Expression, source: Source): Code {
  switch (node.kind) {
    case "constant": {
      const { value } = node;
      const term = typeof value === "string" ? readWritten(value) : value;
      return () => term;
    }
    case "list": {
      const items = node.items.map((item) => compileTerm(item, source));
      return (frame) => items.map((item) => item(frame));
    }
    case "dict": {
      const entries = node.entries.map(([key, value]) => [compileExpression(key, source), compileTerm(value, source)] as const);
      return (frame) => {
        const dict: Record<string, unknown> = {};
        for (const [key, value] of entries) setEntry(dict, keyOf(key(frame)), value(frame));
        return dict;
      };
    }
    default:
      return compileExpression(node, source);
  }
}

function silent(position: Position): Missing {
  const message = "the inline if-expression evaluated to false and no else section was defined.";
  return new Missing(message, position, undefined, undefined, undefined, true);
}

function comparison(operator: ComparisonOperator): (left: unknown, right: unknown) => boolean {
  switch (operator) {
    case "==":
      return equals;
    case "!=":
      return (left, right) => !equals(left, right);
    case "<":
      return (left, right) => compare(left, right, "<") < 0;
    case "<=":
      return (left, right) => compare(left, right, "<=") <= 0;
    case ">":
      return (left, right) => compare(left, right, ">") > 0;
    case ">=":
      return (left, right) => compare(left, right, ">=") >= 0;
    case "in":
      return (left, right) => contains(right, left);
    case "not in":
      return (left, right) => !contains(right, left);
  }
}

interface CompiledArguments {
  readonly positional: (frame: Frame) => unknown[];
  readonly named: (frame: Frame) => Record<string, unknown>;
}

const noNamed: Record<string, unknown> = Object.freeze({});

function compileArguments(args: Arguments, source: Source, compile: typeof compileExpression = compileExpression): CompiledArguments {
  const positional = args.positional.map((value) => compile(value, source));
  const named = args.named.map(([name, value]) => [name, compileExpression(value, source)] as const);
  const rest = args.rest === undefined ? undefined : compileExpression(args.rest, source);
  const restNamed = args.restNamed === undefined ? undefined : compileExpression(args.restNamed, source);
  return {
    positional: (frame) => {
      const values = positional.map((value) => value(frame));
      if (rest !== undefined) values.push(...iterate(rest(frame)));
      return values;
    },
    named: (frame) => {
      if (named.length === 0 && restNamed === undefined) return noNamed;
      const values: Record<string, unknown> = {};
      for (const [name, value] of named) values[name] = value(frame);
      if (restNamed !== undefined) {
        const more = use(restNamed(frame));
        if (!isDict(more)) throw typeError(`argument after ** must be a mapping, not ${typeName(more)}`);
        Object.assign(values, more);
      }
      return values;
    },
  };
}

/** Runs a call; an undefined value that was used inside is the call's result. */
export function guarded<T>(runtime: Runtime, position: Position, run: () => T): T | Undefined {
  runtime.at = position;
  try {
    const result = run();
    runtime.at = position;
    return result;
  } catch (error) {
    if (error instanceof UndefinedUsed) return error.undefinedValue;
    if (error instanceof Problem) error.position ??= position;
    throw error;
  }
}

function firstUndefined(args: readonly unknown[], named: Readonly<Record<string, unknown>>): Undefined | undefined {
  for (const value of args) if (value instanceof Undefined) return value;
  for (const name in named) if (named[name] instanceof Undefined) return named[name];
  return undefined;
}

function compileCall(callee: Code, args: CompiledArguments, position: Position): Code {
  return (frame) => {
    const target = callee(frame);
    if (target instanceof Undefined) return target;
    const positional = args.positional(frame);
    const named = args.named(frame);
    frame.runtime.at = position;
    if (target instanceof PyObject && target.call !== undefined) return guarded(frame.runtime, position, () => target.call!(positional, named));
    if (typeof target !== "function") throw typeError(`'${typeName(target)}' object is not callable`);
    if (!isTolerant(target as PyFunction)) {
      const missing = firstUndefined(positional, named);
      if (missing !== undefined) return missing;
    }
    return guarded(frame.runtime, position, () => (target as PyFunction)(positional, named));
  };
}

const tolerantFunctions = new WeakSet<PyFunction>();

/** Marks a function that takes undefined arguments (macros do). */
export function tolerating(target: PyFunction): PyFunction {
  tolerantFunctions.add(target);
  return target;
}

function isTolerant(target: PyFunction): boolean {
  return tolerantFunctions.has(target);
}

/** @throws Problem `unknown-filter` or `unknown-test` */
export function findPlugin(kind: "filter" | "test", name: string): Plugin {
  const registry = kind === "filter" ? filters : tests;
  const found = registry.get(canonical(name));
  if (found !== undefined) return found;
  const hint = didYouMean(name, registry.keys()) ?? (kind === "filter" && tests.has(canonical(name)) ? `"${name}" is a test: write "is ${name}"` : undefined);
  throw new Problem(`No ${kind} named '${name}'.`, `unknown-${kind}`, hint);
}

function compilePlugin(kind: "filter" | "test", name: string, target: Code, args: CompiledArguments, position: Position): Code {
  const isTest = kind === "test";
  let found: Plugin | undefined;
  return (frame) => {
    frame.runtime.at = position;
    // an unknown name is an error only where it is reached, as in Jinja: it may stand behind a condition
    const plugin = (found ??= findPlugin(kind, name));
    const positional = [target(frame), ...args.positional(frame)];
    const named = args.named(frame);
    return guarded(frame.runtime, position, () => {
      const result = runPlugin(plugin, name, frame.runtime, positional, named);
      return isTest && !(result instanceof Undefined) ? truthy(result) : result;
    });
  };
}

export function runPlugin(found: Plugin, name: string, runtime: Runtime, args: readonly unknown[], named: Readonly<Record<string, unknown>>): unknown {
  if (found.acceptsUndefined !== true) {
    const missing = firstUndefined(args, named);
    if (missing !== undefined) return missing;
  }
  return found.run(runtime.call, ...bindArguments(name, found.parameters, args, named));
}
