import type { Change, Diff } from "../contract.ts";
import { fieldChanges, isSame, objectDiff } from "../parts/kubernetes/difference.ts";
import { idOf } from "../parts/kubernetes/object.ts";
import { isImmutable, refused } from "../parts/kubernetes/refusal.ts";
import type { KubeObject } from "../../kubernetes/contract.ts";
import type { K8sArgs } from "./k8s.ts";
import type { K8sState, ObjectState } from "./state.ts";

type Args = Pick<K8sArgs, "state" | "force" | "field_manager" | "server_side_apply" | "wait">;

/** Every change still to make, object by object. @throws ModuleError for what the API refuses */
export function planState(current: K8sState, args: Args): Change[] {
  const changes = current.objects.flatMap((object) => (args.state === "absent" ? removal(object) : changesOf(object, args)));
  return [...changes, ...current.stale.map(({ live }) => ({ key: idOf(live), from: "present", to: null }))];
}

function removal({ live }: ObjectState): Change[] {
  return live === undefined || live.metadata.deletionTimestamp !== undefined ? [] : [{ key: idOf(live), from: "present", to: null }];
}

function changesOf(object: ObjectState, args: Args): Change[] {
  const { definition, live, merged, refusal } = object;
  const id = idOf(definition);
  if (live === undefined && args.state === "patched") return [];
  if (refusal !== undefined) {
    if (!args.force || !isImmutable(refusal) || live === undefined) throw refused(id, refusal);
    return [{ key: id, from: "present", to: "recreated" }, ...fieldChanges(live, merged ?? definition)];
  }
  if (live === undefined) return [{ key: id, from: null, to: "present" }];
  if (live.metadata.deletionTimestamp !== undefined) return [{ key: id, from: "being deleted", to: "present" }];
  const fields = [...fieldChanges(live, merged!), ...ownership(id, live, merged!, managerOf(args))];
  if (fields.length > 0) return fields;
  return args.wait && object.unready !== undefined ? [{ key: `${id} ready`, from: object.unready, to: "ready" }] : [];
}

function managerOf(args: Args): string {
  return String(args.server_side_apply?.["field_manager"] ?? args.field_manager);
}

/** Fields that we come to own, or own no more: what is left out of the definition later goes only if it was ours. */
function ownership(id: string, live: KubeObject, merged: KubeObject, manager: string): Change[] {
  const owned = (object: KubeObject): unknown =>
    object.metadata.managedFields?.find((entry) => entry.manager === manager && entry.operation === "Apply" && !entry.subresource)?.fieldsV1;
  const [before, after] = [owned(live), owned(merged)];
  if (isSame(before, after)) return [];
  return [
    { key: `${id} metadata.managedFields`, from: before === undefined ? null : `${manager}'s`, to: after === undefined ? null : `${manager}'s, other fields` },
  ];
}

/** Whether a change is one that only waits. */
export function isWaiting(change: Change): boolean {
  return change.key.endsWith(" ready") && change.to === "ready";
}

/** The changes of one object: its own, and those of its fields. */
export function changesFor(object: KubeObject, changes: readonly Change[]): readonly Change[] {
  const id = idOf(object);
  return changes.filter(({ key }) => key === id || key.startsWith(`${id} `));
}

export function diffs(changes: readonly Change[], current: K8sState, args: Args): Diff[] {
  const touched = current.objects.filter(({ definition }) => changesFor(definition, changes).some((change) => !isWaiting(change)));
  return [
    ...touched.map(({ live, merged }) => objectDiff(live, args.state === "absent" ? undefined : merged)),
    ...current.stale.map(({ live }) => objectDiff(live, undefined)),
  ];
}
