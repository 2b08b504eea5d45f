import type { ArgsSchema } from "../modules/schema.ts";

const MASK = "********";
/** Shorter texts would mask half of every message. */
const SHORTEST = 4;

/** Remembers the values of arguments that the schema marks as secret. */
export function registerSecretArgs(schema: ArgsSchema<unknown>, args: unknown, secrets: Set<string>): void {
  if (typeof args !== "object" || args === null) return;
  for (const [name, property] of Object.entries(schema.properties)) {
    const value = (args as Record<string, unknown>)[name];
    if (property.schema["x-no-log"] === true && typeof value === "string") registerSecret(value, secrets);
  }
}

export function registerSecret(plain: string, secrets: Set<string>): void {
  const text = plain.trim();
  if (text.length < SHORTEST) return;
  secrets.add(text);
  if (text.includes("\n")) for (const line of text.split("\n")) if (line.trim().length >= 8) secrets.add(line.trim());
}

/** `value` with every secret in its texts masked; the same object when there is none in it. */
export function masked<T>(value: T, secrets: ReadonlySet<string>): T {
  return secrets.size === 0
    ? value
    : (maskedValue(
        value,
        [...secrets].sort((a, b) => b.length - a.length),
      ) as T);
}

function maskedValue(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === "string") {
    let text = value;
    for (const secret of secrets) if (text.includes(secret)) text = text.replaceAll(secret, MASK);
    return text;
  }
  if (Array.isArray(value)) return value.map((entry) => maskedValue(entry, secrets));
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, maskedValue(entry, secrets)]));
  }
  return value;
}
