import { Failure } from "../source/failure.ts";
import { annotate, entryFor, type Place } from "../source/place.ts";
import type { Text, Written } from "../source/written.ts";

/** Options that may stand between the words of a free-form command. */
const FREE_FORM_OPTIONS = new Set(["creates", "removes", "chdir", "executable", "warn", "stdin", "stdin_add_newline", "strip_empty_ends"]);

/** A word of an argument text, with the blanks that follow it. */
interface Word {
  readonly text: string;
  readonly blanks: string;
}

/**
 * Splits `a=b c="d e" {{ f }}` into arguments. Quoted text and template blocks are kept whole. What is no `key=value` is joined under
 * `_raw_params`, its blanks as written.
 * @param freeForm true for modules such as `command`, where only a few known options may be `key=value`
 * @throws Failure `bad-arguments` for an open quote or template block
 */
export function splitArguments(written: Written, freeForm: boolean, place: Place | undefined = written.place): Record<string, Text> {
  const options: Record<string, Text> = {};
  let raw = "";
  let hasRaw = false;
  for (const word of words(written.text, place)) {
    const equals = assignment(word.text);
    const key = equals === -1 ? "" : word.text.slice(0, equals).trim();
    if (equals !== -1 && !(freeForm && !FREE_FORM_OPTIONS.has(key))) {
      options[key] = written.part(unquote(decodeEscapes(word.text.slice(equals + 1)).trim()));
      if (word.blanks.includes("\n")) raw += "\n";
    } else {
      raw += (equals === -1 && !freeForm ? word.text.replaceAll("\\=", "=") : word.text) + word.blanks;
      hasRaw = true;
    }
  }
  if (hasRaw) options["_raw_params"] = written.part(raw.replace(/^\n+/, "").replace(/ +$/, ""));
  // every argument has the place of the text that they all stand in
  if (place !== undefined)
    annotate(options, { self: place, keys: new Map(Object.entries(options).map(([key, value]) => [key, entryFor(key, place, value, place)])) });
  return options;
}

/** The first word of `copy src=a dest=b`, and the rest. */
export function splitModule(written: Written, place?: Place): readonly [Text, Written] {
  const text = written.text.trim();
  const [first] = words(text, place);
  if (first === undefined) return ["", written];
  return [written.part(first.text), written.rest(text.slice(first.text.length).trim())];
}

/** The position of the first `=` that is neither escaped nor first, or -1. */
function assignment(word: string): number {
  for (let at = word.indexOf("=", 1); at !== -1; at = word.indexOf("=", at + 1)) {
    if (word[at - 1] !== "\\") return at;
  }
  return -1;
}

function* words(text: string, place: Place | undefined): Generator<Word> {
  let quote: string | undefined;
  const depth: Record<string, number> = { "{{": 0, "{%": 0, "{#": 0 };
  const closers: Record<string, string> = { "}}": "{{", "%}": "{%", "#}": "{#" };
  let word = "";
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]!;
    const pair = text.slice(at, at + 2);
    const inside = quote !== undefined || Object.values(depth).some((count) => count > 0);
    if ((character === " " || character === "\n") && !inside) {
      const blanks = /^[ \n]+/.exec(text.slice(at))![0];
      at += blanks.length - 1;
      // A lone backslash joins a line to the next; folding (`>`) may have joined them already.
      if (word === "\\") word = "";
      else if (word !== "") {
        yield { text: word, blanks };
        word = "";
      }
      continue;
    }
    if ((character === '"' || character === "'") && text[at - 1] !== "\\") {
      if (quote === undefined) quote = character;
      else if (quote === character) quote = undefined;
    } else if (Object.hasOwn(depth, pair)) {
      depth[pair]! += 1;
      word += pair;
      at += 1;
      continue;
    } else if (Object.hasOwn(closers, pair)) {
      const opener = closers[pair]!;
      depth[opener] = Math.max(0, depth[opener]! - 1);
      word += pair;
      at += 1;
      continue;
    }
    word += character;
  }
  if (quote !== undefined || Object.values(depth).some((count) => count > 0)) {
    const what = quote === undefined ? "a template block that is not closed" : `a quote (${quote}) that is not closed`;
    throw new Failure(`these arguments have ${what}: ${shorten(text)}`, {
      code: "bad-arguments",
      fault: "playbook",
      place,
      hint: "write the arguments as a mapping, one a line, or put the text under `cmd:`",
    });
  }
  if (word !== "") yield { text: word, blanks: "" };
}

function shorten(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > 80 ? `${line.slice(0, 77)}...` : line;
}

function unquote(text: string): string {
  const first = text[0];
  if (text.length > 1 && (first === '"' || first === "'") && text.endsWith(first) && text[text.length - 2] !== "\\") return text.slice(1, -1);
  return text;
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\", "'": "'", '"': '"', a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

function decodeEscapes(text: string): string {
  return text.replace(/\\(?:U([0-9a-fA-F]{8})|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\\'"abfnrtv]))/g, (_, long, short, byte, simple) => {
    if (simple !== undefined) return ESCAPES[simple as string]!;
    return String.fromCodePoint(Number.parseInt((long ?? short ?? byte) as string, 16));
  });
}
