import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { loadExtraVars } from "../../engine/cli/extra-vars.ts";
import { Vaulted } from "../../engine/expression/values.ts";
import { Failure } from "../../engine/source/failure.ts";
import { Written } from "../../engine/source/written.ts";

const folder = mkdtempSync(path.join(tmpdir(), "tsplay-extra-"));
after(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  writeFileSync(path.join(folder, name), text);
  return `@${path.join(folder, name)}`;
};
const decrypt = (text: string): string => (text.startsWith("$ANSIBLE_VAULT") ? "secret: 7\n" : text);

const cases: readonly (readonly [string[], Record<string, unknown>])[] = [
  [["a=1 b=true"], { a: "1", b: "true" }],
  [[`k=v k2="v 2" k3='it''s'`], { k: "v", k2: "v 2", k3: "it''s" }],
  [["url=http://x/?a=b"], { url: "http://x/?a=b" }],
  [["t='{{ a + b }}'"], { t: new Written("{{ a + b }}", { file: "--extra-vars", line: 1, column: 1, text: "t='{{ a + b }}'" }) }],
  [['{"a": 1, "b": [true, null]}'], { a: 1, b: [true, null] }],
  [["{a: 1, b: yes}"], { a: 1, b: true }],
  [["a: 1"], { a: 1 }],
  [["a=1", "a=2"], { a: "2" }],
  [["", " "], {}],
  [[file("vars.yml", "a: 1\nb:\n  - x\n")], { a: 1, b: ["x"] }],
  [[file("vars.json", '{"a": 1}')], { a: 1 }],
  [[file("empty.yml", "")], {}],
  [[file("vault.yml", "$ANSIBLE_VAULT;1.1;AES256\n3132\n")], { secret: 7 }],
];
for (const [sources, expected] of cases) {
  test(`-e ${sources.join(" -e ").replaceAll(folder, "")}`, () => assert.deepEqual(loadExtraVars(sources, { decrypt }), expected));
}

test("a !vault value is opened when it is used", () => {
  const { secret } = loadExtraVars([file("one.yml", "secret: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  31\n")], { decrypt: () => "opened" });
  assert.ok(secret instanceof Vaulted);
  assert.equal(secret.reveal(), "opened");
});

const refusals: readonly (readonly [string, string, RegExp])[] = [
  ["/etc/vars.yml", "bad-extra-vars", /-e @\/etc\/vars.yml/],
  ["just words", "bad-extra-vars", /quote values/],
  ["[1, 2]", "bad-extra-vars", /name=value/],
  ["@/nowhere/x.yml", "file-not-found", /working directory/],
];
for (const [source, code, hint] of refusals) {
  test(`refused: -e ${source}`, () => {
    assert.throws(
      () => loadExtraVars([source], { decrypt }),
      (error) => error instanceof Failure && error.code === code && error.fault === "usage" && hint.test(error.hint ?? ""),
    );
  });
}
