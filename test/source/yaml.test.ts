import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { Float, Vaulted } from "../../engine/expression/values.ts";
import { Failure } from "../../engine/source/failure.ts";
import { placeOf, placeOfKey, writtenAt } from "../../engine/source/place.ts";
import { readText } from "../../engine/source/text.ts";
import { loadYaml } from "../../engine/source/yaml.ts";
import { Written } from "../../engine/source/written.ts";

const load = (name: string): unknown => loadYaml(readFileSync(join(import.meta.dirname, name), "utf8"), name);

function refusal(action: () => unknown): Failure {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    return error;
  }
  throw new Error("nothing was refused");
}

// JSON holds the pairs, so that no other YAML rule decides how they are read.
for (const [text, expected] of load("cases.yaml") as [unknown, unknown][]) {
  const written = typeof text === "string" ? text : String(text);
  test(`scalar ${written}`, () => {
    const [value] = loadYaml(`- ${written}`, "x.yml") as unknown[];
    assert.deepEqual(value instanceof Float ? value.value : value, expected instanceof Float ? expected.value : expected);
  });
}

for (const { text, code, at, says } of load("refused.yaml") as { text: string; code: string; at: string; says: string }[]) {
  test(`refused ${JSON.stringify(text)}`, () => {
    const failure = refusal(() => loadYaml(text.replace("\\x01", "\x01"), "x.yml"));
    assert.equal(failure.code, code);
    assert.equal(`${failure.place?.line}:${failure.place?.column}`, at);
    assert.ok(failure.message.includes(says), failure.message);
  });
}

const monsters: readonly (readonly [string, string, () => string])[] = [
  ["10 MB", "yaml-too-large", () => "- x\n".repeat(2_500_000)],
  ["a million values in 4 MB", "yaml-too-large", () => `[${"1,".repeat(1_100_000)}]`],
  ["10,000 levels of lists", "yaml-too-deep", () => "[".repeat(10_000) + "]".repeat(10_000)],
  ["10,000 open brackets", "yaml-too-deep", () => "[".repeat(10_000)],
  ["1,000 levels of mappings", "yaml-too-deep", () => Array.from({ length: 1000 }, (_, index) => `${" ".repeat(index)}a:`).join("\n")],
  [
    "a billion laughs",
    "yaml-too-large",
    () =>
      [
        "a: &a [x,x,x,x,x,x,x,x,x,x]",
        ..."bcdefghij".split("").map((key, index) => `${key}: &${key} [${Array(10).fill(`*${"abcdefghi"[index]}`).join(",")}]`),
      ].join("\n"),
  ],
];

for (const [name, code, make] of monsters) {
  test(`refused in time: ${name}`, { timeout: 30_000 }, () => {
    const failure = refusal(() => loadYaml(make(), "x.yml"));
    assert.equal(failure.code, code);
    assert.ok(failure.place !== undefined);
  });
}

test("places of keys and values", () => {
  const data = loadYaml("- a: 1\n  bee:\n    - x\n    - y\n", "x.yml") as { bee: string[] }[];
  assert.deepEqual([placeOfKey(data[0], "bee")?.line, placeOfKey(data[0], "bee")?.column], [2, 3]);
  assert.deepEqual([placeOf(data[0]!.bee, 1)?.line, placeOf(data[0]!.bee, 1)?.column], [4, 7]);
  assert.equal(placeOf(data[0]!.bee, 1)?.text, "    - y");
});

test("tags: vault and unsafe", () => {
  const data = loadYaml(
    "a: !unsafe '{{ x }}'\nb: !vault |\n  $ANSIBLE_VAULT\nc: !unsafe ['{{ y }}', 1]\nd: '{{ z }}'\ne: z\nf: &f !unsafe z\ng: *f\n",
    "x.yml",
    { isWritten: true, decrypt: () => "open" },
  ) as Record<string, unknown>;
  assert.equal(data["a"], "{{ x }}");
  assert.ok(data["b"] instanceof Vaulted && data["b"].reveal() === "open");
  assert.equal((data["c"] as unknown[])[0], "{{ y }}");
  assert.ok(data["d"] instanceof Written && data["d"].text === "{{ z }}" && data["d"].place?.line === 5);
  assert.equal(writtenAt(data, "a"), undefined);
  assert.equal(writtenAt(data, "e")?.text, "z");
  assert.equal(writtenAt(data, "g"), undefined);
});

test("merge keys: what is written wins, earlier sources win, places come along", () => {
  const data = loadYaml("x: &x {a: 1, b: 2}\ny: &y {a: 3, c: 4}\nz:\n  <<: [*x, *y]\n  b: 5\n", "x.yml") as Record<string, Record<string, number>>;
  assert.deepEqual(data["z"], { a: 1, b: 5, c: 4 });
  assert.equal(placeOf(data["z"], "a")?.line, 1);
});

test("a key given twice: the last one counts, with a warning", () => {
  const warnings: string[] = [];
  const data = loadYaml("a: 1\nb: 2\na: 3\n", "x.yml", { onWarning: (message, place) => warnings.push(`${place.line}:${place.column} ${message}`) });
  assert.deepEqual(data, { a: 3, b: 2 });
  assert.deepEqual(warnings, ['3:1 the key "a" is given twice (first in line 1); the last one counts']);
});

test("__proto__ is a key like any other", () => {
  const data = loadYaml("__proto__: {polluted: true}\n", "x.yml") as Record<string, unknown>;
  assert.deepEqual(Object.keys(data), ["__proto__"]);
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
});

test("a quoted text may go on after a tab", () => {
  assert.deepEqual(loadYaml("a: 'x\n\ty\n\t  z'\nb: 1\n", "x.yml"), { a: "x y z", b: 1 });
});

test("empty documents", () => {
  for (const text of ["", "---\n", "# nothing\n", "---\n...\n"]) assert.equal(loadYaml(text, "x.yml"), null);
});

test("readText: not found, a directory, not UTF-8, a byte order mark, no permission", () => {
  const folder = mkdtempSync(join(tmpdir(), "tsplay-text-"));
  try {
    const file = join(folder, "x.yml");
    assert.equal(refusal(() => readText(file, { what: "playbook" })).code, "file-not-found");
    assert.equal(refusal(() => readText(folder)).code, "is-directory");
    writeFileSync(file, Buffer.from([0x61, 0x0a, 0x62, 0xff, 0x63]));
    const failure = refusal(() => readText(file));
    assert.deepEqual([failure.code, failure.place?.line, failure.place?.column], ["not-text", 2, 2]);
    writeFileSync(file, "\ufeffa: 1\n");
    assert.equal(readText(file), "a: 1\n");
    chmodSync(file, 0);
    if (process.getuid?.() !== 0) assert.equal(refusal(() => readText(file)).code, "not-readable");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
