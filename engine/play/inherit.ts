import { asWritten, placeOf } from "../source/place.ts";
import { isMapping } from "./names.ts";
import { inheritedKeywords } from "./keywords.ts";
import type { Condition, Inherited, Keywords } from "./model.ts";

type Raw = Readonly<Record<string, unknown>>;

export const nothingInherited: Inherited = { keywords: {}, when: [], tags: [], blockVars: [], includeVars: [], searchPath: [] };

/**
 * What stands inside `raw` (a play, role entry, block, task or import) inherits: conditions accumulate, tags unite, environment and
 * module_defaults stack, every other keyword is replaced by the nearer one. `vars` are left to the caller, whose level they decide.
 */
export function extend(outer: Inherited, raw: Raw): Inherited {
  const keywords: Record<string, unknown> = { ...outer.keywords };
  for (const name of Object.keys(inheritedKeywords)) if (Object.hasOwn(raw, name)) keywords[name] = raw[name];
  if (raw["environment"] !== undefined && raw["environment"] !== null)
    keywords["environment"] = [...(outer.keywords.environment ?? []), ...listOf(raw["environment"])];
  if (raw["module_defaults"] !== undefined && raw["module_defaults"] !== null) {
    keywords["module_defaults"] = [...(outer.keywords.module_defaults ?? []), ...listOf(raw["module_defaults"])];
  }
  return {
    ...outer,
    keywords: keywords as Keywords,
    when: Object.hasOwn(raw, "when") ? [...outer.when, ...conditionsOf(raw, "when")] : outer.when,
    tags: Object.hasOwn(raw, "tags") ? unite(outer.tags, tagsOf(raw["tags"])) : outer.tags,
    ...(Object.hasOwn(raw, "delegate_to") ? { delegate_to: raw["delegate_to"] } : {}),
    ...(Object.hasOwn(raw, "delegate_facts") ? { delegate_facts: raw["delegate_facts"] } : {}),
    ...(Object.hasOwn(raw, "notify") && raw["notify"] !== null ? { notify: listOf(raw["notify"]) } : {}),
    ...(Object.hasOwn(raw, "collections") ? { collections: listOf(raw["collections"]).map(String) } : {}),
  };
}

/** `outer` with the variables of a block or a static import added. */
export function withBlockVars(outer: Inherited, raw: Raw): Inherited {
  const vars = varsOf(raw["vars"]);
  return Object.keys(vars).length === 0 ? outer : { ...outer, blockVars: [...outer.blockVars, vars] };
}

/** `vars`: a mapping, or a list of mappings. */
export function varsOf(value: unknown): Record<string, unknown> {
  if (isMapping(value)) return value;
  if (Array.isArray(value)) return Object.assign({}, ...value.filter(isMapping)) as Record<string, unknown>;
  return {};
}

/** A keyword that takes one condition or several, each with its place. */
export function conditionsOf(raw: Raw, key: string): Condition[] {
  const value = raw[key];
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.map((_, index) => ({ value: asWritten(value, index), place: placeOf(value, index) }));
  return [{ value: asWritten(raw, key), place: placeOf(raw, key) }];
}

/** Tags as a list or as text with commas. */
export function tagsOf(value: unknown): string[] {
  if (value === null || value === undefined) return [];
  const entries = Array.isArray(value) ? value : String(value).split(",");
  return entries
    .flatMap((entry) => (entry === null ? [] : String(entry).split(",")))
    .map((tag) => tag.trim())
    .filter((tag) => tag !== "");
}

export function listOf(value: unknown): unknown[] {
  if (value === null || value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function unite(outer: readonly string[], inner: readonly string[]): string[] {
  return [...new Set([...outer, ...inner])];
}
