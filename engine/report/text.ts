// What a host sends may hold anything; nothing of it may reach the terminal as a command.
// C0 without tab and newline, DEL, C1, bidirectional overrides, line and paragraph separators, lone surrogates.
const HARMFUL =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const MAYBE_HARMFUL = /[^\t\n\u0020-\u007e\u00a0-\u02ff]/;

/** The text with every control character made visible (`\x1b`); newlines and tabs stay, `\r\n` becomes a newline. */
export function harmless(text: string): string {
  if (!MAYBE_HARMFUL.test(text)) return text;
  return text.replaceAll("\r\n", "\n").replace(HARMFUL, (character) => {
    const code = character.charCodeAt(0);
    if (code === 0x0d) return "\\r";
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** Harmless, and on one line: newlines and tabs made visible too. */
export function harmlessLine(text: string): string {
  return harmless(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

/** How many columns of a terminal the text takes: wide characters two, combining ones none. */
export function widthOf(text: string): number {
  if (!MAYBE_HARMFUL.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** The text cut to `columns`, an ellipsis last where something was cut. */
export function clip(text: string, columns: number): string {
  if (columns <= 0) return "";
  if (widthOf(text) <= columns) return text;
  let width = 0;
  let clipped = "";
  for (const character of text) {
    width += characterWidth(character);
    if (width > columns - 1) break;
    clipped += character;
  }
  return `${clipped}…`;
}

export function characterWidth(character: string): number {
  const code = character.codePointAt(0)!;
  if (code < 0x300) return 1;
  if (/\p{Mn}|\p{Me}|\p{Cf}/u.test(character)) return 0;
  return isWide(code) ? 2 : 1;
}

function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0x303e) ||
    (code >= 0x3041 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1f64f) ||
    (code >= 0x1f680 && code <= 0x1f6ff) ||
    (code >= 0x1f900 && code <= 0x1f9ff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  );
}
