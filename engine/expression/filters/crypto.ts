import { createHash, getHashes } from "node:crypto";
import { Problem } from "../problem.ts";
import { didYouMean } from "../../source/failure.ts";
import { plugin, type Call, type Plugins } from "../plugin.ts";
import { anyText, asInteger } from "../python/arguments.ts";
import { truthy } from "../python/compare.ts";
import { passwordHash } from "./password-hash.ts";

function digest(algorithm: string, value: unknown): string {
  const name = algorithm
    .toLowerCase()
    .replace(/^sha3_(?=\d)/, "sha3-")
    .replace(/^sha512_(?=\d)/, "sha512-")
    .replace(/^blake2b$/, "blake2b512")
    .replace(/^blake2s$/, "blake2s256");
  if (!getHashes().includes(name)) throw new Problem(`unsupported hash type ${algorithm}`, "expression-type", didYouMean(name, getHashes()));
  return createHash(name).update(anyText(value)).digest("hex");
}

const ansibleNamespace = "361E6D51-FAEC-444A-9079-341386DA8E2E";

function uuid5(namespace: string, name: string): string {
  const hex = namespace.replace(/^urn:uuid:|[{}-]/g, "");
  if (!/^[\da-fA-F]{32}$/.test(hex)) throw new Problem(`Invalid value '${namespace}' for 'namespace': badly formed hexadecimal UUID string`);
  const bytes = createHash("sha1").update(Buffer.from(hex, "hex")).update(name).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function encodingOf(name: unknown): BufferEncoding {
  const given = anyText(name).toLowerCase().replaceAll("_", "-");
  const known: Readonly<Record<string, BufferEncoding>> = {
    "utf-8": "utf8",
    utf8: "utf8",
    ascii: "latin1",
    "latin-1": "latin1",
    latin1: "latin1",
    "iso-8859-1": "latin1",
    "utf-16-le": "utf16le",
    "utf-16le": "utf16le",
  };
  const encoding = known[given];
  if (encoding === undefined) throw new Problem(`unknown encoding: ${anyText(name)}`, "expression-type", `it is one of ${Object.keys(known).join(", ")}`);
  return encoding;
}

function decode(text: string): Buffer {
  const clean = text
    .replaceAll("-", "+")
    .replaceAll("_", "/")
    .replace(/[^A-Za-z0-9+/=]/g, "");
  if (clean.replace(/=+$/, "").length % 4 === 1 || (clean.length % 4 !== 0 && clean !== "")) throw new Problem("Incorrect padding: this is not base64");
  return Buffer.from(clean, "base64");
}

const sha1 = plugin(["data"], (_, value) => digest("sha1", value));

function isVault(value: string): boolean {
  return value.startsWith("$ANSIBLE_VAULT;");
}

function encrypt(call: Call, data: unknown, secret: unknown, vaultId: unknown): string {
  const { environment } = call.scope;
  if (environment.encrypt === undefined) throw new Problem("nothing can be encrypted here");
  environment.registerSecret?.(anyText(secret));
  return environment.encrypt(anyText(data), anyText(secret), vaultId === null ? undefined : anyText(vaultId));
}

export const cryptoFilters: Plugins = {
  b64encode: plugin(["string", ["encoding", "utf-8"], ["urlsafe", false]], (_, value, encoding, urlSafe) => {
    const text = Buffer.from(anyText(value), encodingOf(encoding)).toString("base64");
    return truthy(urlSafe) ? text.replaceAll("+", "-").replaceAll("/", "_") : text;
  }),
  b64decode: plugin(["string", ["encoding", "utf-8"], ["urlsafe", false]], (_, value, encoding) => decode(anyText(value)).toString(encodingOf(encoding))),
  hash: plugin(["data", ["hashtype", "sha1"]], (_, value, kind) => digest(anyText(kind), value)),
  md5: plugin(["data"], (_, value) => digest("md5", value)),
  sha1,
  checksum: sha1,
  to_uuid: plugin(["string", ["namespace", ansibleNamespace]], (_, value, namespace) => uuid5(anyText(namespace), anyText(value))),
  password_hash: plugin(
    ["password", ["hashtype", "sha512"], ["salt", null], ["salt_size", null], ["rounds", null], ["ident", null]],
    (call, password, kind, salt, saltSize, rounds) => {
      call.scope.environment.registerSecret?.(anyText(password));
      return passwordHash(anyText(password), anyText(kind), {
        salt: salt === null ? undefined : anyText(salt),
        saltSize: saltSize === null ? undefined : asInteger(saltSize),
        rounds: rounds === null ? undefined : asInteger(rounds),
      });
    },
  ),
  vault: plugin(["data", "secret", ["salt", null], ["vault_id", "filter_default"], ["wrap_object", false]], (call, data, secret, _salt, vaultId) =>
    encrypt(call, data, secret, vaultId === "filter_default" ? null : vaultId),
  ),
  unvault: plugin(["vault", ["secret", null], ["vault_id", "filter_default"]], (call, data, _secret) => {
    const text = anyText(data);
    if (!isVault(text)) return text;
    const plain = call.scope.environment.decrypt(text);
    call.scope.environment.registerSecret?.(plain);
    return plain;
  }),
};
