import assert from "node:assert/strict";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { labAvailability } from "../../engine/lab/requirements.ts";
import { testRole } from "../../engine/lab/role-test.ts";

const skip = labAvailability() ?? false;
const cli = [process.execPath, "--import", "tsx", fileURLToPath(new URL("../../engine/cli/main.ts", import.meta.url))];

async function trial(role: string): Promise<{ code: number; steps: Record<string, string>; out: string }> {
  let out = "";
  const folder = fileURLToPath(new URL(`roles/${role}`, import.meta.url));
  const code = await testRole(folder, { cli }, { out: (text) => (out += text), err: () => undefined });
  const steps = [...out.matchAll(/^\S+: (\S+) +(\S+)/gm)].map((match) => [match[1]!, match[2]!]);
  return { code, steps: Object.fromEntries(steps) as Record<string, string>, out };
}

test("a role that is right passes every step", { skip }, async () => {
  const { code, steps, out } = await trial("good");
  assert.deepEqual(steps, { create: "ok", check: "ok", converge: "ok", "check=apply": "ok", again: "ok", verify: "ok" }, out);
  assert.equal(code, 0);
});

test("a role that is never content fails, and the task is named", { skip }, async () => {
  const { code, steps, out } = await trial("restless");
  assert.equal(code, 1);
  assert.equal(steps["again"], "FAILED", out);
  assert.equal(steps["verify"], "FAILED", out);
  assert.match(out, /changed again: .*Never content \(.*restless\/tasks\/main\.yml:1\)/);
  assert.doesNotMatch(out, /changed again: .* : Content/);
});
