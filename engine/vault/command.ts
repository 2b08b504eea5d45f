import { chmodSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { didYouMean, Failure } from "../source/failure.ts";
import { isVaultText } from "./format.ts";
import { readVaultSecrets } from "./secrets.ts";
import { createVault, type Vault } from "./vault.ts";

/** The outside world of `tsplay vault`. */
export interface VaultIo {
  readonly cwd: string;
  readonly readStdin: () => Promise<Buffer>;
  readonly write: (output: string | Buffer) => void;
  /** Asks on the terminal, without echo. */
  readonly prompt: (question: string) => Promise<string>;
}

interface Options {
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
}

/** Options and whether they take a value; spellings of one option share their first. */
const OPTIONS: Readonly<Record<string, { readonly name: string; readonly takesValue: boolean }>> = Object.fromEntries(
  [
    { takesValue: true, names: ["--vault-id"] },
    { takesValue: true, names: ["--vault-password-file", "--vault-pass-file"] },
    { takesValue: false, names: ["--ask-vault-password", "--ask-vault-pass", "-J"] },
    { takesValue: true, names: ["--output"] },
    { takesValue: true, names: ["--encrypt-vault-id"] },
    { takesValue: true, names: ["--new-vault-id"] },
    { takesValue: true, names: ["--new-vault-password-file"] },
    { takesValue: true, names: ["--name", "-n"] },
    { takesValue: true, names: ["--stdin-name"] },
    { takesValue: false, names: ["--prompt", "-p"] },
  ].flatMap(({ takesValue, names }) => names.map((name) => [name, { name: names[0]!, takesValue }])),
);

const ACTIONS: Readonly<Record<string, (options: Options, io: VaultIo) => Promise<void>>> = {
  encrypt: (options, io) => convert(options, io, (content, vault, path) => encryptContent(content, vault, path, one(options, "--encrypt-vault-id"))),
  decrypt: (options, io) => convert(options, io, (content, vault) => vault.decryptBytes(content.toString("latin1"))),
  view,
  rekey,
  encrypt_string: encryptString,
};

export const vaultUsage = `usage: tsplay vault ACTION [options] [FILE ...]

  encrypt | decrypt    FILEs in place, or stdin to stdout; --output FILE writes elsewhere (- is stdout)
  view                 prints FILEs in plain
  rekey                FILEs to another secret: --new-vault-id LABEL@FILE or --new-vault-password-file FILE
  encrypt_string       [--name NAME] TEXT ..., or from stdin (--stdin-name NAME), or asked for (--prompt)

  --vault-id LABEL@FILE   --vault-password-file FILE   -J, --ask-vault-password   --encrypt-vault-id LABEL
`;

/**
 * Carries out `tsplay vault`.
 * @param argv what follows `vault`
 * @throws Failure with fault "usage" and those of the vault; files are whole, old or new, in any case
 */
export async function vaultCommand(argv: readonly string[], io: VaultIo): Promise<void> {
  const [action, ...rest] = argv;
  if (action === undefined || action === "-h" || action === "--help") return io.write(vaultUsage);
  const act = ACTIONS[action];
  if (act === undefined) throw usage(`unknown action "${action}"`, didYouMean(action, Object.keys(ACTIONS)) ?? "see tsplay vault --help");
  if (rest.includes("-h") || rest.includes("--help")) return io.write(vaultUsage);
  await act(parse(rest), io);
}

function parse(argv: readonly string[]): Options {
  const values = new Map<string, string[]>();
  const operands: string[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at]!;
    if (word === "--") {
      operands.push(...argv.slice(at + 1));
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      operands.push(word);
      continue;
    }
    const [, spelling = word, inline] = /^(--[^=]+)=([^]*)$/.exec(word) ?? [];
    const option = OPTIONS[spelling];
    if (option === undefined) throw usage(`unknown option "${word}"`, didYouMean(spelling, Object.keys(OPTIONS)));
    const value = option.takesValue ? (inline ?? argv[(at += 1)]) : "";
    if (value === undefined) throw usage(`the option ${word} needs a value`);
    values.set(option.name, [...(values.get(option.name) ?? []), value]);
  }
  return { values, operands };
}

function one(options: Options, name: string): string | undefined {
  return options.values.get(name)?.at(-1);
}

async function vaultOf(options: Options, io: VaultIo): Promise<Vault> {
  const vaultIds = options.values.get("--vault-id") ?? [];
  const passwordFiles = options.values.get("--vault-password-file") ?? [];
  // Without any secret named, the password is asked for.
  const mustAsk = options.values.has("--ask-vault-password") || (vaultIds.length === 0 && passwordFiles.length === 0);
  return createVault(await readVaultSecrets({ vaultIds, passwordFiles, mustAsk }, io));
}

async function convert(options: Options, io: VaultIo, change: (content: Buffer, vault: Vault, path: string) => string | Buffer): Promise<void> {
  const output = one(options, "--output");
  const files = options.operands.length === 0 ? ["-"] : options.operands;
  if (output !== undefined && files.length > 1) throw usage("--output goes with one file only");
  const vault = await vaultOf(options, io);
  for (const file of files) {
    const content = file === "-" ? await io.readStdin() : read(file, io);
    const changed = at(file, () => change(content, vault, file));
    const target = output ?? file;
    if (target === "-") io.write(changed);
    else replace(resolve(io.cwd, target), changed);
  }
}

function encryptContent(content: Buffer, vault: Vault, path: string, id: string | undefined): string {
  if (isVaultText(content.toString("latin1"))) throw usage(`${path} is encrypted already`, "to change its secret use rekey");
  return vault.encrypt(content, id);
}

async function view(options: Options, io: VaultIo): Promise<void> {
  if (options.operands.length === 0) throw usage("view needs a file");
  const vault = await vaultOf(options, io);
  for (const file of options.operands) io.write(at(file, () => vault.decryptBytes(read(file, io).toString("latin1"))));
}

async function rekey(options: Options, io: VaultIo): Promise<void> {
  if (options.operands.length === 0) throw usage("rekey needs a file");
  const vault = await vaultOf(options, io);
  const newIds = options.values.get("--new-vault-id") ?? [];
  const newFiles = options.values.get("--new-vault-password-file") ?? [];
  const isAsked = newIds.length === 0 && newFiles.length === 0;
  const prompt = async (question: string): Promise<string> => confirmed(io, `New ${question[0]!.toLowerCase()}${question.slice(1)}`);
  const next = createVault(await readVaultSecrets({ vaultIds: newIds, passwordFiles: newFiles, mustAsk: isAsked }, { ...io, prompt }));
  // All are opened before the first is written: a wrong password must not leave half of them with the old secret.
  const plain = options.operands.map((file) => ({ file, content: at(file, () => vault.decryptBytes(read(file, io).toString("latin1"))) }));
  for (const { file, content } of plain) replace(resolve(io.cwd, file), next.encrypt(content, one(options, "--encrypt-vault-id")));
}

async function encryptString(options: Options, io: VaultIo): Promise<void> {
  const vault = await vaultOf(options, io);
  const names = options.values.get("--name") ?? [];
  const stdinName = one(options, "--stdin-name");
  const texts: { name: string | undefined; text: string | Buffer }[] = [];
  if (options.values.has("--prompt")) texts.push({ name: names[texts.length], text: await io.prompt("String to encrypt: ") });
  if (stdinName !== undefined || options.operands.includes("-") || (texts.length === 0 && options.operands.length === 0)) {
    texts.push({ name: stdinName ?? names[texts.length], text: await io.readStdin() });
  }
  for (const text of options.operands.filter((operand) => operand !== "-")) texts.push({ name: names[texts.length], text });
  for (const { name, text } of texts) {
    const [indent, head] = name === undefined ? ["          ", "!vault |\n"] : ["          ", `${name}: !vault |\n`];
    const lines = vault.encrypt(text, one(options, "--encrypt-vault-id")).trimEnd().split("\n");
    io.write(`${head}${lines.map((line) => indent + line).join("\n")}\n`);
  }
}

async function confirmed(io: VaultIo, question: string): Promise<string> {
  const first = await io.prompt(question);
  if ((await io.prompt(`Confirm ${question[0]!.toLowerCase()}${question.slice(1)}`)) !== first) throw usage("the two passwords differ");
  return first;
}

function read(file: string, io: VaultIo): Buffer {
  try {
    return readFileSync(resolve(io.cwd, file));
  } catch (error) {
    throw usage(`cannot read ${file}: ${(error as Error).message}`);
  }
}

/** Whole or not at all, with the old permissions; a new file is for its owner alone. */
function replace(path: string, content: string | Buffer): void {
  const temporary = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    writeFileSync(temporary, content, { mode: 0o600, flag: "wx" });
    const mode = statSync(path, { throwIfNoEntry: false })?.mode;
    if (mode !== undefined) chmodSync(temporary, mode & 0o7777);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw usage(`cannot write ${path}: ${(error as Error).message}`);
  }
}

/** Names the file in what goes wrong with it. */
function at<T>(file: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof Failure ? error.at({ file, line: 1, column: 1 }) : error;
  }
}

function usage(message: string, hint?: string): Failure {
  return new Failure(message, { code: "usage", fault: "usage", hint });
}
