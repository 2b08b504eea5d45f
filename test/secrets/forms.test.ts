import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import test from "node:test";
import { Finder } from "../../engine/secrets/finder.ts";
import { MASK, Secrets } from "../../engine/secrets/secrets.ts";
import { credentialsIn } from "../../engine/secrets/urls.ts";
import { mustEnd } from "../support/hang.ts";

function secretsOf(...plain: string[]): Secrets {
  const secrets = new Secrets();
  for (const one of plain) secrets.add(one);
  return secrets;
}

const AWKWARD = `p@ss'w"o\\rd $1/ä&<x> +%`;

// each form made by somebody else's program or by the platform, not by the code under test
const forms: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  json: (secret) => JSON.stringify({ a: secret }),
  "json in json": (secret) => JSON.stringify({ a: JSON.stringify({ b: secret }) }),
  "python's json": (secret) => python("import json,sys; print(json.dumps(sys.argv[1]))", secret),
  "python's repr": (secret) => python("import sys; print(repr(sys.argv[1]))", secret),
  "python's repr of bytes": (secret) => python("import sys; print(repr(sys.argv[1].encode()))", secret),
  "python's shlex.quote": (secret) => python("import shlex,sys; print(shlex.quote(sys.argv[1]))", secret),
  "python's urllib.parse.quote": (secret) => python("import sys,urllib.parse as u; print(u.quote(sys.argv[1]))", secret),
  "python's urllib.parse.quote_plus": (secret) => python("import sys,urllib.parse as u; print(u.quote_plus(sys.argv[1]))", secret),
  "python's html.escape": (secret) => python("import sys,html; print(html.escape(sys.argv[1]))", secret),
  encodeURIComponent,
  encodeURI,
  URLSearchParams: (secret) => new URLSearchParams({ q: secret }).toString(),
  base64: (secret) => Buffer.from(secret).toString("base64"),
  base64url: (secret) => Buffer.from(secret).toString("base64url"),
  "base64 behind one byte": (secret) => Buffer.from(`x${secret}yz`).toString("base64"),
  "base64 behind two bytes": (secret) => Buffer.from(`xy${secret}z`).toString("base64"),
  "base64 behind a user's name": (secret) => Buffer.from(`deploy:${secret}`).toString("base64"),
  "bash's printf %q": (secret) => execFileSync("bash", ["-c", 'printf %q "$1"', "bash", secret], { encoding: "utf8", env: { LC_ALL: "C.UTF-8" } }),
};

function python(code: string, argument: string): string {
  return execFileSync("python3", ["-c", code, argument], { encoding: "utf8", env: { LC_ALL: "C.UTF-8", PYTHONUTF8: "1" } }).trim();
}

for (const secret of ["hunter2-correct", "s3cret", AWKWARD, "two words", "it's"]) {
  for (const [name, form] of Object.entries(forms)) {
    test(`${JSON.stringify(secret)} as ${name} is masked`, () => {
      // base64 of a very short text within a longer one is too little to be told from anything else
      if (secret.length < 6 && name.startsWith("base64 behind")) return;
      const text = form(secret);
      const masked = secretsOf(secret).mask(`before ${text} behind`);
      assert.ok(masked.includes(MASK), masked);
      // what is around it, quotes and keys, and of base64 the digits that neighbours share in
      assert.ok(masked.replaceAll(MASK, "").length <= "before  behind".length + 20, masked);
      assert.ok(!masked.includes(secret));
    });
  }
}

test("a key is masked line by line, and as a whole", () => {
  const key = `-----BEGIN KEY-----\n${"QUJD".repeat(16)}\nc2hvcnQx\n-----END KEY-----\n`;
  const secrets = secretsOf(key);
  assert.equal(secrets.mask(key), `${MASK}\n`);
  assert.equal(secrets.mask(`| ${"QUJD".repeat(16)}`), `| ${MASK}`);
  assert.equal(secrets.mask(JSON.stringify({ key: key.trim() })), `{"key":"${MASK}"}`);
});

test("what is too short or too common is no secret", () => {
  assert.equal(secretsOf("abc", "  x  ", "", "true", "None").mask("abc x true None"), "abc x true None");
});

test("texts that overlap are masked as one, and the longest counts", () => {
  assert.equal(secretsOf("abcdef", "defghi").mask("xabcdefghix"), `x${MASK}x`);
  assert.equal(secretsOf("pass", "password").mask("password pass passwor"), `${MASK} ${MASK} ${MASK}wor`);
});

for (const [url, found] of [
  ["https://ada:s3cr3t@example.org/x.git", ["s3cr3t"]],
  ["deb http://u:p%40ss@deb.example.org/ stable main", ["p%40ss", "p@ss"]],
  ["https://u:p@ss:w@example.org/", ["p@ss:w"]],
  ["postgres://u:100%@db/x?y=a@b", ["100%"]],
  ["https://ghp_0123456789abcdefghij@github.com/a/b", ["ghp_0123456789abcdefghij"]],
  ["ssh://git@example.org/x git@example.org:x https://example.org/@scope", []],
] as const) {
  test(`passwords in ${url}`, () => {
    const all = credentialsIn(url);
    for (const secret of found) assert.ok(all.includes(secret), JSON.stringify(all));
    if (found.length === 0) assert.deepEqual(all, []);
  });
}

test("passwords of URLs are found in linear time", () => {
  const text = `${"QUJD".repeat(500_000)} @ https://ada:s3cr3t@example.org/ ${":// ".repeat(100_000)}`;
  assert.deepEqual([...new Set(mustEnd(() => credentialsIn(text)))], ["s3cr3t"]);
});

test("what is masked is looked at by the text's length, however many secrets there are", () => {
  const text = `nothing secret-number- here: ${"lorem ipsum dolor sit amet ".repeat(20)}\n`.repeat(200);
  const looks = (texts: readonly string[]): number => {
    const finder = new Finder();
    for (const each of texts) finder.add(each);
    let count = 0;
    const counted = { length: text.length, charCodeAt: (at: number) => ((count += 1), text.charCodeAt(at)) };
    assert.deepEqual(finder.find(counted as unknown as string).spans, []);
    return count;
  };
  const many = Array.from({ length: 2_000 }, (_, index) => `${index}-secret-number`);
  assert.ok(looks(["secret-number-0!"]) < 1.2 * text.length);
  // with more texts more places look as if one began there, by chance: one of 32 for these
  assert.ok(looks(many) < 1.5 * text.length);
});
