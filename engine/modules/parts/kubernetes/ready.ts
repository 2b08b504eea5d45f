import type { KubeObject } from "../../../kubernetes/contract.ts";
import { mapping } from "../../schema.ts";
import { at, numberAt } from "./object.ts";

/** `wait_condition` as people write it. */
export interface WaitCondition {
  readonly type: string;
  readonly status?: string;
  readonly reason?: string;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export const conditionArg = mapping("A condition of the object's status to wait for: type, status (True when not given), reason.");

/** @returns what is wrong with a `wait_condition`, or undefined */
export function checkCondition(given: Readonly<Record<string, unknown>> | undefined): string | undefined {
  if (given === undefined) return undefined;
  const unknown = Object.keys(given).find((key) => !["type", "status", "reason"].includes(key));
  if (unknown !== undefined) return `wait_condition has type, status and reason, not ${unknown}`;
  return typeof given["type"] === "string" ? undefined : "wait_condition needs a type, for example Available";
}

export function conditionOf(given: Readonly<Record<string, unknown>> | undefined): WaitCondition | undefined {
  if (given === undefined) return undefined;
  const { type, status, reason } = given;
  const text = typeof status === "boolean" ? (status ? "True" : "False") : status;
  return { type: String(type), ...(text === undefined ? {} : { status: String(text) }), ...(reason === undefined ? {} : { reason: String(reason) }) };
}

/**
 * Why an object is not ready, in a few words; undefined when it is. Kinds that no rule is known for are ready when they are there.
 * Rules as in kubectl's `rollout status` and `wait`.
 */
export function unready(object: KubeObject, condition?: WaitCondition): string | undefined {
  if (condition !== undefined) return unmet(object, condition);
  if (object.metadata.deletionTimestamp !== undefined) return "being deleted";
  const judge = JUDGES[object.kind];
  const isSeen = numberAt(object, Infinity, "status", "observedGeneration") >= (object.metadata.generation ?? 0);
  if (judge !== undefined && !isSeen) return "the last change is not seen by its controller yet";
  return judge?.(object);
}

/** True when waiting for more is in vain. */
export function isHopeless(object: KubeObject): boolean {
  return object.kind === "Job" && conditionsOf(object).some(({ type, status }) => type === "Failed" && status === "True");
}

function unmet(object: KubeObject, wanted: WaitCondition): string | undefined {
  const found = conditionsOf(object).find(({ type }) => type === wanted.type);
  const status = wanted.status ?? "True";
  if (found === undefined) return `there is no condition ${wanted.type}`;
  if (found.status.toLowerCase() === status.toLowerCase() && (wanted.reason === undefined || found.reason === wanted.reason)) return undefined;
  return `condition ${wanted.type} is ${found.status}${said(found)}`;
}

const JUDGES: Readonly<Record<string, (object: KubeObject) => string | undefined>> = {
  Deployment(object) {
    const wanted = numberAt(object, 1, "spec", "replicas");
    const count = (key: string): number => numberAt(object, 0, "status", key);
    if (at(object, "status", "observedGeneration") === undefined) return "not seen by its controller yet";
    if (count("updatedReplicas") < wanted) return `${count("updatedReplicas")} of ${wanted} replicas are of the new revision`;
    if (count("replicas") > count("updatedReplicas")) return `${count("replicas") - count("updatedReplicas")} old replicas are still there`;
    return count("availableReplicas") < wanted ? `${count("availableReplicas")} of ${wanted} replicas are available` : undefined;
  },
  StatefulSet(object) {
    const wanted = numberAt(object, 1, "spec", "replicas");
    const count = (key: string): number => numberAt(object, 0, "status", key);
    if (at(object, "status", "observedGeneration") === undefined) return "not seen by its controller yet";
    const isOnDelete = at(object, "spec", "updateStrategy", "type") === "OnDelete";
    const partition = numberAt(object, 0, "spec", "updateStrategy", "rollingUpdate", "partition");
    if (!isOnDelete && count("updatedReplicas") < wanted - partition)
      return `${count("updatedReplicas")} of ${wanted - partition} replicas are of the new revision`;
    return count("readyReplicas") < wanted ? `${count("readyReplicas")} of ${wanted} replicas are ready` : undefined;
  },
  DaemonSet(object) {
    if (at(object, "status", "observedGeneration") === undefined) return "not seen by its controller yet";
    const wanted = numberAt(object, 0, "status", "desiredNumberScheduled");
    const count = (key: string): number => numberAt(object, 0, "status", key);
    const isOnDelete = at(object, "spec", "updateStrategy", "type") === "OnDelete";
    if (!isOnDelete && count("updatedNumberScheduled") < wanted) return `${count("updatedNumberScheduled")} of ${wanted} nodes have the new revision`;
    return count("numberAvailable") < wanted ? `available on ${count("numberAvailable")} of ${wanted} nodes` : undefined;
  },
  ReplicaSet: (object) => available(object, "availableReplicas"),
  ReplicationController: (object) => available(object, "availableReplicas"),
  Pod(object) {
    const phase = String(at(object, "status", "phase") ?? "Pending");
    return phase === "Succeeded" || unmet(object, { type: "Ready" }) === undefined ? undefined : `its phase is ${phase}`;
  },
  Job(object) {
    const failed = conditionsOf(object).find(({ type, status }) => type === "Failed" && status === "True");
    if (failed !== undefined) return `it failed${said(failed)}`;
    return unmet(object, { type: "Complete" }) === undefined
      ? undefined
      : `${numberAt(object, 0, "status", "succeeded")} of ${numberAt(object, 1, "spec", "completions")} completions`;
  },
  Namespace: (object) => (at(object, "status", "phase") === "Active" ? undefined : `its phase is ${String(at(object, "status", "phase"))}`),
  Node: (object) => unmet(object, { type: "Ready" }),
  CustomResourceDefinition: (object) => unmet(object, { type: "Established" }),
  APIService: (object) => unmet(object, { type: "Available" }),
};

function available(object: KubeObject, key: string): string | undefined {
  const [wanted, count] = [numberAt(object, 1, "spec", "replicas"), numberAt(object, 0, "status", key)];
  return count < wanted ? `${count} of ${wanted} replicas are available` : undefined;
}

function conditionsOf(object: KubeObject): readonly Condition[] {
  const found = at(object, "status", "conditions");
  return Array.isArray(found) ? (found as Condition[]) : [];
}

function said(condition: Condition): string {
  const words = [condition.reason, condition.message].filter(Boolean).join(": ");
  return words === "" ? "" : ` (${words})`;
}
