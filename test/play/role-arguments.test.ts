import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { validateRoleArguments } from "../../engine/modules/role-arguments.ts";
import { loadYaml } from "../../engine/source/yaml.ts";

interface Case {
  readonly options: Record<string, unknown>;
  readonly values: Record<string, unknown>;
  readonly errors?: readonly string[];
  readonly wrong?: boolean;
}

const file = join(import.meta.dirname, "role-arguments.yaml");

for (const [index, { options, values, errors, wrong }] of (loadYaml(readFileSync(file, "utf8"), file) as Case[]).entries()) {
  test(`role arguments ${index + 1}: ${JSON.stringify(values)} against ${JSON.stringify(options)}`, () => {
    const found = validateRoleArguments(options, values);
    if (wrong === true) assert.equal(found.length, 1, found.join("\n"));
    else assert.deepEqual(found, errors);
  });
}
