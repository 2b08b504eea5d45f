import type { Source } from "../problem.ts";
import { lexExpression, lexTemplate, standardDelimiters, type Delimiters } from "../syntax/lexer.ts";
import { parseExpression } from "../syntax/parser.ts";
import { parseTemplate } from "../syntax/statements.ts";
import { mutatedNames } from "../syntax/names.ts";
import { TokenStream } from "../syntax/tokens.ts";
import type { Expression, Statement } from "../syntax/ast.ts";
import { compileExpression, type Code } from "./expression.ts";
import type { CompiledTemplate } from "./frame.ts";
import { compileTemplate } from "./statements.ts";

/** Compiled texts kept; a playbook has far fewer. */
const LIMIT = 20_000;

function remember<V>(cache: Map<string, V>, key: string, make: () => V): V {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  // the oldest goes first: Map keeps the order of insertion
  if (cache.size >= LIMIT) cache.delete(cache.keys().next().value!);
  cache.set(key, made);
  return made;
}

export interface CompiledExpression {
  readonly source: Source;
  readonly code: Code;
  readonly mutated: ReadonlySet<string>;
}

const expressions = new Map<string, CompiledExpression>();
const templates = new Map<string, CompiledTemplate>();

export function parseExpressionText(source: Source): Expression {
  const stream = new TokenStream(source, lexExpression(source));
  if (stream.is("end")) stream.fail("this expression is empty");
  const node = parseExpression(stream);
  if (!stream.is("end"))
    stream.fail(`unexpected ${stream.describe()} after the expression`, stream.current, stream.isOperator("=") ? 'compare with "=="' : undefined);
  return node;
}

export function parseTemplateText(source: Source, delimiters: Delimiters, start = 0): Statement[] {
  return parseTemplate(new TokenStream(source, lexTemplate(source, delimiters, start)));
}

/** A bare expression. @throws Problem */
export function compileExpressionCached(text: string): CompiledExpression {
  return remember(expressions, text, () => {
    const source: Source = { text };
    const node = parseExpressionText(source);
    return { source, code: compileExpression(node, source), mutated: mutatedNames([node]) };
  });
}

export const valueDelimiters: Delimiters = { ...standardDelimiters, literalBackslashes: true };

/** A string of YAML with templates in it. @throws Problem */
export function compileCached(text: string): CompiledTemplate {
  return remember(templates, text, () => {
    const source: Source = { text };
    // one newline at the end is left to `restoreNewlines`, as in Jinja
    const body: Source = text.endsWith("\n") ? { text: text.slice(0, -1) } : source;
    return compileTemplate(parseTemplateText(body, valueDelimiters), body);
  });
}
