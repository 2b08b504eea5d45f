import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { Failure } from "../../source/failure.ts";
import { labFile, withLock } from "../place.ts";
import { capture } from "../process.ts";
import type { Programs, Variables } from "./assemble.ts";
import { assemble } from "./assemble.ts";
import type { Progress } from "./build.ts";
import { buildPause, buildRecipe, filesOf, goVersion, partsHome } from "./build.ts";
import type { Recipe } from "./recipes.ts";
import { recipesFor } from "./recipes.ts";
import type { Versions } from "./versions.ts";
import { readVersions } from "./versions.ts";

/** All that a cluster is made of, on this machine. */
export interface Parts {
  /** What lies where upstream has it, by host and path. */
  readonly files: string;
  /** An OCI image layout. */
  readonly images: string;
  /** The roles' `*_checksums` of these files. */
  readonly variables: Variables;
}

/** Programs that the building calls besides Go, and the Debian package of each. */
const NEEDS: Readonly<Record<string, string>> = {
  "gcc --version": "gcc",
  "pkg-config --exists libseccomp": "pkg-config libseccomp-dev",
  "gpg --version": "gnupg",
  "dpkg-deb --version": "dpkg",
  "mmdebstrap --version": "mmdebstrap",
};

/** Sources whose change makes other files of the same programs. */
const SHAPES = ["parts/upstream.ts", "parts/deb.ts", "parts/oci.ts", "parts/tar.ts", "parts/assemble.ts", "parts/pause.c"];

/**
 * The parts of the versions that the roles install, built from their Go modules when they are not there: about eight minutes on two cores, once.
 * What was built stays below labHome() and is found again, also after an interruption.
 * @param withPrevious also the Kubernetes that an upgrade starts from, half as much again
 * @param progress told what is being built, and how long it took
 * @throws Failure `parts-unavailable` (what to install), `parts-failed`
 */
export async function ensureParts(withPrevious: boolean, progress: Progress): Promise<Parts> {
  const go = await goVersion();
  const versions = await readVersions(withPrevious);
  const recipes = recipesFor(versions);
  const programs = Object.fromEntries(recipes.map((recipe) => [`${recipe.name}-${recipe.version}`, filesOf(recipe, go)]));
  const folder = path.join(partsHome(), `mirror-${await keyOf(versions, programs)}`);
  if (!existsSync(folder)) {
    await checkNeeds();
    const isWaiting = (): void => progress("waiting for another process that builds the parts");
    await withLock("parts", async () => (existsSync(folder) ? undefined : build(folder, versions, recipes, programs, go, progress)), isWaiting);
  }
  const variables = JSON.parse(await readFile(path.join(folder, "variables.json"), "utf8")) as Variables;
  return { files: path.join(folder, "files"), images: path.join(folder, "images"), variables };
}

async function build(folder: string, versions: Versions, recipes: readonly Recipe[], programs: Programs, go: string, progress: Progress): Promise<void> {
  const started = performance.now();
  for (const [index, recipe] of recipes.entries()) {
    const said = (line: string): void => progress(`[${index + 1}/${recipes.length}] ${line}`);
    await buildRecipe(recipe, go, programs[`${recipe.name}-${recipe.version}`]!, said);
  }
  const pause = await buildPause(progress);
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  const variables = await assemble(partial, versions, programs, pause, progress);
  await writeFile(path.join(partial, "variables.json"), `${JSON.stringify(variables, null, 2)}\n`);
  await rename(partial, folder);
  progress(`the cluster's parts are built (${((performance.now() - started) / 1000).toFixed(0)} s): ${folder}`);
}

async function keyOf(versions: Versions, programs: Programs): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([versions, programs]));
  for (const source of SHAPES) hash.update(await readFile(labFile(source)));
  return hash.digest("hex").slice(0, 12);
}

async function checkNeeds(): Promise<void> {
  const missing: string[] = [];
  for (const [command, debianPackage] of Object.entries(NEEDS)) {
    const [program, ...args] = command.split(" ") as [string, ...string[]];
    const answer = await capture(program, args).catch(() => undefined);
    if (answer?.code !== 0) missing.push(debianPackage);
  }
  if (missing.length === 0) return;
  throw new Failure(`the cluster's parts cannot be built here: ${missing.join(", ")} missing`, {
    code: "parts-unavailable",
    fault: "usage",
    hint: `apt-get install -y ${missing.join(" ")}`,
  });
}
