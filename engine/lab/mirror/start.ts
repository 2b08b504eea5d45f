import { spawn } from "node:child_process";
import { mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../source/failure.ts";
import { isBundled } from "../../source/own-files.ts";
import { labFile } from "../place.ts";
import { livingProcess } from "../process.ts";
import { imagesIn } from "../parts/oci.ts";
import type { MirrorContent } from "./server.ts";

/** The same in every lab, on the lab's own address. */
const PORT = 8180;

export interface LabMirror extends MirrorContent {
  /** Values for the roles' variables that do not depend on the lab's address. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * Starts a lab's mirror at the lab's gateway, and keeps what its inventory says of it in the lab's folder.
 * @param gateway the address of the lab's bridge
 * @throws Failure `lab-failed` with what the mirror said
 */
export async function startMirror(labFolder: string, mirror: LabMirror, gateway: string): Promise<void> {
  const folder = path.join(labFolder, "mirror");
  await mkdir(folder, { recursive: true });
  const { files, layouts } = mirror;
  await writeFile(path.join(folder, "setting.json"), JSON.stringify({ content: { files, layouts }, address: gateway, port: PORT }));
  const variables = { ...mirror.variables, ...(await addressesAt(`http://${gateway}:${PORT}`, layouts)) };
  await writeFile(path.join(folder, "variables.json"), `${JSON.stringify(variables, null, 2)}\n`);
  await runMirror(labFolder);
}

/** What the inventory of a lab says of its mirror; nothing when it has none. */
export async function mirrorVariables(labFolder: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await readFile(path.join(labFolder, "mirror/variables.json"), "utf8").catch(() => "{}");
  return JSON.parse(text) as Record<string, unknown>;
}

/** The roles' mirror variables, see roles/versions. */
async function addressesAt(url: string, layouts: readonly string[]): Promise<Record<string, unknown>> {
  const registries = new Set<string>();
  for (const layout of layouts) for (const name of (await imagesIn(layout)).keys()) registries.add(name.split("/")[0]!);
  return {
    github_mirror: `${url}/github.com`,
    github_raw_mirror: `${url}/raw.githubusercontent.com`,
    kubernetes_download_mirror: `${url}/dl.k8s.io`,
    kubernetes_apt_mirror: `${url}/pkgs.k8s.io`,
    container_registry_mirrors: Object.fromEntries([...registries].sort().map((registry) => [registry, url])),
  };
}

/** Starts the mirror of a lab that has one, unless it runs. */
export async function runMirror(labFolder: string): Promise<void> {
  const folder = path.join(labFolder, "mirror");
  const pid = path.join(folder, "pid");
  if ((await livingProcess(pid)) !== undefined) return;
  await rm(pid, { force: true });
  const log = await open(path.join(folder, "log"), "a");
  const program = isBundled ? [labFile("../../dist/mirror.js")] : ["--import", "tsx", labFile("mirror/main.ts")];
  const child = spawn(process.execPath, [...program, labFolder], { cwd: labFile("../.."), detached: true, stdio: ["ignore", log.fd, log.fd] });
  await log.close();
  let ended: string | undefined;
  child.on("error", (error) => (ended = error.message));
  child.on("exit", (code, signal) => (ended = `it ended with ${signal ?? `status ${code}`}`));
  child.unref();
  for (const end = performance.now() + 30_000; (await livingProcess(pid)) === undefined; await sleep(20)) {
    if (ended === undefined && performance.now() < end) continue;
    const tail = (await readFile(path.join(folder, "log"), "utf8")).trimEnd().split("\n").slice(-8).join("\n");
    throw new Failure(`the lab's mirror did not start: ${ended ?? "no answer in 30 s"}${tail && `\n${tail}`}`, { code: "lab-failed", fault: "usage" });
  }
}
