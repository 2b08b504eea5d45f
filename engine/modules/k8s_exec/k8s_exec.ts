import { type ExecAnswer, type KubeObject, pathOf } from "../../kubernetes/contract.ts";
import { type ApiModule, ModuleError } from "../contract.ts";
import { accessArgs, accessOf, checkAccess, secretsOfAccess } from "../parts/kubernetes/access.ts";
import { objectAt, resourceFor } from "../parts/kubernetes/find.ts";
import { at } from "../parts/kubernetes/object.ts";
import { splitCommand } from "../parts/words.ts";
import { anything, args, type ArgsOf, string } from "../schema.ts";

const schema = args({
  pod: string("The pod's name.", { required: true }),
  command: anything("The command: text that is split as a shell splits it, though no shell runs it, or a list of words.", { required: true }),
  namespace: string("The pod's namespace; the context's when not given."),
  container: string("The container; the pod's default, else its first, when not given."),
  ...accessArgs,
});

type ExecArgs = ArgsOf<typeof schema>;

const DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";

export const k8sExec: ApiModule<ExecArgs, undefined, ExecAnswer> = {
  name: "k8s_exec",
  summary: "Runs a command in a container",
  args: schema,
  check: (args) => (wordsOf(args.command).length === 0 ? "command is empty" : checkAccess(args)),
  access: accessOf,
  secretsIn: secretsOfAccess,
  plan: (_current, args) => [{ key: "run", from: null, to: wordsOf(args.command).join(" ") }],
  // what a command did cannot be asked
  verified: false,
  async apply(_changes, _current, args, cluster) {
    const namespace = args.namespace ?? cluster.namespace;
    const pod = await objectAt(cluster, pathOf(await resourceFor(cluster, "v1", "Pod"), namespace, args.pod), `Pod ${namespace}/${args.pod}`);
    if (pod === undefined) throw new ModuleError(`there is no Pod ${namespace}/${args.pod}`);
    return cluster.exec({ namespace, pod: args.pod, container: containerOf(pod, args.container), command: wordsOf(args.command) });
  },
  result({ applied }) {
    if (applied === undefined) return { changed: true, skipped: true, msg: "check mode runs no command" };
    const stdout = applied.stdout.toString("utf8");
    const result = { changed: true, stdout, stderr: applied.stderr.toString("utf8"), rc: applied.code, return_code: applied.code };
    if (applied.code !== 0) throw new ModuleError(`the command ended with exit status ${applied.code}`, result);
    return result;
  },
  doc: {
    description:
      "The command runs over a WebSocket of the API's exec (v5.channel.k8s.io and older), through the connection to the task's host. It always reports a change.",
    examples: `- k8s_exec:
    namespace: shop
    pod: db-0
    command: pg_isready -U postgres
  register: ready
  changed_when: false
`,
    returns: { stdout: "what it wrote", stderr: "what it wrote there", rc: "its exit status", return_code: "the same" },
    differences: ["command may be a list of words"],
  },
};

function wordsOf(command: unknown): string[] {
  if (Array.isArray(command)) return command.map(String);
  return typeof command === "string" || typeof command === "number" ? splitCommand(String(command)) : [];
}

function containerOf(pod: KubeObject, wanted: string | undefined): string {
  const names = ((at(pod, "spec", "containers") ?? []) as { name: string }[]).map(({ name }) => name);
  if (wanted !== undefined) return wanted;
  const marked = pod.metadata.annotations?.[DEFAULT_CONTAINER];
  return marked !== undefined && names.includes(marked) ? marked : names[0]!;
}
