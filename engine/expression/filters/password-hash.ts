import { createHash, randomInt } from "node:crypto";
import { Problem } from "../problem.ts";
import { answered } from "../waiting.ts";

const alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

export interface PasswordHashOptions {
  readonly salt?: string | undefined;
  readonly saltSize?: number | undefined;
  readonly rounds?: number | undefined;
}

/** A salt as crypt(3) takes it. */
export function randomSalt(size: number): string {
  return Array.from({ length: size }, () => alphabet[randomInt(64)]).join("");
}

/** Hashes of a given salt that were worked out before: they take a second each. */
const known = new Map<string, string>();
const MOST_KNOWN = 1000;

/**
 * A password hash for /etc/shadow.
 * @param kind sha512, sha256 or md5 (also under their names in passlib)
 */
export function passwordHash(password: string, kind: string, options: PasswordHashOptions = {}): string {
  const scheme = kind.replace(/_crypt$/, "");
  if (scheme !== "sha512" && scheme !== "sha256" && scheme !== "md5") {
    throw new Problem(`password_hash: the hash type ${kind} is not supported`, "expression-type", "it is sha512, sha256 or md5");
  }
  const most = scheme === "md5" ? 8 : 16;
  const salt = options.salt ?? randomSalt(Math.min(options.saltSize ?? most, most));
  if (salt.length > most || /[^./0-9A-Za-z]/.test(salt)) {
    throw new Problem(`invalid salt: at most ${most} characters of ./0-9A-Za-z are possible`);
  }
  if (scheme === "md5") return `$1$${salt}$${md5Crypt(password, salt)}`;
  const rounds = options.rounds ?? (scheme === "sha512" ? 656_000 : 535_000);
  if (rounds < 1000 || rounds > 999_999_999) throw new Problem("rounds must be from 1000 to 999999999");
  const mark = rounds === 5000 ? "" : `rounds=${rounds}$`;
  const head = `$${scheme === "sha512" ? 6 : 5}$${mark}`;
  const key = JSON.stringify([password, head, options.salt ?? `${salt.length} random`]);
  const before = options.salt === undefined ? undefined : known.get(key);
  if (before !== undefined) return before;
  const begin = (): Generator<undefined, string> => shaCrypt(scheme, Buffer.from(password), Buffer.from(salt), rounds);
  const done = (digest: string): string => {
    const hash = `${head}${salt}$${digest}`;
    if (options.salt !== undefined && known.size < MOST_KNOWN) known.set(key, hash);
    return hash;
  };
  return answered(`password_hash ${key}`, { hasEffects: false, now: () => done(atOnce(begin())), later: async () => done(await inSlices(begin())) });
}

function atOnce<T>(work: Generator<undefined, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

/** Lets everything else go on between two slices. */
async function inSlices<T>(work: Generator<undefined, T>): Promise<T> {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Rounds between two yields: some milliseconds. */
const SLICE = 2_000;

/** `bytes` repeated and cut to `size`. */
function stretch(bytes: Buffer, size: number): Buffer {
  return Buffer.alloc(size, bytes.length === 0 ? 0 : bytes);
}

function encode(digest: Buffer, order: readonly (readonly number[])[]): string {
  let result = "";
  for (const group of order) {
    let value = group.reduce((total, index) => total * 256 + (index === -1 ? 0 : digest[index]!), 0);
    const used = group.filter((index) => index !== -1).length;
    for (let count = [0, 2, 3, 4][used]!; count > 0; count -= 1) {
      result += alphabet[value & 63];
      value >>>= 6;
    }
  }
  return result;
}

/** The order in which crypt(3) writes a digest's bytes: triples that step through three columns. */
function shaOrder(size: number): number[][] {
  const third = Math.floor(size / 3);
  const order: number[][] = [];
  let triple = [0, third, 2 * third];
  for (let index = 0; index < third; index += 1) {
    order.push(triple);
    // sha512 turns the columns left, sha256 right
    triple = size === 64 ? [triple[1]! + 1, triple[2]! + 1, triple[0]! + 1] : [triple[2]! + 1, triple[0]! + 1, triple[1]! + 1];
  }
  return [...order, size === 64 ? [-1, -1, 63] : [-1, 31, 30]];
}

/** SHA-crypt as Ulrich Drepper specified it; yields now and then. */
function* shaCrypt(algorithm: "sha512" | "sha256", password: Buffer, salt: Buffer, rounds: number): Generator<undefined, string> {
  const hash = (...parts: Buffer[]): Buffer => parts.reduce((digest, part) => digest.update(part), createHash(algorithm)).digest();
  const b = hash(password, salt, password);
  const parts = [password, salt, stretch(b, password.length)];
  for (let length = password.length; length > 0; length >>>= 1) parts.push(length & 1 ? b : password);
  let digest = hash(...parts);
  const p = stretch(hash(...Array.from({ length: password.length }, () => password)), password.length);
  const s = stretch(hash(...Array.from({ length: 16 + digest[0]! }, () => salt)), salt.length);
  for (let round = 0; round < rounds; round += 1) {
    if (round % SLICE === SLICE - 1) yield undefined;
    const step: Buffer[] = [round & 1 ? p : digest];
    if (round % 3 !== 0) step.push(s);
    if (round % 7 !== 0) step.push(p);
    step.push(round & 1 ? digest : p);
    digest = hash(Buffer.concat(step));
  }
  return encode(digest, shaOrder(digest.length));
}

function md5Crypt(password: string, saltText: string): string {
  const key = Buffer.from(password);
  const salt = Buffer.from(saltText);
  const hash = (...parts: Buffer[]): Buffer => createHash("md5").update(Buffer.concat(parts)).digest();
  const inner = hash(key, salt, key);
  const parts = [key, Buffer.from("$1$"), salt, stretch(inner, key.length)];
  for (let length = key.length; length > 0; length >>>= 1) parts.push(length & 1 ? Buffer.from([0]) : key.subarray(0, 1));
  let digest = hash(...parts);
  for (let round = 0; round < 1000; round += 1) {
    const step: Buffer[] = [round & 1 ? key : digest];
    if (round % 3 !== 0) step.push(salt);
    if (round % 7 !== 0) step.push(key);
    step.push(round & 1 ? digest : key);
    digest = hash(...step);
  }
  return encode(digest, [
    [0, 6, 12],
    [1, 7, 13],
    [2, 8, 14],
    [3, 9, 15],
    [4, 10, 5],
    [-1, -1, 11],
  ]);
}
