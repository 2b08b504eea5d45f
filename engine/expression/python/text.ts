import { Written } from "../../source/written.ts";
import { Float, omit, Vaulted } from "../values.ts";
import { PyObject, use } from "./types.ts";

/** Python's repr of a float: the shortest digits that give it back. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude >= 1e16 || magnitude < 1e-4)) {
    const [digits = "", exponent = "0"] = value.toExponential().split("e");
    const sign = exponent.startsWith("-") ? "-" : "+";
    return `${digits}e${sign}${exponent.replace(/^[-+]/, "").padStart(2, "0")}`;
  }
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

export function numberText(value: number): string {
  if (!Number.isInteger(value)) return floatText(value);
  return Math.abs(value) < 1e21 ? String(value) : BigInt(value).toString();
}

/**
 * What Python's str() gives: `True`, `None`, `8.0`, `{'a': 1}`.
 * @throws UndefinedUsed
 */
export function text(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Vaulted) return value.reveal();
  if (value instanceof Written) return value.text;
  return repr(value);
}

/** What Python's repr() gives; tuples print as lists, as they do in Ansible. */
export function repr(value: unknown): string {
  switch (typeof value) {
    case "string":
      return stringRepr(value);
    case "number":
      return numberText(value);
    case "boolean":
      return value ? "True" : "False";
    case "undefined":
      return "None";
    case "function":
      return "<function>";
    case "symbol":
      return value === omit ? "<<Omit>>" : String(value);
    case "bigint":
      return String(value);
  }
  if (value === null) return "None";
  use(value);
  if (value instanceof Float) return floatText(value.value);
  if (value instanceof Vaulted || value instanceof Written) return stringRepr(text(value));
  if (Array.isArray(value)) return `[${Array.from(value as unknown[], repr).join(", ")}]`;
  if (value instanceof PyObject) return value.text();
  return `{${Object.entries(value as object)
    .map(([key, item]) => `${stringRepr(key)}: ${repr(item)}`)
    .join(", ")}}`;
}

const escapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" };

export function stringRepr(value: string): string {
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  // everything that Python does not call printable
  const body = value.replace(/[\\\p{C}\p{Z}]/gu, (character) => {
    if (character === " ") return character;
    const code = character.codePointAt(0)!;
    const hex = (width: number): string => code.toString(16).padStart(width, "0");
    return escapes[character] ?? (code < 0x100 ? `\\x${hex(2)}` : code < 0x10000 ? `\\u${hex(4)}` : `\\U${hex(8)}`);
  });
  return quote + (quote === "'" ? body.replaceAll("'", "\\'") : body) + quote;
}

/** Python counts code points. */
export function characters(value: string): readonly string[] | string {
  return /[\ud800-\udfff]/.test(value) ? Array.from(value) : value;
}
