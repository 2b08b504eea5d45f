import { Failure } from "../source/failure.ts";
import { open, parseEnvelope, seal } from "./format.ts";

/** A password and the vault id that it was given for. */
export interface VaultSecret {
  readonly id: string;
  readonly secret: Buffer;
}

export interface Vault {
  /** The ids of its secrets, in the order given. */
  readonly ids: readonly string[];
  /**
   * Opens vault text: secrets of the id in its header first, then all others.
   * @throws Failure `vault-locked` without secrets, `vault-wrong-secret` when none fits, `vault-format` for damaged text
   */
  decrypt(ciphertext: string): string;
  /** As `decrypt`, for content that is no text. */
  decryptBytes(ciphertext: string): Buffer;
  /**
   * Vault text of `plain`.
   * @param id whose secret is used; that of the first secret when not given
   * @throws Failure `vault-locked`
   */
  encrypt(plain: string | Buffer, id?: string): string;
}

/** A vault over the given secrets (see `readVaultSecrets`). */
export function createVault(secrets: readonly VaultSecret[]): Vault {
  const opened = new Map<string, Buffer>();
  const ids = secrets.map(({ id }) => id);

  const decryptBytes = (ciphertext: string): Buffer => {
    const known = opened.get(ciphertext);
    if (known !== undefined) return known;
    const envelope = parseEnvelope(ciphertext);
    if (secrets.length === 0) throw locked("this is encrypted, and no vault secret was given");
    const ordered = [...secrets.filter(({ id }) => id === envelope.id), ...secrets.filter(({ id }) => id !== envelope.id)];
    for (const { secret } of ordered) {
      const plain = open(envelope, secret);
      if (plain === undefined) continue;
      opened.set(ciphertext, plain);
      return plain;
    }
    const wanted = envelope.id === undefined ? "" : ` with the vault id "${envelope.id}"`;
    throw new Failure(`none of the given vault secrets opens what is encrypted${wanted} (tried: ${ids.join(", ")})`, {
      code: "vault-wrong-secret",
      fault: "usage",
      hint: envelope.id === undefined || ids.includes(envelope.id) ? "check the password" : `give its secret: --vault-id ${envelope.id}@FILE`,
    });
  };

  return {
    ids,
    decryptBytes,
    decrypt: (ciphertext) => decryptBytes(ciphertext).toString("utf8"),
    encrypt(plain, id) {
      const chosen = id === undefined ? secrets[0] : secrets.find((each) => each.id === id);
      if (chosen === undefined)
        throw locked(
          id === undefined ? "there is no vault secret to encrypt with" : `there is no secret for the vault id "${id}" (there is: ${ids.join(", ") || "none"})`,
        );
      return seal(Buffer.from(plain), chosen.secret, chosen.id);
    },
  };
}

/** Encrypts with a secret given as text (the filter `vault`). */
export function encryptWith(plain: string, secret: string, id?: string): string {
  return seal(Buffer.from(plain), Buffer.from(secret), id);
}

function locked(message: string): Failure {
  return new Failure(message, { code: "vault-locked", fault: "usage", hint: "use --vault-password-file FILE, --vault-id LABEL@FILE or -J" });
}
