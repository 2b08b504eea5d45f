import { vaultCommand } from "../../vault/command.ts";
import { askTerminal } from "../terminal.ts";

/** `tsplay vault ACTION`. */
export async function runVaultCommand(argv: readonly string[]): Promise<number> {
  await vaultCommand(argv, {
    cwd: process.cwd(),
    readStdin: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
    write: (output) => void process.stdout.write(output),
    prompt: async (question) => (await askTerminal(question, { echo: false })) ?? "",
  });
  return 0;
}
