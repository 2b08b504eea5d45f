/** The part of JSON Schema (draft 2020-12) that arguments need, and three words of ours: aliases, x-path, x-no-log. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly aliases?: readonly string[];
  /** A file name on the host: `~` is the user's home. */
  readonly "x-path"?: boolean;
  /** A secret: masked in every event. */
  readonly "x-no-log"?: boolean;
}

/** One argument: its schema, and the type a validated value has. */
export interface Property<T> {
  readonly schema: JsonSchema;
  readonly required: boolean;
  readonly type?: T;
}

interface Options {
  readonly required?: true;
  readonly default?: unknown;
  readonly aliases?: readonly string[];
  readonly secret?: true;
}

type Value<T, O> = O extends { required: true } ? T : O extends { default: unknown } ? T : T | undefined;

function property<T, O extends Options>(schema: JsonSchema, options: O | undefined): Property<Value<T, O>> {
  return {
    schema: {
      ...schema,
      ...(options?.default === undefined ? {} : { default: options.default }),
      ...(options?.aliases === undefined ? {} : { aliases: options.aliases }),
      ...(options?.secret === undefined ? {} : { "x-no-log": true }),
    },
    required: options?.required ?? false,
  };
}

// The kinds of arguments. Each takes a description (one line, with the unit) and options.
export const string = <const O extends Options = object>(description: string, options?: O) => property<string, O>({ type: "string", description }, options);
export const path = <const O extends Options = object>(description: string, options?: O) =>
  property<string, O>({ type: "string", description, "x-path": true }, options);
export const boolean = <const O extends Options = object>(description: string, options?: O) => property<boolean, O>({ type: "boolean", description }, options);
export const integer = <const O extends Options = object>(description: string, options?: O) => property<number, O>({ type: "integer", description }, options);
export const number = <const O extends Options = object>(description: string, options?: O) => property<number, O>({ type: "number", description }, options);
export const choice = <const C extends readonly string[], const O extends Options = object>(description: string, choices: C, options?: O) =>
  property<C[number], O>({ type: "string", description, enum: choices }, options);
export const list = <T = string, const O extends Options = object>(description: string, options?: O, items: JsonSchema = { type: "string" }) =>
  property<T[], O>({ type: "array", description, items }, options);
export const mapping = <const O extends Options = object>(description: string, options?: O) =>
  property<Record<string, unknown>, O>({ type: "object", description, additionalProperties: true }, options);
/** Any value, handed over as it is. */
export const anything = <const O extends Options = object>(description: string, options?: O) => property<unknown, O>({ description }, options);
/** A file mode: octal number, octal text or symbolic text; text after validation (a YAML number such as 0644 arrives as its octal digits). */
export const mode = <const O extends Options = object>(description: string, options?: O) =>
  property<string, O>(
    { type: ["string", "integer"], description, pattern: "^(preserve|0?[0-7]{1,5}|[ugoa]*([-+=]([rwxXst]*|[ugo]))+(,[ugoa]*([-+=]([rwxXst]*|[ugo]))+)*)$" },
    options,
  );

/** Rules across arguments, in Ansible's words. */
export interface Rules {
  readonly mutuallyExclusive?: readonly (readonly string[])[];
  readonly requiredOneOf?: readonly (readonly string[])[];
  readonly requiredTogether?: readonly (readonly string[])[];
  /** [argument, value, the arguments then required, true when any one of them is enough] */
  readonly requiredIf?: readonly (readonly [string, unknown, readonly string[], boolean?])[];
  readonly requiredBy?: Readonly<Record<string, readonly string[]>>;
  /** True for modules that take any key (set_fact). */
  readonly open?: boolean;
}

export interface ArgsSchema<A> {
  readonly properties: Readonly<Record<string, Property<unknown>>>;
  readonly rules: Rules;
  readonly type?: A;
}

export type ArgsOf<T> = T extends ArgsSchema<infer A> ? A : never;

export function args<const P extends Record<string, Property<any>>>(
  properties: P,
  rules: Rules = {},
): ArgsSchema<{ [K in keyof P]: P[K] extends Property<infer T> ? T : never }> {
  return { properties, rules };
}

/** The JSON Schema of a module's arguments, for validation, documentation and editors. */
export function jsonSchema(schema: ArgsSchema<any>): JsonSchema {
  const properties = Object.fromEntries(Object.entries(schema.properties).map(([name, property]) => [name, property.schema]));
  const required = Object.entries(schema.properties)
    .filter(([, property]) => property.required)
    .map(([name]) => name);
  return { type: "object", properties, required, additionalProperties: schema.rules.open ?? false };
}
