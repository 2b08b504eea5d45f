import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const engine = path.resolve(import.meta.dirname, "../engine");

/** What each folder of engine/ may import from, besides itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  source: ["expression/values"],
  secrets: ["source", "expression/values", "report/events"],
  expression: ["source"],
  template: ["expression", "source", "modules/contract"],
  vault: ["source"],
  session: ["source"],
  kubernetes: ["source", "session/contract"],
  inventory: ["source", "expression", "play/model"],
  play: ["source", "expression", "inventory", "modules"],
  variables: ["source", "expression", "inventory", "play", "session/contract"],
  modules: ["source", "expression", "session/contract", "kubernetes/contract"],
  report: ["source", "expression"],
  task: ["source", "expression", "template", "variables", "inventory", "play", "modules", "session", "kubernetes", "secrets", "report/events"],
  run: ["source", "expression", "template", "variables", "inventory", "play", "modules", "session", "task", "secrets", "report/events", "version"],
  lab: ["source", "report/events"],
  docs: ["source", "modules", "play"],
  cli: ["source", "expression", "inventory", "play", "variables", "vault", "run", "task", "secrets", "report", "lab", "docs", "modules", "version"],
};

const files = readdirSync(engine, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));

function importsOf(file: string): string[] {
  const text = readFileSync(path.join(engine, file), "utf8");
  const found = [...text.matchAll(/(?:from|import\()\s*"(\.{1,2}\/[^"]+)"/g)].map((match) => match[1]!);
  return found.map((target) => path.relative(engine, path.resolve(engine, path.dirname(file), target)));
}

test("a layer imports only what stands below it", () => {
  const wrong: string[] = [];
  for (const file of files) {
    const folder = file.split("/")[0]!;
    if (!file.includes("/")) continue;
    const may = allowed[folder];
    assert.ok(may !== undefined, `engine/${folder} has no rule: add it to this test and to ARCHITECTURE.md`);
    for (const target of importsOf(file)) {
      if (target.startsWith("..") || target.startsWith(`${folder}/`)) continue;
      if (!may.some((prefix) => target === `${prefix}.ts` || target.startsWith(`${prefix}/`))) wrong.push(`${file} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("modules do not know each other", () => {
  const shared = new Set(["parts", "laws"]);
  const wrong = files
    .filter((file) => /^modules\/[^/]+\//.test(file) && !shared.has(file.split("/")[1]!))
    .flatMap((file) => {
      const own = file.split("/")[1]!;
      return importsOf(file)
        .filter((target) => /^modules\/[^/]+\//.test(target) && ![own, ...shared].includes(target.split("/")[1]!))
        .map((target) => `${file} imports ${target}`);
    });
  assert.deepEqual(wrong, []);
});

test("ARCHITECTURE.md names every folder of engine/", () => {
  const page = readFileSync(path.resolve(engine, "../ARCHITECTURE.md"), "utf8");
  const folders = readdirSync(engine, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  assert.deepEqual(
    folders.map((entry) => entry.name).filter((name) => !page.includes(`engine/${name}/`)),
    [],
  );
});

test("events leave a run through the gate alone", () => {
  const holding = (pattern: RegExp): string[] => files.filter((file) => pattern.test(readFileSync(path.join(engine, file), "utf8"))).sort();
  // the compiler lets nothing but a Shown event into a reporter: nobody else may make one
  assert.deepEqual(holding(/\bas Shown\b/), ["secrets/gate.ts"]);
  assert.deepEqual(holding(/\bcreateGate\(/), ["cli/commands/explain.ts", "cli/commands/play.ts", "run/run.ts", "secrets/gate.ts"]);
  // masking here and there is how something is forgotten
  assert.deepEqual(holding(/\b(maskEvent|maskData)\(/), ["secrets/gate.ts", "secrets/mask-event.ts"]);
});

test("run, task, modules and reporters print nothing by themselves", () => {
  const printing = files
    .filter((file) => /^(run|task|modules|session|play|report)\//.test(file))
    .filter((file) => {
      const text = readFileSync(path.join(engine, file), "utf8");
      return /\bconsole\.(log|error|warn)\(|process\.(stdout|stderr)\.write\(/.test(text);
    });
  assert.deepEqual(printing, []);
});
