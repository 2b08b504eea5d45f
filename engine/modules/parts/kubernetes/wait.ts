import type { Cluster, KubeObject } from "../../../kubernetes/contract.ts";
import { ModuleError } from "../../contract.ts";
import { boolean, number } from "../../schema.ts";
import { reasonsFor } from "./explain.ts";
import { objectAt } from "./find.ts";
import { idOf } from "./object.ts";
import { conditionArg, isHopeless, unready, type WaitCondition } from "./ready.ts";

/** The arguments of waiting, with kubernetes.core's defaults but for the pause: a look costs nothing over a held connection. */
export const waitArgs = {
  wait: boolean("Wait until the objects are ready, or gone.", { default: false }),
  wait_condition: conditionArg,
  wait_timeout: number("Seconds to wait.", { default: 120 }),
  wait_sleep: number("Seconds between two looks.", { default: 1 }),
};

export interface WaitArgs {
  readonly wait_timeout: number;
  readonly wait_sleep: number;
}

/**
 * Waits until the object at `path` is ready, telling what it waits for whenever that changes.
 * @throws ModuleError at the deadline: what is not ready, and why
 */
export async function untilReady(cluster: Cluster, path: string, id: string, condition: WaitCondition | undefined, args: WaitArgs): Promise<KubeObject> {
  let last: KubeObject | undefined;
  let told: string | undefined;
  const found = await cluster.until(
    async () => {
      last = await objectAt(cluster, path, id);
      const why = last === undefined ? "it is not there" : unready(last, condition);
      if (why === undefined) return last;
      if (why !== told) cluster.tell(`${id}: ${why}`);
      told = why;
      if (last !== undefined && condition === undefined && isHopeless(last)) throw await notReady(last, id, why, cluster);
      return undefined;
    },
    { timeout: args.wait_timeout, pause: args.wait_sleep },
  );
  if (found !== undefined) return found;
  throw await notReady(last, id, `${told ?? "not ready"} after ${args.wait_timeout} s`, cluster);
}

async function notReady(object: KubeObject | undefined, id: string, why: string, cluster: Cluster): Promise<ModuleError> {
  const reasons = object === undefined ? [] : await reasonsFor(object, cluster);
  const message = [`${id} is not ready: ${why}`, ...reasons.map((reason) => `  ${reason}`)].join("\n");
  return new ModuleError(message, { reasons }, reasons.length === 0 ? "raise wait_timeout, or look at the object's events" : undefined);
}

/** Waits until nothing is at `path`, or another object of that name. @throws ModuleError at the deadline */
export async function untilGone(cluster: Cluster, path: string, object: KubeObject, args: WaitArgs): Promise<void> {
  const id = idOf(object);
  let last: KubeObject | undefined;
  let isTold = false;
  const gone = await cluster.until(
    async () => {
      last = await objectAt(cluster, path, id);
      if (last === undefined || last.metadata.uid !== object.metadata.uid) return true;
      if (!isTold) cluster.tell(`${id}: waiting until it is gone`);
      isTold = true;
      return undefined;
    },
    { timeout: args.wait_timeout, pause: args.wait_sleep },
  );
  if (gone !== undefined) return;
  const finalizers = last?.metadata["finalizers"];
  const held = Array.isArray(finalizers) && finalizers.length > 0 ? `: held by its finalizers ${finalizers.join(", ")}` : "";
  throw new ModuleError(
    `${id} is still there after ${args.wait_timeout} s${held}`,
    {},
    held === "" ? "raise wait_timeout" : "the controller that set them must take them away",
  );
}
