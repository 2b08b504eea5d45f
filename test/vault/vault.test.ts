import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { loadVarsFile } from "../../engine/inventory/vars-file.ts";
import type { Vaulted } from "../../engine/expression/values.ts";
import { vaultCommand } from "../../engine/vault/command.ts";
import { readVaultSecrets } from "../../engine/vault/secrets.ts";
import { createVault, encryptWith } from "../../engine/vault/vault.ts";

interface Case {
  readonly name: string;
  readonly id: string | null;
  readonly password: string;
  /** Base64. */
  readonly plain: string;
  readonly ciphertext: string;
}

// Made by ansible-vault of ansible-core 2.19.
const cases = JSON.parse(readFileSync(join(import.meta.dirname, "cases.json"), "utf8")) as Case[];
const secretOf = (id: string, text: string) => ({ id, secret: Buffer.from(text) });

suite("text of ansible-vault", () => {
  for (const { name, id, password, plain, ciphertext } of cases) {
    test(name, () => {
      const vault = createVault([secretOf("other", "wrong"), secretOf(id ?? "default", password)]);
      assert.equal(vault.decryptBytes(ciphertext).toString("base64"), plain);
      const indented = ciphertext.replace(/^/gm, "   ");
      assert.equal(vault.decryptBytes(indented).toString("base64"), plain, "indented, as in a !vault value");
      const own = vault.encrypt(Buffer.from(plain, "base64"), id ?? "default");
      assert.equal(own.split("\n")[0], ciphertext.split("\n")[0]);
      assert.equal(
        createVault([secretOf("default", password)])
          .decryptBytes(own)
          .toString("base64"),
        plain,
      );
    });
  }
});

suite("what does not open", () => {
  const sealed = encryptWith("x", "right", "prod");
  const failures: readonly (readonly [name: string, secrets: [string, string][], text: string, code: string, message: RegExp])[] = [
    ["no secret", [], sealed, "vault-locked", /no vault secret/],
    [
      "a wrong secret",
      [
        ["dev", "wrong"],
        ["default", "also wrong"],
      ],
      sealed,
      "vault-wrong-secret",
      /"prod" \(tried: dev, default\)/,
    ],
    ["another format", [["a", "right"]], "$ANSIBLE_VAULT;1.0;AES\n00", "vault-format", /"1.0"/],
    ["no hexadecimal", [["a", "right"]], "$ANSIBLE_VAULT;1.1;AES256\nzz", "vault-format", /hexadecimal/],
    ["cut off", [["a", "right"]], sealed.slice(0, 200), "vault-format", /damaged/],
    [
      "one digit changed",
      [["prod", "right"]],
      `${sealed.trimEnd().slice(0, -2)}${sealed.trimEnd().endsWith("30") ? "31" : "30"}`,
      "vault-wrong-secret",
      /none/,
    ],
    ["no vault text", [["a", "right"]], "hello", "vault-format", /\$ANSIBLE_VAULT/],
  ];
  for (const [name, secrets, text, code, message] of failures) {
    test(name, () => {
      assert.throws(() => createVault(secrets.map(([id, secret]) => secretOf(id, secret))).decrypt(text), { code, message });
    });
  }
});

suite("files", () => {
  const directory = mkdtempSync(join(tmpdir(), "tsplay-vault-"));
  const write = (name: string, text: string, mode = 0o600): string => {
    writeFileSync(join(directory, name), text);
    chmodSync(join(directory, name), mode);
    return join(directory, name);
  };

  test("secrets come from files, scripts, client scripts and the terminal", async () => {
    write("pass", " from file \n");
    write("script", "#!/bin/sh\nprintf 'from script\\n'", 0o700);
    write("my-client.sh", '#!/bin/sh\necho "$1 $2"', 0o700);
    const questions: string[] = [];
    const prompt = (question: string) => {
      questions.push(question);
      return Promise.resolve("typed");
    };
    const secrets = await readVaultSecrets(
      { vaultIds: ["a@pass", "script", "b@my-client.sh", "c@prompt"], passwordFiles: ["pass"], mustAsk: true },
      { cwd: directory, prompt },
    );
    assert.deepEqual(
      secrets.map(({ id, secret }) => [id, secret.toString()]),
      [
        ["a", "from file"],
        ["default", "from script"],
        ["b", "--vault-id b"],
        ["c", "typed"],
        ["default", "from file"],
        ["default", "typed"],
      ],
    );
    assert.deepEqual(questions, ["Vault password (c): ", "Vault password: "]);
  });

  test("secrets that cannot be read", async () => {
    write("empty", "\n");
    write("broken", "#!/bin/sh\necho no key >&2\nexit 3", 0o700);
    for (const [source, message] of [
      ["nowhere", /there is no vault password file/],
      ["empty", /is empty/],
      ["broken", /exit status 3:\nno key/],
      ["prompt", /cannot be asked/],
    ] as const) {
      await assert.rejects(readVaultSecrets({ vaultIds: [source] }, { cwd: directory }), { code: "vault-secret", fault: "usage", message });
    }
  });

  test("variables files, whole and by value, and their failures name the place", () => {
    const whole = write("whole.yml", encryptWith("a: 1\n", "right"));
    const value = write("value.yml", `a: 1\nb: !vault |\n${encryptWith("plain", "right").replace(/^(?=.)/gm, "  ")}`);
    const right = createVault([secretOf("default", "right")]).decrypt;
    const wrong = createVault([secretOf("default", "wrong")]).decrypt;
    assert.deepEqual(loadVarsFile(whole, { decrypt: right }), { a: 1 });
    assert.equal((loadVarsFile(value, { decrypt: right }).b as Vaulted).reveal(), "plain");
    assert.throws(() => loadVarsFile(whole, { decrypt: wrong }), { code: "vault-wrong-secret", place: { file: whole, line: 1, column: 1 } });
    assert.throws(
      () => (loadVarsFile(value, { decrypt: wrong }).b as Vaulted).reveal(),
      (error: { place: { file: string; line: number } }) => error.place.file === value && error.place.line === 2,
    );
    assert.throws(() => loadVarsFile(whole), { code: "vault-locked" });
  });

  test("tsplay vault: encrypt, view, rekey, decrypt", async () => {
    write("one", "1");
    write("two", "2");
    const file = write("data.yml", "key: value\n", 0o640);
    const run = async (argv: string[], stdin = ""): Promise<string> => {
      let output = "";
      await vaultCommand(argv, {
        cwd: directory,
        readStdin: () => Promise.resolve(Buffer.from(stdin)),
        write: (chunk) => (output += chunk.toString()),
        prompt: () => Promise.resolve("typed"),
      });
      return output;
    };
    await run(["encrypt", "--vault-id", "first@one", "data.yml"]);
    assert.match(readFileSync(file, "utf8"), /^\$ANSIBLE_VAULT;1\.2;AES256;first\n/);
    assert.equal(statSync(file).mode & 0o777, 0o640);
    await assert.rejects(run(["encrypt", "--vault-id", "one", "data.yml"]), { message: /encrypted already/ });
    await assert.rejects(run(["decrypt", "--vault-id", "two", "data.yml"]), { code: "vault-wrong-secret", place: { file: "data.yml", line: 1, column: 1 } });
    assert.equal(await run(["view", "--vault-password-file=one", "data.yml"]), "key: value\n");
    await run(["rekey", "--vault-id", "one", "--new-vault-password-file", "two", "data.yml"]);
    assert.equal(await run(["view", "--vault-password-file", "two", "data.yml"]), "key: value\n");
    await run(["decrypt", "--vault-id", "two", "data.yml"]);
    assert.equal(readFileSync(file, "utf8"), "key: value\n");
    const asked = await run(["encrypt_string", "--name", "token", "s3cret"]);
    const vars = loadVarsFile(write("token.yml", asked), { decrypt: createVault([secretOf("default", "typed")]).decrypt });
    assert.equal((vars.token as Vaulted).reveal(), "s3cret");
    assert.match(await run(["encrypt", "--vault-id", "one"], "from stdin"), /^\$ANSIBLE_VAULT;1\.1/);
    await assert.rejects(run(["encrpyt"]), { fault: "usage", hint: 'did you mean "encrypt"?' });
    await assert.rejects(run(["view", "--vault-pasword-file", "x"]), { fault: "usage", hint: 'did you mean "--vault-password-file"?' });
  });
});
