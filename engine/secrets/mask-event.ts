import type { Event } from "../report/events.ts";
import { isContainer, type Secrets } from "./secrets.ts";
import { Written } from "../source/written.ts";

/** Words of an event that reporters decide by. They are written in this program, never by a user or a host. */
const WORDS = new Set(["type", "status", "stream", "is", "id", "code", "version"]);
/** Where an event holds what others wrote: mappings below have keys of theirs, which are masked too. */
const DATA = new Set(["result", "label", "values", "perHost", "stats"]);
/**
 * Keys of results that this program writes itself and reporters look for. Somebody's password may be one of these words; as a key it tells
 * nobody anything.
 */
const RESULT_KEYS = new Set(
  (
    "changed failed skipped unreachable rescued ignored ok assumed censored attempts msg rc stdout stderr stdout_lines stderr_lines start end delta cmd " +
    "results item diff before after before_header after_header prepared warnings deprecations exception invocation skip_reason skipped_reason " +
    "false_condition ansible_facts ansible_loop ansible_loop_var ansible_index_var include include_args"
  ).split(" "),
);
/** A number counts as a text from so many digits on: a shorter one may be a port or an exit status. */
const DIGITS = 6;

/** `event` with every secret masked, in texts, keys and numbers; the same object when there is none in it. */
export function maskEvent<E extends Event>(event: E, secrets: Secrets): E {
  return secrets.isEmpty ? event : (ofShape(event, secrets) as E);
}

/** `value` with every secret in it masked, keys of mappings too. */
export function maskData(value: unknown, secrets: Secrets): unknown {
  if (typeof value === "string") return secrets.mask(value);
  if (typeof value === "number" || typeof value === "bigint") return ofNumber(value, secrets);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Written) return secrets.mask(value.text);
  if (Array.isArray(value)) return ofList(value, (entry) => maskData(entry, secrets));
  if (value instanceof Set) return new Set([...value].map((entry) => maskData(entry, secrets)));
  if (value instanceof Map) return new Map([...value].map(([key, entry]) => [maskData(key, secrets), maskData(entry, secrets)]));
  if (!isContainer(value)) return value;
  return ofMapping(value as Readonly<Record<string, unknown>>, secrets);
}

function ofMapping(mapping: Readonly<Record<string, unknown>>, secrets: Secrets): Readonly<Record<string, unknown>> {
  const entries = Object.entries(mapping).map(([key, entry]): [string, unknown, boolean] => {
    const name = RESULT_KEYS.has(key) ? key : secrets.mask(key);
    const shown = maskData(entry, secrets);
    return [name, shown, name === key && shown === entry];
  });
  if (entries.every(([, , isSame]) => isSame)) return mapping;
  const masked: Record<string, unknown> = {};
  for (const [name, shown] of entries) define(masked, name in masked ? freeName(name, masked) : name, shown);
  return masked;
}

/** What has keys of our own: those stay. */
function ofShape(value: unknown, secrets: Secrets): unknown {
  if (typeof value === "string") return secrets.mask(value);
  if (Array.isArray(value)) return ofList(value, (entry) => ofShape(entry, secrets));
  if (typeof value !== "object" || value === null) return value;
  let masked: Record<string, unknown> | undefined;
  for (const [key, entry] of Object.entries(value)) {
    const shown = WORDS.has(key) ? entry : DATA.has(key) ? maskData(entry, secrets) : ofShape(entry, secrets);
    if (shown !== entry) (masked ??= { ...(value as Record<string, unknown>) })[key] = shown;
  }
  return masked ?? value;
}

function ofList(list: readonly unknown[], mask: (entry: unknown) => unknown): readonly unknown[] {
  const masked = list.map(mask);
  return masked.some((entry, index) => entry !== list[index]) ? masked : list;
}

function ofNumber(value: number | bigint, secrets: Secrets): unknown {
  const text = String(value);
  return text.length >= DIGITS && secrets.isIn(text) && /^\*+$/.test(secrets.mask(text)) ? secrets.mask(text) : value;
}

/** Two keys that differ in their secrets only stay two. */
function freeName(name: string, taken: Readonly<Record<string, unknown>>): string {
  let number = 2;
  while (`${name} (${number})` in taken) number += 1;
  return `${name} (${number})`;
}

function define(target: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}
