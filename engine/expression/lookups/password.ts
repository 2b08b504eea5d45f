import { randomInt } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { posix } from "node:path";
import { Problem } from "../problem.ts";
import { plugin } from "../plugin.ts";
import { anyText, asInteger } from "../python/arguments.ts";
import { passwordHash, randomSalt } from "../filters/password-hash.ts";
import { expandUser } from "../filters/paths.ts";
import { PythonRandom } from "../python/random.ts";
import { answered } from "../waiting.ts";

const sets: Readonly<Record<string, string>> = {
  ascii_lowercase: "abcdefghijklmnopqrstuvwxyz",
  ascii_uppercase: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  ascii_letters: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
  digits: "0123456789",
  hexdigits: "0123456789abcdefABCDEF",
  octdigits: "01234567",
  punctuation: "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
};

interface Settings {
  length: number;
  chars: readonly string[];
  encrypt: string | undefined;
  seed: unknown;
  ident: string | undefined;
}

/** `path length=20 chars=ascii_letters,digits encrypt=sha512_crypt` */
function readTerm(term: string, settings: Settings): string {
  const words = term.match(/(?:\\.|[^\s\\])+/g) ?? [];
  const first = words.findIndex((word) => /^(length|chars|encrypt|seed|ident)=/.test(word));
  const path = (first === -1 ? words : words.slice(0, first)).join(" ");
  for (const word of first === -1 ? [] : words.slice(first)) {
    const [name, value] = [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)];
    if (name === "length") settings.length = Number(value);
    else if (name === "chars") settings.chars = charsOf(value);
    else if (name === "encrypt") settings.encrypt = value;
    else if (name === "seed") settings.seed = value;
    else if (name === "ident") settings.ident = value;
    else throw new Problem(`password: unrecognized parameter ${name}`, "expression-failed", "it takes length, chars, encrypt, seed and ident");
  }
  return path;
}

function charsOf(given: unknown): string[] {
  if (Array.isArray(given)) return given.map(anyText);
  const text = anyText(given);
  const parts = text
    .replaceAll(",,", ",\0")
    .split(",")
    .filter((part) => part !== "");
  return parts.map((part) => part.replaceAll("\0", ","));
}

function create(settings: Settings): string {
  const alphabet = settings.chars
    .map((set) => sets[set] ?? set)
    .join("")
    .replace(/["']/g, "");
  const random = settings.seed === null ? undefined : new PythonRandom(settings.seed);
  return Array.from({ length: settings.length }, () => alphabet[random === undefined ? randomInt(alphabet.length) : random.below(alphabet.length)]).join("");
}

/** A password that is made once and kept in a file (mode 0600); never kept for /dev/null. */
export const passwordLookup = plugin(
  ["*terms", ["length", 20], ["chars", ["ascii_letters", "digits", ".,:-_"]], ["encrypt", null], ["seed", null], ["ident", null]],
  (call, terms, length, chars, encrypt, seed, ident) =>
    (terms as unknown[]).map((term) => {
      const settings: Settings = {
        length: asInteger(length),
        chars: charsOf(chars),
        encrypt: encrypt === null ? undefined : anyText(encrypt),
        seed,
        ident: ident === null ? undefined : anyText(ident),
      };
      const given = expandUser(readTerm(anyText(term), settings));
      const path = posix.resolve(call.scope.environment.playbookDirectory, given);
      const stored = path !== "/dev/null" && existsSync(path) ? readFileSync(path, "utf8").trimEnd() : undefined;
      const [, known, oldSalt] = /^(.*?)(?: salt=(\S*))?(?: ident=\S*)?$/s.exec(stored ?? "") ?? [];
      const once = (what: string, make: () => string): string => answered(`password ${what} ${path}`, { hasEffects: true, now: make });
      const password = stored === undefined ? once("made for", () => create(settings)) : known!;
      const saltSize = settings.encrypt?.startsWith("md5") === true ? 8 : 16;
      const salt = settings.encrypt === undefined ? undefined : (oldSalt ?? once("salt of", () => randomSalt(saltSize)));
      const content = password + (salt === undefined && oldSalt === undefined ? "" : ` salt=${salt ?? oldSalt}`);
      if (path !== "/dev/null" && content !== stored) {
        mkdirSync(posix.dirname(path), { recursive: true, mode: 0o700 });
        const temporary = `${path}.${process.pid}.tmp`;
        writeFileSync(temporary, `${content}\n`, { mode: 0o600 });
        chmodSync(temporary, 0o600);
        renameSync(temporary, path);
      }
      call.scope.environment.registerSecret?.(password);
      return settings.encrypt === undefined ? password : passwordHash(password, settings.encrypt, { salt });
    }),
);
