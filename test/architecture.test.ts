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

/** Who may say that a text is a person's, and why: nobody else can make a template or an expression of a text. */
const READS_A_PERSON: Readonly<Record<string, string>> = {
  "source/written.ts": "the type itself",
  "source/place.ts": "keys and texts as loaders noted them, and inventories that are no YAML",
  "source/yaml-build.ts": "YAML, where its reader says that a person wrote it",
  "play/context.ts": "playbooks, roles and task files",
  "play/check-names.ts": "files of variables, for their names",
  "inventory/load.ts": "inventories",
  "inventory/ini.ts": "inventories",
  "inventory/script.ts": "what an inventory script prints is the inventory",
  "inventory/constructed.ts": "an expression that YAML read as a number or a boolean",
  "inventory/vars-file.ts": "group_vars, host_vars, vars_files, include_vars",
  "cli/extra-vars.ts": "the command line",
  "run/debugger.ts": "what is typed into the debugger",
  "task/controller.ts": "template files",
  "template/jinja.ts": "template files that a template file names",
  "expression/compile/expression.ts": "constants of a template",
  "expression/evaluate.ts": "a template without the blanks around it",
};

test("only what reads what a person wrote makes templates and expressions", () => {
  const makes = /new Written\(|\breadWritten\(|\basRead\(|isWritten: true/;
  const makers = files.filter((file) => makes.test(readFileSync(path.join(engine, file), "utf8")));
  assert.deepEqual(makers.sort(), Object.keys(READS_A_PERSON).sort());
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
