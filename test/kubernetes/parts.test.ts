import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import type { KubeObject } from "../../engine/kubernetes/contract.ts";
import { definitionsOf, templatesOf, withHash } from "../../engine/modules/parts/kubernetes/definitions.ts";
import { laidOver } from "../../engine/modules/parts/kubernetes/difference.ts";
import { containerReasons } from "../../engine/modules/parts/kubernetes/explain.ts";
import { selectorText } from "../../engine/modules/parts/kubernetes/object.ts";
import { conditionOf, unready } from "../../engine/modules/parts/kubernetes/ready.ts";
import { secretTexts, shownObject } from "../../engine/modules/parts/kubernetes/secret.ts";
import { loadYaml } from "../../engine/source/yaml.ts";
import { controllerFor } from "../modules/bench.ts";

interface Readiness {
  readonly object: KubeObject;
  readonly condition?: Record<string, unknown>;
  /** Null: it is ready. */
  readonly why: string | null;
}

const plain = <T>(value: unknown): T => JSON.parse(JSON.stringify(value)) as T;
const file = path.join(import.meta.dirname, "ready.yaml");
const controller = controllerFor(import.meta.dirname, {}, "here");

for (const { object, condition, why } of loadYaml(readFileSync(file, "utf8"), file) as Readiness[]) {
  test(`ready: ${object.kind}: ${why ?? "yes"}`, () => assert.equal(unready(plain(object), conditionOf(condition)) ?? null, why));
}

test("names end in the hashes that kubectl's own tests expect", () => {
  const hash = (object: unknown): string => withHash(object as KubeObject).metadata.name;
  const metadata = { name: "" };
  assert.equal(hash({ apiVersion: "v1", kind: "ConfigMap", metadata, data: {} }), "-42745tchd9");
  assert.equal(hash({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { one: "" } }), "-9g67k2htb6");
  assert.equal(hash({ apiVersion: "v1", kind: "Secret", metadata, type: "my-type", data: { one: "" } }), "-74bd68bm66");
  assert.equal(hash({ apiVersion: "v1", kind: "Service", metadata }), "");
});

test("definitions: documents, lists in lists, arguments for what they leave out", () => {
  const ids = (args: Parameters<typeof definitionsOf>[0]): string[] =>
    definitionsOf(args, controller).map(({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.namespace ?? "-"}/${metadata.name}`);
  assert.deepEqual(ids({ definition: "kind: A\nmetadata: {name: a}\n---\n---\n- {kind: B, metadata: {name: b, namespace: x}}\n" }), ["v1 A -/a", "v1 B x/b"]);
  assert.deepEqual(ids({ definition: [{ kind: "List", items: [{ kind: "C", metadata: { name: "c" } }] }], namespace: "n", api_version: "g/v1" }), [
    "g/v1 C n/c",
  ]);
  assert.deepEqual(ids({ kind: "D", name: "d" }), ["v1 D -/d"]);
  assert.deepEqual(ids({ definition: { data: {} }, kind: "E", name: "e" }), ["v1 E -/e"]);
  assert.throws(() => ids({ definition: { kind: "A", metadata: { generateName: "x-" } } }), { message: /no metadata.name/, hint: /another one at each run/ });
  assert.throws(() => ids({ definition: "just text" }), /must be a mapping/);
  assert.throws(() => ids({ definition: { metadata: { name: "a" } } }), /has no kind/);
  assert.throws(() => ids({ definition: "a: b: c" }), /not valid YAML/);
  assert.throws(() => templatesOf({ path: "x", newline: "\n" }), /template has no "newline"/);
});

test("a Secret's texts: as they stand and as they are, but not what everybody knows", () => {
  const secret = { kind: "Secret", data: { password: "c2VjcmV0LTE=", username: "cG9zdGdyZXM=", pin: "MTIz" } };
  assert.deepEqual(secretTexts(secret), ["c2VjcmV0LTE=", "secret-1", "cG9zdGdyZXM=", "MTIz"]);
  assert.deepEqual(secretTexts({ kind: "ConfigMap", data: { password: "eA==" } } as never), []);
});

test("kubectl's copy of a Secret is hidden too", () => {
  const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "{...}", other: "kept" };
  const shown = shownObject({ apiVersion: "v1", kind: "Secret", metadata: { name: "s", annotations } }, undefined, "after");
  assert.deepEqual(shown.metadata.annotations, { "kubectl.kubernetes.io/last-applied-configuration": "***", other: "kept" });
});

test("a definition laid over what is there", () => {
  const live = { a: 1, list: [{ name: "x", image: "1", pulled: true }], plain: [1, 2] };
  assert.deepEqual(laidOver(live, { list: [{ name: "x", image: "2" }, { name: "y" }], plain: [3] }), {
    a: 1,
    list: [{ name: "x", image: "2", pulled: true }, { name: "y" }],
    plain: [3],
  });
});

test("a labelSelector as the API's query has it", () => {
  const matchExpressions = [
    { key: "tier", operator: "In", values: ["a", "b"] },
    { key: "old", operator: "DoesNotExist" },
  ];
  assert.equal(selectorText({ matchLabels: { app: "web" }, matchExpressions }), "app=web,tier in (a,b),!old");
});

test("why containers do not run", () => {
  const pod = (status: unknown): KubeObject => ({ apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace: "n" }, status }) as KubeObject;
  const waiting = { name: "a", ready: false, state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } } };
  const crashing = {
    name: "b",
    ready: false,
    restartCount: 3,
    state: { waiting: { reason: "CrashLoopBackOff" } },
    lastState: { terminated: { exitCode: 1, reason: "Error" } },
  };
  assert.deepEqual(containerReasons(pod({ containerStatuses: [waiting, crashing, { name: "c", ready: true, state: { running: {} } }] })), [
    "Pod n/p: container a waits: ImagePullBackOff: no such image",
    "Pod n/p: container b waits: CrashLoopBackOff, ended with 1 (Error), 3 restarts",
  ]);
  assert.deepEqual(containerReasons(pod({ conditions: [{ type: "PodScheduled", status: "False", message: "0/2 nodes are available" }] })), [
    "Pod n/p: 0/2 nodes are available",
  ]);
});
