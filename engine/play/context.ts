import { existsSync, realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Environment, Scope } from "../expression/contract.ts";
import { Failure, type FailureDetails, Failures } from "../source/failure.ts";
import type { Place } from "../source/place.ts";
import { readText } from "../source/text.ts";
import { loadYaml } from "../source/yaml.ts";
import type { Inherited, Node, Role } from "./model.ts";

export interface LoadOptions {
  /** Opens vault text; a Failure says what to do when there is no secret. */
  readonly decrypt?: (ciphertext: string) => string;
  /** Folders of roles, after the playbook's own `roles`. */
  readonly rolesPath?: readonly string[];
  /** Folders that hold `ansible_collections`, after the playbook's own `collections`. */
  readonly collectionsPath?: readonly string[];
  /** Known to templates in names of static imports; they win over everything. */
  readonly extraVars?: Readonly<Record<string, unknown>>;
  readonly onWarning?: (message: string, place?: Place) => void;
  /** More variables for names of static imports; the lowest in precedence. */
  readonly scope?: Scope;
  /** Short names of all modules: they tell a module from a mistyped keyword. */
  readonly moduleNames?: readonly string[];
  /** Where the playbook's failures are collected; when not given the first bad file ends the load with `Failures`. */
  readonly problems?: Failure[];
}

/** What is the same for everything loaded by one `loadPlaybook`, dynamic includes during the run too. */
export interface Loader {
  readonly options: LoadOptions;
  readonly files: Map<string, unknown>;
  lastId: number;
}

/** Where in the play the loader stands. */
export interface LoadContext {
  readonly loader: Loader;
  readonly playbookDirectory: string;
  /** Variables that static names may use, lowest first: play vars, vars_files, vars of import_playbook. */
  readonly staticVars: () => readonly Readonly<Record<string, unknown>>[];
  /** Task files that are being imported on the way here, for "circular". */
  readonly chain: readonly string[];
  readonly isHandler: boolean;
  /** Takes a failure: kept until all is loaded, or thrown at once during the run. */
  readonly report: (failure: Failure) => void;
  /** Told of each role that `import_role` brings in. */
  readonly onRole: (role: Role) => void;
  /** Expands `import_role`; handed over here because roles hold tasks and tasks bring in roles. */
  readonly importRole: (request: ImportRole, context: LoadContext) => Node[];
}

export interface ImportRole {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly args: Readonly<Record<string, unknown>>;
  /** With the import's own keywords. */
  readonly inherited: Inherited;
}

export function newLoader(options: LoadOptions): Loader {
  return { options, files: new Map(), lastId: 0 };
}

export function nextId(context: LoadContext): string {
  context.loader.lastId += 1;
  return `t${context.loader.lastId}`;
}

/** A failure of the playbook. */
export function problem(message: string, code: string, place: Place | undefined, hint?: string, more: Partial<FailureDetails> = {}): Failure {
  return new Failure(message, { code, fault: "playbook", place, hint, ...more });
}

/** Runs `load`; what it refuses is reported, and `fallback` takes its place. */
export function attempt<T>(context: Pick<LoadContext, "report">, fallback: T, load: () => T): T {
  try {
    return load();
  } catch (error) {
    if (error instanceof Failures) error.failures.forEach((failure) => context.report(failure));
    else if (error instanceof Failure) context.report(error);
    else throw error;
    return fallback;
  }
}

/** Loads a YAML file once, vault-encrypted or not. @throws Failure */
export function loadFile(file: string, loader: Loader, what: string, place?: Place): unknown {
  const known = loader.files.get(file);
  if (known !== undefined || loader.files.has(file)) return known;
  const { decrypt, onWarning } = loader.options;
  let text = readText(file, { what, place });
  if (text.startsWith("$ANSIBLE_VAULT;")) {
    if (decrypt === undefined) {
      throw problem(`${file} is encrypted, and no vault secret was given`, "vault-locked", place, "use --vault-password-file or -J");
    }
    text = decrypt(text);
  }
  const value = loadYaml(text, file, { isWritten: true, ...(decrypt === undefined ? {} : { decrypt }), ...(onWarning === undefined ? {} : { onWarning }) });
  loader.files.set(file, value);
  return value;
}

/** The first of `candidates` that exists, or undefined. */
export function firstExisting(candidates: Iterable<string>): string | undefined {
  for (const candidate of candidates) if (existsSync(candidate)) return candidate;
  return undefined;
}

export function canonicalPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return resolve(file);
  }
}

export function environmentFor(context: LoadContext, searchPath: readonly string[]): Environment {
  return {
    searchPath,
    playbookDirectory: context.playbookDirectory,
    decrypt: (ciphertext) => {
      const { decrypt } = context.loader.options;
      if (decrypt === undefined)
        throw problem("this value is encrypted, and no vault secret was given", "vault-locked", undefined, "use --vault-password-file or -J");
      return decrypt(ciphertext);
    },
  };
}

/** Where a task file's own neighbours are looked for. */
export function folderOf(place: Place | undefined, context: LoadContext): string {
  return place === undefined ? context.playbookDirectory : dirname(resolve(place.file));
}
