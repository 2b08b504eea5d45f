import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { Ajv } from "ajv";
import { moduleMarkdown, modulesIndex } from "../../engine/docs/markdown.ts";
import { playbookSchema } from "../../engine/docs/schema.ts";
import { moduleText } from "../../engine/docs/text.ts";
import type { Module } from "../../engine/modules/contract.ts";
import { loadModule, moduleNames } from "../../engine/modules/index.ts";
import { loadYaml } from "../../engine/source/yaml.ts";
import { errorsMarkdown } from "../../scripts/errors.ts";

const root = join(import.meta.dirname, "../..");
const modules: Module[] = [];
for (const name of moduleNames) modules.push((await loadModule(name))!);

for (const module of modules) {
  const { name } = module.module;
  test(`docs/modules/${name}.md is what the schema says (else run: npx tsx scripts/docs.ts)`, () => {
    const file = join(root, "docs/modules", `${name}.md`);
    assert.equal(existsSync(file) ? readFileSync(file, "utf8") : "", moduleMarkdown(module));
  });
  test(`tsplay doc ${name}: fits a terminal and names every argument`, () => {
    const text = moduleText(module);
    const examples = text.indexOf("\nEXAMPLES\n");
    const prose = examples === -1 ? text : text.slice(0, examples);
    for (const line of prose.split("\n")) assert.ok(line.length <= 100 || !line.trim().includes(" "), line);
    for (const argument of Object.keys(module.module.args.properties)) assert.ok(text.includes(argument), argument);
  });
}

test("docs/modules has no page without a module", () => {
  const pages = readdirSync(join(root, "docs/modules")).filter((file) => file !== "README.md");
  assert.deepEqual(pages.sort(), moduleNames.map((name) => `${name}.md`).sort());
  assert.equal(readFileSync(join(root, "docs/modules/README.md"), "utf8"), modulesIndex(modules));
});

test("docs/errors.md is what the sources say (else run: npx tsx scripts/docs.ts)", () => {
  assert.equal(readFileSync(join(root, "docs/errors.md"), "utf8"), errorsMarkdown(root));
});

const validate = new Ajv({ strict: false, allErrors: true }).compile(playbookSchema(modules));
const load = (file: string): unknown => JSON.parse(JSON.stringify(loadYaml(readFileSync(file, "utf8"), file)));

for (const name of ["forms", "inheritance"]) {
  test(`tsplay schema: takes ${name}`, () => {
    const found = validate(load(join(root, "test/play/good", name, "site.yml")));
    const strange = (validate.errors ?? []).filter((error) => error.keyword === "additionalProperties").map((error) => `${error.instancePath} ${JSON.stringify(error.params)}`);
    assert.ok(found || strange.every((text) => /async_status|apt/.test(text)), JSON.stringify(validate.errors, null, 1));
  });
}

for (const name of ["unknown-keyword", "unknown-module", "types", "structure", "task-as-play", "arguments"]) {
  test(`tsplay schema: refuses ${name}`, () => {
    const file = join(root, "test/play/bad", `${name}.yml`);
    assert.equal(validate(load(file)), false);
  });
}
