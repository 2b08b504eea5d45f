import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";

const root = path.resolve(import.meta.dirname, "..");
const folder = mkdtempSync(path.join(tmpdir(), "tsplay-runner-"));
after(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string): string => {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
};

/** Runs node on its own, outside of the test runner that runs this. */
function run(args: readonly string[], set: NodeJS.ProcessEnv): { code: number | null; said: string } {
  const env: NodeJS.ProcessEnv = { ...process.env, CI: "", ...set };
  delete env["NODE_TEST_CONTEXT"];
  const ran = spawnSync(process.execPath, args, { cwd: root, env, encoding: "utf8" });
  return { code: ran.status, said: ran.stdout + ran.stderr };
}

const suite = (file: string, set: NodeJS.ProcessEnv = {}): ReturnType<typeof run> => run(["scripts/test.mjs", file], set);

test("a test that would pass the second time has failed", () => {
  const mark = path.join(folder, "mark");
  const file = write(
    "twice.test.ts",
    `import { existsSync, writeFileSync } from "node:fs";
     import test from "node:test";
     test("green", () => {});
     test("once red", () => {
       const isSecond = existsSync(${JSON.stringify(mark)});
       writeFileSync(${JSON.stringify(mark)}, "");
       if (!isSecond) throw new Error("not yet");
     });`,
  );
  const { code, said } = suite(file);
  assert.equal(code, 1);
  assert.match(said, /^1 passed, 1 failed, 0 skipped$/m);
  assert.match(said, /not yet/);
  assert.equal(suite(file).code, 0);
});

test("what is skipped is named, and in CI refused", () => {
  const file = write(
    "skipped.test.ts",
    `import test, { describe } from "node:test";
     test("green", () => {});
     test("needs a host", { skip: "no lab # here" }, () => {});
     test("around", async (t) => { await t.test("within", { skip: "no shell" }, () => {}); });
     describe("many", { skip: "no tool" }, () => { test("of them", () => {}); });`,
  );
  const here = suite(file);
  assert.equal(here.code, 0, here.said);
  for (const line of ["needs a host (no lab # here)", "within (no shell)", "many (no tool)"]) assert.ok(here.said.includes(`: ${line}\n`), here.said);
  assert.match(here.said, /^2 passed, 0 failed, 3 skipped$/m);
  const inCi = suite(file, { CI: "true" });
  assert.equal(inCi.code, 1);
  assert.match(inCi.said, /^in CI every test must run: 3 did not$/m);
});

test("in CI only what the cluster's tests build may be missing", () => {
  const file = write(
    "parts.test.ts",
    `import test from "node:test";
     test("green", () => {});
     test("needs an API", { skip: "the cluster's parts are not built: no etcd" }, () => {});`,
  );
  const { code, said } = suite(file, { CI: "true" });
  assert.equal(code, 0, said);
  assert.match(said, /needs an API \(the cluster's parts are not built: no etcd\)/);
});

test("coverage tells the lines of which all, something and nothing ran, of all processes together", async () => {
  const { coverageOf } = (await import("../scripts/coverage.mjs" as string)) as {
    coverageOf(root: string): { add(folder: string): void; table(): string };
  };
  const half = write(
    "engine/room/half.ts",
    `// a comment
export function name(value: number): string {
  return value > 0
    ? "one"
    : "other";
}

export function never(): string {
  return "never";
}
`,
  );
  write("engine/types.ts", "export interface Empty {}\n");
  write("engine/other/unknown.ts", "export const a: number = 1;\n");
  write("package.json", '{ "type": "module" }');
  const coverage = coverageOf(folder);
  for (const value of [1, -1]) {
    const reached = path.join(folder, `reached${value}`);
    const file = write(`call${value}.ts`, `import { name } from ${JSON.stringify(half)}; name(${value});`);
    const { code, said } = run(["--import", "tsx", file], { NODE_V8_COVERAGE: reached });
    assert.equal(code, 0, said);
    coverage.add(reached);
    const table = coverage.table().replaceAll(/ +/g, " ");
    // the first call leaves one of the two answers, the second none
    assert.equal(readFileSync(path.join(folder, "unreached.log"), "utf8"), `engine/other/unknown.ts: 1\nengine/room/half.ts: ${value === 1 ? "5 " : ""}8-9\n`);
    assert.match(table, value === 1 ? /^engine\/room 1 6 66 % 50 %$/m : /^engine\/room 1 6 83 % 66 %$/m);
    assert.match(table, /\nnot reached at all:\n engine\/other\/unknown\.ts \(1 lines\)\n$/);
  }
});
