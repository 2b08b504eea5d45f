import { moduleText } from "../../docs/text.ts";
import { loadModule, moduleNames } from "../../modules/index.ts";
import { didYouMean, Failure } from "../../source/failure.ts";

/** `tsplay doc MODULE ...`: what modules do and take; without a name, what there is. */
export async function docCommand(argv: readonly string[], output: { write(text: string): unknown }): Promise<number> {
  const names = argv.filter((word) => !word.startsWith("-"));
  if (names.length === 0) {
    for (const name of moduleNames) {
      const module = await loadModule(name);
      output.write(`${name.padEnd(24)} ${module!.module.summary}\n`);
    }
    return 0;
  }
  for (const name of names) {
    const module = await loadModule(name);
    if (module === undefined) {
      throw new Failure(`there is no module "${name}"`, {
        code: "unknown-module",
        fault: "usage",
        hint: didYouMean(name, moduleNames) ?? "tsplay doc lists them",
      });
    }
    output.write(moduleText(module));
  }
  return 0;
}
