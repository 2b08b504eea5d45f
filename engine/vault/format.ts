import { createCipheriv, createDecipheriv, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";
import { Failure } from "../source/failure.ts";

/** Vault text taken apart. */
export interface Envelope {
  /** The vault id in the header; undefined in format 1.1. */
  readonly id: string | undefined;
  readonly salt: Buffer;
  readonly hmac: Buffer;
  readonly ciphertext: Buffer;
}

const ITERATIONS = 10_000;
const LINE_WIDTH = 80;
const BLOCK = 16;

/** Whether text claims to be vault text. */
export function isVaultText(text: string): boolean {
  return text.trimStart().startsWith("$ANSIBLE_VAULT;");
}

/**
 * Takes vault text (formats 1.1 and 1.2, AES256) apart. Indentation and line breaks in the body do not matter.
 * @throws Failure `vault-format`
 */
export function parseEnvelope(text: string): Envelope {
  const [header = "", ...body] = text.trim().split(/\s*\n\s*/);
  const [mark, version, cipher, ...label] = header.trim().split(";");
  if (mark !== "$ANSIBLE_VAULT") throw fail(`this is no vault text: it does not begin with "$ANSIBLE_VAULT;"`);
  if (version !== "1.1" && version !== "1.2")
    throw fail(`the vault format "${version ?? ""}" is not supported`, "re-encrypt it with ansible-vault 2.4 or later (formats 1.1 and 1.2)");
  if (cipher !== "AES256") throw fail(`the vault cipher "${cipher ?? ""}" is not supported`, "AES256 is");
  const parts = unhex(body.join("")).toString("latin1").split("\n");
  const [salt, hmac, ciphertext] = parts.map(unhex);
  if (salt === undefined || hmac === undefined || ciphertext === undefined || parts.length !== 3)
    throw fail("the vault text is damaged: its body is incomplete");
  return { id: version === "1.2" ? label.join(";").trim() || undefined : undefined, salt, hmac, ciphertext };
}

/** The content of an envelope, or undefined when the secret does not fit. */
export function open(envelope: Envelope, secret: Buffer): Buffer | undefined {
  const { cipherKey, hmacKey, iv } = keysOf(secret, envelope.salt);
  const hmac = createHmac("sha256", hmacKey).update(envelope.ciphertext).digest();
  if (hmac.length !== envelope.hmac.length || !timingSafeEqual(hmac, envelope.hmac)) return undefined;
  const decipher = createDecipheriv("aes-256-ctr", cipherKey, iv);
  const padded = Buffer.concat([decipher.update(envelope.ciphertext), decipher.final()]);
  return padded.subarray(0, padded.length - (padded.at(-1) ?? 0));
}

/**
 * Vault text that `secret` opens.
 * @param id goes into the header (format 1.2) unless it is not given or "default" (format 1.1)
 * @param salt random when not given
 */
export function seal(plain: Buffer, secret: Buffer, id?: string, salt: Buffer = randomBytes(32)): string {
  const { cipherKey, hmacKey, iv } = keysOf(secret, salt);
  const padding = BLOCK - (plain.length % BLOCK);
  const cipher = createCipheriv("aes-256-ctr", cipherKey, iv);
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.update(Buffer.alloc(padding, padding)), cipher.final()]);
  const hmac = createHmac("sha256", hmacKey).update(ciphertext).digest();
  const body = Buffer.from([salt, hmac, ciphertext].map((part) => part.toString("hex")).join("\n"), "latin1").toString("hex");
  const header = id === undefined || id === "default" ? "$ANSIBLE_VAULT;1.1;AES256" : `$ANSIBLE_VAULT;1.2;AES256;${id}`;
  return [header, ...(body.match(new RegExp(`.{1,${LINE_WIDTH}}`, "g")) ?? []), ""].join("\n");
}

interface Keys {
  readonly cipherKey: Buffer;
  readonly hmacKey: Buffer;
  readonly iv: Buffer;
}

// Deriving a key takes milliseconds, and files are opened again by every play that names them.
const derived = new Map<string, Keys>();
const MAX_DERIVED = 10_000;

function keysOf(secret: Buffer, salt: Buffer): Keys {
  const name = `${salt.toString("latin1")}\0${secret.toString("latin1")}`;
  let keys = derived.get(name);
  if (keys === undefined) {
    const bytes = pbkdf2Sync(secret, salt, ITERATIONS, 80, "sha256");
    keys = { cipherKey: bytes.subarray(0, 32), hmacKey: bytes.subarray(32, 64), iv: bytes.subarray(64) };
    if (derived.size >= MAX_DERIVED) derived.clear();
    derived.set(name, keys);
  }
  return keys;
}

function unhex(text: string): Buffer {
  if (text.length % 2 !== 0 || !/^[\da-fA-F]*$/.test(text)) throw fail("the vault text is damaged: its body is not hexadecimal");
  return Buffer.from(text, "hex");
}

function fail(message: string, hint?: string): Failure {
  return new Failure(message, { code: "vault-format", fault: "playbook", hint });
}
