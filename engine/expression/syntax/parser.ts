import { Float } from "../values.ts";
import type { Arguments, BinaryOperator, ComparisonOperator, Expression } from "./ast.ts";
import type { TokenStream } from "./tokens.ts";

const comparisons = new Set(["==", "!=", "<", "<=", ">", ">="]);
const constants = new Map<string, unknown>([
  ["true", true],
  ["True", true],
  ["false", false],
  ["False", false],
  ["none", null],
  ["None", null],
]);
const noArguments: Arguments = { positional: [], named: [], rest: undefined, restNamed: undefined };
/** Deep nesting is an attack or an accident, and would exhaust the stack. */
const MAX_DEPTH = 400;
let depth = 0;

/** Jinja2's expression grammar. @throws Problem `template-syntax` */
export function parseExpression(stream: TokenStream): Expression {
  return parseConditional(stream);
}

/** `a, b` is a tuple; `a` is `a`. */
export function parseTuple(stream: TokenStream, isEnd: () => boolean, allowsConditional = true): Expression {
  const at = stream.current.offset;
  const items: Expression[] = [];
  let isTuple = false;
  while (!isEnd()) {
    items.push(allowsConditional ? parseConditional(stream) : parseOr(stream));
    if (!stream.isOperator(",")) break;
    isTuple = true;
    stream.advance();
  }
  if (items.length === 1 && !isTuple) return items[0]!;
  if (items.length === 0) stream.fail(`expected an expression, found ${stream.describe()}`);
  return { kind: "tuple", items, at };
}

function parseConditional(stream: TokenStream): Expression {
  depth += 1;
  try {
    if (depth > MAX_DEPTH) stream.fail("this expression is nested too deeply");
    const at = stream.current.offset;
    let value = parseOr(stream);
    while (stream.skip("name", "if")) {
      const condition = parseOr(stream);
      const otherwise = stream.skip("name", "else") ? parseConditional(stream) : undefined;
      value = { kind: "if", condition, then: value, otherwise, at };
    }
    return value;
  } finally {
    depth -= 1;
  }
}

function parseOr(stream: TokenStream): Expression {
  let left = parseAnd(stream);
  while (stream.isName("or")) {
    const at = stream.advance().offset;
    left = { kind: "or", left, right: parseAnd(stream), at };
  }
  return left;
}

function parseAnd(stream: TokenStream): Expression {
  let left = parseNot(stream);
  while (stream.isName("and")) {
    const at = stream.advance().offset;
    left = { kind: "and", left, right: parseNot(stream), at };
  }
  return left;
}

function parseNot(stream: TokenStream): Expression {
  if (!stream.isName("not")) return parseComparison(stream);
  const at = stream.advance().offset;
  return { kind: "not", operand: parseNot(stream), at };
}

function parseComparison(stream: TokenStream): Expression {
  const first = parseSum(stream);
  const rest: (readonly [ComparisonOperator, Expression])[] = [];
  const at = stream.current.offset;
  for (;;) {
    const { kind, value } = stream.current;
    if (kind === "operator" && comparisons.has(value)) {
      stream.advance();
      rest.push([value as ComparisonOperator, parseSum(stream)]);
    } else if (kind === "name" && value === "in") {
      stream.advance();
      rest.push(["in", parseSum(stream)]);
    } else if (kind === "name" && value === "not" && stream.peek().kind === "name" && stream.peek().value === "in") {
      stream.advance();
      stream.advance();
      rest.push(["not in", parseSum(stream)]);
    } else break;
  }
  return rest.length === 0 ? first : { kind: "compare", first, rest, at };
}

function parseSum(stream: TokenStream): Expression {
  let left = parseConcat(stream);
  while (stream.isOperator("+") || stream.isOperator("-")) {
    const operator = stream.advance();
    left = { kind: "binary", operator: operator.value as BinaryOperator, left, right: parseConcat(stream), at: operator.offset };
  }
  return left;
}

function parseConcat(stream: TokenStream): Expression {
  const at = stream.current.offset;
  const items = [parseProduct(stream)];
  while (stream.skip("operator", "~")) items.push(parseProduct(stream));
  return items.length === 1 ? items[0]! : { kind: "concat", items, at };
}

function parseProduct(stream: TokenStream): Expression {
  let left = parsePower(stream);
  while (stream.current.kind === "operator" && ["*", "/", "//", "%"].includes(stream.current.value)) {
    const operator = stream.advance();
    left = { kind: "binary", operator: operator.value as BinaryOperator, left, right: parsePower(stream), at: operator.offset };
  }
  return left;
}

function parsePower(stream: TokenStream): Expression {
  let left = parseUnary(stream, true);
  while (stream.isOperator("**")) {
    const at = stream.advance().offset;
    left = { kind: "binary", operator: "**", left, right: parseUnary(stream, true), at };
  }
  return left;
}

function parseUnary(stream: TokenStream, withFilters: boolean): Expression {
  const { offset: at } = stream.current;
  let value: Expression;
  if (stream.skip("operator", "-")) value = { kind: "negate", operand: parseUnary(stream, false), at };
  else if (stream.skip("operator", "+")) value = { kind: "positive", operand: parseUnary(stream, false), at };
  else value = parsePrimary(stream);
  value = parsePostfix(stream, value);
  return withFilters ? parseFilters(stream, value) : value;
}

function parsePrimary(stream: TokenStream): Expression {
  const token = stream.current;
  const at = token.offset;
  switch (token.kind) {
    case "name":
      if (["and", "or", "not", "if", "else", "is", "in"].includes(token.value)) stream.fail(`expected a value, found "${token.value}"`);
      stream.advance();
      if (constants.has(token.value)) return { kind: "constant", value: constants.get(token.value), at };
      return { kind: "name", name: token.value, at };
    case "string": {
      let value = "";
      while (stream.is("string")) value += stream.advance().value;
      return { kind: "constant", value, at };
    }
    case "integer":
      stream.advance();
      return { kind: "constant", value: Number(token.value), at };
    case "float": {
      stream.advance();
      const value = Number(token.value);
      return { kind: "constant", value: Number.isInteger(value) ? new Float(value) : value, at };
    }
    case "operator":
      if (token.value === "(") return parseParentheses(stream);
      if (token.value === "[") return parseList(stream);
      if (token.value === "{") return parseDict(stream);
  }
  const hint = token.value === "=" ? 'compare with "=="' : undefined;
  return stream.fail(`expected a value, found ${stream.describe()}`, token, hint);
}

function parseParentheses(stream: TokenStream): Expression {
  const at = stream.advance().offset;
  if (stream.skip("operator", ")")) return { kind: "tuple", items: [], at };
  const value = parseTuple(stream, () => stream.isOperator(")"));
  stream.expect("operator", ")");
  return value;
}

function parseList(stream: TokenStream): Expression {
  const at = stream.advance().offset;
  const items: Expression[] = [];
  while (!stream.isOperator("]")) {
    if (items.length > 0) stream.expect("operator", ",");
    if (stream.isOperator("]")) break;
    items.push(parseConditional(stream));
  }
  stream.expect("operator", "]");
  return { kind: "list", items, at };
}

function parseDict(stream: TokenStream): Expression {
  const at = stream.advance().offset;
  const entries: (readonly [Expression, Expression])[] = [];
  while (!stream.isOperator("}")) {
    if (entries.length > 0) stream.expect("operator", ",");
    if (stream.isOperator("}")) break;
    const key = parseConditional(stream);
    stream.expect("operator", ":");
    entries.push([key, parseConditional(stream)]);
  }
  stream.expect("operator", "}");
  return { kind: "dict", entries, at };
}

function parsePostfix(stream: TokenStream, start: Expression): Expression {
  let value = start;
  for (;;) {
    if (stream.isOperator(".") || stream.isOperator("[")) value = parseSubscript(stream, value);
    else if (stream.isOperator("(")) value = { kind: "call", callee: value, at: stream.current.offset, args: parseArguments(stream) };
    else return value;
  }
}

function parseFilters(stream: TokenStream, start: Expression): Expression {
  let value = start;
  for (;;) {
    if (stream.isOperator("|")) value = parseFilter(stream, value);
    else if (stream.isName("is")) value = parseTest(stream, value);
    else if (stream.isOperator("(")) value = { kind: "call", callee: value, at: stream.current.offset, args: parseArguments(stream) };
    else return value;
  }
}

/** One or more filters, beginning at `|`, or at the name itself for blocks. */
export function parseFilter(stream: TokenStream, start: Expression | undefined, startsWithName = false): Expression {
  let value = start;
  let isFirst = startsWithName;
  while (isFirst || stream.isOperator("|")) {
    if (!isFirst) stream.advance();
    isFirst = false;
    const at = stream.current.offset;
    const name = dottedName(stream, "a filter's name");
    value = { kind: "filter", name, target: value, at, args: stream.isOperator("(") ? parseArguments(stream) : noArguments };
  }
  return value!;
}

function dottedName(stream: TokenStream, what: string): string {
  if (!stream.is("name")) stream.fail(`expected ${what}, found ${stream.describe()}`);
  let name = stream.advance().value;
  while (stream.skip("operator", ".")) name += `.${stream.expect("name").value}`;
  return name;
}

function parseTest(stream: TokenStream, target: Expression): Expression {
  stream.advance();
  const isNegated = stream.skip("name", "not");
  const at = stream.current.offset;
  let name: string;
  // `is ==`, `is in` and the like are not names to the lexer or to the grammar
  if (stream.current.kind === "operator" && comparisons.has(stream.current.value)) name = stream.advance().value;
  else name = dottedName(stream, "a test's name");
  let args = noArguments;
  if (stream.isOperator("(")) args = parseArguments(stream);
  else if (startsArgument(stream)) {
    if (stream.isName("is")) stream.fail("tests cannot be chained with is");
    const argument = parsePostfix(stream, parsePrimary(stream));
    args = { ...noArguments, positional: [argument] };
  }
  const test: Expression = { kind: "test", name, target, args, at };
  return isNegated ? { kind: "not", operand: test, at } : test;
}

function startsArgument(stream: TokenStream): boolean {
  const { kind, value } = stream.current;
  if (kind === "name") return !["else", "or", "and", "if", "in", "not"].includes(value);
  return kind === "string" || kind === "integer" || kind === "float" || (kind === "operator" && (value === "[" || value === "{"));
}

function parseSubscript(stream: TokenStream, object: Expression): Expression {
  const token = stream.advance();
  if (token.value === ".") {
    const { offset: at } = stream.current;
    if (stream.is("integer")) return { kind: "item", object, key: { kind: "constant", value: Number(stream.advance().value), at }, at };
    // `list.0.1`: the lexer saw a float
    if (stream.is("float") && /^\d+\.\d+$/.test(stream.current.value)) {
      const [first, second] = stream.advance().value.split(".");
      const inner: Expression = { kind: "item", object, key: { kind: "constant", value: Number(first), at }, at };
      return { kind: "item", object: inner, key: { kind: "constant", value: Number(second), at }, at };
    }
    if (!stream.is("name")) stream.fail(`expected a name after ".", found ${stream.describe()}`);
    return { kind: "attribute", object, name: stream.advance().value, at };
  }
  const at = stream.current.offset;
  const optional = (): Expression | undefined => (stream.isOperator(":") || stream.isOperator("]") ? undefined : parseConditional(stream));
  const first = optional();
  if (stream.skip("operator", ":")) {
    const stop = optional();
    const step = stream.skip("operator", ":") ? optional() : undefined;
    stream.expect("operator", "]");
    return { kind: "slice", object, start: first, stop, step, at };
  }
  if (first === undefined) stream.fail("expected an index between the brackets");
  stream.expect("operator", "]");
  return { kind: "item", object, key: first, at };
}

export function parseArguments(stream: TokenStream): Arguments {
  stream.expect("operator", "(");
  const positional: Expression[] = [];
  const named: (readonly [string, Expression])[] = [];
  let rest: Expression | undefined;
  let restNamed: Expression | undefined;
  let isFirst = true;
  while (!stream.isOperator(")")) {
    if (!isFirst) stream.expect("operator", ",");
    isFirst = false;
    if (stream.isOperator(")")) break;
    if (stream.skip("operator", "**")) restNamed = parseConditional(stream);
    else if (stream.skip("operator", "*")) rest = parseConditional(stream);
    else if (stream.is("name") && stream.peek().kind === "operator" && stream.peek().value === "=") {
      const name = stream.advance().value;
      stream.advance();
      named.push([name, parseConditional(stream)]);
    } else {
      if (named.length > 0 || restNamed !== undefined) stream.fail("a positional argument cannot follow a named one");
      positional.push(parseConditional(stream));
    }
  }
  stream.expect("operator", ")");
  return { positional, named, rest, restNamed };
}
