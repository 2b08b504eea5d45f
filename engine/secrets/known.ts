import { isContainer, type Secrets } from "./secrets.ts";
import { credentialsIn } from "./urls.ts";
import { Written } from "../source/written.ts";

/** The part of a JSON Schema that tells which values are secret. */
export interface MarkedSchema {
  readonly aliases?: readonly string[];
  readonly "x-no-log"?: boolean;
  readonly items?: MarkedSchema;
  readonly properties?: Readonly<Record<string, MarkedSchema>>;
}

/**
 * Remembers what the arguments of a task hold of secrets: values that the schema marks, nested ones too, and the passwords of URLs in any of them.
 * @param properties the schema of each argument
 */
export function addSecretArgs(properties: Readonly<Record<string, { readonly schema: MarkedSchema }>>, args: unknown, secrets: Secrets): void {
  addUrlPasswords(args, secrets);
  if (typeof args !== "object" || args === null) return;
  for (const [name, { schema }] of Object.entries(properties)) addMarked(schema, (args as Record<string, unknown>)[name], secrets);
}

/** As `addSecretArgs`, for arguments as a task writes them: under any of their names, and those with templates left out. */
export function addWrittenArgs(properties: Readonly<Record<string, { readonly schema: MarkedSchema }>>, written: unknown, secrets: Secrets): void {
  addUrlPasswords(written, secrets);
  if (typeof written !== "object" || written === null) return;
  for (const [name, { schema }] of Object.entries(properties)) {
    for (const each of [name, ...(schema.aliases ?? [])]) {
      const value = (written as Record<string, unknown>)[each];
      if (value !== undefined) addMarked(schema, value, secrets);
    }
  }
}

function addMarked(schema: MarkedSchema, value: unknown, secrets: Secrets): void {
  if (value === undefined || value === null) return;
  if (schema["x-no-log"] === true) return secrets.addAll(value);
  if (schema.items !== undefined && Array.isArray(value)) for (const entry of value) addMarked(schema.items, entry, secrets);
  if (schema.properties !== undefined && typeof value === "object")
    for (const [name, property] of Object.entries(schema.properties)) addMarked(property, (value as Record<string, unknown>)[name], secrets);
}

/** Variables by which a connection is opened. */
const CONNECTION = /^ansible_(\w+_)?(pass|password|passphrase)$/;

/** Remembers the passwords among variables by which connections are opened; what is still a template is known when it is used. */
export function addConnectionPasswords(vars: Readonly<Record<string, unknown>>, secrets: Secrets): void {
  for (const [name, value] of Object.entries(vars)) if (CONNECTION.test(name)) secrets.addAll(value);
}

/** Remembers the passwords of all URLs in a value, and those of connections by the names of their variables (add_host). */
export function addUrlPasswords(value: unknown, secrets: Secrets): void {
  if (typeof value === "string" || value instanceof Written) for (const secret of credentialsIn(String(value))) secrets.add(secret);
  if (!isContainer(value)) return;
  for (const [name, entry] of Object.entries(value)) {
    if (CONNECTION.test(name)) secrets.addAll(entry);
    addUrlPasswords(entry, secrets);
  }
}

/** Names under which an encrypted file keeps what is secret, and names of what only stands beside it. */
const SECRET_NAME = /pass|pwd|secret|token|credential|private|vault|salt|api_?key|(^|[_-])key$/i;
const PLAIN_NAME = /[_-](path|file|dir|directory|user|username|name|url|host|port|id)$/i;
/** A larger file is nobody's password, and no diff shows it. Characters. */
const LARGEST = 100_000;

/**
 * Remembers what a vault held. A single value is secret; so is a file's text, by its lines. Of a mapping of variables only those values are
 * whose names say so: such files also hold users, ports and paths, and masking those would make every message unreadable.
 * @param parsed what the text is as YAML, when it is a mapping or a list
 */
export function addRevealed(text: string, parsed: unknown, secrets: Secrets): void {
  if (!isContainer(parsed)) {
    if (text.length <= LARGEST) secrets.add(text);
    return;
  }
  for (const [name, value] of Object.entries(parsed)) {
    if (SECRET_NAME.test(name) && !PLAIN_NAME.test(name)) secrets.addAll(value);
    else if (isContainer(value)) addRevealed("", value, secrets);
  }
}
