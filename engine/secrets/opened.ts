import { Failure } from "../source/failure.ts";
import { loadYaml } from "../source/yaml.ts";
import { addRevealed } from "./known.ts";
import type { Secrets } from "./secrets.ts";

/** How vaults are opened, as far as the settings say. */
export interface VaultOpeners {
  readonly decrypt?: ((ciphertext: string) => string) | undefined;
  readonly decryptBytes?: ((ciphertext: string) => Buffer) | undefined;
}

/**
 * The same openers, which remember as secret what they open.
 * @returns functions that throw Failure `vault-locked` where the settings have none
 */
export function rememberingOpeners(given: VaultOpeners, secrets: Secrets): Required<{ [K in keyof VaultOpeners]: NonNullable<VaultOpeners[K]> }> {
  const remember = (text: string): string => {
    addRevealed(text, parsed(text), secrets);
    return text;
  };
  const decrypt = (ciphertext: string): string => {
    if (given.decrypt !== undefined) return remember(given.decrypt(ciphertext));
    throw new Failure("a vault is encrypted, and no secret was given", { code: "vault-locked", fault: "usage", hint: "use --vault-password-file or -J" });
  };
  return {
    decrypt,
    decryptBytes(ciphertext) {
      if (given.decryptBytes === undefined) return Buffer.from(decrypt(ciphertext), "utf8");
      const bytes = given.decryptBytes(ciphertext);
      if (isText(bytes)) remember(bytes.toString("utf8"));
      return bytes;
    },
  };
}

function parsed(text: string): unknown {
  // a single value is one secret, whatever it looks like
  if (!text.trim().includes("\n")) return undefined;
  try {
    return loadYaml(text, "vault");
  } catch {
    // A template, a script, a key: its lines count
    return undefined;
  }
}

function isText(bytes: Buffer): boolean {
  return !bytes.includes(0) && Buffer.from(bytes.toString("utf8"), "utf8").equals(bytes);
}
