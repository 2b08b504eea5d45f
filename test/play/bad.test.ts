import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { loadModule, moduleNames } from "../../engine/modules/index.ts";
import { checkPlaybook } from "../../engine/play/check.ts";
import { loadPlaybook } from "../../engine/play/load.ts";
import type { Failure } from "../../engine/source/failure.ts";
import { inspectTemplate } from "../../engine/template/inspect.ts";
import { emptyInventory } from "./inventory.ts";

// Beside each NAME.yml lies NAME.txt: what is said of it. Write them anew with UPDATE=1, then read them.
const bad = join(import.meta.dirname, "bad");

function shown(failure: Failure): string {
  const { place } = failure;
  const file = place?.file.replace(`${bad}/`, "") ?? "nowhere";
  const where = place === undefined ? "" : `:${place.line}:${place.column}`;
  const text = `${file}${where} ${failure.message}`.replaceAll(bad, "BAD");
  return failure.hint === undefined ? text : `${text}\n    ${failure.hint.replaceAll(bad, "BAD")}`;
}

for (const name of readdirSync(bad).filter((file) => file.endsWith(".yml"))) {
  test(`refused: ${name}`, async () => {
    const problems: Failure[] = [];
    const warnings: string[] = [];
    const playbook = loadPlaybook(join(bad, name), { moduleNames, problems });
    const failures = await checkPlaybook(playbook, {
      inventory: emptyInventory({ web: ["web1", "web2"], databases: ["db1"] }, { group_var: 1 }),
      loadModule,
      moduleNames,
      variableNames: () => ["group_var", "inventory_hostname"],
      extraVars: {},
      inspectTemplate,
      onWarning: (message) => warnings.push(`warning: ${message}`),
    });
    const text = `${[...failures.map(shown), ...warnings].join("\n")}\n`.replaceAll(/looked in .*/g, "looked in ...");
    const expected = join(bad, name.replace(/\.yml$/, ".txt"));
    if (process.env["UPDATE"] !== undefined) writeFileSync(expected, text);
    assert.ok(failures.length > 0, "nothing was refused");
    assert.ok(
      failures.every((failure) => failure.place !== undefined && failure.place.line > 0),
      "a failure has no place",
    );
    assert.equal(text, existsSync(expected) ? readFileSync(expected, "utf8") : "");
  });
}
