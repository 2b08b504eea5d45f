import { loadModule } from "../modules/index.ts";
import type { HostModule } from "../modules/contract.ts";
import type { Node, Task } from "../play/model.ts";
import { addUrlPasswords, addWrittenArgs } from "../secrets/known.ts";
import type { Secrets } from "../secrets/secrets.ts";
import { isTemplate, Written } from "../source/written.ts";

/**
 * Remembers the secrets that are written into tasks as they stand: a message about such a task shows its line before its arguments have ever
 * been looked at.
 */
export async function rememberWritten(nodes: readonly Node[], secrets: Secrets): Promise<void> {
  for (const node of nodes) {
    if (node.kind === "task") await rememberTask(node, secrets);
    else await rememberWritten([...node.block, ...node.rescue, ...node.always], secrets);
  }
}

export async function rememberTask(task: Task, secrets: Secrets): Promise<void> {
  addUrlPasswords(task.keywords.environment, secrets);
  const loaded = await loadModule(task.action);
  if (loaded === undefined) return;
  addWrittenArgs(loaded.module.args.properties, task.args, secrets);
  if (loaded.kind === "controller" || task.args instanceof Written) return;
  for (const secret of secretsIn(loaded.module, task.args)) if (!isTemplate(secret)) secrets.add(secret);
}

/** What the module itself knows to be secret; arguments as written may not be what it expects. */
function secretsIn(module: Pick<HostModule<unknown>, "secretsIn">, args: unknown): readonly string[] {
  try {
    return module.secretsIn?.(args) ?? [];
  } catch {
    return [];
  }
}
