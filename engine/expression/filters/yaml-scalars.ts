// How PyYAML's emitter decides on and writes scalars.

export interface ScalarFacts {
  readonly isMultiline: boolean;
  readonly noFlowPlain: boolean;
  readonly noBlockPlain: boolean;
  readonly noSingle: boolean;
  readonly noBlock: boolean;
}

/** What a text holds that forbids some of the styles. */
export function analyze(value: string): ScalarFacts {
  if (value === "") return { isMultiline: false, noFlowPlain: true, noBlockPlain: false, noSingle: false, noBlock: true };
  let block = /^(---|\.\.\.)/.test(value);
  let flow = block;
  const first = value[0]!;
  const startsAlone = value.length === 1 || /[\0 \t\r\n\x85\u2028\u2029]/.test(value[1]!);
  if (/[#,[\]{}&*!|>'"%@`]/.test(first)) block = flow = true;
  if (/[?:]/.test(first)) {
    flow = true;
    if (startsAlone) block = true;
  }
  if (first === "-" && startsAlone) block = flow = true;
  if (/[,?[\]{}]/.test(value.slice(1))) flow = true;
  for (let index = 1; index < value.length; index += 1) {
    if (value[index] === ":") {
      flow = true;
      if (index === value.length - 1 || /[\0 \t\r\n\x85\u2028\u2029]/.test(value[index + 1]!)) block = true;
    }
    if (value[index] === "#" && /[\0 \t\r\n\x85\u2028\u2029]/.test(value[index - 1]!)) block = flow = true;
  }
  const isMultiline = /[\n\x85\u2028\u2029]/.test(value);

  const isSpecial = /[^\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|\ufeff/u.test(value);
  const edgeSpace = /^ | $/.test(value);
  const edgeBreak = /^[\n\x85\u2028\u2029]|[\n\x85\u2028\u2029]$/.test(value);
  const breakSpace = /[\n\x85\u2028\u2029] /.test(value);
  const spaceBreak = / [\n\x85\u2028\u2029]/.test(value);
  const noPlain = edgeSpace || edgeBreak || breakSpace || spaceBreak || isSpecial;
  return {
    isMultiline,
    noFlowPlain: flow || noPlain || isMultiline,
    noBlockPlain: block || noPlain || isMultiline,
    noSingle: spaceBreak || isSpecial || breakSpace,
    noBlock: / $/.test(value) || spaceBreak || isSpecial,
  };
}

const notText: readonly RegExp[] = [
  /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
  /^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/,
  /^<<$/,
  /^(?:~|null|Null|NULL|)$/,
  /^(?:\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)$/,
  /^=$/,
  /^[!&*]$/,
];

/** Whether an unquoted text would be read as text again. */
export function resolvesToText(value: string): boolean {
  return !notText.some((pattern) => pattern.test(value));
}

export interface Layout {
  readonly indent: number;
  readonly column: number;
  readonly width: number;
  readonly folds: boolean;
}

/** Breaks single spaces once the line is longer than the width. */
function foldSpaces(value: string, layout: Layout, guardEdges: boolean): string {
  let out = "";
  let column = layout.column;
  const parts = value.split(/( +)/);
  parts.forEach((part, index) => {
    const isEdge = guardEdges && ((index === 1 && parts[0] === "") || (index === parts.length - 2 && parts.at(-1) === ""));
    if (part === " " && layout.folds && column > layout.width && !isEdge) {
      out += `\n${" ".repeat(layout.indent)}`;
      column = layout.indent;
    } else {
      out += part;
      column += part.length;
    }
  });
  return out;
}

export function writePlain(value: string, layout: Layout): string {
  return foldSpaces(value, layout, false);
}

export function writeSingle(value: string, layout: Layout): string {
  const lines = value.replaceAll("'", "''").split("\n");
  const pad = `\n${" ".repeat(layout.indent)}`;
  if (lines.length === 1) return `'${foldSpaces(lines[0]!, { ...layout, column: layout.column + 1 }, true)}'`;
  // a line break in quotes reads as a space: each is written twice
  return `'${value.replaceAll("'", "''").replace(/\n+([^\n]*)/g, (whole, line: string) => {
    const breaks = whole.length - line.length;
    return "\n".repeat(breaks) + pad + line;
  })}'`;
}

const doubleEscapes: Readonly<Record<string, string>> = {
  "\0": "\\0",
  "\x07": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\x1b": "\\e",
  '"': '\\"',
  "\\": "\\\\",
  "\x85": "\\N",
  "\xa0": "\\_",
  "\u2028": "\\L",
  "\u2029": "\\P",
};

export function writeDouble(value: string, layout: Layout): string {
  const characters = Array.from(value);
  let out = '"';
  let column = layout.column + 1;
  let pending = "";
  const flush = (): void => {
    out += pending;
    column += pending.length;
    pending = "";
  };
  characters.forEach((character, index) => {
    const code = character.codePointAt(0)!;
    const isPlain =
      (code >= 0x20 && code <= 0x7e && character !== '"' && character !== "\\") || (code > 0xa0 && code !== 0x2028 && code !== 0x2029 && code !== 0xfeff);
    const isBreakable = index > 0 && index < characters.length - 1 && layout.folds && (character === " " || !isPlain || pending === "");
    if (isPlain && character !== " ") pending += character;
    else {
      flush();
      pending = isPlain
        ? character
        : (doubleEscapes[character] ?? (code <= 0xff ? `\\x${hex(code, 2)}` : code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`));
    }
    if (isBreakable && (character === " " || !isPlain) && column + pending.length > layout.width) {
      flush();
      out += `\\\n${" ".repeat(layout.indent)}`;
      column = layout.indent;
      if (characters[index + 1] === " ") {
        out += "\\";
        column += 1;
      }
    } else if (!isPlain) flush();
  });
  flush();
  return `${out}"`;
}

function hex(code: number, width: number): string {
  return code.toString(16).toUpperCase().padStart(width, "0");
}

/** `|` with its hints. */
export function writeLiteral(value: string, indent: number, unit: number): string {
  let hints = /^[ \n\x85\u2028\u2029]/.test(value) ? String(unit) : "";
  if (!/[\n\x85\u2028\u2029]$/.test(value)) hints += "-";
  else if (value.length === 1 || /[\n\x85\u2028\u2029]{2}$/.test(value)) hints += "+";
  const lines = value.split("\n");
  const last = lines.pop()!;
  const body = [...lines, ...(last === "" ? [] : [last])].map((line) => (line === "" ? "" : " ".repeat(indent) + line));
  return `|${hints}\n${body.join("\n")}${hints.endsWith("+") ? "\n" : ""}`;
}
