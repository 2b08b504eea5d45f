import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { condition, evaluate, template } from "../../engine/expression/evaluate.ts";
import { parseJson } from "../../engine/expression/filters/data.ts";
import { floatText } from "../../engine/expression/python/text.ts";
import { Float, Undefined } from "../../engine/expression/values.ts";
import { Failure } from "../../engine/source/failure.ts";
import { scopeOf } from "./scope.ts";
import { written } from "../support/written.ts";

// What ansible-core 2.19.14 gives for each text, recorded from it: {"__float__": "8.0"} is a whole float, "error" its message.
interface Case {
  readonly kind: "expression" | "template" | "condition";
  readonly text: string;
  readonly value?: unknown;
  readonly error?: string;
}

const { vars, cases } = parseJson(readFileSync(new URL("ansible-cases.json", import.meta.url), "utf8")) as { vars: Record<string, unknown>; cases: Case[] };
process.env["HOME"] = "/root";

function recorded(value: unknown): unknown {
  if (value instanceof Float) return { __float__: floatText(value.value) };
  if (Array.isArray(value)) return Array.from(value, recorded);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, recorded(item)]));
}

const run = {
  expression: evaluate,
  template,
  condition,
};

for (const { kind, text, value, error } of cases) {
  test(`${kind} ${text}`, () => {
    const scope = scopeOf(vars);
    if (error === undefined) {
      assert.deepEqual(recorded(run[kind](written(text), scope)), recorded(value));
      return;
    }
    try {
      const result: unknown = run[kind](written(text), scope);
      assert.ok(result instanceof Undefined, `gives ${JSON.stringify(result)}, but Ansible: ${error}`);
    } catch (failure) {
      assert.ok(failure instanceof Failure, String(failure));
    }
  });
}
