/**
 * The shortest text that counts as a secret. A shorter one ("no", "42", "abc") occurs in every other message: masking it would hide nothing
 * from who reads a few of them, and would make them unreadable.
 */
export const SHORTEST = 4;
/** A line of a longer secret counts by itself from this length on: a key's lines do, the braces and words between them do not. */
const SHORTEST_LINE = 8;
/** What base64 makes of a piece of a secret is looked for from this length on; four characters of it occur in every long hash. */
const SHORTEST_BASE64 = 6;
const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
/** Words that are values of their own far more often than they are anybody's password. */
const WORDS = new Set(["true", "false", "none", "null"]);

/**
 * All texts that give a secret away: itself, its lines, and what these become when they are written as base64 (alone or within a longer text),
 * in a URL, in JSON, YAML or Python, between a shell's quotes, or in XML.
 * @param plain the secret; blanks around it do not count
 * @returns texts of at least `SHORTEST` characters; none for what is too short or too common to be hidden
 */
export function formsOf(plain: string): ReadonlySet<string> {
  const forms = new Set<string>();
  // half a surrogate pair has no bytes
  const text = plain.replace(LONE, "\ufffd").trim();
  const add = (form: string): void => {
    if (form.length >= SHORTEST) forms.add(form);
  };
  if (text.length < SHORTEST || WORDS.has(text.toLowerCase())) return forms;
  const lines = text.includes("\n") ? text.split("\n").filter((line) => line.trim().length >= SHORTEST_LINE) : [];
  for (const one of [text, ...lines.map((line) => line.trim())]) {
    for (const written of writtenForms(one)) add(written);
    for (const base64 of base64Forms(one)) add(base64);
  }
  return forms;
}

function writtenForms(text: string): string[] {
  // a password of letters and digits is the same everywhere
  if (/^[A-Za-z0-9]*$/.test(text)) return [text];
  const json = JSON.stringify(text).slice(1, -1);
  const ascii = json.replace(/[^\u0020-\u007e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const nested = [json, ascii].map((once) => JSON.stringify(once).slice(1, -1));
  return [text, json, ascii, ...nested, json.replaceAll("/", "\\/"), ...urlForms(text), ...quotedForms(text), ...markupForms(text)];
}

function urlForms(text: string): string[] {
  const component = encodeURIComponent(text);
  // Python and form encoders quote these too
  const strict = component.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  const kept = strict.replaceAll("%2F", "/");
  const forms = [component, strict, kept, strict.replaceAll("%20", "+"), component.replaceAll("%20", "+"), encodeURI(text)];
  return [...forms, ...forms.map((form) => form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()))];
}

function quotedForms(text: string): string[] {
  const single = text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t");
  return [
    // sh: between single quotes, between double ones, without any
    text.replaceAll("'", `'\\''`),
    text.replaceAll("'", `'"'"'`),
    text.replace(/["$`\\]/g, "\\$&"),
    text.replace(/[\x20-\x7e]/g, (character) => (/[A-Za-z0-9_.,:/@%+=-]/.test(character) ? character : `\\${character}`)),
    text.replace(/[\x20-\x7e]/g, (character) => (/[A-Za-z0-9_.:/@%+=-]/.test(character) ? character : `\\${character}`)),
    // YAML, and Python's repr of text and of bytes
    text.replaceAll("'", "''"),
    single,
    single.replaceAll("'", "\\'"),
    bytesRepr(single),
    bytesRepr(single.replaceAll("'", "\\'")),
  ];
}

function bytesRepr(text: string): string {
  return [...Buffer.from(text)].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`)).join("");
}

function markupForms(text: string): string[] {
  const basic = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const double = basic.replaceAll('"', "&quot;");
  return [basic, double, double.replaceAll("'", "&#39;"), double.replaceAll("'", "&#x27;"), basic.replaceAll('"', "&#34;").replaceAll("'", "&#39;")];
}

/** What stands for `text` alone in the base64 of any longer text, for each of the three places where it can begin within three bytes. */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text);
  const forms = [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    // a digit holds six bits: those that neighbours share in do not count
    const core = encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
    return core.length >= SHORTEST_BASE64 ? [core] : [];
  });
  const whole = bytes.toString("base64").replace(/=+$/, "");
  if (whole.length >= SHORTEST_BASE64) forms.push(whole);
  return [...forms, ...forms.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"))];
}
