import { didYouMean } from "../../source/failure.ts";
import type { Expression, Macro, Parameter, Statement, Target } from "./ast.ts";
import { parseExpression, parseFilter, parseTuple } from "./parser.ts";
import type { Token } from "./lexer.ts";
import type { TokenStream } from "./tokens.ts";

const keywords = [
  "for",
  "if",
  "set",
  "with",
  "macro",
  "call",
  "filter",
  "do",
  "include",
  "import",
  "from",
  "extends",
  "block",
  "raw",
  "autoescape",
  "break",
  "continue",
];

/** A whole template. @throws Problem `template-syntax` */
export function parseTemplate(stream: TokenStream): Statement[] {
  const { statements, end } = parseUntil(stream, []);
  if (end !== undefined) stream.fail(`unexpected "${end}"`);
  return statements;
}

/** The statement whose end is looked for. */
interface Opener {
  readonly keyword: string;
  readonly at: number;
}

interface Body {
  readonly statements: Statement[];
  /** The name of the statement that ended it; the stream stands after that name. */
  readonly end: string | undefined;
}

function parseUntil(stream: TokenStream, ends: readonly string[], opener?: Opener): Body {
  const statements: Statement[] = [];
  for (;;) {
    const token = stream.current;
    switch (token.kind) {
      case "data":
        stream.advance();
        statements.push({ kind: "data", text: token.value, at: token.offset });
        break;
      case "variable_begin": {
        stream.advance();
        const value = parseTuple(stream, () => stream.is("variable_end"));
        if (!stream.is("variable_end")) stream.fail(`unexpected ${stream.describe()} in the expression`);
        stream.advance();
        statements.push({ kind: "output", value, at: token.offset });
        break;
      }
      case "block_begin": {
        stream.advance();
        const name = stream.expect("name");
        if (ends.includes(name.value)) return { statements, end: name.value };
        statements.push(parseStatement(stream, name.value, name.offset));
        break;
      }
      default:
        if (opener !== undefined) {
          const token: Token = { kind: "name", value: opener.keyword, offset: opener.at };
          stream.fail(`this "${opener.keyword}" is never closed`, token, `close it with {% ${ends.at(-1)} %}`);
        }
        return { statements, end: undefined };
    }
  }
}

/** The statements up to `{% end... %}`, the tag included. */
function parseBody(stream: TokenStream, opener: Opener, end: string): Statement[] {
  stream.expect("block_end");
  const { statements } = parseUntil(stream, [end], opener);
  stream.expect("block_end");
  return statements;
}

function parseStatement(stream: TokenStream, keyword: string, at: number): Statement {
  const isEnd = (): boolean => stream.is("block_end");
  const finish = <T extends Statement>(statement: T): T => {
    stream.expect("block_end");
    return statement;
  };
  switch (keyword) {
    case "for":
      return parseFor(stream, at);
    case "if":
      return parseIf(stream, at);
    case "set":
      return parseSet(stream, at);
    case "with": {
      const assignments: (readonly [Target, Expression])[] = [];
      while (!isEnd()) {
        if (assignments.length > 0) stream.expect("operator", ",");
        const target = parseTarget(stream, () => stream.isOperator("="));
        stream.expect("operator", "=");
        assignments.push([target, parseExpression(stream)]);
      }
      return { kind: "with", assignments, body: parseBody(stream, { keyword: "with", at }, "endwith"), at };
    }
    case "macro": {
      const name = stream.expect("name").value;
      const parameters = parseParameters(stream);
      stream.expect("block_end");
      const { statements } = parseUntil(stream, ["endmacro"], { keyword: "macro", at });
      stream.skip("name", name);
      stream.expect("block_end");
      return { kind: "macro", macro: macroOf(name, parameters, statements), at };
    }
    case "call": {
      const parameters = stream.isOperator("(") ? parseParameters(stream) : [];
      const call = parseExpression(stream);
      if (call.kind !== "call") stream.fail("expected a call of a macro");
      return { kind: "callBlock", call, caller: macroOf("caller", parameters, parseBody(stream, { keyword: "call", at }, "endcall")), at };
    }
    case "filter":
      return { kind: "filterBlock", filter: parseFilter(stream, undefined, true), body: parseBody(stream, { keyword: "filter", at }, "endfilter"), at };
    case "do":
      return finish({ kind: "do", value: parseTuple(stream, isEnd), at });
    case "include": {
      const template = parseExpression(stream);
      let ignoreMissing = false;
      if (stream.isName("ignore") && stream.peek().value === "missing") {
        stream.advance();
        stream.advance();
        ignoreMissing = true;
      }
      return finish({ kind: "include", template, ignoreMissing, withContext: parseContext(stream, true), at });
    }
    case "import": {
      const template = parseExpression(stream);
      stream.expect("name", "as");
      const name = stream.expect("name").value;
      return finish({ kind: "import", template, name, withContext: parseContext(stream, false), at });
    }
    case "from":
      return finish(parseFrom(stream, at));
    case "extends":
      return finish({ kind: "extends", template: parseExpression(stream), at });
    case "block": {
      const name = stream.expect("name").value;
      stream.skip("name", "scoped");
      const isRequired = stream.skip("name", "required");
      stream.expect("block_end");
      const { statements } = parseUntil(stream, ["endblock"], { keyword: "block", at });
      stream.skip("name", name);
      stream.expect("block_end");
      return { kind: "block", name, isRequired, body: statements, at };
    }
    case "autoescape": {
      parseExpression(stream);
      return { kind: "with", assignments: [], body: parseBody(stream, { keyword: "autoescape", at }, "endautoescape"), at };
    }
    case "break":
    case "continue":
      return finish({ kind: keyword, at });
    default:
      return stream.fail(
        `unknown statement "${keyword}"`,
        { kind: "name", value: keyword, offset: at },
        keyword.startsWith("end") || keyword.startsWith("el") ? "it closes nothing that is open here" : didYouMean(keyword, keywords),
      );
  }
}

function parseContext(stream: TokenStream, fallback: boolean): boolean {
  if ((stream.isName("with") || stream.isName("without")) && stream.peek().value === "context") {
    const withContext = stream.advance().value === "with";
    stream.advance();
    return withContext;
  }
  return fallback;
}

function parseFor(stream: TokenStream, at: number): Statement {
  const target = parseTarget(stream, () => stream.isName("in"));
  stream.expect("name", "in");
  const items = parseTuple(stream, () => stream.is("block_end") || stream.isName("recursive"), false);
  const condition = stream.skip("name", "if") ? parseExpression(stream) : undefined;
  const isRecursive = stream.skip("name", "recursive");
  stream.expect("block_end");
  const { statements: body, end } = parseUntil(stream, ["else", "endfor"], { keyword: "for", at });
  const otherwise = end === "else" ? parseBody(stream, { keyword: "for", at }, "endfor") : [];
  if (end !== "else") stream.expect("block_end");
  return { kind: "for", target, items, condition, isRecursive, body, otherwise, at };
}

function parseIf(stream: TokenStream, at: number): Statement {
  const branches: (readonly [Expression, readonly Statement[]])[] = [];
  for (;;) {
    const condition = parseTuple(stream, () => stream.is("block_end"));
    stream.expect("block_end");
    const { statements, end } = parseUntil(stream, ["elif", "else", "endif"], { keyword: "if", at });
    branches.push([condition, statements]);
    if (end === "elif") continue;
    const otherwise = end === "else" ? parseBody(stream, { keyword: "if", at }, "endif") : [];
    if (end !== "else") stream.expect("block_end");
    return { kind: "if", branches, otherwise, at };
  }
}

function parseSet(stream: TokenStream, at: number): Statement {
  const target = parseTarget(stream, () => stream.isOperator("=") || stream.isOperator("|") || stream.is("block_end"));
  if (stream.skip("operator", "=")) {
    const value = parseTuple(stream, () => stream.is("block_end"));
    stream.expect("block_end");
    return { kind: "set", target, value, at };
  }
  const filter = stream.isOperator("|") ? parseFilter(stream, undefined) : undefined;
  return { kind: "setBlock", target, filter, body: parseBody(stream, { keyword: "set", at }, "endset"), at };
}

function parseFrom(stream: TokenStream, at: number): Statement {
  const template = parseExpression(stream);
  stream.expect("name", "import");
  const names: (readonly [string, string])[] = [];
  let withContext = false;
  for (;;) {
    if (names.length > 0 && !stream.skip("operator", ",")) {
      withContext = parseContext(stream, false);
      break;
    }
    if (stream.is("block_end")) break;
    const name = stream.expect("name").value;
    names.push([name, stream.skip("name", "as") ? stream.expect("name").value : name]);
  }
  return { kind: "from", template, names, withContext, at };
}

function parseTarget(stream: TokenStream, isEnd: () => boolean): Target {
  const at = stream.current.offset;
  const items: Target[] = [];
  let isTuple = false;
  while (!isEnd()) {
    const token = stream.current;
    if (stream.skip("operator", "(")) {
      items.push(parseTarget(stream, () => stream.isOperator(")")));
      stream.expect("operator", ")");
    } else {
      const name = stream.expect("name").value;
      if (stream.skip("operator", ".")) items.push({ kind: "namespace", name, attribute: stream.expect("name").value, at: token.offset });
      else items.push({ kind: "name", name, at: token.offset });
    }
    if (!stream.skip("operator", ",")) break;
    isTuple = true;
  }
  if (items.length === 0) stream.fail(`expected a name, found ${stream.describe()}`);
  return items.length === 1 && !isTuple ? items[0]! : { kind: "tuple", items, at };
}

function parseParameters(stream: TokenStream): Parameter[] {
  stream.expect("operator", "(");
  const parameters: Parameter[] = [];
  while (!stream.isOperator(")")) {
    if (parameters.length > 0) stream.expect("operator", ",");
    if (stream.isOperator(")")) break;
    const name = stream.expect("name").value;
    parameters.push({ name, fallback: stream.skip("operator", "=") ? parseExpression(stream) : undefined });
  }
  stream.expect("operator", ")");
  return parameters;
}

function macroOf(name: string, parameters: readonly Parameter[], body: readonly Statement[]): Macro {
  const mentioned = JSON.stringify(body);
  const takes = new Set(["caller", "varargs", "kwargs"].filter((word) => mentioned.includes(`"name":"${word}"`)));
  return { name, parameters, body, takes };
}
