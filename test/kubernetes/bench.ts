import type { Cluster, KubeObject } from "../../engine/kubernetes/contract.ts";
import { pathOf } from "../../engine/kubernetes/contract.ts";
import type { ApiModule } from "../../engine/modules/contract.ts";
import { loadModule } from "../../engine/modules/index.ts";
import { validateArgs } from "../../engine/modules/validate.ts";
import type { Session } from "../../engine/session/contract.ts";
import { type CarriedOut, carryOut } from "../../engine/task/carry-out.ts";
import { Connection } from "../../engine/task/connection.ts";
import { Turns } from "../../engine/task/turns.ts";
import { handsOnApi } from "../../engine/task/hands-on-api.ts";
import { controllerFor } from "../modules/bench.ts";

/** What the laws look at after each step. */
const WATCHED = [
  ["v1", "Namespace"],
  ["v1", "ConfigMap"],
  ["v1", "Secret"],
  ["v1", "Service"],
  ["v1", "Node"],
  ["v1", "Pod"],
  ["v1", "PersistentVolumeClaim"],
  ["apps/v1", "Deployment"],
  ["apps/v1", "StatefulSet"],
  ["batch/v1", "Job"],
  ["policy/v1", "PodDisruptionBudget"],
  ["apiextensions.k8s.io/v1", "CustomResourceDefinition"],
] as const;

/** Modules carried out on a real API by the engine's own means, without a playbook around. */
export class ClusterBench {
  readonly connection: Connection;
  readonly told: string[] = [];
  readonly hidden = new Set<string>();

  constructor(session: Session) {
    this.connection = new Connection(session, new Turns(), false);
  }

  /** Carries a module out, from its arguments as written. */
  async run(name: string, given: Readonly<Record<string, unknown>>, how: { check?: boolean; diff?: boolean; timeout?: number } = {}): Promise<CarriedOut> {
    const loaded = await loadModule(name);
    if (loaded?.kind !== "api") throw new Error(`${name} calls no API`);
    const module = loaded.module as ApiModule<unknown>;
    const { args: validated, problems } = validateArgs(module.args, given, {
      raw: given,
      place: { file: "test", line: 1, column: 1 },
      moduleName: name,
      partial: false,
    });
    if (problems[0] !== undefined) throw problems[0];
    const refused = module.check?.(validated);
    if (refused !== undefined) throw new Error(refused);
    const args = module.prepare === undefined ? validated : await module.prepare(validated, controllerFor(import.meta.dirname, {}, "cp"));
    const use = await this.connection.cluster(module.access(args), { timeout: how.timeout }, (line) => this.told.push(line));
    try {
      const hands = handsOnApi(module, args, use.cluster, { hide: (secret) => this.hidden.add(secret) });
      return await carryOut(module, args, hands, { check: how.check ?? false, diff: how.diff ?? true });
    } finally {
      use.end();
    }
  }

  /** An administrator's client. */
  async cluster(): Promise<Cluster> {
    return (await this.connection.cluster({}, {}, () => undefined)).cluster;
  }

  /** Makes an object as somebody else would, its status too. */
  async give(object: KubeObject): Promise<void> {
    const { cluster, resource, path } = await this.placeOf(object);
    const contentType = "application/apply-patch+yaml";
    const made = await cluster.request({ method: "PATCH", path, query: { fieldManager: "given", force: "true" }, body: object, contentType });
    if (made.status >= 300) throw new Error(JSON.stringify(made.body));
    if (object["status"] === undefined) return;
    const body = { status: object["status"] };
    const status = {
      method: "PATCH",
      path: pathOf(resource, object.metadata.namespace, object.metadata.name, "status"),
      body,
      contentType: "application/merge-patch+json",
    } as const;
    const answer = await cluster.request(status);
    if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
  }

  async get(object: Pick<KubeObject, "apiVersion" | "kind" | "metadata">): Promise<KubeObject | undefined> {
    const { cluster, path } = await this.placeOf(object);
    const answer = await cluster.request({ method: "GET", path });
    return answer.status === 404 ? undefined : (answer.body as unknown as KubeObject);
  }

  private async placeOf(object: Pick<KubeObject, "apiVersion" | "kind" | "metadata">) {
    const cluster = await this.cluster();
    const resource = await cluster.resourceOf(object.apiVersion, object.kind);
    if (resource === undefined) throw new Error(`no kind ${object.kind}`);
    return { cluster, resource, path: pathOf(resource, object.metadata.namespace, object.metadata.name) };
  }

  /** The version of every object that the laws watch. */
  async versions(): Promise<Record<string, string>> {
    const cluster = await this.cluster();
    const found: Record<string, string> = {};
    for (const [apiVersion, kind] of WATCHED) {
      const answer = await cluster.request({ method: "GET", path: pathOf((await cluster.resourceOf(apiVersion, kind))!, undefined) });
      for (const { metadata } of answer.body["items"] as KubeObject[])
        found[`${kind} ${metadata.namespace ?? ""}/${metadata.name}`] = metadata.resourceVersion!;
    }
    return found;
  }
}
