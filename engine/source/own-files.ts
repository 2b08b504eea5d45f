import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Texts by their path in the project; set by the build, absent when the sources run as they are. */
declare const TSPLAY_BUNDLED_FILES: Readonly<Record<string, string>> | undefined;

const bundled = typeof TSPLAY_BUNDLED_FILES === "undefined" ? undefined : TSPLAY_BUNDLED_FILES;
/** True for the built product, false where the sources run as they are. */
export const isBundled: boolean = bundled !== undefined;

const root = new URL("../../", import.meta.url).href;

/**
 * The text of one of the engine's own small files.
 * @param name relative to `base`, a module's `import.meta.url`
 */
export function ownFile(name: string, base: string): string {
  const url = new URL(name, base);
  return bundled?.[url.href.slice(root.length)] ?? readFileSync(fileURLToPath(url), "utf8");
}
