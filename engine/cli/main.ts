import { exitCodeOf, formatFailure } from "./failures.ts";

/** The commands beside running playbooks; each is loaded when it is named. */
const commands: Readonly<Record<string, (argv: readonly string[]) => Promise<number>>> = {
  doc: async (argv) => (await import("./commands/doc.ts")).docCommand(argv, process.stdout),
  explain: async (argv) => (await import("./commands/explain.ts")).explainCommand(argv),
  lab: async (argv) =>
    (await import("../lab/command.ts")).labCommand([...argv], { out: (text) => process.stdout.write(text), err: (text) => process.stderr.write(text) }),
  schema: async () => (await import("./commands/schema.ts")).schemaCommand(process.stdout),
  vault: async (argv) => (await import("./commands/vault.ts")).runVaultCommand(argv),
};

async function main(argv: readonly string[]): Promise<number> {
  const command = commands[argv[0] ?? ""];
  if (command !== undefined) return command(argv.slice(1));
  const { playCommand } = await import("./commands/play.ts");
  return playCommand(argv);
}

// `tsplay ... | head` ends quietly
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(formatFailure(error, { color: process.stderr.isTTY === true && process.env["NO_COLOR"] === undefined }));
    process.exitCode = exitCodeOf(error);
  },
);
