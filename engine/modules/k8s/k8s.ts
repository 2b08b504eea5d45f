import type { ApiModule } from "../contract.ts";
import { accessArgs, accessOf, checkAccess, secretsOfAccess } from "../parts/kubernetes/access.ts";
import { definitionsOf, withHash } from "../parts/kubernetes/definitions.ts";
import { checkCondition } from "../parts/kubernetes/ready.ts";
import { secretTexts } from "../parts/kubernetes/secret.ts";
import { waitArgs } from "../parts/kubernetes/wait.ts";
import { anything, args, type ArgsOf, boolean, choice, list, mapping, path, string } from "../schema.ts";
import { applyChanges, type Done } from "./apply.ts";
import { diffs, planState } from "./plan.ts";
import { labelled } from "./prune.ts";
import { probeState } from "./probe.ts";
import { resultOf } from "./result.ts";
import type { K8sState } from "./state.ts";

const schema = args(
  {
    state: choice("Made or brought to the definition; deleted; or patched where it is there.", ["present", "absent", "patched"], { default: "present" }),
    definition: anything("The objects: a mapping, a list of them, or YAML text with one or many documents.", { aliases: ["resource_definition", "inline"] }),
    src: path("A YAML file of the controller with the objects."),
    template: anything(
      "A template of the controller: a path, or a mapping with path and options of the template module, or a list of these. Jinja2, or Handlebars when its name ends in .hbs.",
    ),
    api_version: string("The objects' apiVersion, where the definition says none; v1 when nothing does.", { aliases: ["api", "version"] }),
    kind: string("The objects' kind, where the definition says none."),
    name: string("The object's name, where the definition says none."),
    namespace: string("The objects' namespace; it wins over the definition's. The context's when nothing says one."),
    label_selectors: list("With state absent and a kind without a name: only objects with these labels, such as `app=web`."),
    delete_all: boolean("With state absent and a kind without a name: all objects of the kind in the namespace.", { default: false }),
    delete_options: mapping("gracePeriodSeconds, propagationPolicy (Background when not given), preconditions.", { aliases: ["delete_opts"] }),
    merge_type: list(
      "How state patched merges: the first that the kind takes; strategic-merge for built-in kinds, merge for others when not given.",
      {},
      { type: "string", enum: ["merge", "strategic-merge"] },
    ),
    apply: boolean("Accepted; present always is a server-side apply.", { default: true }),
    server_side_apply: mapping("field_manager and force_conflicts, as kubernetes.core has them."),
    field_manager: string("The name under which the fields are owned.", { default: "tsplay" }),
    force_conflicts: boolean("Take fields over that other managers own: what the task says is what is wanted. False refuses and names them.", {
      default: true,
    }),
    force: boolean("Delete and make anew what cannot be changed in place (immutable fields).", { default: false }),
    append_hash: boolean("End the names of ConfigMaps and Secrets in a hash of their content.", { default: false }),
    validate: mapping("strict: refuse fields that the API does not know (true when not given); fail_on_error: false only warns of them."),
    prune: mapping(
      "Delete what the task made before and names no more: `labels` (such as `app.kubernetes.io/part-of: shop`), which the task gives to each object, and `kinds` (`Deployment`, `apps/v1/Deployment`; the usual ones and those of the definition when not given), `namespaces`.",
    ),
    ...waitArgs,
    ...accessArgs,
  },
  {
    mutuallyExclusive: [
      ["definition", "src"],
      ["definition", "template"],
      ["src", "template"],
    ],
    requiredOneOf: [["definition", "src", "template", "kind"]],
  },
);

export interface K8sArgs extends ArgsOf<typeof schema> {
  /** What prepare made of definition, src or template. */
  readonly objects?: K8sState["wanted"];
}

export const k8s: ApiModule<K8sArgs, K8sState, Done> = {
  name: "k8s",
  summary: "Makes, changes and deletes Kubernetes objects",
  args: schema,
  check(args) {
    if (args.src !== undefined && /^https?:\/\//i.test(args.src))
      return "src is a file of the controller: fetch the URL first (get_url with its checksum, delegated to localhost)";
    if (args.prune !== undefined) {
      if (args.state !== "present") return "prune goes with state present";
      const { labels } = args.prune;
      if (typeof labels !== "object" || labels === null || Object.keys(labels).length === 0)
        return "prune needs labels: what carries them and is not in the definition is deleted";
      const unknown = Object.keys(args.prune).find((key) => !["labels", "kinds", "namespaces"].includes(key));
      if (unknown !== undefined) return `prune has labels, kinds and namespaces, not ${unknown}`;
    }
    if (args.kind !== undefined && args.name === undefined && args.definition === undefined && args.src === undefined && args.template === undefined) {
      if (args.state !== "absent") return `kind: ${args.kind} needs a name or a definition`;
      if (!args.delete_all && (args.label_selectors ?? []).length === 0)
        return `kind: ${args.kind} without a name: give name, label_selectors, or delete_all: true`;
    }
    return checkCondition(args.wait_condition) ?? checkAccess(args);
  },
  prepare(args, controller) {
    const found = definitionsOf(args, controller).map((object) => (args.append_hash ? withHash(object) : object));
    return { ...args, objects: args.prune === undefined ? found : found.map((object) => labelled(object, args.prune!)) };
  },
  access: accessOf,
  secretsIn: secretsOfAccess,
  secrets: (args, current) =>
    [...(args.objects ?? []), ...(current?.objects.flatMap(({ live, merged }) => [live, merged]) ?? [])].flatMap((object) =>
      object === undefined ? [] : secretTexts(object),
    ),
  probe: probeState,
  plan: planState,
  // readiness comes and goes: what was waited for has been seen
  left: (after, args) => planState(after, { ...args, wait: false }),
  assumes: (current) => current.objects.flatMap(({ assumed }) => assumed ?? []),
  apply: applyChanges,
  diff: diffs,
  result: resultOf,
  doc: {
    description:
      "Objects are made and changed by server-side apply under a field manager of their own. The plan is the API's own answer to a dry run: defaults, conversions, admission and immutable fields included. " +
      "The API is reached through the SSH connection to the task's host, so that run it on a control plane: no port need be open to the controller, and no kubectl, Python or other process is needed anywhere. " +
      "Within one task namespaces come first, then CRDs (waited for until they are Established), access rules, settings, workloads; deleting goes the other way.",
    examples: `- name: The web server
  k8s:
    template: nginx.yaml.j2
    wait: true
    wait_timeout: 180

- name: The shop, and nothing of it that is not wanted any more
  kubernetes.core.k8s:
    src: shop.yaml
    namespace: shop
    prune:
      labels: { app.kubernetes.io/part-of: shop }

- k8s:
    state: absent
    kind: Namespace
    name: old
    wait: true
`,
    returns: {
      result: "the object; with several, `results` with an entry for each",
      method: "create, update, recreate or delete (of a single object)",
      warnings: "what the API warned of, for example deprecated versions",
      pruned: "objects that were deleted since they are named no more",
      assumes: "in check mode: what could not be asked before the planned changes are made",
    },
    differences: [
      "present always is a server-side apply, with force_conflicts true: a task says how things must be, and a field that someone edited by hand is brought back. With false such fields are refused and named",
      "taking an object over that others made is a change of its own (its managed fields), once",
      "force: true makes anew only what cannot be changed in place",
      "a Secret's values are stars in the result, the diff and the changes; k8s_info returns them",
      "src takes no URL",
      "metadata.generateName is refused: it would be another object at each run",
      "the kubeconfig is the host's, not the controller's; users that log in by a program (exec) are refused",
      "prune is ours",
    ],
  },
};
