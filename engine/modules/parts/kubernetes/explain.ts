import type { Cluster, KubeObject } from "../../../kubernetes/contract.ts";
import { pathOf } from "../../../kubernetes/contract.ts";
import { at, idOf, selectorText } from "./object.ts";

/** How many reasons a message may have. */
const MOST = 6;

interface Event {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTimestamp?: string;
  readonly metadata: { readonly creationTimestamp?: string };
}

/** What the cluster says about an object that does not become ready: its pods' containers, its and their warnings. */
export async function reasonsFor(object: KubeObject, cluster: Cluster): Promise<string[]> {
  const pods = object.kind === "Pod" ? [object] : await podsOf(object, cluster);
  const waiting = pods.flatMap(containerReasons);
  const events = await Promise.all([object, ...pods.slice(0, 3)].map((each) => warningsOf(each, cluster)));
  return [...new Set([...waiting, ...events.flat()])].slice(0, MOST);
}

async function podsOf(object: KubeObject, cluster: Cluster): Promise<KubeObject[]> {
  const selector = selectorText(at(object, "spec", "selector"));
  if (selector === "" || object.metadata.namespace === undefined || object.kind === "Service") return [];
  return listOf(cluster, "pods", object.metadata.namespace, { labelSelector: selector, limit: "20" });
}

async function listOf<T = KubeObject>(cluster: Cluster, plural: string, namespace: string, query: Record<string, string>): Promise<T[]> {
  const resource = { apiVersion: "v1", kind: "", plural, isNamespaced: true, verbs: [] };
  const answer = await cluster.request({ method: "GET", path: pathOf(resource, namespace), query });
  return answer.status === 200 ? (answer.body["items"] as T[]) : [];
}

interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: { readonly waiting?: Said; readonly terminated?: Said & { readonly exitCode?: number } };
  readonly lastState?: { readonly terminated?: Said & { readonly exitCode?: number } };
}

interface Said {
  readonly reason?: string;
  readonly message?: string;
}

/** Why a pod's containers do not run, one line each. */
export function containerReasons(pod: KubeObject): string[] {
  const statuses = [
    ...((at(pod, "status", "initContainerStatuses") ?? []) as ContainerStatus[]),
    ...((at(pod, "status", "containerStatuses") ?? []) as ContainerStatus[]),
  ];
  const lines = statuses.flatMap(({ name, ready, state, lastState, restartCount = 0 }) => {
    const ended = state?.terminated ?? lastState?.terminated;
    const { waiting } = state ?? {};
    if (ready === true || (waiting === undefined && (ended === undefined || ended.exitCode === 0))) return [];
    const words = waiting === undefined ? "" : ` waits: ${[waiting.reason, waiting.message].filter(Boolean).join(": ")}`;
    const end = ended === undefined ? "" : ` ended with ${ended.exitCode}${ended.reason === undefined ? "" : ` (${ended.reason})`}`;
    return [
      `${idOf({ ...pod, kind: "Pod" })}: container ${name}${words}${words !== "" && end !== "" ? "," : ""}${end}${restartCount > 0 ? `, ${restartCount} restarts` : ""}`,
    ];
  });
  const unscheduled = ((at(pod, "status", "conditions") ?? []) as (Said & { type: string; status: string })[]).find(
    ({ type, status }) => type === "PodScheduled" && status === "False",
  );
  return unscheduled === undefined ? lines : [`${idOf({ ...pod, kind: "Pod" })}: ${unscheduled.message ?? unscheduled.reason ?? "not scheduled"}`, ...lines];
}

async function warningsOf(object: KubeObject, cluster: Cluster): Promise<string[]> {
  const { uid, namespace = "default" } = object.metadata;
  if (uid === undefined) return [];
  const events = await listOf<Event>(cluster, "events", namespace, { fieldSelector: `involvedObject.uid=${uid},type=Warning` });
  const time = (event: Event): string => event.lastTimestamp ?? event.metadata.creationTimestamp ?? "";
  const newest = events.toSorted((a, b) => (time(a) < time(b) ? 1 : -1)).slice(0, 2);
  return newest.map(({ reason, message }) => `${idOf(object)}: ${reason ?? "warning"}: ${message ?? ""}`);
}
