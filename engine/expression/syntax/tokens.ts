import { Problem, type Source } from "../problem.ts";
import type { Token, TokenKind } from "./lexer.ts";

/** A cursor over tokens. */
export class TokenStream {
  #next = 0;
  readonly source: Source;
  readonly #tokens: readonly Token[];

  constructor(source: Source, tokens: readonly Token[]) {
    this.source = source;
    this.#tokens = tokens;
  }

  get current(): Token {
    return this.#tokens[this.#next]!;
  }

  peek(distance = 1): Token {
    return this.#tokens[Math.min(this.#next + distance, this.#tokens.length - 1)]!;
  }

  advance(): Token {
    const token = this.current;
    if (token.kind !== "end") this.#next += 1;
    return token;
  }

  is(kind: TokenKind, value?: string): boolean {
    const token = this.current;
    return token.kind === kind && (value === undefined || token.value === value);
  }

  isName(value: string): boolean {
    return this.is("name", value);
  }

  isOperator(value: string): boolean {
    return this.is("operator", value);
  }

  /** Steps over a token if it is the one named. */
  skip(kind: TokenKind, value?: string): boolean {
    if (!this.is(kind, value)) return false;
    this.advance();
    return true;
  }

  expect(kind: TokenKind, value?: string): Token {
    if (!this.is(kind, value)) this.fail(`expected ${value === undefined ? describeKind(kind) : `"${value}"`}, found ${this.describe()}`);
    return this.advance();
  }

  describe(token: Token = this.current): string {
    switch (token.kind) {
      case "end":
        return "the end";
      case "string":
        return "a string";
      case "data":
        return "text";
      default:
        return `"${token.value}"`;
    }
  }

  fail(message: string, token: Token = this.current, hint?: string): never {
    throw new Problem(message, "template-syntax", hint, { source: this.source, offset: token.offset });
  }
}

function describeKind(kind: TokenKind): string {
  switch (kind) {
    case "end":
      return "the end";
    case "block_end":
      return "the end of the statement";
    case "variable_end":
      return "the end of the expression";
    case "name":
      return "a name";
    default:
      return `a ${kind}`;
  }
}
