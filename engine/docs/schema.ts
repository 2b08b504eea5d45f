import type { Module } from "../modules/contract.ts";
import { fullName } from "../modules/index.ts";
import type { JsonSchema } from "../modules/schema.ts";
import { blockKeywords, handlerKeywords, importPlaybookKeywords, type KeywordTable, type KeywordType, loopControlKeywords, playKeywords, promptKeys, roleKeywords } from "../play/keywords.ts";

/** JSON Schema, as far as this file needs it. */
interface Schema {
  readonly [key: string]: unknown;
}

const TEMPLATE: Schema = { type: "string", pattern: "\\{\\{|\\{%" };
const ref = (name: string): Schema => ({ $ref: `#/definitions/${name}` });
const orTemplate = (...schemas: readonly Schema[]): Schema => ({ anyOf: [...schemas, TEMPLATE] });

const TYPES: Readonly<Record<KeywordType, Schema>> = {
  any: {},
  boolean: orTemplate({ type: "boolean" }, { type: "string", pattern: "^(?i:yes|no|on|off|true|false|y|n|t|f|0|1)$".replace("(?i:", "(") }, { enum: [0, 1] }),
  integer: orTemplate({ type: "integer" }, { type: "string", pattern: "^[-+]?[0-9]+$" }),
  number: orTemplate({ type: "number" }, { type: "string", pattern: "^[-+]?[0-9.]+$" }),
  percent: orTemplate({ type: "number" }, { type: "string", pattern: "^[0-9.]+ *%?$" }),
  debugger: { enum: ["always", "never", "on_failed", "on_skipped", "on_unreachable"] },
  string: { type: ["string", "number", "boolean", "null"] },
  list: { type: ["array", "string", "number", "null"] },
  strings: { anyOf: [{ type: ["string", "number", "null"] }, { type: "array", items: { type: ["string", "number", "boolean", "array"] } }] },
  mapping: { type: ["object", "null"] },
  vars: { anyOf: [{ type: ["object", "null"] }, { type: "array", items: { type: "object" } }] },
  environment: orTemplate({ type: ["object", "null"] }, { type: "array" }),
  defaults: orTemplate({ type: ["object", "null"] }, { type: "array" }),
  conditions: { anyOf: [{ type: ["string", "boolean", "number", "null"] }, { type: "array", items: { type: ["string", "boolean", "number"] } }] },
  tasks: { type: ["array", "null"], items: ref("entry") },
};

/**
 * A JSON Schema (draft-07, which editors know best) of playbooks: keywords, and the arguments of every module.
 * Task files validate against `#/definitions/tasks`.
 */
export function playbookSchema(modules: readonly Module[]): Schema {
  const names = Object.fromEntries(
    modules.flatMap((module) => [module.module.name, fullName(module.module.name)].map((name) => [name, ref(`module_${module.module.name}`)])),
  );
  const task = { ...keywords(handlerKeywords), loop_control: object(keywords(loopControlKeywords), "Names and pauses of the loop."), ...names, import_tasks: {}, import_role: {} };
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "tsplay playbook",
    type: "array",
    items: { if: { required: ["hosts"] }, then: ref("play"), else: ref("import") },
    definitions: {
      tasks: { type: ["array", "null"], items: ref("entry") },
      entry: { if: { anyOf: [{ required: ["block"] }, { required: ["rescue"] }, { required: ["always"] }] }, then: ref("block"), else: ref("task") },
      play: object({ ...keywords(playKeywords), roles: { type: ["array", "null"], items: ref("role") }, vars_prompt: { type: "array", items: object(Object.fromEntries(promptKeys.map((key) => [key, {}])), "A question.") } }, "A play: hosts, and what is done on them."),
      import: {
        ...object({ ...keywords(importPlaybookKeywords), import_playbook: { type: "string" }, "ansible.builtin.import_playbook": { type: "string" } }, "Another playbook."),
        anyOf: [{ required: ["import_playbook"] }, { required: ["ansible.builtin.import_playbook"] }],
      },
      role: { anyOf: [{ type: ["string", "number"] }, { type: "object", properties: { ...keywords(roleKeywords) }, anyOf: [{ required: ["role"] }, { required: ["name"] }, { required: ["src"] }] }] },
      block: object(keywords(blockKeywords), "Tasks with what they have in common."),
      // Modules of collections are let through: an editor cannot know which are installed.
      task: { ...object(task, "One task: a module and how it is run."), patternProperties: { "^with_": {}, "^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.": {} } },
      ...Object.fromEntries(modules.map((module) => [`module_${module.module.name}`, moduleSchema(module)])),
    },
  };
}

function keywords(table: KeywordTable): Record<string, Schema> {
  return Object.fromEntries(Object.entries(table).map(([name, type]) => [name, TYPES[type]]));
}

function object(properties: Readonly<Record<string, Schema>>, description: string): Schema {
  return { type: "object", description, properties, additionalProperties: false };
}

function moduleSchema({ module }: Module): Schema {
  const entries = Object.entries(module.args.properties as Readonly<Record<string, { readonly schema: JsonSchema; readonly required: boolean }>>);
  const properties = Object.fromEntries(entries.flatMap(([name, { schema }]) => [name, ...(schema.aliases ?? [])].map((key) => [key, argument(schema)])));
  const required = entries.filter(([, entry]) => entry.required).map(([name, { schema }]) => ({ anyOf: [name, ...(schema.aliases ?? [])].map((key) => ({ required: [key] })) }));
  const mapping = { type: "object", properties, additionalProperties: module.args.rules.open === true, ...(required.length > 0 ? { allOf: required } : {}) };
  // `module: key=value` and free text are text; a module without required arguments needs nothing.
  return { description: module.summary, anyOf: [mapping, { type: "string" }, ...(required.length > 0 ? [] : [{ type: "null" }])] };
}

/** What a task may write for an argument: the type itself, what is converted to it, or a template. */
function argument(schema: JsonSchema): Schema {
  const { aliases: _aliases, "x-path": _path, "x-no-log": _secret, type, items, pattern, enum: choices, ...rest } = schema;
  const described = { ...rest };
  if (type === undefined) return described;
  const types = typeof type === "string" ? [type] : type;
  const exact: Schema = choices === undefined ? { type: [...new Set(types.flatMap(accepted))], ...(items === undefined ? {} : { items: argument(items) }), ...(pattern === undefined ? {} : { pattern }) } : { enum: [...choices, ...(choices.some(isBooleanWord) ? [true, false] : []), null] };
  return { ...described, anyOf: [exact, TEMPLATE] };
}

/** `"5"` does for 5, and 5 for `"5"`; a list may be text with commas. */
function accepted(type: string): string[] {
  const others: Readonly<Record<string, readonly string[]>> = {
    string: ["string", "number", "boolean", "null"],
    boolean: ["boolean", "string", "number", "null"],
    integer: ["integer", "string", "null"],
    number: ["number", "string", "null"],
    array: ["array", "string", "number", "null"],
    object: ["object", "string", "null"],
  };
  return [...(others[type] ?? [type])];
}

function isBooleanWord(choice: unknown): boolean {
  return typeof choice === "string" && /^(yes|no|on|off|true|false)$/i.test(choice);
}
