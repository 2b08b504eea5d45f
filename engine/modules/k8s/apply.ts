import type { Cluster, KubeObject, Resource } from "../../kubernetes/contract.ts";
import { type Change, ModuleError } from "../contract.ts";
import { resourceFor } from "../parts/kubernetes/find.ts";
import { idOf } from "../parts/kubernetes/object.ts";
import { byRank } from "../parts/kubernetes/order.ts";
import { conditionOf } from "../parts/kubernetes/ready.ts";
import { refusalIn, refused } from "../parts/kubernetes/refusal.ts";
import { untilGone, untilReady } from "../parts/kubernetes/wait.ts";
import type { K8sArgs } from "./k8s.ts";
import { changesFor, isWaiting } from "./plan.ts";
import { pathFor, remove, writeRequest } from "./probe.ts";
import type { K8sState, ObjectState } from "./state.ts";

/** What was done, for the result. */
export interface Done {
  readonly warnings: readonly string[];
}

/** CRDs are ready in a moment, or never. Seconds. */
const CRD_PATIENCE = { wait_timeout: 30, wait_sleep: 0.1 };

/** Carries the changes out: ranks one after the other, objects of one rank together; then what is named no more goes; then waits. */
export async function applyChanges(changes: readonly Change[], current: K8sState, args: K8sArgs, cluster: Cluster): Promise<Done> {
  const warnings: string[] = [];
  const done: string[] = [];
  try {
    for (const group of byRank(current.objects, ({ definition }) => definition.kind)) {
      await Promise.all(
        group.map(async (object) => {
          const own = changesFor(object.definition, changes).filter((change) => !isWaiting(change));
          if (own.length === 0) return;
          if (args.state === "absent") await remove(args, object.live!, object.resource!, cluster);
          else warnings.push(...(await written(object, own, args, cluster)));
          done.push(idOf(object.definition));
        }),
      );
    }
    for (const { live, resource } of current.stale) {
      await remove(args, live, resource, cluster);
      done.push(idOf(live));
    }
    if (args.wait) await settled(current, changes, args, cluster);
  } catch (error) {
    if (error instanceof ModuleError && done.length > 0) throw new ModuleError(error.message, { ...error.result, changed: true, done }, error.hint);
    throw error;
  }
  return { warnings };
}

async function written(object: ObjectState, changes: readonly Change[], args: K8sArgs, cluster: Cluster): Promise<readonly string[]> {
  const { definition, live } = object;
  const id = idOf(definition);
  const resource = object.resource ?? (await resourceFor(cluster, definition.apiVersion, definition.kind));
  const first = changes.find(({ key }) => key === id);
  if (live !== undefined && first !== undefined) {
    if (first.to === "recreated") await remove(args, live, resource, cluster);
    await untilGone(cluster, pathFor(live, resource), live, args);
  }
  const answer = await cluster.request(writeRequest(args, { definition, resource }, false));
  const refusal = refusalIn(answer);
  if (refusal !== undefined) throw refused(id, refusal);
  if (definition.kind === "CustomResourceDefinition") await untilReady(cluster, pathFor(definition, resource), id, undefined, CRD_PATIENCE);
  return answer.warnings;
}

async function settled(current: K8sState, changes: readonly Change[], args: K8sArgs, cluster: Cluster): Promise<void> {
  const condition = conditionOf(args.wait_condition);
  const gone =
    args.state === "absent" ? current.objects.filter(({ live }) => live !== undefined).map(({ live, resource }) => ({ live: live!, resource: resource! })) : [];
  await Promise.all([...gone, ...current.stale].map(({ live, resource }) => untilGone(cluster, pathFor(live, resource), live, args)));
  if (args.state === "absent") return;
  const due = current.objects.filter(({ definition, live }) => (live !== undefined || args.state === "present") && changesFor(definition, changes).length > 0);
  await Promise.all(due.map((object) => ready(object, condition, args, cluster)));
}

async function ready({ definition, resource }: ObjectState, condition: ReturnType<typeof conditionOf>, args: K8sArgs, cluster: Cluster): Promise<KubeObject> {
  const known: Resource = resource ?? (await resourceFor(cluster, definition.apiVersion, definition.kind));
  return untilReady(cluster, pathFor(definition, known), idOf(definition), condition, args);
}
