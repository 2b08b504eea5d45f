import type { Plugin } from "../plugin.ts";
import { fileTests } from "./files.ts";
import { ipTests } from "./ip.ts";
import { resultTests } from "./results.ts";
import { textTests } from "./text.ts";
import { valueTests } from "./values.ts";
import { versionTests } from "./version.ts";

export const tests: ReadonlyMap<string, Plugin> = new Map(
  Object.entries({
    ...fileTests,
    ...ipTests,
    ...resultTests,
    ...textTests,
    ...valueTests,
    ...versionTests,
  }),
);

export const testNames: readonly string[] = [...tests.keys()].sort();
