import { type Cluster, type KubeObject, pathOf, type Resource } from "../../kubernetes/contract.ts";
import { type ApiModule, type Change, ModuleError } from "../contract.ts";
import { accessArgs, accessOf, checkAccess, secretsOfAccess } from "../parts/kubernetes/access.ts";
import { objectAt, objectsOf, resourceFor } from "../parts/kubernetes/find.ts";
import { idOf, numberAt } from "../parts/kubernetes/object.ts";
import { unready } from "../parts/kubernetes/ready.ts";
import { refusalIn, refused } from "../parts/kubernetes/refusal.ts";
import { untilReady, waitArgs } from "../parts/kubernetes/wait.ts";
import { args, type ArgsOf, boolean, integer, list, number, string } from "../schema.ts";

const schema = args(
  {
    kind: string("Deployment, StatefulSet, ReplicaSet, ReplicationController, Job (its parallelism), or another kind that can be scaled.", { required: true }),
    replicas: integer("How many there are to be.", { required: true }),
    api_version: string("Its apiVersion; v1, then every group's preferred one, when not given.", { aliases: ["api", "version"] }),
    name: string("The object's name."),
    namespace: string("Its namespace; the context's when not given."),
    label_selectors: list("All objects with these labels, instead of a name.", { default: [] }),
    current_replicas: integer("Scale only what has this many now."),
    resource_version: string("Scale only when the object is at this version."),
    ...waitArgs,
    wait: boolean("Wait until there are as many, and ready.", { default: true }),
    wait_timeout: number("Seconds to wait.", { default: 120 }),
    ...accessArgs,
  },
  { requiredOneOf: [["name", "label_selectors"]], mutuallyExclusive: [["name", "label_selectors"]] },
);

type ScaleArgs = ArgsOf<typeof schema>;

interface Scalable {
  readonly resource: Resource;
  readonly objects: readonly KubeObject[];
}

export const k8sScale: ApiModule<ScaleArgs, Scalable, undefined> = {
  name: "k8s_scale",
  summary: "Sets how many replicas there are",
  args: schema,
  check: (args) =>
    args.replicas < 0
      ? "replicas cannot be negative"
      : args.name === undefined && args.label_selectors.length === 0
        ? "give a name or label_selectors"
        : checkAccess(args),
  access: accessOf,
  secretsIn: secretsOfAccess,
  async probe(args, cluster) {
    const resource = await resourceFor(cluster, args.api_version, args.kind);
    const namespace = args.namespace ?? cluster.namespace;
    if (args.name === undefined) return { resource, objects: await objectsOf(cluster, resource, { namespace, labels: args.label_selectors }) };
    const object = await objectAt(cluster, pathOf(resource, namespace, args.name), `${resource.kind} ${namespace}/${args.name}`);
    if (object === undefined) throw new ModuleError(`there is no ${resource.kind} ${namespace}/${args.name}`);
    return { resource, objects: [object] };
  },
  plan: (current, args) =>
    current.objects.flatMap((object): Change[] => {
      const field = fieldOf(object);
      const now = numberAt(object, 1, "spec", field);
      if (now === args.replicas)
        return args.wait && unready(object) !== undefined ? [{ key: `${idOf(object)} ready`, from: unready(object)!, to: "ready" }] : [];
      return isMeant(object, args) ? [{ key: `${idOf(object)} spec.${field}`, from: now, to: args.replicas }] : [];
    }),
  left: (after, args) => k8sScale.plan(after, { ...args, wait: false }),
  async apply(changes, current, args, cluster) {
    const due = current.objects.filter((object) => changes.some(({ key }) => key.startsWith(`${idOf(object)} `)));
    for (const object of due) if (numberAt(object, 1, "spec", fieldOf(object)) !== args.replicas) await scale(object, current.resource, args, cluster);
    if (args.wait) await Promise.all(due.map((object) => untilReady(cluster, pathFor(object, current.resource), idOf(object), undefined, args)));
    return undefined;
  },
  result({ args, after, before, changes }) {
    const spared = before.objects.filter((object) => numberAt(object, 1, "spec", fieldOf(object)) !== args.replicas && !isMeant(object, args));
    return {
      changed: changes.some(({ key }) => !key.endsWith(" ready")),
      ...(args.name === undefined ? { results: after.objects } : { result: after.objects[0] }),
      ...(spared.length === 0
        ? {}
        : {
            warnings: spared.map(
              (object) =>
                `${idOf(object)} has ${numberAt(object, 1, "spec", fieldOf(object))} replicas at version ${object.metadata.resourceVersion}: left as it is`,
            ),
          }),
    };
  },
  doc: {
    description: "Set by the scale subresource, so that the field belongs to no apply. Leave `replicas` out of what k8s applies when something else scales it.",
    examples: `- k8s_scale:
    kind: Deployment
    name: web
    namespace: shop
    replicas: 3
    wait_timeout: 180

- kubernetes.core.k8s_scale:
    api_version: apps/v1
    kind: StatefulSet
    name: db
    namespace: shop
    current_replicas: 2
    replicas: 3
`,
    returns: { result: "the object", results: "the objects, with label_selectors", warnings: "what was spared by current_replicas or resource_version" },
    differences: ["wait_timeout is 120 when not given, not 20"],
  },
};

/** A Job's number is its parallelism, and it has no scale subresource. */
function fieldOf(object: KubeObject): "replicas" | "parallelism" {
  return object.kind === "Job" ? "parallelism" : "replicas";
}

function isMeant(object: KubeObject, args: ScaleArgs): boolean {
  const now = numberAt(object, 1, "spec", fieldOf(object));
  return (
    (args.current_replicas === undefined || args.current_replicas === now) &&
    (args.resource_version === undefined || args.resource_version === object.metadata.resourceVersion)
  );
}

function pathFor(object: KubeObject, resource: Resource, subresource?: string): string {
  return pathOf(resource, object.metadata.namespace, object.metadata.name, subresource);
}

async function scale(object: KubeObject, resource: Resource, args: ScaleArgs, cluster: Cluster): Promise<void> {
  const field = fieldOf(object);
  const version =
    args.resource_version === undefined && args.current_replicas === undefined ? {} : { metadata: { resourceVersion: object.metadata.resourceVersion } };
  const answer = await cluster.request({
    method: "PATCH",
    path: pathFor(object, resource, field === "replicas" ? "scale" : undefined),
    query: { fieldManager: "tsplay" },
    body: { ...version, spec: { [field]: args.replicas } },
    contentType: "application/merge-patch+json",
  });
  const refusal = refusalIn(answer);
  if (refusal !== undefined) throw refused(idOf(object), refusal);
}
