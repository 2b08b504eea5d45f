import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { Failure } from "../source/failure.ts";
import type { LabOptions } from "./lab.ts";
import { importArchive, imagesIn } from "./parts/oci.ts";
import { partsHome } from "./parts/build.ts";
import type { Progress } from "./parts/build.ts";
import { ensureParts } from "./parts/parts.ts";
import { readVersions } from "./parts/versions.ts";
import { withLock } from "./place.ts";

export type ClusterOptions = Pick<LabOptions, "mirror" | "podNetwork" | "variables">;

/** Without these a cluster has Calico's objects, and no Calico. */
const CALICO = ["node", "cni", "kube-controllers"];

/**
 * What a lab needs so that a cluster can be made on its hosts; its inventory says `lab_cluster`. Where upstream can be reached that is all;
 * else a mirror of what is built here, of the image archives in the folder TSPLAY_LAB_IMAGES, and of the files in TSPLAY_LAB_FILES (by host and path of their address).
 * Without Calico's images the lab brings a pod network of its own.
 * @param withPrevious with the parts that an upgrade starts from
 * @throws Failure `parts-unavailable`, `parts-failed`, `lab-images`
 */
export async function clusterOptions(withPrevious: boolean, progress: Progress): Promise<ClusterOptions> {
  const [version] = (await readVersions(false)).kubernetes;
  if (await isUpstreamReachable(version!)) {
    progress("the cluster's parts come from upstream");
    return { variables: { lab_cluster: true } };
  }
  progress("upstream (dl.k8s.io, registry.k8s.io) cannot be reached: the cluster's parts are built here and come from the lab's mirror");
  const parts = await ensureParts(withPrevious, progress);
  const layouts = [parts.images, ...(await importImages(progress))];
  const names = new Set<string>();
  for (const layout of layouts) for (const name of (await imagesIn(layout)).keys()) names.add(name);
  const hasCalico = CALICO.every((image) => [...names].some((name) => name.startsWith(`quay.io/calico/${image}:`)));
  progress(
    hasCalico ? "Calico's images are there" : "Calico's images are not there (TSPLAY_LAB_IMAGES): the lab brings its own pod network, which knows no policies",
  );
  const more = process.env["TSPLAY_LAB_FILES"];
  const files = [parts.files, ...(more ? [path.resolve(more)] : [])];
  return {
    mirror: { files, layouts, variables: { ...parts.variables, lab_pod_network: !hasCalico } },
    podNetwork: !hasCalico,
    variables: { lab_cluster: true },
  };
}

/** One quick look: three seconds at most. */
async function isUpstreamReachable(version: string): Promise<boolean> {
  const addresses = [`https://dl.k8s.io/release/v${version}/bin/linux/amd64/kubelet.sha256`, "https://registry.k8s.io/v2/"];
  const answers = addresses.map((address) => fetch(address, { signal: AbortSignal.timeout(3000) }).then((answer) => answer.ok));
  return (await Promise.allSettled(answers)).every((answer) => answer.status === "fulfilled" && answer.value);
}

/** Layouts of the image archives that lie in TSPLAY_LAB_IMAGES, each unpacked once. */
async function importImages(progress: Progress): Promise<string[]> {
  const folder = process.env["TSPLAY_LAB_IMAGES"];
  if (!folder) return [];
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new Failure(`TSPLAY_LAB_IMAGES names ${folder}, which cannot be read`, { code: "lab-images", fault: "usage", cause });
  });
  const layouts: string[] = [];
  for (const name of names.filter((each) => /\.tar(\.gz|\.zst)?$|\.tgz$/.test(each)).sort()) {
    const archive = path.resolve(folder, name);
    const { size, mtimeMs } = await stat(archive);
    const key = createHash("sha256").update(`${archive}\0${size}\0${mtimeMs}`).digest("hex").slice(0, 12);
    const layout = path.join(partsHome(), "images", `${name.replace(/\.t.*$/, "")}-${key}`);
    await withLock("images", async () => {
      if (existsSync(layout)) return;
      await rm(`${layout}.partial`, { recursive: true, force: true });
      await importArchive(archive, `${layout}.partial`);
      await rename(`${layout}.partial`, layout);
      progress(`image archive ${name} unpacked`);
    });
    layouts.push(layout);
  }
  return layouts;
}
