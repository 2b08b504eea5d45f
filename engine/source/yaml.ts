import type { CST } from "yaml";
import { Composer, type Document, LineCounter, Parser } from "yaml";
import { Failure } from "./failure.ts";
import type { Place } from "./place.ts";
import { buildDocument } from "./yaml-build.ts";

export interface YamlOptions {
  /**
   * True for what a person wrote: texts with templates in them become `Written`, and the others may be expressions. Not given, all of it is data:
   * what came from a host, a filter or a cluster.
   */
  readonly isWritten?: boolean;
  /** Opens `!vault` scalars, when they are used. */
  readonly decrypt?: (ciphertext: string) => string;
  /** Whose fault broken YAML is; "playbook" when not given. */
  readonly fault?: "playbook" | "inventory" | "usage";
  /** Told of what is legal but probably not meant, such as a key that is given twice. */
  readonly onWarning?: (message: string, place: Place) => void;
}

/** Characters. Parsing takes time and memory by their number, and nobody writes so much by hand. */
const MAX_LENGTH = 5_000_000;
const MAX_DEPTH = 400;
const MAX_MENDS = 20;

/**
 * Loads one YAML document as PyYAML does (`yes` is true, `y` is text, `010` is 8, timestamps stay text) into plain data. Every list and
 * mapping remembers its places (see `placeOf`). `!vault` becomes `Vaulted`; `!unsafe` is data even where `isWritten` holds.
 * @param file the name shown in messages
 * @returns the data; `null` for an empty document
 * @throws Failure `yaml-syntax`, `yaml-too-large`, `yaml-too-deep`, `yaml-unknown-tag`, `not-text`, with the place and the line shown
 */
export function loadYaml(text: string, file: string, options: YamlOptions = {}): unknown {
  const documents = loadYamlDocuments(text, file, options);
  if (documents.length > 1) {
    throw failure(
      `expected one YAML document, found ${documents.length}`,
      { file, line: 1, column: 1 },
      options,
      "yaml-syntax",
      'remove the "---" between them',
    );
  }
  return documents[0] ?? null;
}

/** Like `loadYaml`, for files with several documents. */
export function loadYamlDocuments(text: string, file: string, options: YamlOptions = {}): unknown[] {
  const start = { file, line: 1, column: 1 };
  if (text.length > MAX_LENGTH) {
    const size = (text.length / 1_000_000).toFixed(1);
    throw failure(
      `this file is too large: ${size} MB, at most ${MAX_LENGTH / 1_000_000} MB are read`,
      start,
      options,
      "yaml-too-large",
      "split it, or read data with lookup('file')",
    );
  }
  refuseBinary(text, file, options);
  let source = text;
  for (let attempts = 0; ; attempts += 1) {
    const parsed = parse(source, file, options);
    const mended = attempts < MAX_MENDS && parsed.tabbed !== undefined ? withoutTabs(source, parsed.tabbed) : source;
    if (mended === source) return parsed.documents();
    source = mended;
  }
}

interface Parsed {
  readonly documents: () => unknown[];
  /** Where a quoted text ends too early, perhaps because its next line begins with a tab. */
  readonly tabbed: number | undefined;
}

function parse(text: string, file: string, options: YamlOptions): Parsed {
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), text: lineAt(text, lines.lineStarts[line - 1] ?? 0) };
  };
  const fail = (message: string, place: Place, code: string, hint?: string): Failure => failure(message, place, options, code, hint);
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const deep = tooDeep(tokens);
  if (deep !== undefined) throw fail(`lists and mappings are nested more than ${MAX_DEPTH} deep`, placeAt(deep), "yaml-too-deep");
  const composer = new Composer({ schema: "failsafe", version: "1.1", uniqueKeys: false, logLevel: "silent", prettyErrors: false });
  const building = {
    placeAt,
    fail,
    warn: (message: string, place: Place) => options.onWarning?.(message, place),
    decrypt: options.decrypt,
    isWritten: options.isWritten === true,
  };
  const composed = [...composer.compose(tokens, true, text.length)] as Document.Parsed[];
  const unclosed = composed.flatMap((document) => document.errors).find((error) => error.message.startsWith("Missing closing"));
  return {
    tabbed: unclosed?.pos[0],
    documents: () =>
      composed.map((document) => {
        const error = document.errors[0];
        if (error !== undefined) {
          const place = placeAt(Math.min(error.pos[0], text.length));
          throw fail(`not valid YAML: ${error.message}`, place, "yaml-syntax", hintFor(place));
        }
        return buildDocument(document, building);
      }),
  };
}

/** PyYAML lets tabs indent the lines of a quoted text, where they mean nothing; each becomes a space, so that places stay. */
function withoutTabs(text: string, from: number): string {
  const at = text.indexOf("\n", from) + 1;
  const indented = at === 0 ? null : /^(?:[ ]*\t[ \t]*[^\n]*\n)+/.exec(text.slice(at, at + 100_000));
  if (indented === null) return text;
  const mended = indented[0].replace(/^[ \t]+/gm, (blanks) => " ".repeat(blanks.length));
  return text.slice(0, at) + mended + text.slice(at + mended.length);
}

function refuseBinary(text: string, file: string, options: YamlOptions): void {
  const at = text.search(/[\0-\x08\x0e-\x1f\x7f\ufffe\uffff]/);
  if (at === -1) return;
  const before = text.slice(0, at);
  const place = { file, line: before.split("\n").length, column: at - before.lastIndexOf("\n") };
  const character = `0x${text.charCodeAt(at).toString(16).padStart(2, "0")}`;
  throw failure(
    `this is not a text file: it holds the control character ${character}`,
    place,
    options,
    "not-text",
    "give the YAML source, not an archive or image",
  );
}

/** The offset at which the nesting becomes too deep. Without recursion, since that is what too deep a document would break. */
function tooDeep(tokens: readonly CST.Token[]): number | undefined {
  const todo: { readonly token: CST.Token | null | undefined; readonly depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const { token, depth } = next;
    if (token === null || token === undefined) continue;
    if (depth > MAX_DEPTH && "offset" in token) return token.offset;
    if (token.type === "document") todo.push({ token: token.value, depth });
    else if ("items" in token) for (const item of token.items) todo.push({ token: item.key, depth: depth + 1 }, { token: item.value, depth: depth + 1 });
  }
  return undefined;
}

function lineAt(text: string, start: number): string {
  // Cut first: a search for the end of a line of megabytes, once for each value in it, would take minutes.
  const shown = text.slice(start, start + 400);
  const end = shown.search(/\r?(?:\n|$)/);
  return shown.slice(0, end);
}

function failure(message: string, place: Place, options: YamlOptions, code: string, hint?: string): Failure {
  return new Failure(message, { code, fault: options.fault ?? "playbook", place, hint });
}

function hintFor(place: Place): string | undefined {
  const line = place.text ?? "";
  if (/^\s*(- )?[\w.-]+:\s*\{\{/.test(line)) return `put quotes around the value: a value that begins with "{{" is read as a mapping`;
  if (line.match(/^\s*/)?.[0].includes("\t") === true) return "indent with spaces, not tabs";
  if (/:\s+[^"'\s].*:\s/.test(line)) return "a colon followed by a space inside a value needs quotes around the whole value";
  if (/:\s+["'][^"']*["']\s*\S/.test(line)) return "a value that begins with a quote must end with it: quote the whole value";
  if (/:\s+[%@`]/.test(line)) return "a value cannot begin with this character: put quotes around it";
  return undefined;
}
