import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { type Change, type HostModule, ModuleError } from "../../../engine/modules/contract.ts";
import { loadModule, moduleNames } from "../../../engine/modules/index.ts";
import { answerOf } from "../../../engine/modules/parts/facts.ts";
import { validateArgs } from "../../../engine/modules/validate.ts";
import { loadYaml } from "../../../engine/source/yaml.ts";

/** One case of a module's cases.yaml: arguments, what the probe said, and what is to be made of it. */
interface Case {
  readonly name: string;
  readonly args: Record<string, unknown>;
  /** The probe's records; none for a module that asks nothing. */
  readonly facts?: Record<string, unknown>;
  /** The planned changes, each [key, from, to]. */
  readonly plan?: readonly (readonly [string, unknown, unknown])[];
  /** What parse, plan or the arguments' check refuses, as a pattern. */
  readonly refuses?: string;
  /** Variables that the apply script must get. */
  readonly vars?: Record<string, string>;
  /** Keys of the result when nothing was applied. */
  readonly result?: Record<string, unknown>;
}

// modules of other areas have cases of their own form
const others = new Set([
  "assemble",
  "blockinfile",
  "copy",
  "fetch",
  "file",
  "find",
  "get_url",
  "lineinfile",
  "replace",
  "slurp",
  "stat",
  "tempfile",
  "template",
  "unarchive",
]);

for (const name of moduleNames.filter((name) => !others.has(name))) {
  const file = path.resolve(import.meta.dirname, "../../../engine/modules", name, "cases.yaml");
  if (!existsSync(file)) continue;
  for (const one of loadYaml(readFileSync(file, "utf8"), file) as Case[]) {
    test(`${name}: ${one.name}`, async () => {
      const loaded = await loadModule(name);
      assert.ok(loaded?.kind === "host");
      tryCase(loaded.module as HostModule<unknown>, one);
    });
  }
}

function tryCase(module: HostModule<unknown>, one: Case): void {
  const { args, problems } = validateArgs(module.args, one.args, {
    raw: one.args,
    place: { file: "cases.yaml", line: 1, column: 1 },
    moduleName: module.name,
    partial: false,
  });
  if (problems[0] !== undefined) throw problems[0];
  const outcome = outcomeOf(module, args, one);
  if (one.refuses !== undefined) {
    assert.ok(typeof outcome === "string", `planned ${JSON.stringify(outcome)}`);
    assert.match(outcome, new RegExp(one.refuses));
    return;
  }
  if (typeof outcome === "string") throw new Error(outcome);
  const { changes, current } = outcome;
  if (one.plan !== undefined)
    assert.deepEqual(
      changes.map(({ key, from, to }) => [key, from, to]),
      one.plan,
    );
  if (one.vars !== undefined) {
    const vars = module.apply!(changes, current, args).vars ?? {};
    for (const [key, value] of Object.entries(one.vars)) assert.equal(vars[key], value, key);
  }
  if (one.result !== undefined) {
    const result = module.result?.({ args, before: current, after: current, changes, applied: undefined }) ?? {};
    for (const [key, value] of Object.entries(one.result)) assert.deepEqual(result[key], value, key);
  }
}

function outcomeOf(module: HostModule<unknown>, args: unknown, one: Case): string | { changes: readonly Change[]; current: unknown } {
  const refused = module.check?.(args);
  if (refused !== undefined) return refused;
  try {
    const current = one.facts === undefined ? undefined : module.parse?.(answerOf(one.facts), args);
    return { changes: module.plan(current, args), current };
  } catch (error) {
    if (error instanceof ModuleError) return error.message;
    throw error;
  }
}
