import { appendFile, writeFile } from "node:fs/promises";
import { Failure } from "../source/failure.ts";
import type { AptSources } from "./apt.ts";
import { capture } from "./process.ts";

/** The Debian that the lab's hosts, and its images, are made of. */
export const SUITE = "bookworm";

export interface DebianOptions {
  readonly suite: string;
  /** Which packages are there without being asked for, see mmdebstrap(1). */
  readonly variant: "minbase" | "essential";
  readonly packages: readonly string[];
  /** Further arguments for mmdebstrap. */
  readonly args?: readonly string[];
  readonly apt: AptSources;
  /** Path of a file that takes all that mmdebstrap says. */
  readonly log: string;
  readonly progress?: ((line: string) => void) | undefined;
}

/**
 * Makes a Debian root without manuals and translations.
 * @param target a folder, or a file whose name ends in .tar
 * @throws Failure `lab-base-failed` with the end of mmdebstrap's output
 */
export async function makeDebian(target: string, options: DebianOptions): Promise<void> {
  const { suite, variant, packages, apt, log } = options;
  await writeFile(log, "");
  const args = [
    `--variant=${variant}`,
    `--include=${packages.join(",")}`,
    ...apt.options.map((option) => `--aptopt=${option}`),
    ...["man", "doc", "locale"].map((each) => `--dpkgopt=path-exclude=/usr/share/${each}/*`),
    ...(options.args ?? []),
    ...[suite, target, "-"],
  ];
  const built = await capture("mmdebstrap", args, {
    input: apt.sources,
    onLine: (line) => {
      void appendFile(log, `${line}\n`);
      const step = /^I: (.*)/.exec(line)?.[1];
      if (step !== undefined) options.progress?.(`  ${step}`);
    },
  });
  if (built.code === 0) return;
  const tail = built.stderr.trimEnd().split("\n").slice(-5).join("\n");
  throw new Failure(`Debian ${suite} could not be laid out at ${target}:\n${tail}`, {
    code: "lab-base-failed",
    fault: "usage",
    hint: `see ${log}; the packages come from this machine's own apt sources, so \`apt-get update\` must work here`,
  });
}
