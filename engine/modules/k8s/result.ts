import type { KubeObject } from "../../kubernetes/contract.ts";
import type { ResultFacts } from "../contract.ts";
import { idOf } from "../parts/kubernetes/object.ts";
import { shownObject } from "../parts/kubernetes/secret.ts";
import type { Done } from "./apply.ts";
import type { K8sArgs } from "./k8s.ts";
import { changesFor, isWaiting } from "./plan.ts";
import type { K8sState, ObjectState } from "./state.ts";

/** The keys that kubernetes.core returns, and what was pruned. */
export function resultOf({ args, before, after, changes, applied }: ResultFacts<K8sArgs, K8sState, Done>): Record<string, unknown> {
  const real = changes.filter((change) => !isWaiting(change));
  const results = before.objects.map((object) => {
    const now = after.objects.find(({ definition }) => idOf(definition) === idOf(object.definition)) ?? object;
    const own = changesFor(object.definition, real);
    return { changed: own.length > 0, method: methodOf(own[0]?.from, own[0]?.to, own.length), result: shown(now, args, applied === undefined) };
  });
  const missing =
    args.state === "patched"
      ? before.objects.filter(({ live }) => live === undefined).map(({ definition }) => `${idOf(definition)} is not there, and state patched makes nothing`)
      : [];
  const warnings = [...new Set([...before.objects.flatMap(({ warnings = [] }) => warnings), ...(applied?.warnings ?? []), ...missing])];
  return {
    changed: real.length > 0,
    ...(results.length === 1 ? { method: results[0]!.method, result: results[0]!.result } : { result: { results } }),
    ...(warnings.length === 0 ? {} : { warnings }),
    ...(args.prune === undefined ? {} : { pruned: before.stale.map(({ live }) => idOf(live)) }),
  };
}

function methodOf(from: unknown, to: unknown, count: number): string | null {
  if (count === 0) return null;
  if (to === "recreated") return "recreate";
  if (from === null && to === "present") return "create";
  return from === "present" && to === null ? "delete" : "update";
}

/** The object as it is, or as it would be in check mode. */
function shown({ live, merged, definition }: ObjectState, args: K8sArgs, isPlan: boolean): KubeObject | Record<string, never> {
  if (args.state === "absent") return live === undefined ? {} : hidden(live);
  const object = isPlan ? (merged ?? live) : (live ?? merged);
  return hidden(object ?? definition);
}

function hidden(object: KubeObject): KubeObject {
  const { managedFields: _managed, ...metadata } = object.metadata;
  return shownObject({ ...object, metadata } as KubeObject, undefined, "after");
}
