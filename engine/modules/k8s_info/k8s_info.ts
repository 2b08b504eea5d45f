import { type Cluster, type KubeObject, pathOf } from "../../kubernetes/contract.ts";
import { type ApiModule, ModuleError } from "../contract.ts";
import { accessArgs, accessOf, checkAccess, secretsOfAccess } from "../parts/kubernetes/access.ts";
import { objectAt, objectsOf, resourceFor } from "../parts/kubernetes/find.ts";
import { idOf, isValues } from "../parts/kubernetes/object.ts";
import { checkCondition, conditionOf, unready } from "../parts/kubernetes/ready.ts";
import { secretTexts } from "../parts/kubernetes/secret.ts";
import { untilReady, waitArgs } from "../parts/kubernetes/wait.ts";
import { args, type ArgsOf, list, string } from "../schema.ts";

const schema = args({
  kind: string("The kind, its plural, or its short name.", { required: true }),
  api_version: string("Its apiVersion; v1, then every group's preferred one, when not given.", { aliases: ["api", "version"] }),
  name: string("One object; all when not given."),
  namespace: string("Its namespace. Without one: the context's for a name, every one for a list."),
  label_selectors: list("Only objects with these labels, such as `app=web` or `tier in (a, b)`.", { default: [] }),
  field_selectors: list("Only objects with these fields, such as `spec.nodeName=worker-1`.", { default: [] }),
  hidden_fields: list("Fields to leave out, such as `metadata.managedFields`.", { default: ["metadata.managedFields"] }),
  ...waitArgs,
  ...accessArgs,
});

type InfoArgs = ArgsOf<typeof schema>;

interface Found {
  readonly isKnown: boolean;
  readonly resources: readonly KubeObject[];
  /** What is not ready, and why; only looked at with wait. */
  readonly unready: readonly string[];
}

export const k8sInfo: ApiModule<InfoArgs, Found, Found> = {
  name: "k8s_info",
  summary: "Reads Kubernetes objects",
  args: schema,
  check: (args) => checkCondition(args.wait_condition) ?? checkAccess(args),
  access: accessOf,
  secretsIn: secretsOfAccess,
  secrets: (_args, current) => current?.resources.flatMap(secretTexts) ?? [],
  probe: look,
  plan: (current, args) => (args.wait && (current.unready.length > 0 || current.resources.length === 0) ? [{ key: "wait", from: null, to: args.kind }] : []),
  // what was waited for has been seen; it may be otherwise a moment later
  left: () => [],
  async apply(_changes, _current, args, cluster) {
    const resource = await resourceFor(cluster, args.api_version, args.kind);
    const patience = { timeout: args.wait_timeout, pause: args.wait_sleep };
    const some = await cluster.until(async () => {
      const found = await look(args, cluster);
      return found.resources.length > 0 ? found : undefined;
    }, patience);
    if (some === undefined) throw new ModuleError(`no ${args.kind} that matches after ${args.wait_timeout} s`, { resources: [], api_found: true });
    await Promise.all(
      some.resources.map((object) =>
        untilReady(cluster, pathOf(resource, object.metadata.namespace, object.metadata.name), idOf(object), conditionOf(args.wait_condition), args),
      ),
    );
    return look(args, cluster);
  },
  result({ args, before, after, applied, changes }) {
    const isUnwaited = changes.length > 0 && applied === undefined;
    return {
      changed: false,
      api_found: before.isKnown,
      resources: (applied ?? after).resources.map((object) => without(object, args.hidden_fields)),
      ...(isUnwaited ? { msg: "check mode does not wait" } : {}),
    };
  },
  doc: {
    description: "With wait it looks until there is something that matches and all of it is ready.",
    examples: `- k8s_info:
    kind: Node
    wait: true
    wait_timeout: 300
  register: nodes

- kubernetes.core.k8s_info:
    kind: Secret
    name: db
    namespace: shop
  register: db
- debug:
    msg: "{{ db.resources[0].data.username | b64decode }}"
`,
    returns: { resources: "the objects", api_found: "whether the cluster knows the kind" },
    differences: [
      "a Secret's values are in what is registered, and hidden in all output",
      "metadata.managedFields is left out, unless hidden_fields says otherwise",
      "in check mode it does not wait",
    ],
  },
};

async function look(args: InfoArgs, cluster: Cluster): Promise<Found> {
  const resource = await cluster.resourceOf(args.api_version, args.kind);
  if (resource === undefined) return { isKnown: false, resources: [], unready: [] };
  const { name, namespace } = args;
  const found =
    name === undefined
      ? await objectsOf(cluster, resource, { namespace, labels: args.label_selectors, fields: args.field_selectors })
      : [await objectAt(cluster, pathOf(resource, namespace ?? cluster.namespace, name), `${resource.kind} ${name}`)];
  const resources = found.filter((object) => object !== undefined);
  const condition = conditionOf(args.wait_condition);
  const reasons = args.wait ? resources.flatMap((object) => unready(object, condition) ?? []) : [];
  return { isKnown: true, resources, unready: reasons };
}

function without(object: KubeObject, fields: readonly string[]): unknown {
  return fields.reduce<unknown>((left, field) => removed(left, field.split(".")), object);
}

function removed(value: unknown, [first, ...rest]: readonly string[]): unknown {
  if (!isValues(value) || first === undefined || !Object.hasOwn(value, first)) return value;
  if (rest.length === 0) return Object.fromEntries(Object.entries(value).filter(([key]) => key !== first));
  return { ...value, [first]: removed(value[first], rest) };
}
