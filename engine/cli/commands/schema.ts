import { playbookSchema } from "../../docs/schema.ts";
import { loadModule, moduleNames } from "../../modules/index.ts";

/** `tsplay schema`: a JSON Schema of playbooks, for editors. */
export async function schemaCommand(output: { write(text: string): unknown }): Promise<number> {
  const modules = await Promise.all(moduleNames.map(async (name) => (await loadModule(name))!));
  output.write(`${JSON.stringify(playbookSchema(modules), null, 2)}\n`);
  return 0;
}
