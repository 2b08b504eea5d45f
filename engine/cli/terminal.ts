import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/**
 * Asks a question on the terminal.
 * @returns the answer, or undefined when there is no terminal to ask
 */
export async function askTerminal(text: string, options: { readonly echo: boolean }): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined;
  let muted = false;
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (!muted) process.stderr.write(chunk as Buffer);
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  try {
    return await new Promise<string | undefined>((resolve) => {
      lines.question(text, resolve);
      lines.once("close", () => resolve(undefined));
      muted = !options.echo;
    });
  } finally {
    lines.close();
    if (!options.echo) process.stderr.write("\n");
  }
}
