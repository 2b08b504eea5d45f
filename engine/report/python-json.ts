import { Float, Vaulted } from "../expression/values.ts";
import { Written } from "../source/written.ts";

/**
 * JSON as Python's json.dumps writes it (`{"a": 1, "b": [2, 3]}`), keys in order of their code points: what tools that read Ansible's
 * screen output expect.
 * @param indent blanks a level; one line when not given
 */
export function pythonJson(value: unknown, indent?: number): string {
  return dump(value, indent, "");
}

function dump(value: unknown, indent: number | undefined, margin: string): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
  if (typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (value instanceof Float) return value.toString();
  if (value instanceof Written) return JSON.stringify(value.text);
  if (value instanceof Vaulted) return dump({ __ansible_vault: value.ciphertext }, indent, margin);
  const inner = indent === undefined ? "" : margin + " ".repeat(indent);
  const wrap = (open: string, parts: readonly string[], close: string): string => {
    if (parts.length === 0) return open + close;
    if (indent === undefined) return open + parts.join(", ") + close;
    return `${open}\n${parts.map((part) => inner + part).join(",\n")}\n${margin}${close}`;
  };
  if (Array.isArray(value))
    return wrap(
      "[",
      value.map((item) => dump(item, indent, inner)),
      "]",
    );
  if (typeof value === "object") {
    const entries = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return wrap(
      "{",
      entries.map(([key, item]) => `${JSON.stringify(key)}: ${dump(item, indent, inner)}`),
      "}",
    );
  }
  return JSON.stringify(String(value));
}
