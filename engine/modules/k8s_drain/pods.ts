import type { KubeObject } from "../../kubernetes/contract.ts";
import { at } from "../parts/kubernetes/object.ts";

export interface DrainOptions {
  readonly ignore_daemonsets: boolean;
  readonly delete_emptydir_data: boolean;
  readonly force: boolean;
}

/** Which of a node's pods go, and which are in the way. */
export interface Sorted {
  readonly leaving: readonly KubeObject[];
  /** Why the drain must not begin, one line a pod. */
  readonly blocking: readonly string[];
}

const MIRROR = "kubernetes.io/config.mirror";

/** Sorts a node's pods as `kubectl drain` does: static pods stay, finished ones may go, and those whose loss is not made good need a word. */
export function sortPods(pods: readonly KubeObject[], options: DrainOptions): Sorted {
  const leaving: KubeObject[] = [];
  const blocking: string[] = [];
  for (const pod of pods) {
    const { name, namespace, annotations, ownerReferences = [] } = pod.metadata;
    const id = `${namespace}/${name}`;
    if (annotations?.[MIRROR] !== undefined) continue;
    const owner = ownerReferences.find(({ controller }) => controller === true);
    const isFinished = ["Succeeded", "Failed"].includes(String(at(pod, "status", "phase")));
    if (owner?.kind === "DaemonSet" && !isFinished) {
      if (!options.ignore_daemonsets) blocking.push(`${id} is of a DaemonSet, which would start it again: ignore_daemonsets: true leaves it`);
      continue;
    }
    const hasData = ((at(pod, "spec", "volumes") ?? []) as { emptyDir?: unknown }[]).some(({ emptyDir }) => emptyDir !== undefined);
    if (hasData && !isFinished && !options.delete_emptydir_data)
      blocking.push(`${id} has data in an emptyDir, which would be lost: delete_emptydir_data: true`);
    else if (owner === undefined && !isFinished && !options.force) blocking.push(`${id} has no controller, nothing would start it again: force: true`);
    else leaving.push(pod);
  }
  return { leaving, blocking };
}
