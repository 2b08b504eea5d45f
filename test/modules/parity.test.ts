import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { loadModule, moduleAliases, modules } from "../../engine/modules/index.ts";
import { readSituations } from "../../engine/modules/laws/situation.ts";

const root = path.resolve(import.meta.dirname, "../../engine/modules");
const shared = new Set(["parts", "laws"]);
const folders = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !shared.has(entry.name))
  .map((entry) => entry.name);

/** What modules still lack. The list may only shrink: a module that is not as it says here fails its test. */
const owed: Readonly<Record<string, readonly string[]>> = {};

test("every folder has its line in index.ts, and every line its folder", () => {
  assert.deepEqual(
    folders.filter((name) => !Object.hasOwn(modules, name)),
    [],
    "not in index.ts",
  );
  assert.deepEqual(
    Object.keys(modules).filter((name) => !folders.includes(name)),
    [],
    "without a folder",
  );
  assert.deepEqual(Object.keys(modules), Object.keys(modules).toSorted(), "sorted");
});

test("every alias leads to a module and hides none", () => {
  for (const [alias, name] of Object.entries(moduleAliases)) {
    assert.ok(Object.hasOwn(modules, name), `${alias} leads to ${name}, which is not there`);
    assert.ok(!Object.hasOwn(modules, alias), `${alias} is a module of its own`);
  }
});

for (const name of Object.keys(modules)) {
  test(`${name} is complete`, async () => {
    const loaded = await loadModule(name);
    assert.ok(loaded !== undefined);
    const { module } = loaded;
    const missing: string[] = [];
    if (module.name !== name) missing.push(`its name is "${module.name}"`);
    if (!existsSync(path.join(root, name, `${name}.ts`))) missing.push(`${name}.ts`);
    if (module.summary === "" || module.summary.endsWith(".")) missing.push("a summary without a full stop");
    for (const [arg, { schema }] of Object.entries(module.args.properties)) if (!schema.description) missing.push(`a description of ${arg}`);
    if (module.doc?.examples === undefined) missing.push("doc.examples");
    if (loaded.kind === "host") {
      // without an answer to read there is nothing to try but the laws
      if (loaded.module.parse !== undefined && !existsSync(path.join(root, name, "cases.yaml"))) missing.push("cases.yaml");
      if (!existsSync(path.join(root, name, "laws.yaml"))) missing.push("laws.yaml");
      else if (readSituations(path.join(root, name, "laws.yaml")).length === 0) missing.push("situations in laws.yaml");
    }
    // their laws are tried on a real API: test/kubernetes
    if (loaded.kind === "api" && !existsSync(path.join(root, name, "cases.yaml"))) missing.push("cases.yaml");
    assert.deepEqual(missing, owed[name] ?? []);
  });
}

const scripts = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".sh"));

test("a script's own EXIT trap lets go of the facts that are held (parts/facts.sh)", () => {
  const traps = scripts.flatMap((name) => readFileSync(path.join(root, name), "utf8").match(/^ *trap .*EXIT$/gm) ?? []);
  assert.ok(traps.length > 0);
  assert.deepEqual(
    traps.filter((line) => !/trap '?(release|tidy)\b/.test(line)),
    [],
  );
});

test("only parts/place.sh makes temporaries and puts things in place", () => {
  // what a name in a script's own words would look like, and the tools that make one or rename it
  const own = /mktemp|TMPDIR|\.tsplay|[-.]\$\$|set -C|noclobber|\b(mv|ln|cp) |\/tmp\b|readlink -f/;
  const isAllowed = (name: string, line: string): boolean =>
    name === "parts/place.sh" ||
    // a comment, words of a message, and a link that is only looked at
    /^\s*#|refuse /.test(line) ||
    (name === "parts/entry.sh" && line.includes("readlink -f")) ||
    (name === "setup/probe.sh" && line.includes("readlink -f")) ||
    // a new home, in a folder that is held
    (name === "user/apply.sh" && line.includes('cp -R -P -- "$skeleton" "./$held_name"'));
  const found = scripts.flatMap((name) =>
    readFileSync(path.join(root, name), "utf8")
      .split("\n")
      .filter((line) => own.test(line) && !isAllowed(name, line))
      .map((line) => `${name}: ${line.trim()}`),
  );
  assert.deepEqual(found, []);
});

test("raw bytes come after the facts that are held", () => {
  const raw = scripts.filter((name) => /printf '[a-z_]*=(%s)?\\0'/.test(readFileSync(path.join(root, name), "utf8")) && name !== "parts/facts.sh");
  assert.deepEqual(raw, []);
});

const hasShellCheck = spawnSync("shellcheck", ["--version"]).status === 0;

test("ShellCheck has nothing to say", { skip: hasShellCheck ? false : "shellcheck is not installed" }, () => {
  const engine = path.dirname(root);
  const all = readdirSync(engine, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".sh"));
  const checked = spawnSync("shellcheck", ["-x", ...all], { cwd: engine, encoding: "utf8" });
  assert.equal(checked.stdout, "");
});
