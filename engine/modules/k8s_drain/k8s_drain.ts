import { type Cluster, type KubeObject, pathOf, type Resource } from "../../kubernetes/contract.ts";
import { type ApiModule, type Change, ModuleError } from "../contract.ts";
import { accessArgs, accessOf, checkAccess, secretsOfAccess } from "../parts/kubernetes/access.ts";
import { objectAt, objectsOf, resourceFor } from "../parts/kubernetes/find.ts";
import { at, idOf } from "../parts/kubernetes/object.ts";
import { isGood, refusalIn, refused } from "../parts/kubernetes/refusal.ts";
import { validateOptions } from "./options.ts";
import { sortPods } from "./pods.ts";
import { args, type ArgsOf, choice, list, mapping, string } from "../schema.ts";

const schema = args(
  {
    name: string("The node's name."),
    label_selectors: list("All nodes with these labels, instead of a name."),
    state: choice("Without new pods; without its pods too; or open again.", ["cordon", "drain", "uncordon"], { default: "drain" }),
    pod_selectors: list("Drain only pods with these labels."),
    delete_options: mapping(
      "force (pods without a controller go too), ignore_daemonsets, delete_emptydir_data, disable_eviction (delete, whatever disruption budgets say), terminate_grace_period (seconds), wait_timeout (seconds, 300), wait_sleep (seconds, 1).",
      { default: {} },
    ),
    ...accessArgs,
  },
  { requiredOneOf: [["name", "label_selectors"]], mutuallyExclusive: [["name", "label_selectors"]] },
);

type DrainArgs = ArgsOf<typeof schema>;

interface NodeState {
  readonly node: KubeObject;
  readonly pods: readonly KubeObject[];
}

export const k8sDrain: ApiModule<DrainArgs, readonly NodeState[], undefined> = {
  name: "k8s_drain",
  summary: "Cordons, drains and uncordons nodes",
  args: schema,
  check: (args) => validateOptions(args.delete_options).problem ?? checkAccess(args),
  access: accessOf,
  secretsIn: secretsOfAccess,
  async probe(args, cluster) {
    const nodes = await nodesOf(args, cluster);
    const resource = await resourceFor(cluster, "v1", "Pod");
    const podsOn = (node: KubeObject): Promise<KubeObject[]> =>
      args.state === "drain"
        ? objectsOf(cluster, resource, { labels: args.pod_selectors, fields: [`spec.nodeName=${node.metadata.name}`] })
        : Promise.resolve([]);
    return Promise.all(nodes.map(async (node) => ({ node, pods: await podsOn(node) })));
  },
  plan(current, args) {
    const { options } = validateOptions(args.delete_options);
    const isClosing = args.state !== "uncordon";
    return current.flatMap(({ node, pods }) => {
      const isClosed = at(node, "spec", "unschedulable") === true;
      const own: Change[] = isClosed === isClosing ? [] : [{ key: `${idOf(node)} spec.unschedulable`, from: isClosed, to: isClosing }];
      if (args.state !== "drain") return own;
      const { leaving, blocking } = sortPods(pods, options);
      if (blocking.length > 0)
        throw new ModuleError(
          [`${idOf(node)} cannot be drained:`, ...blocking.map((line) => `  ${line}`)].join("\n"),
          { blocking },
          "name these in delete_options",
        );
      return [...own, ...leaving.map((pod) => ({ key: idOf(pod), from: "present", to: null }))];
    });
  },
  async apply(changes, current, args, cluster) {
    const nodes = await resourceFor(cluster, "v1", "Node");
    for (const { node } of current)
      if (changes.some(({ key }) => key.startsWith(`${idOf(node)} `))) await setSchedulable(node, nodes, args.state === "uncordon", cluster);
    const leaving = current.flatMap(({ pods }) => pods).filter((pod) => changes.some(({ key }) => key === idOf(pod)));
    await emptied(leaving, args, cluster);
    return undefined;
  },
  result: ({ after, changes }) => ({
    changed: changes.length > 0,
    result: after.map(({ node }) => `${idOf(node)} is ${at(node, "spec", "unschedulable") === true ? "closed for new pods" : "open for new pods"}`).join("; "),
    evicted: changes.filter(({ to }) => to === null).map(({ key }) => key),
  }),
  doc: {
    description:
      "Pods are evicted, so that disruption budgets are kept: what a budget refuses is tried again until the deadline, and so is waiting for the pods to be gone. Static pods stay.",
    examples: `- k8s_drain:
    name: worker-1
    delete_options:
      ignore_daemonsets: true
      delete_emptydir_data: true
      wait_timeout: 600

- kubernetes.core.k8s_drain:
    name: worker-1
    state: uncordon
`,
    returns: { result: "what the nodes are now, in words", evicted: "the pods that went" },
    differences: [
      "it always waits until the pods are gone, 300 seconds when wait_timeout is not given",
      "pods that must be named before they go are told before anything is changed, the cordon too",
    ],
  },
};

async function nodesOf(args: DrainArgs, cluster: Cluster): Promise<KubeObject[]> {
  const resource = await resourceFor(cluster, "v1", "Node");
  if (args.name === undefined) return objectsOf(cluster, resource, { labels: args.label_selectors });
  const node = await objectAt(cluster, pathOf(resource, undefined, args.name), `Node ${args.name}`);
  if (node === undefined) throw new ModuleError(`there is no Node ${args.name}`);
  return [node];
}

async function setSchedulable(node: KubeObject, resource: Resource, isOpen: boolean, cluster: Cluster): Promise<void> {
  const answer = await cluster.request({
    method: "PATCH",
    path: pathOf(resource, undefined, node.metadata.name),
    query: { fieldManager: "tsplay" },
    body: { spec: { unschedulable: isOpen ? null : true } },
    contentType: "application/merge-patch+json",
  });
  if (!isGood(answer)) throw refused(idOf(node), refusalIn(answer)!);
}

/** Evicts pods and waits until they are gone. @throws ModuleError at the deadline: which are left, and why */
async function emptied(pods: readonly KubeObject[], args: DrainArgs, cluster: Cluster): Promise<void> {
  const { options } = validateOptions(args.delete_options);
  const resource = await resourceFor(cluster, "v1", "Pod");
  const left = new Map(pods.map((pod) => [idOf(pod), { pod, isAsked: false, why: "it still runs" }]));
  const isDone = await cluster.until(
    async () => {
      await Promise.all(
        [...left].map(async ([id, entry]) => {
          const { metadata } = entry.pod;
          if (!entry.isAsked) {
            const refusal = refusalIn(await cluster.request(leaveRequest(entry.pod, resource, options)));
            // 429: a budget allows no more now; 500: two budgets for one pod, which kubectl tries again too
            if (refusal !== undefined && refusal.status !== 404 && refusal.status !== 429) throw refused(id, refusal, { changed: true });
            const why =
              refusal?.status === 429 ? [refusal.message, ...refusal.causes.map(({ message }) => message)].join(" ") : "it was asked to end, and still runs";
            if (why !== entry.why) cluster.tell(`${id}: ${why}`);
            left.set(id, { ...entry, isAsked: refusal?.status !== 429, why });
          }
          const now = await objectAt(cluster, pathOf(resource, metadata.namespace, metadata.name), id);
          if (now === undefined || now.metadata.uid !== metadata.uid) left.delete(id);
        }),
      );
      return left.size === 0 ? true : undefined;
    },
    { timeout: options.wait_timeout, pause: options.wait_sleep },
  );
  if (isDone !== undefined) return;
  const lines = [...left].map(([id, { why }]) => `  ${id}: ${why}`);
  throw new ModuleError(
    [`not drained after ${options.wait_timeout} s:`, ...lines].join("\n"),
    { changed: true },
    "disable_eviction: true deletes them whatever their budgets say",
  );
}

function leaveRequest(pod: KubeObject, resource: Resource, options: ReturnType<typeof validateOptions>["options"]): Parameters<Cluster["request"]>[0] {
  const { name, namespace } = pod.metadata;
  const grace = options.terminate_grace_period === undefined ? {} : { gracePeriodSeconds: options.terminate_grace_period };
  const uid = { preconditions: { uid: pod.metadata.uid } };
  if (options.disable_eviction)
    return { method: "DELETE", path: pathOf(resource, namespace, name), body: { apiVersion: "v1", kind: "DeleteOptions", ...grace, ...uid } };
  const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace }, deleteOptions: { ...grace, ...uid } };
  return { method: "POST", path: pathOf(resource, namespace, name, "eviction"), body };
}
