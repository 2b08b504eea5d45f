import { dumpJson } from "../../expression/filters/json.ts";
import { Float } from "../../expression/values.ts";

/** The lines of a command's answer, without the empty ones. */
export function splitLines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** JSON as Python's json.dumps writes it: `{"a": [1, 2]}`, and everything beyond ASCII escaped. */
export function pythonJson(value: unknown): string {
  return dumpJson(value, { itemSeparator: ", ", keySeparator: ": ", sortKeys: false, ensureAscii: true });
}

/** How content given as an argument is written to a file: text as it is, lists and mappings as JSON, numbers and booleans as Python prints them. */
export function contentText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null || value === undefined) return "";
  if (typeof value === "object" && !(value instanceof Float)) return pythonJson(value);
  return String(value);
}
