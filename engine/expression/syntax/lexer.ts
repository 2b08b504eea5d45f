import { Problem, type Source } from "../problem.ts";

export type TokenKind = "data" | "variable_begin" | "variable_end" | "block_begin" | "block_end" | "name" | "integer" | "float" | "string" | "operator" | "end";

export interface Token {
  readonly kind: TokenKind;
  /** Text of names and operators, the value of literals and data. */
  readonly value: string;
  readonly offset: number;
}

/** How template text is cut into tokens. */
export interface Delimiters {
  readonly blockStart: string;
  readonly blockEnd: string;
  readonly variableStart: string;
  readonly variableEnd: string;
  readonly commentStart: string;
  readonly commentEnd: string;
  readonly trimBlocks: boolean;
  readonly lstripBlocks: boolean;
  /** Backslashes in strings of `{{ }}` stand for themselves: YAML has already had its turn. */
  readonly literalBackslashes: boolean;
  readonly newlineSequence: string;
}

export const standardDelimiters: Delimiters = {
  blockStart: "{%",
  blockEnd: "%}",
  variableStart: "{{",
  variableEnd: "}}",
  commentStart: "{#",
  commentEnd: "#}",
  trimBlocks: true,
  lstripBlocks: false,
  literalBackslashes: false,
  newlineSequence: "\n",
};

const tokenPattern =
  /\s+|([\p{L}\p{Nl}_][\p{L}\p{Nl}\p{N}\p{Mn}_]*)|((?:0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+))|((?:\d+(?:_\d+)*)(?:(?:\.\d+(?:_\d+)*)?[eE][-+]?\d+(?:_\d+)*|\.\d+(?:_\d+)*))|(\d+(?:_\d+)*)|('(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*")|(\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;])/uy;

/** Tokens of a bare expression. @throws Problem `template-syntax` */
export function lexExpression(source: Source, literalBackslashes = false): Token[] {
  const tokens: Token[] = [];
  const end = lexCode(source, 0, tokens, undefined, literalBackslashes);
  tokens.push({ kind: "end", value: "", offset: end });
  return tokens;
}

/** Reads code up to one of the given closing marks; returns the offset of the mark (or of the text's end). */
function lexCode(source: Source, from: number, tokens: Token[], close: RegExp | undefined, literalBackslashes: boolean): number {
  const { text } = source;
  const brackets: Token[] = [];
  let at = from;
  while (at < text.length) {
    if (brackets.length === 0 && close !== undefined) {
      close.lastIndex = at;
      if (close.test(text)) return at;
    }
    tokenPattern.lastIndex = at;
    const match = tokenPattern.exec(text);
    if (match === null) {
      const character = String.fromCodePoint(text.codePointAt(at)!);
      const message = character === "'" || character === '"' ? "this string has no closing quote" : `unexpected character ${JSON.stringify(character)}`;
      throw new Problem(message, "template-syntax", characterHint(character), { source, offset: at });
    }
    const [whole, name, based, float, integer, string, operator] = match;
    if (name !== undefined) tokens.push({ kind: "name", value: name.normalize("NFKC"), offset: at });
    else if (based !== undefined) tokens.push({ kind: "integer", value: based.replaceAll("_", ""), offset: at });
    else if (float !== undefined) tokens.push({ kind: "float", value: float.replaceAll("_", ""), offset: at });
    else if (integer !== undefined) tokens.push({ kind: "integer", value: integer.replaceAll("_", ""), offset: at });
    else if (string !== undefined) tokens.push({ kind: "string", value: literalBackslashes ? string.slice(1, -1) : unescape(source, string, at), offset: at });
    else if (operator !== undefined) {
      const token: Token = { kind: "operator", value: operator, offset: at };
      if ("([{".includes(operator)) brackets.push(token);
      else if (")]}".includes(operator)) {
        const open = brackets.pop();
        if (open === undefined) throw new Problem(`unexpected "${operator}"`, "template-syntax", undefined, { source, offset: at });
        if ("([{".indexOf(open.value) !== ")]}".indexOf(operator)) {
          if (close !== undefined && ((close.lastIndex = at), close.test(text))) {
            throw new Problem(`"${open.value}" is never closed`, "template-syntax", undefined, { source, offset: open.offset });
          }
          throw new Problem(`unexpected "${operator}": "${open.value}" is still open`, "template-syntax", undefined, { source, offset: at });
        }
      }
      tokens.push(token);
    }
    at += whole.length;
  }
  const open = brackets.at(-1);
  if (open !== undefined) throw new Problem(`"${open.value}" is never closed`, "template-syntax", undefined, { source, offset: open.offset });
  return at;
}

function characterHint(character: string): string | undefined {
  if (character === "&") return 'write "and"';
  if (character === "!") return 'write "not"';
  if (character === "?") return "write: a if condition else b";
  return undefined;
}

const simpleEscapes: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  "\n": "",
};

function unescape(source: Source, quoted: string, offset: number): string {
  const body = quoted.slice(1, -1);
  if (!body.includes("\\")) return body;
  return body.replace(/\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([^]))/g, (whole, x, u, long, octal, other) => {
    const code = (x ?? u ?? long) as string | undefined;
    if (code !== undefined) {
      if (parseInt(code, 16) > 0x10ffff) throw new Problem(`there is no character ${whole}`, "template-syntax", undefined, { source, offset });
      return String.fromCodePoint(parseInt(code, 16));
    }
    if (octal !== undefined) return String.fromCharCode(parseInt(octal as string, 8));
    return simpleEscapes[other as string] ?? (whole as string);
  });
}

const quoted = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");

/** Tokens of template text from `start` on: data, and code between delimiters. @throws Problem `template-syntax` */
export function lexTemplate(source: Source, delimiters: Delimiters, start = 0): Token[] {
  const { text } = source;
  const d = delimiters;
  const starts = [d.variableStart, d.blockStart, d.commentStart].sort((a, b) => b.length - a.length).map(quoted);
  const opening = new RegExp(`(${starts.join("|")})([-+]?)`, "g");
  const rawOpening = new RegExp(`${quoted(d.blockStart)}[-+]?\\s*raw\\s*(?:(-|\\+)?${quoted(d.blockEnd)})`, "y");
  const rawClosing = new RegExp(`${quoted(d.blockStart)}([-+]?)\\s*endraw\\s*([-+]?)${quoted(d.blockEnd)}`, "g");
  const variableClose = new RegExp(`-?${quoted(d.variableEnd)}`, "y");
  const blockClose = new RegExp(`[-+]?${quoted(d.blockEnd)}`, "y");
  const commentClose = new RegExp(`([-+]?)${quoted(d.commentEnd)}`, "g");
  const tokens: Token[] = [];
  let at = start;
  let stripsNext = false;

  const afterTag = (mark: string, isBlock: boolean): void => {
    stripsNext = mark === "-";
    if (!stripsNext && mark !== "+" && isBlock && d.trimBlocks) {
      if (text.startsWith("\r\n", at)) at += 2;
      else if (text[at] === "\n" || text[at] === "\r") at += 1;
    }
  };
  const pushData = (from: number, to: number, mark: string, isBlock: boolean): void => {
    let data = text.slice(from, to);
    let offset = from;
    if (stripsNext) {
      const stripped = data.trimStart();
      offset += data.length - stripped.length;
      data = stripped;
    }
    stripsNext = false;
    if (mark === "-") data = data.trimEnd();
    else if (isBlock && d.lstripBlocks && mark !== "+") {
      const lineStart = Math.max(data.lastIndexOf("\n"), data.lastIndexOf("\r")) + 1;
      const startsLine = lineStart > 0 || offset === 0 || /[\n\r]/.test(text[offset - 1]!);
      if (startsLine && /^[^\S\n\r]*$/.test(data.slice(lineStart))) data = data.slice(0, lineStart);
    }
    if (data !== "") tokens.push({ kind: "data", value: data.replace(/\r\n|\r|\n/g, d.newlineSequence), offset });
  };

  while (at < text.length) {
    opening.lastIndex = at;
    const match = opening.exec(text);
    if (match === null) {
      pushData(at, text.length, "", false);
      break;
    }
    const opened = match.index;
    const [whole, begin, mark = ""] = match as unknown as [string, string, string | undefined];
    const isVariable = begin === d.variableStart;
    pushData(at, opened, mark, !isVariable);
    at = opened + whole.length;
    if (begin === d.commentStart) {
      commentClose.lastIndex = at;
      const close = commentClose.exec(text);
      if (close === null) throw new Problem("this comment is never closed", "template-syntax", `close it with ${d.commentEnd}`, { source, offset: opened });
      at = commentClose.lastIndex;
      afterTag(close[1] ?? "", true);
      continue;
    }
    rawOpening.lastIndex = opened;
    const raw = isVariable ? null : rawOpening.exec(text);
    if (raw !== null) {
      at = rawOpening.lastIndex;
      // Jinja trims the newline after {% endraw %} but not after {% raw %}
      afterTag(raw[1] ?? "", false);
      rawClosing.lastIndex = at;
      const close = rawClosing.exec(text);
      if (close === null) throw new Problem("this raw block is never closed", "template-syntax", "close it with {% endraw %}", { source, offset: opened });
      pushData(at, close.index, close[1] ?? "", true);
      at = rawClosing.lastIndex;
      afterTag(close[2] ?? "", true);
      continue;
    }
    tokens.push({ kind: isVariable ? "variable_begin" : "block_begin", value: begin, offset: opened });
    const close = isVariable ? variableClose : blockClose;
    at = lexCode(source, at, tokens, close, d.literalBackslashes && isVariable);
    close.lastIndex = at;
    const end = close.exec(text);
    if (end === null) {
      throw new Problem(`"${begin}" is never closed`, "template-syntax", `close it with ${isVariable ? d.variableEnd : d.blockEnd}`, {
        source,
        offset: opened,
      });
    }
    tokens.push({ kind: isVariable ? "variable_end" : "block_end", value: end[0], offset: at });
    at = close.lastIndex;
    const endMark = /^[-+]/.exec(end[0])?.[0] ?? "";
    afterTag(d.variableEnd.startsWith(endMark) && isVariable && end[0] === d.variableEnd ? "" : endMark, !isVariable);
  }
  tokens.push({ kind: "end", value: "", offset: text.length });
  return tokens;
}
