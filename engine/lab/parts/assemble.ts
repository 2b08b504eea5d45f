import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { readAptSources } from "../apt.ts";
import { makeDebian, SUITE } from "../debian.ts";
import type { Progress } from "./build.ts";
import { packagesFor, repositoryPath, withSigningKey, writeRepository } from "./deb.ts";
import type { Descriptor } from "./oci.ts";
import { addImage, addLayer, digestOf, makeLayout, writeIndex } from "./oci.ts";
import { place, writeTar } from "./tar.ts";
import type { Image, Program } from "./upstream.ts";
import { downloadsFor, imagesFor, isProgram } from "./upstream.ts";
import type { Versions } from "./versions.ts";

/** What was built: recipe and version (`etcd-3.6.8`) to program to the path of its file. */
export type Programs = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Values for the roles' variables. */
export type Variables = Readonly<Record<string, unknown>>;

/**
 * Writes what a mirror serves below `folder`: `files/` by upstream's addresses, `images/` as an OCI layout.
 * @returns the roles' `*_checksums`, for what was built here
 */
export async function assemble(folder: string, versions: Versions, programs: Programs, pause: string, progress: Progress): Promise<Variables> {
  const files = path.join(folder, "files");
  const pathOf = (each: Program): string => programs[`${each.recipe}-${each.version}`]![each.program]!;
  await mkdir(files, { recursive: true });
  const variables = await writeDownloads(files, versions, programs, pathOf);
  progress("downloads laid out");
  await withSigningKey(async (keyring) => {
    for (const version of versions.kubernetes) {
      const packages = packagesFor(version, versions, Object.keys(programs[`cni-plugins-${versions.cniPlugins}`]!));
      await writeRepository(path.join(files, repositoryPath(version)), packages, pathOf, keyring);
      progress(`packages of Kubernetes ${version} made`);
    }
  });
  await writeImages(path.join(folder, "images"), imagesFor(versions), (file) => (file === "pause" ? pause : pathOf(file)), progress);
  return variables;
}

async function writeDownloads(files: string, versions: Versions, programs: Programs, pathOf: (each: Program) => string): Promise<Variables> {
  const variables: Record<string, unknown> = {};
  for (const download of downloadsFor(versions, (recipe, version) => Object.keys(programs[`${recipe}-${version}`]!))) {
    const target = path.join(files, download.path);
    await mkdir(path.dirname(target), { recursive: true });
    if (isProgram(download.content)) await place(pathOf(download.content), target);
    else await writeTar(target, Object.fromEntries(Object.entries(download.content).map(([name, each]) => [name, pathOf(each)])));
    const digest = await digestOf(target);
    // dl.k8s.io has it beside each program
    if (download.path.startsWith("dl.k8s.io/")) await writeFile(`${target}.sha256`, digest.replace("sha256:", ""));
    if (download.checksum.length > 0) set(variables, download.checksum, digest);
  }
  return variables;
}

function set(variables: Record<string, unknown>, keys: readonly string[], value: string): void {
  const [key, ...rest] = keys as [string, ...string[]];
  if (rest.length === 0) variables[key] = value;
  else set((variables[key] ??= {}) as Record<string, unknown>, rest, value);
}

async function writeImages(layout: string, images: readonly Image[], pathOf: (file: Program | "pause") => string, progress: Progress): Promise<void> {
  await makeLayout(layout);
  const index = new Map<string, Descriptor>();
  const bases = new Map<string, Descriptor>();
  for (const image of images) {
    const layers: Descriptor[] = [];
    if (image.packages) {
      const key = image.packages.join(",");
      const base = bases.get(key) ?? (await debianLayer(layout, image.packages));
      bases.set(key, base);
      layers.push(base);
    }
    const tar = path.join(layout, "layer.tar");
    await writeTar(tar, Object.fromEntries(Object.entries(image.files).map(([name, file]) => [name, pathOf(file)])), image.links);
    layers.push(await addLayer(layout, tar));
    const config = { ...(image.entrypoint ? { Entrypoint: image.entrypoint } : {}), ...(image.user ? { User: image.user } : {}) };
    index.set(image.name, await addImage(layout, layers, config));
    progress(`image ${image.name} made`);
  }
  await writeIndex(layout, index);
}

/** A layer of Debian's packages. */
async function debianLayer(layout: string, packages: readonly string[]): Promise<Descriptor> {
  const tar = path.join(layout, "debian.tar");
  const partial = path.join(layout, "debian.partial.tar");
  await makeDebian(partial, { suite: SUITE, variant: "essential", packages, apt: await readAptSources(SUITE), log: path.join(layout, "debian.log") });
  await rename(partial, tar);
  return addLayer(layout, tar);
}
