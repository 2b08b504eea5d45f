import type { KubeObject, Resource } from "../../kubernetes/contract.ts";
import type { Refusal } from "../parts/kubernetes/refusal.ts";

/** One object that the task names, and what the API says about it. */
export interface ObjectState {
  readonly definition: KubeObject;
  /** Undefined when the kind only comes with a CRD of the same task. */
  readonly resource?: Resource | undefined;
  /** Undefined when it is not there. */
  readonly live?: KubeObject | undefined;
  /** What it would be after the change, by a dry run. */
  readonly merged?: KubeObject | undefined;
  /** Why the dry run refused. */
  readonly refusal?: Refusal | undefined;
  /** Why `merged` is a guess: the API could not be asked yet. */
  readonly assumed?: string | undefined;
  /** Why it is not ready yet; only looked at with wait. */
  readonly unready?: string | undefined;
  readonly warnings?: readonly string[];
}

export interface K8sState {
  /** What the task names, before the cluster was asked. */
  readonly wanted: readonly KubeObject[];
  /** In the order in which they are made. */
  readonly objects: readonly ObjectState[];
  /** What carries the inventory's labels and is named no more. */
  readonly stale: readonly { readonly live: KubeObject; readonly resource: Resource }[];
}
