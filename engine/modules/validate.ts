import { createRequire } from "node:module";
import type { Ajv as AjvClass, ErrorObject, ValidateFunction } from "ajv";
import { Float, omit } from "../expression/values.ts";
import { didYouMean, Failure, nearest } from "../source/failure.ts";
import { copyPlaces, placeOf, placeOfKey, type Place } from "../source/place.ts";
import { canonicalKey, coerce } from "./coerce.ts";
import { brokenRules } from "./rules.ts";
import type { ArgsSchema, JsonSchema } from "./schema.ts";

export interface ValidationContext {
  /** The task as written, for places of arguments that have none of their own. */
  readonly raw: object;
  readonly place: Place;
  readonly moduleName: string;
  /** True before the run: values that hold templates are not judged, and neither are rules that hang on them. */
  readonly partial: boolean;
  /** True when more arguments come from elsewhere (module_defaults, a template), so that none is missing yet. */
  readonly mayHaveMore?: boolean;
}

export interface Validated {
  /** Under their canonical names, with defaults, each of its type. */
  readonly args: Record<string, unknown>;
  readonly problems: Failure[];
}

/**
 * Validates a module's arguments as Ansible does: aliases, conversions (`"yes"` to true, `"a,b"` to a list, 0644 to "0644"), defaults,
 * choices, and rules across arguments. `omit` and nothing (null) count as not given.
 * @param given the arguments as a mapping, preferably with places (`copyPlaces`)
 */
export function validateArgs(schema: ArgsSchema<unknown>, given: unknown, context: ValidationContext): Validated {
  const problems: Failure[] = [];
  const refuse = (message: string, code: string, place: Place | undefined, hint?: string): void => {
    problems.push(new Failure(message, { code, fault: "playbook", place: place ?? context.place, hint }));
  };
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    refuse(`the arguments of ${context.moduleName} must be a mapping`, "bad-arguments", placeOf(context.raw));
    return { args: {}, problems };
  }
  const properties = schemasOf(schema);
  const args: Record<string, unknown> = {};
  const unknown = new Set<string>();
  for (const [key, value] of Object.entries(given)) {
    if (value === omit || (key === "_variable_params" && context.partial)) continue;
    const name = canonicalKey(key, properties);
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (property === undefined) {
      if (schema.rules.open === true) args[key] = value;
      else refuse(...unknownArgument(key, given, properties, context));
      continue;
    }
    if (value === null || value === undefined) continue;
    if (name !== key && Object.hasOwn(given, name)) continue;
    if (context.partial && hasTemplate(value)) {
      unknown.add(name);
      args[name] = value;
      continue;
    }
    const place = placeOf(given, key);
    const result = coerce(value, property);
    if (!result.ok) {
      refuse(`"${key}" of ${context.moduleName} must be ${result.expected}, not ${shownAs(value, property)}`, "wrong-type", place);
      unknown.add(name);
      continue;
    }
    args[name] = result.value;
    const wrong = wrongValue(result.value, property, name, given);
    if (wrong !== undefined) refuse(`"${key}" of ${context.moduleName} ${wrong.message}`, "bad-value", wrong.place ?? place, wrong.hint);
  }
  const hasMore = context.mayHaveMore === true || (context.partial && Object.hasOwn(given, "_variable_params"));
  if (!hasMore) {
    for (const [name, property] of Object.entries(schema.properties)) {
      if (property.required && !Object.hasOwn(args, name) && !unknown.has(name)) {
        refuse(`${context.moduleName} needs "${name}"`, "missing-argument", placeOf(given) ?? context.place, firstSentence(property.schema.description));
      }
    }
  }
  const written = new Set(Object.keys(args));
  for (const [name, property] of Object.entries(properties)) {
    if (property.default !== undefined && !Object.hasOwn(args, name) && !unknown.has(name)) args[name] = property.default;
  }
  for (const broken of brokenRules(schema.rules, args, written, unknown, hasMore))
    refuse(`${context.moduleName}: ${broken.message}`, "argument-rule", broken.key === undefined ? placeOf(given) : placeOf(given, broken.key));
  return { args: copyPlaces(given, args), problems };
}

const schemaCache = new WeakMap<object, Record<string, JsonSchema>>();

function schemasOf(schema: ArgsSchema<unknown>): Record<string, JsonSchema> {
  let schemas = schemaCache.get(schema);
  if (schemas === undefined) {
    schemas = Object.fromEntries(Object.entries(schema.properties).map(([name, property]) => [name, property.schema]));
    schemaCache.set(schema, schemas);
  }
  return schemas;
}

function unknownArgument(
  key: string,
  given: object,
  properties: Readonly<Record<string, JsonSchema>>,
  context: ValidationContext,
): [string, string, Place | undefined, string?] {
  if (key === "_raw_params") {
    return [`${context.moduleName} takes no free text`, "bad-arguments", placeOf(given, key), "write its arguments as a mapping, or as key=value"];
  }
  const names = Object.entries(properties).flatMap(([name, property]) => [name, ...(property.aliases ?? [])]);
  const all = Object.keys(properties);
  const listing = all.length === 0 ? "it takes no arguments" : all.length <= 10 ? `it takes ${all.join(", ")}` : undefined;
  return [`"${key}" is not an argument of ${context.moduleName}`, "unknown-argument", placeOfKey(given, key), didYouMean(key, names) ?? listing];
}

interface Wrong {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly place?: Place | undefined;
}

/** What is wrong with a value that has the right type. */
function wrongValue(value: unknown, schema: JsonSchema, name: string, given: object): Wrong | undefined {
  if (isNested(schema)) return nestedProblem(value, schema, placeOf(given, name));
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const wrong = schema.items === undefined ? undefined : wrongLeaf(item, schema.items);
      if (wrong !== undefined)
        return { ...wrong, message: `has an entry that ${wrong.message}`, place: placeOf((given as Record<string, unknown>)[name], index) };
    }
    return undefined;
  }
  return wrongLeaf(value, schema);
}

function wrongLeaf(value: unknown, schema: JsonSchema): Wrong | undefined {
  if (schema.enum !== undefined && !schema.enum.some((choice) => choice === value)) {
    const choices = schema.enum.map(String);
    const near = nearest(String(value), choices);
    return { message: `must be one of ${choices.join(", ")}, not ${shownAs(value, schema)}`, hint: near === undefined ? undefined : `did you mean "${near}"?` };
  }
  if (typeof value === "number" && schema.minimum !== undefined && value < schema.minimum)
    return { message: `must be at least ${schema.minimum}, not ${value}` };
  if (typeof value === "number" && schema.maximum !== undefined && value > schema.maximum)
    return { message: `must be at most ${schema.maximum}, not ${value}` };
  if (typeof value === "string" && schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)) {
    return { message: `does not have the right form: ${shownAs(value, schema)}`, hint: firstSentence(schema.description) };
  }
  return undefined;
}

// Arguments with a structure of their own are ajv's. It takes 60 ms to load, so runs that need none of it go without.
const validators = new WeakMap<object, ValidateFunction>();
let ajv: AjvClass | undefined;

function isNested(schema: JsonSchema): boolean {
  return (
    schema.properties !== undefined ||
    schema.items?.properties !== undefined ||
    schema.items?.items !== undefined ||
    typeof schema.additionalProperties === "object"
  );
}

function nestedProblem(value: unknown, schema: JsonSchema, place: Place | undefined): Wrong | undefined {
  let validate = validators.get(schema);
  if (validate === undefined) {
    ajv ??= new (createRequire(import.meta.url)("ajv") as { Ajv: typeof AjvClass }).Ajv({ strict: false, allErrors: true, verbose: true });
    validate = ajv.compile(schema as object);
    validators.set(schema, validate);
  }
  if (validate(value)) return undefined;
  const error = validate.errors![0]!;
  const path = error.instancePath.split("/").filter((part) => part !== "");
  const where = path.length === 0 ? "" : ` (at ${path.join(".")})`;
  return { ...inWords(error, where), place };
}

function inWords(error: ErrorObject, where: string): Wrong {
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case "additionalProperties": {
      const known = Object.keys((error.parentSchema?.["properties"] as object | undefined) ?? {});
      const key = String(params["additionalProperty"]);
      return { message: `has the unknown key "${key}"${where}`, hint: didYouMean(key, known) };
    }
    case "required":
      return { message: `needs the key "${String(params["missingProperty"])}"${where}` };
    case "enum":
      return { message: `must be one of ${(params["allowedValues"] as unknown[]).map(String).join(", ")}${where}` };
    default:
      return { message: `${error.message ?? "is not valid"}${where}` };
  }
}

/** A value in a message. What is secret is not known as such before it is valid. */
function shownAs(value: unknown, schema: JsonSchema): string {
  return schema["x-no-log"] === true ? "what is given" : shown(value);
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null && !(value instanceof Float)) return "a mapping";
  const text = String(value);
  return `"${text.length > 60 ? `${text.slice(0, 57)}...` : text}"`;
}

function hasTemplate(value: unknown): boolean {
  if (typeof value !== "object" || value === null || value instanceof Float) return false;
  // Written and Vaulted hold what only the run reveals.
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null && !Array.isArray(value)) return true;
  return Object.values(value).some(hasTemplate);
}

function firstSentence(text: string | undefined): string | undefined {
  return text === undefined ? undefined : text.split(/(?<=\.)\s/)[0];
}
