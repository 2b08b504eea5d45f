import { Failure } from "../source/failure.ts";
import { annotate, asWritten, placeOf, type Place, renderedPlaces, templateOfKey, writtenAt } from "../source/place.ts";
import { isTemplate, isText, isWholeTemplate, Written } from "../source/written.ts";
import type { EvaluationOptions, Scope } from "./contract.ts";
import { compileCached, compileExpressionCached, parseExpressionText, parseTemplateText, valueDelimiters } from "./compile/cache.ts";
import { createRuntime, render, rootFrame } from "./compile/runtime.ts";
import { toFailure, undefinedFailure } from "./failure.ts";
import { Problem, type Source, UndefinedUsed } from "./problem.ts";
import { findPlugin } from "./compile/expression.ts";
import type { Runtime } from "./compile/frame.ts";
import { repr, text as pythonText } from "./python/text.ts";
import { setEntry } from "./python/dict-methods.ts";
import { isDict, PyObject, Tuple, typeName } from "./python/types.ts";
import { freeNames, pluginNames } from "./syntax/names.ts";
import type { Expression, Statement } from "./syntax/ast.ts";
import { findLookup, runLookup } from "./lookups/invoke.ts";
import { Float, omit, Undefined, Vaulted } from "./values.ts";

export { pythonText };

/**
 * Evaluates a bare expression such as `when` and `until` hold.
 * @returns the value with its type; an `Undefined` when that is what the expression comes to
 * @throws Failure `template-syntax`, `undefined-variable`, `expression-type`, `unknown-filter` and the like, with its place
 */
export function evaluate(expression: Written, scope: Scope, options: EvaluationOptions = {}): unknown {
  const runtime = createRuntime(scope);
  const place = placeFor(expression, options);
  try {
    const compiled = compileExpressionCached(expression.text);
    const result = compiled.code(rootFrame(compiled.mutated, runtime));
    return result instanceof Undefined ? placed(result, place, scope) : settle(result, scope, place);
  } catch (error) {
    throw toFailure(error, scope, place, runtime.at);
  }
}

/** What is derived from a text (the words of an argument line) has the text's own place too. */
function placeFor(written: Written, options: EvaluationOptions): Place | undefined {
  return options.place ?? written.place;
}

/**
 * Resolves all templates in a value, deep, keys too. A template that is one `{{ expression }}` keeps the value's type. A plain string is data, and
 * stays as it is. `omit` is kept when it is the whole value and dropped from containers.
 * @throws Failure `undefined-variable` and the others of `evaluate`
 */
export function template(value: unknown, scope: Scope, options: EvaluationOptions = {}): unknown {
  if (typeof value !== "object" || value === null || value instanceof Float) return value;
  if (value instanceof Written) return renderText(value, scope, placeFor(value, options));
  if (value instanceof Undefined) throw undefinedFailure(value, scope, options.place);
  if (value instanceof Vaulted) return reveal(value, scope);
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    value.forEach((item, index) => {
      const result = template(item, scope, { place: placeOf(value, index) ?? options.place });
      if (result !== omit) list.push(result);
    });
    return renderedPlaces(value, list);
  }
  if (value instanceof PyObject) return value;
  const mapping: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const place = placeOf(value, key) ?? options.place;
    const result = template(item, scope, { place });
    const name = templateOfKey(value, key);
    if (result !== omit) setEntry(mapping, name === undefined ? key : pythonText(renderText(name, scope, place)), result);
  }
  return renderedPlaces(value, mapping);
}

function reveal(value: Vaulted, scope: Scope): string {
  const plain = value.reveal();
  scope.environment.registerSecret?.(plain);
  return plain;
}

function renderText(written: Written, scope: Scope, place: Place | undefined): unknown {
  const runtime = createRuntime(scope);
  try {
    return settle(renderBounded(written, runtime), scope, place);
  } catch (error) {
    throw toFailure(error, scope, place, runtime.at);
  }
}

/** Variables may stand on variables this deep; what goes on is a circle. */
const MAX_DEPTH = 120;
let depth = 0;

function renderBounded({ text }: Written, runtime: Runtime): unknown {
  if (depth >= MAX_DEPTH) throw new Problem(`variables refer to each other without end here: ${text.slice(0, 80)}`, "template-recursion");
  depth += 1;
  try {
    return restoreNewlines(text, render(compileCached(text), runtime));
  } finally {
    depth -= 1;
  }
}

/** Newlines at the end of a template that its blocks swallowed come back, as in Ansible. */
export function restoreNewlines(text: string, result: unknown): unknown {
  if (typeof result !== "string" || !text.endsWith("\n")) return result;
  const count = (value: string): number => value.length - value.replace(/\n+$/, "").length;
  return result + "\n".repeat(Math.max(0, count(text) - count(result)));
}

/**
 * A result that leaves the expression language: nothing undefined is left in it, `omit` is gone from containers, tuples are lists.
 * @throws Failure `undefined-variable`
 */
export function settle(value: unknown, scope: Scope, place: Place | undefined): unknown {
  if (typeof value !== "object" || value === null || value instanceof Float) {
    if (typeof value === "function") {
      throw new Failure("this comes to a function, not to a value", { code: "expression-type", fault: "playbook", place, hint: "call it: add ()" });
    }
    return value;
  }
  if (value instanceof Undefined) throw undefinedFailure(value, scope, place);
  if (value instanceof Vaulted) return reveal(value, scope);
  if (Array.isArray(value)) {
    const list = (value as unknown[]).map((item) => settle(item, scope, place));
    if (!(value instanceof Tuple) && list.every((item, index) => item === value[index] && item !== omit)) return value;
    return renderedPlaces(
      value,
      list.filter((item) => item !== omit),
    );
  }
  if (!isDict(value)) return value instanceof PyObject ? value.text() : value;
  let isSame = true;
  const mapping: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const settled = settle(item, scope, place);
    if (settled === omit || settled !== item) isSame = false;
    if (settled !== omit) setEntry(mapping, key, settled);
  }
  return isSame ? value : renderedPlaces(value, mapping);
}

/** An Undefined that keeps its place and hint when it is looked at elsewhere. */
function placed(value: Undefined, place: Place | undefined, scope: Scope): Undefined {
  const failure = undefinedFailure(value, scope, place);
  return new Undefined(failure.message, failure.place, failure.hint);
}

const templateFree = new WeakMap<object, boolean>();

function isFree(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (value instanceof Written || value instanceof Vaulted) return false;
  if (!Array.isArray(value) && !isDict(value)) return true;
  const known = templateFree.get(value);
  if (known !== undefined) return known;
  const free = Object.values(value).every(isFree);
  templateFree.set(value, free);
  return free;
}

/**
 * What a variable store hands out: templates are rendered now, the entries of containers when they are read. Containers without templates are
 * themselves; their content must not change afterwards.
 * @returns never throws for something undefined: that is an `Undefined`, so that `default` and `is defined` work across variables
 */
export function lazy(value: unknown, scopeOf: () => Scope, place?: Place): unknown {
  if (isFree(value)) return value;
  if (value instanceof Written) {
    const scope = scopeOf();
    const runtime = createRuntime(scope);
    const where = place ?? value.place;
    try {
      const result = renderBounded(value, runtime);
      return result instanceof Undefined ? placed(result, where, scope) : unwrapTuples(result);
    } catch (error) {
      if (error instanceof UndefinedUsed) return placed(error.undefinedValue, where, scope);
      throw toFailure(error, scope, where, runtime.at);
    }
  }
  if (value instanceof Vaulted) return reveal(value, scopeOf());
  const source = value as Record<string, unknown>;
  const copy: object = Array.isArray(value) ? [] : {};
  for (const key of Object.keys(source)) {
    const item = source[key];
    if (isFree(item)) {
      setEntry(copy as Record<string, unknown>, key, item);
      continue;
    }
    const itemPlace = placeOf(source, key) ?? place;
    Object.defineProperty(copy, key, {
      configurable: true,
      enumerable: true,
      get: () => {
        const result = lazy(item, scopeOf, itemPlace);
        setEntry(copy as Record<string, unknown>, key, result);
        return result;
      },
    });
  }
  return renderedPlaces(source, copy);
}

function unwrapTuples(value: unknown): unknown {
  return value instanceof Tuple ? Array.from(value) : value;
}

/**
 * What a template comes to where an expression is wanted: text that a person wrote and that the template only passes on (`when: "{{ check }}"`), as
 * written, so that it can be evaluated; else the value, with its type. A list's texts are such texts too.
 * @throws Failure as `template` does
 */
export function indirectly(given: Written, scope: Scope, options: EvaluationOptions = {}): unknown {
  const place = placeFor(given, options);
  const runtime = createRuntime(scope);
  try {
    const { passedOn } = compileCached(given.text.trim());
    const written = passedOn?.(rootFrame(new Set(), runtime));
    if (written !== undefined) return isTemplate(written.text) ? indirectly(written, scope, { place: written.place }) : written;
  } catch (error) {
    throw toFailure(error, scope, place, runtime.at);
  }
  const value = template(new Written(given.text.trim(), place), scope, { place });
  return Array.isArray(value)
    ? renderedPlaces(
        value,
        value.map((_, index) => asWritten(value, index)),
      )
    : value;
}

/**
 * Evaluates a condition by the rules of ansible-core: text that a person wrote, or a boolean. It must come to a boolean.
 * @throws Failure `condition-not-boolean`, `not-an-expression` for text that is data, and those of `evaluate`
 */
export function condition(value: unknown, scope: Scope, options: EvaluationOptions = {}): boolean {
  const place = options.place ?? (value instanceof Written ? value.place : undefined);
  const given = value instanceof Written && isWholeTemplate(value.text) ? indirectly(value, scope, options) : value;
  if (typeof given === "boolean") return given;
  if (given === null || given === undefined || (isText(given) && String(given).trim() === "")) {
    throw new Failure("a condition cannot be empty", { code: "condition-not-boolean", fault: "playbook", place, hint: "write true, or leave the keyword out" });
  }
  if (typeof given === "string") throw notAnExpression(given, "condition", place);
  if (!(given instanceof Written)) {
    if (value instanceof Written) return requireBoolean(given, value.text, place);
    throw new Failure(`a condition must be text or a boolean, not ${typeName(given)}`, { code: "condition-not-boolean", fault: "playbook", place });
  }
  const result = evaluate(given, scope, options);
  if (result instanceof Undefined) throw undefinedFailure(result, scope, place);
  return requireBoolean(result, given.text, place);
}

/** Text that came from a host, a file, a lookup, or out of a template: evaluating it would be running what somebody else says. */
export function notAnExpression(text: string, what: "condition" | "expression", place: Place | undefined): Failure {
  const shown = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  const hint =
    what === "condition"
      ? 'compare it, for example `when: result.stdout == "yes"`, or `when: result.stdout | bool`, without {{ }}'
      : "write the expression itself, without {{ }}; look up a variable by a name that is data with lookup('vars', name)";
  return new Failure(`this ${what} comes to text that is data, and data is never evaluated: ${JSON.stringify(shown)}`, {
    code: "not-an-expression",
    fault: "playbook",
    place,
    hint,
  });
}

function requireBoolean(result: unknown, text: string, place: Place | undefined): boolean {
  if (typeof result === "boolean") return result;
  const shown = repr(result);
  const message = `the condition comes to ${shown.length > 60 ? `${shown.slice(0, 57)}...` : shown} (${typeName(result)}), not to a boolean`;
  const expression = text.replace(/^\s*\{\{-?|-?\}\}\s*$/g, "").trim();
  const fixes: Record<string, string> = {
    str: `${expression} | bool`,
    list: `${expression} | length > 0`,
    dict: `${expression} | length > 0`,
    NoneType: `${expression} is not none`,
  };
  const wrapped = fixes[typeName(result)] ?? `${expression} is truthy`;
  const hint =
    typeName(result) === "str"
      ? `write: ${expression} | bool (for "yes", "true"), ${expression} | length > 0 (for any text), or ${expression} is truthy`
      : `write: ${wrapped}`;
  throw new Failure(message, { code: "condition-not-boolean", fault: "playbook", place, hint });
}

/** Plain data for JSON: whole floats become numbers, tagged text its plain text. */
export function finalize(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Float) return value.value;
  if (value instanceof Written) return value.text;
  if (value instanceof Vaulted) return value.reveal();
  if (value instanceof Undefined) return null;
  if (value instanceof PyObject) return value.text();
  if (Array.isArray(value)) return Array.from(value as unknown[], finalize);
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) setEntry(result, key, finalize(item));
  return result;
}

function parse(text: string, kind: "template" | "expression"): readonly (Expression | Statement)[] {
  return kind === "template" ? parseTemplateText({ text }, valueDelimiters) : [parseExpressionText({ text })];
}

/**
 * Names that a text takes from the scope; empty when the text has an error.
 * @param options.unguarded leaves out those that are somewhere given a default or asked `is defined`
 */
export function variablesOf(text: string, options: { readonly kind?: "template" | "expression"; readonly unguarded?: boolean } = {}): Set<string> {
  try {
    const { all, guarded } = freeNames(parse(text, options.kind ?? (isTemplate(text) ? "template" : "expression")));
    return options.unguarded === true ? new Set([...all].filter((name) => !guarded.has(name))) : all;
  } catch {
    return new Set();
  }
}

/**
 * Checks syntax and the names of filters, tests and lookups.
 * @returns what is wrong, or undefined
 */
export function check(text: string, kind: "template" | "expression", options: EvaluationOptions = {}): Failure | undefined {
  try {
    checkPlugins(parse(text, kind), { text });
    return undefined;
  } catch (error) {
    const failure = toFailure(error, undefined, options.place);
    if (failure instanceof Failure) return failure;
    throw failure;
  }
}

/** @throws Problem for the first filter, test or lookup that there is not, with its position */
export function checkPlugins(nodes: readonly (Expression | Statement)[], source: Source): void {
  for (const { kind, name, at } of pluginNames(nodes)) {
    try {
      if (kind === "lookup") findLookup(name);
      else findPlugin(kind, name);
    } catch (error) {
      if (error instanceof Problem) error.position = { source, offset: at };
      throw error;
    }
  }
}

/**
 * What a lookup finds, for `with_NAME` loops.
 * @param terms resolved already; a list is the lookup's terms, anything else its only term
 * @param options its `folder` is where first_found looks beside the folders of the search path
 * @throws Failure `unknown-lookup` and what the lookup itself refuses
 */
export function lookupTerms(name: string, terms: unknown, scope: Scope, options: EvaluationOptions & { readonly folder?: string | undefined } = {}): unknown[] {
  const runtime = createRuntime(scope);
  try {
    const list = Array.isArray(terms) ? (terms as unknown[]) : [terms];
    const found = runLookup(runtime.call, name, list, options.folder === undefined ? {} : { _folder: options.folder });
    const items = found.map((item) => settle(item, scope, options.place)).filter((item) => item !== omit);
    return textsPassedOn(list, items);
  } catch (error) {
    throw toFailure(error, scope, options.place, runtime.at);
  }
}

/** Most lookups for loops hand their terms on (`with_items: [a, b]`): such a text is still what a person wrote in them. */
function textsPassedOn(terms: readonly unknown[], items: unknown[]): unknown[] {
  const written = new Map(terms.flat().length === 0 ? [] : [terms, ...terms.filter(Array.isArray)].flatMap((list) => textsIn(list as unknown[])));
  const keys = items.flatMap((item, index) => {
    const text = typeof item === "string" ? written.get(item) : undefined;
    return text?.place === undefined ? [] : [[String(index), { key: text.place, value: text.place, text: text.text }] as const];
  });
  const [first] = keys;
  if (first !== undefined) annotate(items, { self: first[1].value, keys: new Map(keys) });
  return items;
}

function textsIn(list: readonly unknown[]): (readonly [string, Written])[] {
  return list.flatMap((_, index) => {
    const written = writtenAt(list, index);
    return written === undefined ? [] : [[written.text, written] as const];
  });
}

/**
 * Applies a filter by name, for parts of the engine that need one (prompts that encrypt).
 * @throws Failure `unknown-filter` and what the filter itself refuses
 */
export function applyFilter(name: string, value: unknown, args: readonly unknown[], scope: Scope): unknown {
  const runtime = createRuntime(scope);
  try {
    return settle(runtime.call.applyFilter(name, [value, ...args], {}), scope, undefined);
  } catch (error) {
    throw toFailure(error, scope, undefined, runtime.at);
  }
}
