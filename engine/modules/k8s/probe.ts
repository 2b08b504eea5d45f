import { type ApiRequest, type Cluster, type KubeObject, pathOf, type Resource } from "../../kubernetes/contract.ts";
import { ModuleError } from "../contract.ts";
import { laidOver } from "../parts/kubernetes/difference.ts";
import { objectAt, objectsOf, resourceFor } from "../parts/kubernetes/find.ts";
import { idOf } from "../parts/kubernetes/object.ts";
import { inOrder, type Promised, promisedKind } from "../parts/kubernetes/order.ts";
import { conditionOf, unready } from "../parts/kubernetes/ready.ts";
import { isGood, isImmutable, type Refusal, refusalIn, refused } from "../parts/kubernetes/refusal.ts";
import type { K8sArgs } from "./k8s.ts";
import { staleObjects } from "./prune.ts";
import type { K8sState, ObjectState } from "./state.ts";

/** Asks the cluster about every object: what there is, and what a dry run would make of it. */
export async function probeState(args: K8sArgs, cluster: Cluster): Promise<K8sState> {
  const wanted = args.objects ?? [];
  const selected = wanted.length === 0 && args.state === "absent" ? await selectedObjects(args, cluster) : undefined;
  if (selected !== undefined) return { wanted, objects: selected, stale: [] };
  const placed = inOrder(await Promise.all(wanted.map((object) => placedIn(object, wanted, args, cluster))), ({ definition }) => definition.kind);
  refuseTwins(placed.map(({ definition }) => definition));
  const found = await Promise.all(placed.map(async (each) => ({ ...each, live: await liveOf(each, cluster) })));
  const objects = await Promise.all(found.map((each, index) => examined(each, found.slice(0, index), args, cluster)));
  const stale =
    args.prune === undefined
      ? []
      : await staleObjects(
          args.prune,
          placed.map(({ definition }) => definition),
          cluster,
        );
  return { wanted, objects: args.state === "absent" ? objects.toReversed() : objects, stale };
}

interface Placed {
  readonly definition: KubeObject;
  readonly resource: Resource | undefined;
  readonly promised: Promised | undefined;
}

/** The definition with the namespace that it belongs to, or without one. */
async function placedIn(object: KubeObject, all: readonly KubeObject[], args: K8sArgs, cluster: Cluster): Promise<Placed> {
  const resource = await cluster.resourceOf(object.apiVersion, object.kind);
  const promised = resource === undefined ? promisedKind(object.apiVersion, object.kind, all) : undefined;
  if (resource === undefined && promised === undefined) {
    // what no API knows is not there either
    if (args.state !== "absent") await resourceFor(cluster, object.apiVersion, object.kind);
    return { definition: object, resource, promised };
  }
  const { namespace, ...metadata } = object.metadata;
  const isNamespaced = resource?.isNamespaced ?? promised!.isNamespaced;
  const definition = { ...object, metadata: isNamespaced ? { ...metadata, namespace: namespace ?? cluster.namespace } : metadata } as KubeObject;
  return { definition, resource, promised };
}

function refuseTwins(objects: readonly KubeObject[]): void {
  const seen = new Set<string>();
  for (const object of objects) {
    const key = `${object.apiVersion} ${idOf(object)}`;
    if (seen.has(key)) throw new ModuleError(`${idOf(object)} is defined twice`);
    seen.add(key);
  }
}

async function liveOf({ definition, resource }: Placed, cluster: Cluster): Promise<KubeObject | undefined> {
  return resource === undefined ? undefined : objectAt(cluster, pathFor(definition, resource), idOf(definition));
}

export function pathFor(object: KubeObject, resource: Resource): string {
  return pathOf(resource, object.metadata.namespace, object.metadata.name);
}

type Found = Placed & { readonly live: KubeObject | undefined };

async function examined(found: Found, before: readonly Found[], args: K8sArgs, cluster: Cluster): Promise<ObjectState> {
  const { definition, resource, promised, live } = found;
  const base = { definition, resource, live };
  if (args.state === "absent" || (args.state === "patched" && live === undefined)) return base;
  const guess = laidOver(live, definition) as KubeObject;
  if (resource === undefined) return { ...base, merged: guess, assumed: `${idOf(definition)}: its kind comes with ${promised?.by ?? "a CRD"}` };
  // an object that is being deleted goes first; what is made in its place is another
  if (live?.metadata.deletionTimestamp !== undefined) return { ...base, merged: definition };
  const waits = args.wait && live !== undefined ? unready(live, conditionOf(args.wait_condition)) : undefined;
  const answer = await cluster.request({ ...writeRequest(args, found as Found & { resource: Resource }, true) });
  const refusal = refusalIn(answer);
  if (refusal === undefined) return { ...base, merged: answer.body as unknown as KubeObject, warnings: answer.warnings, unready: waits };
  if (isPremature(refusal, definition, before)) return { ...base, merged: guess, assumed: `${idOf(definition)}: ${refusal.message}` };
  return { ...base, merged: guess, refusal };
}

/** Whether the API refuses only because something is missing that this task makes before. */
function isPremature(refusal: Refusal, definition: KubeObject, before: readonly Found[]): boolean {
  if (/does not support dry run/.test(refusal.message)) return true;
  const { namespace } = definition.metadata;
  const coming = before.filter(({ live }) => live === undefined || live.metadata.deletionTimestamp !== undefined).map((each) => each.definition);
  if (refusal.missing === "namespaces" || /is being terminated/.test(refusal.message))
    return coming.some(({ kind, metadata }) => kind === "Namespace" && metadata.name === namespace);
  return !isImmutable(refusal) && /not found/.test(refusal.message) && coming.length > 0;
}

/** The request that makes, changes or patches an object. */
export function writeRequest(args: K8sArgs, { definition, resource }: { definition: KubeObject; resource: Resource }, isDryRun: boolean): ApiRequest {
  const { strict = true, fail_on_error: failOnError = true } = (args.validate ?? {}) as { strict?: boolean; fail_on_error?: boolean };
  const { field_manager: manager = args.field_manager, force_conflicts: force = args.force_conflicts } = (args.server_side_apply ?? {}) as {
    field_manager?: string;
    force_conflicts?: boolean;
  };
  const query = { dryRun: isDryRun ? "All" : undefined, fieldManager: manager, fieldValidation: !strict ? "Ignore" : failOnError ? "Strict" : "Warn" };
  const path = pathFor(definition, resource);
  if (args.state !== "patched")
    return { method: "PATCH", path, query: { ...query, force: String(force) }, body: definition, contentType: "application/apply-patch+yaml" };
  // custom resources know no strategic merge
  const isBuiltIn = !resource.apiVersion.split("/")[0]!.includes(".") || /\.k8s\.io\//.test(resource.apiVersion);
  const type = args.merge_type?.find((each) => each === "merge" || isBuiltIn) ?? (isBuiltIn ? "strategic-merge" : "merge");
  return { method: "PATCH", path, query, body: definition, contentType: `application/${type}-patch+json` };
}

async function selectedObjects(args: K8sArgs, cluster: Cluster): Promise<ObjectState[]> {
  const resource = await resourceFor(cluster, args.api_version, args.kind!);
  const namespace = resource.isNamespaced ? (args.namespace ?? cluster.namespace) : undefined;
  const found = await objectsOf(cluster, resource, { namespace, labels: args.label_selectors });
  return found.map((live) => ({ definition: live, resource, live }));
}

/** Deletes an object. @throws ModuleError when the API refuses */
export async function remove(args: K8sArgs, live: KubeObject, resource: Resource, cluster: Cluster): Promise<void> {
  const options = { propagationPolicy: "Background", ...args.delete_options, kind: "DeleteOptions", apiVersion: "v1" };
  const answer = await cluster.request({ method: "DELETE", path: pathFor(live, resource), body: options });
  if (!isGood(answer) && answer.status !== 404) throw refused(idOf(live), refusalIn(answer)!);
}
