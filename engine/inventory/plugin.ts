import { didYouMean, Failure } from "../source/failure.ts";
import { placeOf } from "../source/place.ts";
import type { MutableInventory } from "./build.ts";
import { readConstructed } from "./constructed.ts";
import { readGenerator } from "./generator.ts";

export interface PluginOptions {
  readonly decrypt?: (ciphertext: string) => string;
}

const PLUGINS: Readonly<Record<string, (inventory: MutableInventory, config: Record<string, unknown>, file: string, options: PluginOptions) => void>> = {
  constructed: readConstructed,
  generator: readGenerator,
};

/**
 * Carries out the configuration file of an inventory plug-in (a YAML file with the key `plugin`).
 * @throws Failure `unknown-inventory-plugin`, or what the plug-in finds wrong
 */
export function readPluginConfig(inventory: MutableInventory, config: Record<string, unknown>, file: string, options: PluginOptions): void {
  const name = String(config.plugin);
  const read = PLUGINS[name.replace(/^ansible\.(builtin|legacy)\./, "")];
  if (read === undefined) {
    throw new Failure(`the inventory plug-in "${name}" is not supported`, {
      code: "unknown-inventory-plugin",
      fault: "inventory",
      place: placeOf(config, "plugin"),
      hint: didYouMean(name, Object.keys(PLUGINS)) ?? "an executable script that prints the inventory as JSON can take its place",
    });
  }
  read(inventory, config, file, options);
}
