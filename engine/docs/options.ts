import type { Module } from "../modules/contract.ts";
import type { JsonSchema } from "../modules/schema.ts";

/** One argument of a module, as the documentation shows it. */
export interface Option {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly isSecret: boolean;
  readonly aliases: readonly string[];
  readonly choices: readonly string[];
  readonly fallback: string | undefined;
  readonly description: string;
}

const WORDS: Readonly<Record<string, string>> = { string: "text", boolean: "boolean", integer: "integer", number: "number", array: "list", object: "mapping" };

/** A module's arguments: required ones first, then as the module lists them. */
export function optionsOf({ module }: Module): Option[] {
  const options = Object.entries(module.args.properties as Readonly<Record<string, { readonly schema: JsonSchema; readonly required: boolean }>>).map(([name, { schema, required }]) => ({
    name,
    type: typeOf(schema),
    isRequired: required,
    isSecret: schema["x-no-log"] === true,
    aliases: schema.aliases ?? [],
    choices: (schema.enum ?? []).map(String),
    fallback: schema.default === undefined ? undefined : JSON.stringify(schema.default),
    description: schema.description ?? "",
  }));
  return [...options.filter((option) => option.isRequired), ...options.filter((option) => !option.isRequired)];
}

/** The rules across a module's arguments, one sentence each. */
export function rulesOf({ module }: Module): string[] {
  const { mutuallyExclusive = [], requiredOneOf = [], requiredTogether = [], requiredIf = [], requiredBy = {}, open = false } = module.args.rules;
  return [
    ...mutuallyExclusive.map((names) => `At most one of ${names.join(", ")}.`),
    ...requiredOneOf.map((names) => `One of ${names.join(", ")} is required.`),
    ...requiredTogether.map((names) => `${names.join(", ")} go together.`),
    ...requiredIf.map(([name, value, needed, isAny]) => `With ${name}: ${String(value)}, ${isAny === true ? "one of " : ""}${needed.join(", ")} ${needed.length === 1 || isAny === true ? "is" : "are"} required.`),
    ...Object.entries(requiredBy).map(([name, needed]) => `${name} needs ${needed.join(", ")}.`),
    ...(open ? ["Any other key is taken too."] : []),
  ];
}

/** The text with a full stop at its end. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function typeOf(schema: JsonSchema): string {
  if (schema["x-path"] === true) return "path";
  if (schema.type === undefined) return "anything";
  if (Array.isArray(schema.type)) return schema.pattern?.startsWith("^(preserve|") === true ? "mode" : schema.type.map((type: string) => WORDS[type] ?? type).join(" or ");
  const type = schema.type as string;
  const items = schema.items?.type;
  if (type === "array" && typeof items === "string" && items !== "string") return `list of ${WORDS[items] ?? items}s`;
  return WORDS[type] ?? type;
}
