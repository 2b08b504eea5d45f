import { LimitedRegExp } from "./limited-regex.ts";
import { Problem } from "./problem.ts";

export interface RegexFlags {
  readonly ignoreCase?: boolean;
  readonly multiline?: boolean;
  readonly dotAll?: boolean;
  /** As `re.match`: only at the beginning. */
  readonly anchored?: boolean;
}

const LIMIT = 2_000;
const cache = new Map<string, RegExp>();

/**
 * A Python regular expression as a JavaScript one (flags `g` and `u` are set, reset `lastIndex` before use): named groups, inline
 * flags, \A, \Z, comments and the verbose mode are translated.
 * @throws Problem `bad-regex` for what is wrong or has no counterpart
 */
export function pythonRegex(pattern: string, flags: RegexFlags = {}): RegExp {
  const key = `${flags.ignoreCase === true ? "i" : ""}${flags.multiline === true ? "m" : ""}${flags.dotAll === true ? "s" : ""}${flags.anchored === true ? "a" : ""}/${pattern}`;
  const known = cache.get(key);
  if (known !== undefined) {
    known.lastIndex = 0;
    return known;
  }
  const translated = translate(pattern, flags);
  let regex: RegExp;
  try {
    regex = new LimitedRegExp(flags.anchored === true ? `(?<![^])(?:${translated.source})` : translated.source, `g${translated.flags}u`);
  } catch (error) {
    throw new Problem(`the regular expression ${JSON.stringify(pattern)} is not valid: ${reason(error)}`, "bad-regex");
  }
  if (cache.size >= LIMIT) cache.delete(cache.keys().next().value!);
  cache.set(key, regex);
  return regex;
}

function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.slice(message.lastIndexOf(": ") + 2);
}

/** What `.`, `^` and `$` mean depends on flags that Python may also set for a part; they are spelled out, so no flag is needed. */
function translate(pattern: string, given: RegexFlags): { source: string; flags: string } {
  const refuse = (message: string): never => {
    throw new Problem(`the regular expression ${JSON.stringify(pattern)} is not valid: ${message}`, "bad-regex");
  };
  let source = "";
  let at = 0;
  let ignoreCase = given.ignoreCase === true;
  let multiline = given.multiline === true;
  let dotAll = given.dotAll === true;
  let isVerbose = false;
  const restore: (() => void)[] = [];
  const global = /^\(\?([aiLmsux]+)\)/.exec(pattern);
  if (global !== null) {
    at = global[0].length;
    ignoreCase ||= global[1]!.includes("i");
    multiline ||= global[1]!.includes("m");
    dotAll ||= global[1]!.includes("s");
    isVerbose = global[1]!.includes("x");
  }
  while (at < pattern.length) {
    const character = String.fromCodePoint(pattern.codePointAt(at)!);
    const rest = pattern.slice(at);
    if (isVerbose && /^\s/.test(rest)) {
      at += 1;
    } else if (isVerbose && character === "#") {
      at += /^[^\n]*/.exec(rest)![0].length;
    } else if (character === "\\") {
      const [text, length] = escape(rest, false, refuse);
      source += text;
      at += length;
    } else if (character === "[") {
      const [text, length] = characterClass(rest, refuse);
      source += text;
      at += length;
    } else if (character === "(") {
      const special = /^\(\?(?:P<([^>]*)>|P=([^)]*)\)|#[^)]*\)|([aiLmsux]*)(?:-([imsx]+))?:|<?[=!]|:|\((\w+)\)|>)/.exec(rest);
      const saved = [multiline, dotAll, isVerbose] as const;
      const back = (): void => void ([multiline, dotAll, isVerbose] = saved);
      if (special === null) {
        if (rest.startsWith("(?")) refuse(`unknown extension ${rest.slice(0, 4)}`);
        source += "(";
        restore.push(back);
        at += 1;
        continue;
      }
      const [whole, name, reference, on, off, conditional] = special;
      at += whole.length;
      if (name !== undefined) {
        source += `(?<${name}>`;
        restore.push(back);
      } else if (reference !== undefined) source += `\\k<${reference}>`;
      else if (whole.startsWith("(?#")) continue;
      else if (conditional !== undefined) refuse("conditional groups are not supported");
      else if (whole === "(?>") refuse("atomic groups are not supported");
      else if (on !== undefined || off !== undefined) {
        if ((on?.includes("i") ?? false) !== ignoreCase && (on?.includes("i") || off?.includes("i")))
          refuse("(?i:...) for a part is not supported: use (?i) at the beginning");
        if (on?.includes("m")) multiline = true;
        if (on?.includes("s")) dotAll = true;
        if (off?.includes("m")) multiline = false;
        if (off?.includes("s")) dotAll = false;
        source += "(?:";
        restore.push(back);
      } else {
        source += whole;
        restore.push(back);
      }
    } else if (character === ")") {
      restore.pop()?.();
      source += ")";
      at += 1;
    } else if (character === ".") {
      source += dotAll ? "[^]" : "[^\\n]";
      at += 1;
    } else if (character === "^") {
      source += multiline ? "(?<![^\\n])" : "(?<![^])";
      at += 1;
    } else if (character === "$") {
      source += multiline ? "(?=\\n|(?![^]))" : "(?=\\n?(?![^]))";
      at += 1;
    } else if (character === "{") {
      const count = /^\{(\d*)(,?)(\d*)\}/.exec(rest);
      if (count === null || (count[1] === "" && count[3] === "")) {
        source += "\\{";
        at += 1;
      } else {
        source += `{${count[1] === "" ? "0" : count[1]}${count[2]}${count[3]}}`;
        at += count[0].length;
      }
    } else if (character === "}" || character === "]") {
      source += `\\${character}`;
      at += 1;
    } else {
      if ("*+?".includes(character) && rest[1] === "+") refuse(`possessive quantifiers (${rest.slice(0, 2)}) are not supported`);
      source += character === "/" ? "\\/" : character;
      at += character.length;
    }
  }
  return { source: source === "" ? "(?:)" : source, flags: ignoreCase ? "i" : "" };
}

const word = "\\p{L}\\p{N}_";

/** One escape sequence; what it becomes, and how long it was. */
function escape(rest: string, inClass: boolean, refuse: (message: string) => never): [string, number] {
  const next = rest[1];
  if (next === undefined) return refuse("it ends with a single backslash");
  const numeric = /^\\(x[\da-fA-F]{2}|u[\da-fA-F]{4})/.exec(rest);
  if (numeric !== null) return [numeric[0], numeric[0].length];
  switch (next) {
    case "A":
      return ["(?<![^])", 2];
    case "Z":
      return ["(?![^])", 2];
    case "w":
      return [inClass ? word : `[${word}]`, 2];
    case "W":
      return inClass ? ["\\W", 2] : [`[^${word}]`, 2];
    case "d":
      return ["\\p{Nd}", 2];
    case "D":
      return ["\\P{Nd}", 2];
    case "b":
      return inClass ? ["\\x08", 2] : [`(?:(?<![${word}])(?=[${word}])|(?<=[${word}])(?![${word}]))`, 2];
    case "B":
      return [`(?:(?<![${word}])(?![${word}])|(?<=[${word}])(?=[${word}]))`, 2];
    case "a":
      return ["\\x07", 2];
    case "n":
    case "r":
    case "t":
    case "f":
    case "v":
    case "s":
    case "S":
      return [`\\${next}`, 2];
  }
  const octal = /^\\(0[0-7]{0,2}|[1-3][0-7]{2})/.exec(rest);
  if (octal !== null || (inClass && /[1-7]/.test(next))) {
    const digits = octal?.[1] ?? next;
    return [`\\x${(parseInt(digits, 8) & 0xff).toString(16).padStart(2, "0")}`, digits.length + 1];
  }
  const reference = /^\\([1-9]\d?)/.exec(rest);
  if (reference !== null) return [`(?:\\${reference[1]})`, reference[0].length];
  if (/[a-zA-Z]/.test(next)) return refuse(`bad escape \\${next}`);
  const literal = String.fromCodePoint(rest.codePointAt(1)!);
  return [/[\^$\\.*+?()[\]{}|/-]/.test(literal) ? (literal === "-" && !inClass ? "-" : `\\${literal}`) : literal, 1 + literal.length];
}

function characterClass(rest: string, refuse: (message: string) => never): [string, number] {
  let at = 1;
  let body = "[";
  if (rest[at] === "^") {
    body += "^";
    at += 1;
  }
  let isFirst = true;
  for (;;) {
    if (at >= rest.length) return refuse("unterminated character set");
    const character = String.fromCodePoint(rest.codePointAt(at)!);
    if (character === "]" && !isFirst) return [`${body}]`, at + 1];
    isFirst = false;
    if (character === "\\") {
      const [text, length] = escape(rest.slice(at), true, refuse);
      body += text;
      at += length;
      continue;
    }
    // a "-" beside a class such as \w is a literal in Python, and an error in JavaScript
    if (character === "-") {
      const isLiteral =
        body.endsWith("[") || body.endsWith("^") || rest[at + 1] === "]" || /(\\[wdsWDS]|\\p\{\w+\}|_)$/i.test(body) || /^-\\[wdsWDS]/.test(rest.slice(at));
      body += isLiteral ? "\\-" : "-";
    } else body += /[[\](){}|/^$.*+?]/.test(character) ? `\\${character}` : character;
    at += character.length;
  }
}

/** A Python replacement template (`\1`, `\g<name>`, `\n`) applied to a match. */
export function pythonReplacement(template: string): (match: RegExpExecArray) => string {
  const parts: (string | { group: string })[] = [];
  const pattern = /\\(?:g<([^>]*)>|(0[0-7]{0,2}|[1-3][0-7]{2})|([1-9]\d?)|([^]))|[^\\]+|\\$/g;
  for (const [whole, name, octal, number, letter] of template.matchAll(pattern)) {
    if (name !== undefined) parts.push({ group: name });
    else if (octal !== undefined) parts.push(String.fromCharCode(parseInt(octal, 8)));
    else if (number !== undefined) parts.push({ group: number });
    else if (letter !== undefined) {
      const simple: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v", "\\": "\\" };
      if (simple[letter] === undefined && /[a-zA-Z]/.test(letter))
        throw new Problem(`bad escape \\${letter} in the replacement ${JSON.stringify(template)}`, "bad-regex");
      parts.push(simple[letter] ?? whole);
    } else parts.push(whole);
  }
  return (match) => parts.map((part) => (typeof part === "string" ? part : groupOf(match, part.group))).join("");
}

/** A group by number or name; what did not take part is "". @throws Problem when there is no such group */
export function groupOf(match: RegExpExecArray, group: string): string {
  if (/^\d+$/.test(group)) {
    if (Number(group) >= match.length) throw new Problem(`invalid group reference ${group}`, "bad-regex");
    return match[Number(group)] ?? "";
  }
  if (match.groups === undefined || !Object.hasOwn(match.groups, group)) throw new Problem(`unknown group name '${group}'`, "bad-regex");
  return match.groups[group] ?? "";
}

/** @throws Problem when a replacement names a group that the expression does not have; Python sees that before it looks for matches */
function checkGroups(regex: RegExp, replacement: string): void {
  const references = [...replacement.matchAll(/\\(?:\\|g<([^>]*)>|([1-9]\d?))/g)].flatMap(([, name, number]) => name ?? number ?? []);
  if (references.length === 0) return;
  const empty = new RegExp(`${regex.source}|`, regex.flags).exec("");
  if (empty !== null) for (const group of references) groupOf(empty, group);
}

/** Python's re.subn. @returns the new text and the number of replacements */
export function substitute(regex: RegExp, replacement: string, value: string, limit = 0): { text: string; count: number } {
  const replace = pythonReplacement(replacement);
  checkGroups(regex, replacement);
  let text = "";
  let last = 0;
  let count = 0;
  regex.lastIndex = 0;
  for (let match = regex.exec(value); match !== null; match = regex.exec(value)) {
    text += value.slice(last, match.index) + replace(match);
    last = match.index + match[0].length;
    count += 1;
    if (limit > 0 && count >= limit) break;
    if (match[0] === "") {
      const point = value.codePointAt(match.index);
      if (point === undefined) break;
      regex.lastIndex = match.index + (point > 0xffff ? 2 : 1);
    }
  }
  return { text: text + value.slice(last), count };
}
