import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { Failure } from "../../source/failure.ts";
import { labFile, labHome } from "../place.ts";
import { capture } from "../process.ts";
import type { Recipe } from "./recipes.ts";

export type Progress = (line: string) => void;

/** The folder of all that was built; nothing in it changes once it has its name. */
export function partsHome(): string {
  return path.join(labHome(), "parts");
}

/** What go(1) says of itself, for example `go1.26.8`. @throws Failure `parts-unavailable` when there is none */
export async function goVersion(): Promise<string> {
  const answer = await capture("go", ["env", "GOVERSION"]).catch(() => undefined);
  if (answer?.code === 0) return answer.stdout.trim();
  throw new Failure("the cluster's parts are built from their Go modules, and there is no Go here", {
    code: "parts-unavailable",
    fault: "usage",
    hint: "install Go 1.26 or later (https://go.dev/dl), or let the lab reach dl.k8s.io, github.com and registry.k8s.io",
  });
}

/**
 * Where a recipe's programs are, or will be: another recipe or another Go is another folder.
 * @param go what `goVersion` says
 * @returns program to the path of its file
 */
export function filesOf(recipe: Recipe, go: string): Record<string, string> {
  const key = createHash("sha256")
    .update(JSON.stringify([recipe, go]))
    .digest("hex")
    .slice(0, 12);
  const folder = path.join(partsHome(), "programs", `${recipe.name}-${recipe.version}-${key}`);
  return Object.fromEntries(Object.keys(recipe.programs).map((program) => [program, path.join(folder, program)]));
}

/**
 * Builds what is missing of a recipe's programs, one after the other: an interrupted build goes on where it was. The caller holds the lock of the parts.
 * @param files what `filesOf` says
 * @throws Failure `parts-failed` with the end of go's output
 */
export async function buildRecipe(recipe: Recipe, go: string, files: Readonly<Record<string, string>>, progress: Progress): Promise<void> {
  const missing = Object.keys(files).filter((program) => !existsSync(files[program]!));
  if (missing.length === 0) return;
  const module = path.join(path.dirname(files[missing[0]!]!), "module");
  await mkdir(module, { recursive: true });
  await writeFile(path.join(module, "go.mod"), await moduleFile(recipe, go));
  for (const program of missing) {
    const started = performance.now();
    await build(recipe, program, module, `${files[program]!}.partial`);
    await rename(`${files[program]!}.partial`, files[program]!);
    progress(`${recipe.name} ${recipe.version}: ${program} built in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  }
  await rm(module, { recursive: true, force: true });
}

/** A go.mod that requires exactly what the recipe names. */
async function moduleFile(recipe: Recipe, go: string): Promise<string> {
  const requires = Object.entries(recipe.requires).map(([module, version]) => `require ${module} ${version}`);
  const replaces = recipe.staging === undefined ? [] : stagingReplaces(await publishedModule(recipe.staging, recipe.requires[recipe.staging]!), recipe.version);
  return [`module parts`, `go ${go.replace(/^go/, "")}`, ...requires, ...replaces, ""].join("\n");
}

/** The go.mod of a module as it was published. */
async function publishedModule(module: string, version: string): Promise<string> {
  const answer = await go(["mod", "download", "-json", `${module}@${version}`], "/", {});
  return await readFile((JSON.parse(answer) as { GoMod: string }).GoMod, "utf8");
}

/**
 * Kubernetes' repository holds the modules it consists of below staging/; outside of it they are `v0.MINOR.PATCH`.
 * @param text the repository's own go.mod
 */
export function stagingReplaces(text: string, version: string): string[] {
  const modules = [...text.matchAll(/^\s*(?:replace\s+)?(\S+) => \.\/staging\/\S+$/gm)].map((match) => match[1]!);
  return modules.map((module) => `replace ${module} => ${module} v${version.replace(/^\d+/, "0")}`);
}

async function build(recipe: Recipe, program: string, folder: string, out: string): Promise<void> {
  const variables = Object.entries(recipe.variables ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  const isStatic = recipe.cgo ? ["-linkmode external", "-extldflags -static"] : [];
  const flags = ["-s", "-w", ...variables, ...isStatic].join(" ");
  const tags = recipe.cgo ? ["-tags", recipe.cgo.join(",")] : [];
  const args = ["build", "-mod=mod", "-trimpath", "-buildvcs=false", ...tags, "-ldflags", flags, "-o", out, recipe.programs[program]!];
  await go(args, folder, { CGO_ENABLED: recipe.cgo ? "1" : "0" });
}

/** Runs go, behind all other work on this machine. */
async function go(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  const own = { GOFLAGS: "", GOTOOLCHAIN: "local", GOOS: "linux", GOARCH: "amd64", GOWORK: "off" };
  const answer = await capture("nice", ["go", ...args], { cwd, env: { ...process.env, ...own, ...env } });
  if (answer.code === 0) return answer.stdout;
  const tail = answer.stderr.trimEnd().split("\n").slice(-8).join("\n");
  throw new Failure(`go ${args[0]} ${args.at(-1)} failed:\n${tail}`, {
    code: "parts-failed",
    fault: "usage",
    hint: "the modules come by Go's own proxy (go env GOPROXY); C parts need gcc, pkg-config and libseccomp-dev",
  });
}

/** The one process of a pod's sandbox, from pause.c beside this file. */
export async function buildPause(progress: Progress): Promise<string> {
  const source = labFile("parts/pause.c");
  const key = createHash("sha256")
    .update(await readFile(source))
    .digest("hex")
    .slice(0, 12);
  const file = path.join(partsHome(), "programs", `pause-${key}`, "pause");
  if (existsSync(file)) return file;
  await mkdir(path.dirname(file), { recursive: true });
  const answer = await capture("gcc", ["-Os", "-Wall", "-static", "-s", "-o", `${file}.partial`, source]);
  if (answer.code !== 0) throw new Failure(`gcc failed:\n${answer.stderr}`, { code: "parts-failed", fault: "usage", hint: "apt-get install -y gcc libc6-dev" });
  await rename(`${file}.partial`, file);
  progress("pause built");
  return file;
}
