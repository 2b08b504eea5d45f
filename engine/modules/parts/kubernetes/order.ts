import type { KubeObject } from "../../../kubernetes/contract.ts";
import { at } from "./object.ts";

/** What must be there before what stands after it; kinds that are not named (custom resources) come with the workloads' settings. */
const RANKS: readonly (readonly string[])[] = [
  ["Namespace"],
  ["CustomResourceDefinition"],
  ["PriorityClass", "RuntimeClass", "StorageClass", "IngressClass", "PersistentVolume", "ResourceQuota", "LimitRange", "NetworkPolicy"],
  ["ServiceAccount", "ClusterRole", "Role"],
  ["ClusterRoleBinding", "RoleBinding"],
  ["ConfigMap", "Secret", "PersistentVolumeClaim"],
  ["Service"],
  [],
  ["Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "ReplicationController", "Pod", "Job", "CronJob"],
  ["HorizontalPodAutoscaler", "PodDisruptionBudget", "Ingress"],
  // they send requests to workloads, and would refuse everything until those are up
  ["APIService", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
];
const OTHERS = RANKS.findIndex((kinds) => kinds.length === 0);

export function rankOf(kind: string): number {
  const rank = RANKS.findIndex((kinds) => kinds.includes(kind));
  return rank === -1 ? OTHERS : rank;
}

/** Objects in the order in which they can be made; within a rank as they were written. */
export function inOrder<T>(objects: readonly T[], kindOf: (object: T) => string): T[] {
  return objects.toSorted((a, b) => rankOf(kindOf(a)) - rankOf(kindOf(b)));
}

/** Groups of neighbours of one rank. */
export function byRank<T>(objects: readonly T[], kindOf: (object: T) => string): T[][] {
  const groups: T[][] = [];
  for (const object of objects) {
    const last = groups.at(-1);
    if (last !== undefined && rankOf(kindOf(last[0]!)) === rankOf(kindOf(object))) last.push(object);
    else groups.push([object]);
  }
  return groups;
}

export interface Promised {
  readonly isNamespaced: boolean;
  readonly by: string;
}

/** The CRD among `objects` that brings a kind. */
export function promisedKind(apiVersion: string, kind: string, objects: readonly KubeObject[]): Promised | undefined {
  const [group, version] = apiVersion.split("/");
  const crd = objects.find(
    (object) =>
      object.kind === "CustomResourceDefinition" &&
      at(object, "spec", "group") === group &&
      at(object, "spec", "names", "kind") === kind &&
      ((at(object, "spec", "versions") ?? []) as { name: string }[]).some(({ name }) => name === version),
  );
  return crd === undefined ? undefined : { isNamespaced: at(crd, "spec", "scope") !== "Cluster", by: crd.metadata.name };
}
