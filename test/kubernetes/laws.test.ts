import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import type { KubeObject } from "../../engine/kubernetes/contract.ts";
import { openSession } from "../../engine/session/open.ts";
import { loadYaml } from "../../engine/source/yaml.ts";
import type { CarriedOut } from "../../engine/task/carry-out.ts";
import { targetOf } from "../session/lab-target.ts";
import { controlPlanePrograms, startControlPlane } from "../support/cluster.ts";
import { useLab } from "../support/lab.ts";
import { ClusterBench } from "./bench.ts";

interface Situation {
  readonly name: string;
  readonly module: string;
  /** Objects that somebody else made. */
  readonly given?: readonly KubeObject[];
  /** Arguments of a run before. */
  readonly before?: Readonly<Record<string, unknown>>;
  readonly args: Readonly<Record<string, unknown>>;
  readonly changes?: readonly (readonly [string, unknown, unknown])[];
  /** Objects for which check mode has to take something for granted. */
  readonly assumes?: readonly string[];
  readonly fails?: string;
  readonly hint?: string;
  /** Texts that no result, diff, change or message may hold. */
  readonly secrets?: readonly string[];
  /** Texts that the engine must have been told to hide. */
  readonly hides?: readonly string[];
  /** What must then be there, with at least these fields. */
  readonly then?: KubeObject;
}

const programs = controlPlanePrograms();
const shared = useLab(["cp"]);
const file = path.join(import.meta.dirname, "laws.yaml");

test("modules keep the laws on a real API", { skip: shared.skip || (typeof programs === "string" && programs), timeout: 600_000 }, async (t) => {
  const lab = await shared.lab();
  await startControlPlane(lab.host("cp"), programs as Readonly<Record<string, string>>);
  const session = await openSession(targetOf(lab, "cp"));
  const bench = new ClusterBench(session);
  try {
    for (const situation of loadYaml(readFileSync(file, "utf8"), file) as Situation[])
      await t.test(`${situation.module}: ${situation.name}`, () => judge(situation, bench));
  } finally {
    await bench.connection.close();
  }
});

async function judge(situation: Situation, bench: ClusterBench): Promise<void> {
  const { module, args } = situation;
  if (situation.before !== undefined) assert.equal((await bench.run(module, situation.before)).failed, false);
  for (const object of situation.given ?? []) await bench.give(JSON.parse(JSON.stringify(object)) as KubeObject);
  const before = await bench.versions();
  const checked = await bench.run(module, args, { check: true });
  assert.deepEqual(await bench.versions(), before, "the probe or check mode changed the cluster");
  const applied = await bench.run(module, args);
  const seen = [checked, applied];
  if (situation.fails !== undefined) {
    for (const outcome of seen) assert.match(outcome.failure?.message ?? "it did not fail", new RegExp(situation.fails));
    assert.match(applied.failure!.hint ?? "", new RegExp(situation.hint ?? ""));
    assert.deepEqual(await bench.versions(), before, "it failed and left the cluster changed");
  } else {
    assert.equal(applied.failure?.message, undefined);
    assert.deepEqual(shown(applied), JSON.parse(JSON.stringify(situation.changes)), "what was done");
    assert.deepEqual(shown(checked), shown(applied), "check mode announces what is done");
    assert.equal(checked.changed, applied.changed);
    const assumes = (checked.result["assumes"] ?? []) as string[];
    for (const id of situation.assumes ?? [])
      assert.ok(
        assumes.some((text) => text.startsWith(`${id}:`)),
        `${id} is assumed: ${assumes.join("; ")}`,
      );
    assert.equal(assumes.length, (situation.assumes ?? []).length, assumes.join("; "));
    const between = await bench.versions();
    const second = await bench.run(module, args);
    seen.push(second);
    assert.deepEqual([second.failure?.message, shown(second), second.changed], [undefined, [], false], "the second run");
    assert.deepEqual(await bench.versions(), between, "the second run changed the cluster");
    if (situation.then !== undefined) assertWithin(await bench.get(situation.then), JSON.parse(JSON.stringify(situation.then)), situation.then.kind);
  }
  const text = JSON.stringify(seen.map((each) => [each, each.failure?.message, each.failure?.hint]));
  for (const secret of situation.secrets ?? []) assert.ok(!text.includes(secret), `a result, change, diff or message holds "${secret}"`);
  for (const secret of situation.hides ?? []) assert.ok(bench.hidden.has(secret), `"${secret}" is not hidden`);
}

function shown(outcome: CarriedOut): unknown[] {
  return outcome.changes.map(({ key, from, to }) => [key, from, to]);
}

/** Every field of `wanted` is in `found`. */
function assertWithin(found: unknown, wanted: unknown, where: string): void {
  if (typeof wanted !== "object" || wanted === null) return assert.deepEqual(found, wanted, where);
  for (const [key, value] of Object.entries(wanted)) assertWithin((found as Record<string, unknown> | undefined)?.[key], value, `${where}.${key}`);
}
