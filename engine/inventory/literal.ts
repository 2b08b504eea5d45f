import { Float } from "../expression/values.ts";

/** What `parseLiteral` answers when the text is no literal: then it is a plain string. */
export const notLiteral: unique symbol = Symbol("not a literal");

/**
 * Reads a Python literal, as the values of INI inventories are written: `True`, `0x1f`, `'a' "b"`, `[1, 2]`, `{'a': 1}`, `1, 2`.
 * Tuples and sets become lists. A trailing `# comment` is ignored, as Python does.
 * @returns the value, or `notLiteral`
 */
export function parseLiteral(text: string): unknown {
  const source = text.replace(/^[ \t]+/, "");
  // Most values are plain words; they are told apart without an exception.
  if (!/^[-+\d.'"[({TFNrRbBuUs]/.test(source)) return notLiteral;
  const state: State = { text: source, at: 0, depth: 0 };
  try {
    const value = parseTuple(state, () => atEnd(state));
    skip(state);
    return state.at === source.length ? value : notLiteral;
  } catch (error) {
    if (error === failed) return notLiteral;
    throw error;
  }
}

// one for all: an error made anew takes down its stack, and most values of an inventory are no literals
const failed = new Error("not a literal");

interface State {
  readonly text: string;
  at: number;
  depth: number;
}

const MAX_DEPTH = 200;

function fail(): never {
  throw failed;
}

function skip(state: State): void {
  while (state.at < state.text.length) {
    const char = state.text[state.at]!;
    if (char === "#") state.at = state.text.length;
    else if (char === " " || char === "\t" || char === "\f") state.at += 1;
    else return;
  }
}

function atEnd(state: State): boolean {
  skip(state);
  return state.at >= state.text.length;
}

function take(state: State, char: string): boolean {
  skip(state);
  if (state.text[state.at] !== char) return false;
  state.at += 1;
  return true;
}

/** One value, or several with commas between them: `1`, `1,`, `1, 2`. */
function parseTuple(state: State, isDone: () => boolean): unknown {
  const first = parseValue(state);
  if (!take(state, ",")) return first;
  const items = [first];
  while (!isDone()) {
    items.push(parseValue(state));
    if (!take(state, ",")) break;
  }
  return items;
}

function parseValue(state: State): unknown {
  skip(state);
  state.depth += 1;
  if (state.depth > MAX_DEPTH) fail();
  try {
    const char = state.text[state.at];
    if (char === "[") return parseList(state, "[", "]");
    if (char === "(") return parseParenthesis(state);
    if (char === "{") return parseBraces(state);
    const word = /^(True|False|None)(?![\w])/.exec(state.text.slice(state.at, state.at + 6));
    if (word !== null) {
      state.at += word[1]!.length;
      return word[1] === "None" ? null : word[1] === "True";
    }
    if (state.text.startsWith("set()", state.at)) {
      state.at += 5;
      return [];
    }
    return parseStrings(state) ?? parseNumber(state);
  } finally {
    state.depth -= 1;
  }
}

function parseList(state: State, open: string, close: string): unknown[] {
  if (!take(state, open)) fail();
  const items: unknown[] = [];
  while (!take(state, close)) {
    items.push(parseValue(state));
    if (!take(state, ",")) {
      if (!take(state, close)) fail();
      break;
    }
  }
  return items;
}

function parseParenthesis(state: State): unknown {
  take(state, "(");
  if (take(state, ")")) return [];
  const isClosed = (): boolean => {
    skip(state);
    return state.text[state.at] === ")";
  };
  const value = parseTuple(state, isClosed);
  if (!take(state, ")")) fail();
  return value;
}

function parseBraces(state: State): unknown {
  take(state, "{");
  if (take(state, "}")) return {};
  const first = parseValue(state);
  const mapping: Record<string, unknown> = {};
  const items: unknown[] = [];
  const isMapping = take(state, ":");
  const add = (key: unknown): void => {
    if (!isMapping) items.push(key);
    else if (typeof key === "object" && key !== null && !(key instanceof Float)) fail();
    else define(mapping, keyText(key), parseValue(state));
  };
  add(first);
  while (take(state, ",")) {
    skip(state);
    if (state.text[state.at] === "}") break;
    const key = parseValue(state);
    if (isMapping && !take(state, ":")) fail();
    add(key);
  }
  if (!take(state, "}")) fail();
  return isMapping ? mapping : items.filter((item, index) => items.indexOf(item) === index);
}

function define(mapping: object, key: string, value: unknown): void {
  Object.defineProperty(mapping, key, { value, writable: true, enumerable: true, configurable: true });
}

function keyText(key: unknown): string {
  if (typeof key === "boolean") return key ? "True" : "False";
  return key === null ? "None" : String(key);
}

const NUMBER = /^(?:[-+]\s*)?(?:(0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+)|(\d+(?:_\d+)*)?(\.(?:\d+(?:_\d+)*)?)?([eE][-+]?\d+(?:_\d+)*)?)/;

function parseNumber(state: State): unknown {
  const rest = state.text.slice(state.at);
  const match = NUMBER.exec(rest);
  const [all = "", radix, whole, fraction, exponent] = match ?? [];
  if (radix === undefined && whole === undefined && (fraction === undefined || fraction === ".")) {
    if (rest.startsWith("...")) {
      state.at += 3;
      return "...";
    }
    fail();
  }
  // "010", "1abc" and "1.2.3" are not numbers, and complex numbers are left as text
  if (whole !== undefined && fraction === undefined && exponent === undefined && /^0[0_]*[1-9]/.test(whole)) fail();
  if (/[\w.]/.test(rest[all.length] ?? "")) fail();
  state.at += all.length;
  const isNegative = all.startsWith("-");
  const digits = (radix ?? `${whole ?? ""}${fraction ?? ""}${exponent ?? ""}`).replaceAll("_", "");
  const value = Number(digits) * (isNegative ? -1 : 1);
  if (fraction !== undefined || exponent !== undefined) return Number.isInteger(value) ? new Float(value) : value;
  // A number that JavaScript cannot hold stays text: it prints the same.
  if (!Number.isSafeInteger(value)) return radix === undefined ? (isNegative ? "-" : "") + digits : String(BigInt(digits));
  return value === 0 ? 0 : value;
}

function parseStrings(state: State): string | undefined {
  let value: string | undefined;
  let isBytes: boolean | undefined;
  for (;;) {
    skip(state);
    const start = /^([rRuU]|[bB][rR]?|[rR][bB])?("""|'''|"|')/.exec(state.text.slice(state.at, state.at + 5));
    if (start === null) return value;
    state.at += start[0].length;
    const isBytesToo = /b/i.test(start[1] ?? "");
    if (isBytesToo !== (isBytes ??= isBytesToo)) fail();
    value = (value ?? "") + stringBody(state, start[2]!, /r/i.test(start[1] ?? ""));
  }
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\", "'": "'", '"': '"', a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

function stringBody(state: State, quote: string, isRaw: boolean): string {
  let value = "";
  while (!state.text.startsWith(quote, state.at)) {
    if (state.at >= state.text.length) fail();
    const char = state.text[state.at]!;
    state.at += 1;
    if (char !== "\\") {
      value += char;
      continue;
    }
    const next = state.text[state.at] ?? fail();
    if (isRaw) {
      value += char + next;
      state.at += 1;
      continue;
    }
    const code = /^(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3}))/.exec(state.text.slice(state.at, state.at + 9));
    if (code !== null) {
      const point = code[4] === undefined ? parseInt((code[1] ?? code[2] ?? code[3])!, 16) : parseInt(code[4], 8);
      if (point > 0x10ffff) fail();
      value += String.fromCodePoint(point);
      state.at += code[0].length;
    } else if ("xuUN".includes(next)) {
      fail();
    } else {
      value += ESCAPES[next] ?? char + next;
      state.at += 1;
    }
  }
  state.at += quote.length;
  return value;
}
