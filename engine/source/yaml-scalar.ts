import { Float } from "../expression/values.ts";

// What PyYAML (YAML 1.1) makes of plain text. It differs from the 1.1 text itself: `y` and `n` are words, `1e3` and `0o10` are text.
const BOOLEAN = /^(?:(yes|Yes|YES|true|True|TRUE|on|On|ON)|no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const NULL = /^(?:~|null|Null|NULL|)$/;
const INTEGER = /^[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** The value of plain (unquoted, untagged) text. An integer that a number cannot hold exactly stays text. */
export function plainValue(text: string): string | number | boolean | null | Float {
  const boolean = BOOLEAN.exec(text);
  if (boolean !== null) return boolean[1] !== undefined;
  if (NULL.test(text)) return null;
  if (INTEGER.test(text)) return integerValue(text);
  return FLOAT.test(text) ? floatValue(text) : text;
}

/** `010`, `0x1f`, `0b11`, `1_000`, `1:30` (sexagesimal); the text itself when the number is too large. */
export function integerValue(text: string): number | string {
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.replace(/^[-+]/, "").replaceAll("_", "");
  let value: number;
  if (digits.includes(":")) value = sexagesimal(digits);
  else if (/^0b/.test(digits)) value = Number.parseInt(digits.slice(2), 2);
  else if (/^0x/.test(digits)) value = Number.parseInt(digits.slice(2), 16);
  else value = Number.parseInt(digits, /^0./.test(digits) ? 8 : 10);
  return Number.isSafeInteger(value) ? sign * value + 0 : text;
}

/** A float; a whole one keeps being a float. */
export function floatValue(text: string): number | Float {
  const plain = text.replaceAll("_", "").toLowerCase();
  const sign = plain.startsWith("-") ? -1 : 1;
  const digits = plain.replace(/^[-+]/, "");
  if (digits === ".inf") return sign * Infinity;
  if (digits === ".nan") return Number.NaN;
  const value = sign * (digits.includes(":") ? sexagesimal(digits) : Number(digits));
  return Number.isInteger(value) ? new Float(value) : value;
}

function sexagesimal(digits: string): number {
  return digits.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}
