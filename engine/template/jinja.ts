import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { Scope } from "../expression/contract.ts";
import { parseTemplateText } from "../expression/compile/cache.ts";
import { joined } from "../expression/compile/concat.ts";
import type { CompiledTemplate, Loader } from "../expression/compile/frame.ts";
import { createRuntime, provideFileRenderer, renderPieces } from "../expression/compile/runtime.ts";
import { compileTemplate } from "../expression/compile/statements.ts";
import { restoreNewlines } from "../expression/evaluate.ts";
import { toFailure } from "../expression/failure.ts";
import type { Source } from "../expression/problem.ts";
import type { Statement } from "../expression/syntax/ast.ts";
import { standardDelimiters, type Delimiters } from "../expression/syntax/lexer.ts";
import type { TemplateOptions } from "../modules/contract.ts";
import { readHeader } from "./header.ts";
import { withExtra } from "./scope.ts";
import { Written } from "../source/written.ts";

export interface JinjaOptions extends TemplateOptions {
  /** The template's own file, for messages and for templates beside it. */
  readonly file: string;
  /** Folders in which include, import and extends look, nearest first. */
  readonly searchPath?: readonly string[];
}

const LIMIT = 1_000;
const compiled = new Map<string, CompiledTemplate>();

function delimitersOf(options: TemplateOptions): Delimiters {
  const d = standardDelimiters;
  return {
    blockStart: options.blockStartString ?? d.blockStart,
    blockEnd: options.blockEndString ?? d.blockEnd,
    variableStart: options.variableStartString ?? d.variableStart,
    variableEnd: options.variableEndString ?? d.variableEnd,
    commentStart: options.commentStartString ?? d.commentStart,
    commentEnd: options.commentEndString ?? d.commentEnd,
    trimBlocks: options.trimBlocks ?? d.trimBlocks,
    lstripBlocks: options.lstripBlocks ?? d.lstripBlocks,
    newlineSequence: options.newlineSequence ?? d.newlineSequence,
    literalBackslashes: false,
  };
}

/** Reads a template file. @throws Failure `template-syntax` for its header, Problem for all else */
export function parseJinja(text: string, file: string, given: Delimiters = delimitersOf({})): { readonly nodes: Statement[]; readonly source: Source } {
  const { start, delimiters } = readHeader(text, file, given);
  // Jinja drops one newline at the end; `restoreNewlines` brings back what the blocks did not write
  const source = { text: text.replace(/(?:\r\n|\r|\n)$/, ""), file };
  return { nodes: parseTemplateText(source, delimiters, Math.min(start, source.text.length)), source };
}

function compile(text: string, file: string, given: Delimiters): CompiledTemplate {
  const key = `${file}\0${JSON.stringify(given)}\0${text}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const { nodes, source } = parseJinja(text, file, given);
  const made = compileTemplate(nodes, source);
  if (compiled.size >= LIMIT) compiled.delete(compiled.keys().next().value!);
  compiled.set(key, made);
  return made;
}

function loaderOf(searchPath: readonly string[], delimiters: Delimiters): Loader {
  return {
    load: (name, from) => {
      const folders = [...(from.file === undefined ? [] : [path.dirname(from.file)]), ...searchPath];
      const files = path.isAbsolute(name) ? [name] : folders.map((folder) => path.join(folder, name));
      const file = files.find((candidate) => statSync(candidate, { throwIfNoEntry: false })?.isFile() === true);
      return file === undefined ? undefined : compile(readFileSync(file, "utf8"), file, delimiters);
    },
  };
}

/**
 * Renders a Jinja2 template file.
 * @param written the file's content
 * @returns the text
 * @throws Failure `template-syntax`, `undefined-variable`, `template-not-found` and those of expressions, placed in the template file
 */
export function renderJinja({ text }: Written, scope: Scope, options: JinjaOptions): string {
  const full = withExtra(scope, options.extra);
  const delimiters = delimitersOf(options);
  const runtime = createRuntime(full, loaderOf(options.searchPath ?? scope.environment.searchPath, delimiters));
  try {
    const result = joined(renderPieces(compile(text, options.file, delimiters), runtime));
    const newlines = text.replace(/\r\n|\r|\n/g, delimiters.newlineSequence);
    if (delimiters.newlineSequence !== "\n") return restoreSequence(newlines, result, delimiters.newlineSequence);
    return restoreNewlines(newlines, result) as string;
  } catch (error) {
    throw toFailure(error, full, { file: options.file, line: 1, column: 1 }, runtime.at);
  }
}

function restoreSequence(text: string, result: string, sequence: string): string {
  const count = (value: string): number => {
    let found = 0;
    while (value.endsWith(sequence, value.length - found * sequence.length) && found * sequence.length < value.length) found += 1;
    return found;
  };
  return result + sequence.repeat(Math.max(0, count(text) - count(result)));
}

// lookup("template") stands below this layer
provideFileRenderer((file, scope, options) => renderJinja(new Written(readFileSync(file, "utf8")), scope, { ...(options as TemplateOptions), file }));
