import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import type { ApiModule, Change, HostModule, PlanningModule } from "../../engine/modules/contract.ts";
import { loadModule, moduleNames } from "../../engine/modules/index.ts";
import { answerOf } from "../../engine/modules/parts/facts.ts";
import { materialOf } from "../../engine/modules/parts/material.ts";
import { validateArgs } from "../../engine/modules/validate.ts";
import type { Content } from "../../engine/session/contract.ts";
import { loadYaml } from "../../engine/source/yaml.ts";

/** One entry of a module's cases.yaml: what the host says and what is asked, and what then is planned. */
interface Case {
  readonly name?: string;
  readonly args: Record<string, unknown>;
  /** The probe's answer: as records (parts/facts.sh), or as plain text. */
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly code?: number;
  /** For modules that call an API: what the probe found. */
  readonly state?: unknown;
  /** For modules that write a whole file: what `prepare` brings. */
  readonly material?: string;
  /** For modules that edit a file at `path`: what it holds (null: there is none), and what it then holds. */
  readonly content?: string | null;
  readonly after?: string | null;
  /** [key, from, to] */
  readonly changes?: readonly (readonly [string, unknown, unknown])[];
  /** The same, where what apply is given is not to be tried. */
  readonly plan?: Case["changes"];
  /** Variables that apply must be given. */
  readonly vars?: Readonly<Record<string, string>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly refuses?: string;
}

const file = "81a4/0/0/9/1.000000000/1.000000000/1.000000000/1/10/20/0/0/root/root";

function answerFor(given: Case): ReturnType<typeof answerOf> {
  if (given.content !== undefined) {
    const where = { path: "/f", real: "/f", here: given.content === null ? "absent" : file, parent_path: "/", umask: "0022" };
    return answerOf(given.content === null ? where : { ...where, bytes: given.content });
  }
  if (given.stdout !== undefined) return { code: given.code ?? 0, stdout: Buffer.from(given.stdout), stderr: Buffer.from(given.stderr ?? "") };
  return answerOf(given.facts ?? {}, given.code, given.stderr);
}

function argsFor(module: PlanningModule<any, any, any>, given: Case): Record<string, unknown> {
  const raw = given.content === undefined ? given.args : { path: "/f", ...given.args };
  const { args, problems } = validateArgs(module.args, raw, {
    raw,
    place: { file: "cases.yaml", line: 1, column: 1 },
    moduleName: module.name,
    partial: false,
  });
  if (problems[0] !== undefined) throw problems[0];
  const refused = module.check?.(args as never);
  if (refused !== undefined) throw new Error(refused);
  return given.material === undefined ? args : { ...args, material: materialOf(Buffer.from(given.material)) };
}

function tryApiCase(module: ApiModule<any, any, any>, given: Case): void {
  const args = argsFor(module, given);
  tryResult(module, given, args, given.state, tryPlan(module, given, args, given.state));
}

function tryPlan(module: PlanningModule<any, any, any>, given: Case, args: unknown, current: unknown): readonly Change[] {
  const changes = module.plan(current, args);
  const planned = given.changes ?? given.plan;
  if (planned !== undefined)
    assert.deepEqual(
      changes.map(({ key, from, to }) => [key, from, to]),
      planned,
    );
  return changes;
}

function tryResult(module: PlanningModule<any, any, any>, given: Case, args: unknown, current: unknown, changes: readonly Change[]): void {
  const result = module.result?.({ args, before: current, after: current, changes, applied: undefined }) ?? {};
  for (const [key, value] of Object.entries(given.result ?? {})) assert.deepEqual(JSON.parse(JSON.stringify(result[key] ?? null)), value, `result.${key}`);
}

function tryCase(module: HostModule<any, any>, given: Case): void {
  const args = argsFor(module, given) as never;
  const current: unknown = module.parse === undefined ? undefined : module.parse(answerFor(given), args);
  const changes = tryPlan(module, given, args, current);
  const isTried = given.plan === undefined || given.vars !== undefined || given.after !== undefined;
  const script = changes.length > 0 && isTried ? module.apply?.(changes, current, args) : undefined;
  if (given.after !== undefined) assert.equal(textOf(script?.stdin) ?? given.content, given.after);
  for (const [name, value] of Object.entries(given.vars ?? {})) assert.equal(script?.vars?.[name], value, `variable ${name}`);
  tryResult(module, given, args, current, changes);
}

function textOf(content: Content | undefined): string | undefined {
  return Buffer.isBuffer(content) ? content.toString("utf8") : undefined;
}

for (const name of moduleNames) {
  const cases = path.resolve(import.meta.dirname, "../../engine/modules", name, "cases.yaml");
  if (!existsSync(cases)) continue;
  test(`${name}: parse and plan`, async () => {
    const loaded = await loadModule(name);
    assert.ok(loaded !== undefined && loaded.kind !== "controller");
    const attempt = (given: Case): void => (loaded.kind === "api" ? tryApiCase(loaded.module, given) : tryCase(loaded.module, given));
    for (const [index, given] of (loadYaml(readFileSync(cases, "utf8"), cases) as Case[]).entries()) {
      const label = given.name ?? `case ${index + 1}: ${JSON.stringify(given)}`;
      try {
        if (given.refuses === undefined) attempt(given);
        else assert.throws(() => attempt(given), { message: new RegExp(given.refuses) });
      } catch (error) {
        throw new Error(`${label}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
    }
  });
}
