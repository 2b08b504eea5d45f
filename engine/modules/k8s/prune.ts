import type { Cluster, KubeObject } from "../../kubernetes/contract.ts";
import { objectsOf, resourceFor } from "../parts/kubernetes/find.ts";
import { inOrder } from "../parts/kubernetes/order.ts";
import type { K8sState } from "./state.ts";

type Prune = Readonly<Record<string, unknown>>;

/** What people put into a set, and may take out of it again. Not what holds data or other things: claims, namespaces, CRDs must be named. */
const USUAL = [
  "v1/ConfigMap",
  "v1/Secret",
  "v1/Service",
  "v1/ServiceAccount",
  "apps/v1/DaemonSet",
  "apps/v1/Deployment",
  "apps/v1/StatefulSet",
  "autoscaling/v2/HorizontalPodAutoscaler",
  "batch/v1/CronJob",
  "batch/v1/Job",
  "networking.k8s.io/v1/Ingress",
  "networking.k8s.io/v1/NetworkPolicy",
  "policy/v1/PodDisruptionBudget",
  "rbac.authorization.k8s.io/v1/Role",
  "rbac.authorization.k8s.io/v1/RoleBinding",
];
const HOLDS_OTHERS = new Set(["Namespace", "CustomResourceDefinition", "PersistentVolume", "PersistentVolumeClaim"]);

function labelsOf(prune: Prune): Record<string, string> {
  return Object.fromEntries(Object.entries(prune["labels"] as Record<string, unknown>).map(([key, value]) => [key, String(value)]));
}

/** The object with the labels by which it is found again. */
export function labelled(object: KubeObject, prune: Prune): KubeObject {
  return { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labelsOf(prune) } } };
}

/** What carries the labels and is not in the set, in the order in which it is to be deleted. */
export async function staleObjects(prune: Prune, objects: readonly KubeObject[], cluster: Cluster): Promise<K8sState["stale"]> {
  const selector = Object.entries(labelsOf(prune)).map(([key, value]) => `${key}=${value}`);
  const own = objects.filter(({ kind }) => !HOLDS_OTHERS.has(kind)).map(({ apiVersion, kind }) => `${apiVersion}/${kind}`);
  const named = Array.isArray(prune["kinds"]) ? (prune["kinds"] as unknown[]).map(String) : undefined;
  const kinds = [...new Set(named ?? [...USUAL, ...own])];
  const namespaces = Array.isArray(prune["namespaces"]) ? (prune["namespaces"] as unknown[]).map(String) : undefined;
  const known = new Set(objects.map(keyOf));
  const found = await Promise.all(
    kinds.map(async (written) => {
      const parts = written.split("/");
      const [kind, version] = [parts.at(-1)!, parts.length > 1 ? parts.slice(0, -1).join("/") : undefined];
      // a usual kind that this cluster does not have holds nothing
      const resource = named === undefined ? await cluster.resourceOf(version, kind) : await resourceFor(cluster, version, kind);
      if (resource === undefined) return [];
      return (await objectsOf(cluster, resource, { labels: selector })).map((live) => ({ live, resource }));
    }),
  );
  const stale = found.flat().filter(({ live }) => {
    const { namespace, deletionTimestamp, ownerReferences = [] } = live.metadata;
    // what a controller made goes with its owner
    if (deletionTimestamp !== undefined || ownerReferences.some(({ controller }) => controller === true)) return false;
    return !known.has(keyOf(live)) && (namespaces === undefined || (namespace !== undefined && namespaces.includes(namespace)));
  });
  return inOrder(stale, ({ live }) => live.kind).reverse();
}

/** One thing has one key under every version of its kind. */
function keyOf({ apiVersion, kind, metadata }: KubeObject): string {
  return [apiVersion.includes("/") ? apiVersion.split("/")[0] : "", kind, metadata.namespace ?? "", metadata.name].join("/");
}
