import { createRequire } from "node:module";
import type Handlebars from "handlebars";
import type { Scope } from "../expression/contract.ts";
import { settle } from "../expression/evaluate.ts";
import { filterNames } from "../expression/filters/registry.ts";
import { toFailure, undefinedFailure } from "../expression/failure.ts";
import { createRuntime } from "../expression/compile/runtime.ts";
import { UndefinedUsed } from "../expression/problem.ts";
import { isDict, PyObject } from "../expression/python/types.ts";
import { Float, Undefined } from "../expression/values.ts";
import { Suspension } from "../expression/waiting.ts";
import type { Call } from "../expression/plugin.ts";
import { didYouMean, Failure } from "../source/failure.ts";
import type { Place } from "../source/place.ts";
import { withExtra } from "./scope.ts";
import type { Written } from "../source/written.ts";

export interface HandlebarsOptions {
  readonly file: string;
  readonly extra?: Readonly<Record<string, unknown>>;
}

type Engine = typeof Handlebars;
let loaded: Engine | undefined;

/** Loaded when the first template needs it: start-up stays short. */
function engine(): Engine {
  loaded ??= createRequire(import.meta.url)("handlebars") as Engine;
  return loaded;
}

const optional = "tsplayOptional";

/** `default x "y"` asks for what may be missing; strict lookup would refuse it first. */
function relaxDefaults(ast: hbs.AST.Program, handlebars: Engine): void {
  class Relaxer extends handlebars.Visitor {
    #relax(node: { path: hbs.AST.Node; params: hbs.AST.Expression[] }): void {
      const name = (node.path as hbs.AST.PathExpression).original;
      const [first] = node.params;
      if (!["default", "d", "mandatory"].includes(String(name)) || first?.type !== "PathExpression") return;
      const target = first as hbs.AST.PathExpression;
      if (target.data || target.depth > 0) return;
      const { loc } = first;
      const text = (value: string): hbs.AST.StringLiteral => ({ type: "StringLiteral", value, original: value, loc });
      node.params[0] = {
        type: "SubExpression",
        path: { type: "PathExpression", original: optional, parts: [optional], depth: 0, data: false, loc } as hbs.AST.PathExpression,
        params: target.parts.map(text),
        loc,
      } as unknown as hbs.AST.Expression;
    }
    override MustacheStatement(node: hbs.AST.MustacheStatement): void {
      this.#relax(node);
      super.MustacheStatement(node);
    }
    override SubExpression(node: hbs.AST.SubExpression): void {
      this.#relax(node);
      super.SubExpression(node);
    }
    override BlockStatement(node: hbs.AST.BlockStatement): void {
      this.#relax(node);
      super.BlockStatement(node);
    }
  }
  new Relaxer().accept(ast);
}

/** A whole float prints with its ".0" also where JavaScript would take its number. */
class PrintedFloat extends Float {
  [Symbol.toPrimitive](hint: string): string | number {
    return hint === "number" ? this.value : this.toString();
  }
}

function printable(value: unknown): unknown {
  if (value instanceof Float) return new PrintedFloat(value.value);
  if (value instanceof PyObject) return value.text();
  if (Array.isArray(value)) return value.map(printable);
  return isDict(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, printable(item)])) : value;
}

/** The scope as an object whose entries are plain values, looked up when they are read. */
function contextOf(scope: Scope): object {
  const read = (name: string): unknown => {
    const value = scope.get(name);
    return value instanceof Undefined ? undefined : printable(settle(value, scope, undefined));
  };
  return new Proxy(
    {},
    {
      has: (_, name) => typeof name === "string" && !(scope.get(name) instanceof Undefined),
      // Handlebars names the owner of what is missing in its message
      get: (_, name) => (name === Symbol.toPrimitive ? () => "variables" : typeof name === "string" && scope.has(name) ? read(name) : undefined),
      ownKeys: () => [...new Set(scope.names())],
      getOwnPropertyDescriptor: (_, name) =>
        typeof name === "string" && scope.has(name) ? { value: read(name), writable: true, enumerable: true, configurable: true } : undefined,
    },
  );
}

/** The end of helpers' arguments: how Handlebars calls them. */
interface HelperOptions {
  readonly name: string;
  readonly hash: Readonly<Record<string, unknown>>;
  readonly fn?: (context: unknown) => string;
  readonly inverse?: (context: unknown) => string;
  readonly loc?: { readonly start: { readonly line: number; readonly column: number } };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

type Placer = (at: { readonly line: number; readonly column: number } | undefined) => Place;

function helpersOf(handlebars: Engine, call: Call, scope: Scope, placeAt: Placer): Record<string, Handlebars.HelperDelegate> {
  const helpers: Record<string, Handlebars.HelperDelegate> = {};
  for (const name of filterNames) {
    helpers[name] = function (this: unknown, ...args: unknown[]): unknown {
      const options = args.pop() as HelperOptions;
      // a variable may have the name of a filter: without an argument it is the variable
      if (args.length === 0) {
        const own = isObject(this) && name in this ? this[name] : undefined;
        if (own === undefined) throw new handlebars.Exception(`"${name}" is a filter and needs a value, and there is no variable of that name`);
        return typeof options.fn === "function" ? options.fn(own) : own;
      }
      let result: unknown;
      try {
        result = printable(settle(call.applyFilter(name, args, { ...options.hash }), scope, undefined));
      } catch (error) {
        throw toFailure(error, scope, placeAt(options.loc?.start));
      }
      if (typeof options.fn !== "function") return result;
      return Array.isArray(result) ? result.map((item) => options.fn!(item)).join("") : result ? options.fn(result) : (options.inverse?.(this) ?? "");
    };
  }
  helpers[optional] = function (this: unknown, ...args: unknown[]): unknown {
    args.pop();
    const value = (args as string[]).reduce<unknown>((owner, part) => (isObject(owner) && part in owner ? owner[part] : undefined), this);
    return value ?? new Undefined(`'${args.join(".")}' is undefined`);
  };
  return helpers;
}

/** A name that a template file takes from the variables wherever it is rendered, and where it stands. */
export interface TopName {
  readonly name: string;
  readonly place: Place;
}

/**
 * Reads a Handlebars template file without rendering it.
 * @returns the variables that it writes outside of all blocks
 * @throws Failure `template-syntax`
 */
export function readHandlebars(text: string, file: string): TopName[] {
  const placeAt = placerOf(text, file);
  try {
    return engine()
      .parse(text)
      .body.flatMap((node) => {
        if (node.type !== "MustacheStatement") return [];
        const { path, params } = node as hbs.AST.MustacheStatement;
        const { parts, data, depth, loc } = path as hbs.AST.PathExpression;
        const [name] = parts ?? [];
        if (path.type !== "PathExpression" || data || depth > 0 || params.length > 0 || name === undefined || filterNames.includes(name)) return [];
        return [{ name, place: placeAt(loc.start) }];
      });
  } catch (error) {
    throw located(error, undefined, placeAt);
  }
}

function placerOf(text: string, file: string): Placer {
  const lines = text.split("\n");
  return (at = { line: 1, column: 0 }) => ({ file, line: at.line, column: at.column + 1, text: lines[at.line - 1] ?? "" });
}

const programs = new Map<string, Handlebars.TemplateDelegate>();
const LIMIT = 500;

/**
 * Renders a Handlebars template file: strict, without HTML escaping, with every filter of the expression language as a helper
 * (`{{default port 80}}`, `{{join hosts ","}}`, `{{to_nice_json data indent=2}}`).
 * @throws Failure `template-syntax`, `undefined-variable`, `template-failed`, placed in the template file
 */
export function renderHandlebars({ text }: Written, scope: Scope, options: HandlebarsOptions): string {
  const handlebars = engine();
  const full = withExtra(scope, options.extra);
  const runtime = createRuntime(full);
  const placeAt = placerOf(text, options.file);
  try {
    let program = programs.get(text);
    if (program === undefined) {
      const ast = handlebars.parse(text);
      relaxDefaults(ast, handlebars);
      program = handlebars.create().compile(ast, { strict: true, noEscape: true });
      if (programs.size >= LIMIT) programs.delete(programs.keys().next().value!);
      programs.set(text, program);
    }
    return program(contextOf(full), { helpers: helpersOf(handlebars, runtime.call, full, placeAt) });
  } catch (error) {
    throw located(error, full, placeAt);
  }
}

function located(error: unknown, scope: Scope | undefined, placeAt: Placer): unknown {
  if (error instanceof UndefinedUsed || error instanceof Failure) return toFailure(error, scope, placeAt(undefined));
  if (!(error instanceof Error) || error instanceof Suspension) return error;
  const { lineNumber, column } = error as { lineNumber?: number; column?: number };
  const parsing = /^(?:Parse|Lexical) error on line (\d+)/.exec(error.message);
  const place = placeAt({ line: lineNumber ?? Number(parsing?.[1] ?? 1), column: column ?? 0 });
  const missing = /^"([^"]*)" not defined in/.exec(error.message);
  if (missing !== null && scope !== undefined) {
    const name = missing[1]!;
    const value = scope.get(name);
    if (scope.has(name) && value instanceof Undefined) return undefinedFailure(value, scope, place);
    return new Failure(`'${name}' is undefined`, {
      code: "undefined-variable",
      fault: "playbook",
      place,
      hint: didYouMean(name, [...scope.names(), ...filterNames]),
    });
  }
  const helper = /Missing helper: "([^"]*)"/.exec(error.message)?.[1];
  if (helper !== undefined) {
    return new Failure(`No filter named '${helper}'.`, { code: "unknown-filter", fault: "playbook", place, hint: didYouMean(helper, filterNames) });
  }
  const isSyntax = parsing !== null || /doesn't match|^Unexpected|^Unsupported|^Invalid path/.test(error.message);
  const last = error.message.trim().split("\n").at(-1) ?? "";
  const message =
    parsing === null ? last.replace(/ - \d+:\d+$/, "") : `this template cannot be read: ${last.replace(/^Expecting .*, got '(.*)'$/, "unexpected $1 here")}`;
  const failure = toFailure(error, scope, place);
  return failure instanceof Failure
    ? failure
    : new Failure(message, { code: isSyntax ? "template-syntax" : "template-failed", fault: "playbook", place, cause: error });
}
