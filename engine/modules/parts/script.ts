import { ownFile } from "../../source/own-files.ts";

const cache = new Map<string, string>();

/**
 * The text of a script that lies beside a module.
 * @param base the module's `import.meta.url`
 * @param name the file's name, for example `probe.sh`
 * @param parts shared scripts of `modules/parts` that come before it, without `.sh`
 * @returns the text without its leading comment lines, cached: a play asks for the same script thousands of times
 */
export function readScript(base: string, name: string, ...parts: readonly string[]): string {
  const key = `${base} ${name} ${parts.join(" ")}`;
  let text = cache.get(key);
  if (text === undefined) {
    text = [...parts.map((part) => ownFile(`${part}.sh`, import.meta.url)), ownFile(name, base)].map(slim).join("");
    cache.set(key, text);
  }
  return text;
}

// whole-line comments would travel to every host with every task
function slim(text: string): string {
  return text
    .split("\n")
    .filter((line) => !/^\s*#/.test(line))
    .join("\n");
}
