import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { hostsOfPlays, prepare, runPrepared } from "../../run/run.ts";
import type { Reporter } from "../../report/events.ts";
import { createGate, type Gate } from "../../secrets/gate.ts";
import { rememberingOpeners } from "../../secrets/opened.ts";
import type { Secrets } from "../../secrets/secrets.ts";
import { Failure } from "../../source/failure.ts";
import type { Settings } from "../../task/settings.ts";
import { readVaultSecrets } from "../../vault/secrets.ts";
import { createVault, encryptWith, type Vault } from "../../vault/vault.ts";
import { version } from "../../version.ts";
import { exitCodeOf, formatFailure } from "../failures.ts";
import { loadExtraVars } from "../extra-vars.ts";
import { helpText } from "../help.ts";
import { type Options, parseOptions } from "../options.ts";
import { createReporters, isColored } from "../reporters.ts";
import { askTerminal } from "../terminal.ts";
import { tasksText } from "./list.ts";

const COMMANDS: readonly (readonly [string, string])[] = [
  ["lab up|down|list|ssh|test", "real hosts to try things on and to test roles"],
  ["doc MODULE", "what a module does and takes"],
  ["schema", "a JSON Schema of playbooks, for editors"],
  ["vault ACTION", "encrypt, decrypt, view vault files"],
  ["explain HOST VAR", "where a variable's value comes from"],
];

/** `tsplay PLAYBOOK ...`: runs playbooks, or lists what they would do. */
export async function playCommand(argv: readonly string[]): Promise<number> {
  const options = parseOptions(argv, process.env);
  if (options.help) return say(helpText(process.stdout.columns ?? 100, COMMANDS));
  if (options.version) return say(`tsplay ${version}\n`);
  const interrupt = interruptible();
  let reporter: Reporter | undefined;
  const gate = createGate((event) => reporter?.on(event));
  const { emit } = gate;
  try {
    const settings = await settingsOf(options, argv, gate.secrets, interrupt.signal);
    reporter = createReporters(options, { stdout: process.stdout, stderr: process.stderr, env: process.env });
    for (const message of options.warnings) emit({ type: "warning", message });
    const started = performance.now();
    const isListing = options.syntaxCheck || options.listHosts || options.listTasks || options.listTags;
    if (!isListing) emit({ type: "run-start", playbooks: options.playbooks, check: options.check, diff: options.diff, version });
    const prepared = await prepare(settings, gate);
    if (isListing) return list(options, prepared, gate);
    const result = await runPrepared(prepared, started);
    return result.exitCode;
  } catch (error) {
    // What goes wrong after a vault was opened may quote what was in it
    return fail(error, options, gate);
  } finally {
    interrupt.done();
    await reporter?.close();
  }
}

function fail(error: unknown, options: Options, gate: Gate): number {
  process.stderr.write(gate.text(formatFailure(error, { color: isColored(options, process.stderr, process.env), verbosity: options.verbosity })));
  return exitCodeOf(error);
}

function list(options: Options, prepared: Awaited<ReturnType<typeof prepare>>, gate: Gate): number {
  if (options.syntaxCheck && !options.listHosts && !options.listTasks && !options.listTags)
    return say(options.playbooks.map((file) => `\nplaybook: ${file}\n`).join(""));
  return say(gate.text(tasksText(options, prepared, hostsOfPlays(prepared))));
}

function say(text: string): number {
  process.stdout.write(text);
  return 0;
}

/** The first Ctrl-C ends the run and what it started on the hosts; the second one ends us. */
function interruptible(): { signal: AbortSignal; done(): void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(99);
    process.stderr.write("\nending what runs on the hosts (Ctrl-C again to leave at once)\n");
    controller.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return {
    signal: controller.signal,
    done: () => {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
    },
  };
}

/**
 * What the command line asks for, its questions answered and its files read.
 * @param secrets told of every password and of what vaults hold
 * @throws Failure for files that cannot be read, vaults that do not open, and questions without a terminal
 */
export async function settingsOf(options: Options, argv: readonly string[], secrets: Secrets, signal?: AbortSignal): Promise<Settings> {
  const vault = await vaultOf(options);
  const { decrypt } = rememberingOpeners(vault ?? {}, secrets);
  const { connection, become } = options;
  const password = connection.askPassword ? await askPassword("SSH password: ") : passwordFrom(connection.passwordFile);
  const becomePassword = become.askPassword
    ? await askPassword(`BECOME password${password === undefined ? "" : " [defaults to SSH password]"}: `)
    : passwordFrom(become.passwordFile);
  return {
    playbooks: options.playbooks,
    inventory: options.inventory,
    check: options.check,
    diff: options.diff,
    forks: options.forks,
    limit: options.limit,
    tags: options.tags.length === 1 && options.tags[0] === "all" ? [] : options.tags,
    skipTags: options.skipTags,
    startAtTask: options.startAtTask,
    step: options.step ? (task) => askStep(task) : undefined,
    forceHandlers: options.forceHandlers,
    errorOnMissingHandler: options.settings.errorOnMissingHandler,
    verbosity: options.verbosity,
    extraVars: loadExtraVars(options.extraVars, { decrypt }),
    rolesPath: options.rolesPath,
    collectionsPath: options.collectionsPath,
    gathering: options.gathering,
    strategy: options.strategy,
    taskDebugger: options.taskDebugger,
    connection: {
      connection: connection.type,
      user: connection.user,
      port: connection.port,
      password,
      privateKeyFile: connection.privateKeyFile,
      sshArgs: connection.sshArgs,
      timeout: connection.timeout,
      retries: connection.retries,
      hostKeyChecking: connection.hostKeyChecking === undefined ? undefined : connection.hostKeyChecking ? "yes" : "no",
    },
    become: {
      become: become.active ? true : undefined,
      method: become.method,
      user: become.user,
      password: becomePassword === "" ? password : (becomePassword ?? undefined),
      exe: become.exe,
      flags: become.flags,
    },
    decrypt: vault === undefined ? undefined : (ciphertext) => vault.decrypt(ciphertext),
    decryptBytes: vault === undefined ? undefined : (ciphertext) => vault.decryptBytes(ciphertext),
    encrypt: encryptWith,
    prompt: askTerminal,
    signal,
    pendingHandlersFile: pendingFile(options, argv),
  };
}

async function vaultOf(options: Options): Promise<Vault | undefined> {
  if (options.vault.length === 0) return undefined;
  const vaultIds = options.vault.map(({ label, file, prompt }) => `${label}@${prompt ? "prompt" : file!}`);
  const secrets = await readVaultSecrets({ vaultIds }, { prompt: askPassword });
  return createVault(secrets);
}

async function askPassword(text: string): Promise<string> {
  const answer = await askTerminal(text, { echo: false });
  if (answer === undefined)
    throw new Failure("a password is to be asked for, and there is no terminal", { code: "no-terminal", fault: "usage", hint: "use a password file" });
  return answer;
}

function passwordFrom(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, "utf8").trimEnd();
  } catch (error) {
    throw new Failure(`cannot read the password file ${file}`, { code: "file-not-found", fault: "usage", cause: error });
  }
}

async function askStep(task: string): Promise<boolean | "all"> {
  const answer = await askTerminal(`Perform task: ${task} (N)o/(y)es/(c)ontinue: `, { echo: true });
  if (/^c/i.test(answer ?? "")) return "all";
  return /^y/i.test(answer ?? "");
}

/** One file for all runs of the same command line: a handler that a failure kept from running runs with the next one. */
function pendingFile(options: Options, argv: readonly string[]): string {
  const identity = JSON.stringify([process.cwd(), argv.filter((word) => !/^-v+$/.test(word)), options.inventory]);
  const state = process.env["XDG_STATE_HOME"] ?? path.join(homedir(), ".local/state");
  return path.join(state, "tsplay", "pending-handlers", `${createHash("sha256").update(identity).digest("hex").slice(0, 24)}.json`);
}
