import { execFile } from "node:child_process";
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, extname, resolve } from "node:path";
import { Failure } from "../source/failure.ts";
import type { VaultSecret } from "./vault.ts";

/** What the command line says about vault secrets. */
export interface VaultSources {
  /** As `--vault-id`: `label@file`, `label@script`, `label@prompt`, or without the label. */
  readonly vaultIds?: readonly string[];
  /** As `--vault-password-file`. */
  readonly passwordFiles?: readonly string[];
  /** As `--ask-vault-password`. */
  readonly mustAsk?: boolean;
}

export interface SecretReaders {
  /** Asks on the terminal, without echo. */
  readonly prompt?: (question: string) => Promise<string>;
  /** Where relative paths start; the process's directory when not given. */
  readonly cwd?: string;
}

const DEFAULT_ID = "default";

/**
 * Reads the vault secrets that the command line names: from files, from executable scripts (those named `*-client` are told the id
 * by `--vault-id`), and by asking.
 * @throws Failure `vault-secret` for a file that is missing or empty, or a script that fails
 */
export async function readVaultSecrets(sources: VaultSources, readers: SecretReaders = {}): Promise<VaultSecret[]> {
  const wanted = [
    ...(sources.vaultIds ?? []).map(splitVaultId),
    ...(sources.passwordFiles ?? []).map((source) => ({ id: DEFAULT_ID, source })),
    ...(sources.mustAsk === true ? [{ id: DEFAULT_ID, source: "prompt" }] : []),
  ];
  const secrets: VaultSecret[] = [];
  // One after the other: two questions at once cannot be answered.
  for (const { id, source } of wanted) secrets.push({ id, secret: await readSecret(id, source, readers) });
  return secrets;
}

function splitVaultId(text: string): { id: string; source: string } {
  const at = text.indexOf("@");
  return at === -1 ? { id: DEFAULT_ID, source: text } : { id: text.slice(0, at) || DEFAULT_ID, source: text.slice(at + 1) };
}

async function readSecret(id: string, source: string, { prompt, cwd }: SecretReaders): Promise<Buffer> {
  if (source === "prompt" || source === "prompt_ask_vault_pass") {
    if (prompt === undefined) throw fail("the vault password cannot be asked for here", "use --vault-password-file");
    const answer = await prompt(id === DEFAULT_ID ? "Vault password: " : `Vault password (${id}): `);
    if (answer === "") throw fail("the vault password must not be empty");
    return Buffer.from(answer);
  }
  const path = resolve(cwd ?? ".", source.replace(/^~(?=\/|$)/, homedir()));
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined)
    throw fail(
      `there is no vault password file ${path}`,
      source.includes("@") || id !== DEFAULT_ID ? undefined : "a vault id is given as LABEL@FILE or LABEL@prompt",
    );
  if (stat.isDirectory()) throw fail(`the vault password file ${path} is a directory`);
  const secret = isExecutable(path) ? await runScript(path, id) : trim(readText(path));
  if (secret.length === 0) throw fail(`the vault password from ${path} is empty`);
  return secret;
}

function readText(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw fail(`cannot read the vault password file ${path}: ${(error as Error).message}`);
  }
}

function trim(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString("latin1").replace(/^[\s\0]+|\s+$/g, ""), "latin1");
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return (statSync(path).mode & 0o111) !== 0;
  } catch {
    return false;
  }
}

function runScript(path: string, id: string): Promise<Buffer> {
  const isClient = basename(path, extname(path)).endsWith("-client");
  return new Promise((done, reject) => {
    const child = execFile(path, isClient ? ["--vault-id", id] : [], { encoding: "buffer" }, (error, stdout, stderr) => {
      if (error === null) return done(Buffer.from(stdout.toString("latin1").replace(/^[\r\n]+|[\r\n]+$/g, ""), "latin1"));
      const said = stderr.toString("utf8").trim().split("\n").slice(-10).join("\n");
      const how = typeof error.code === "number" ? `ended with exit status ${error.code}` : `did not run (${error.code ?? error.signal ?? error.message})`;
      const hint = error.code === ("ENOEXEC" as unknown) ? "it is executable but no script: take the permission away, or add a line #!" : undefined;
      reject(fail(`the vault password script ${path} ${how}${said === "" ? "" : `:\n${said}`}`, hint));
    });
    child.stdin?.end();
  });
}

function fail(message: string, hint?: string): Failure {
  return new Failure(message, { code: "vault-secret", fault: "usage", hint });
}
