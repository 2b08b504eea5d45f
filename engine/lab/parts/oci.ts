import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readFile, rename, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { Failure } from "../../source/failure.ts";
import { must } from "../process.ts";

/** What points to a blob, by the OCI image specification ("Content Descriptors"). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What an image says of how it is run, as its configuration spells it. */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly User?: string;
  readonly Env?: readonly string[];
}

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const CONFIG = "application/vnd.oci.image.config.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar";
/** The annotation by which containerd and ctr(8) know an image's whole name in a layout. */
const NAME = "io.containerd.image.name";

export function blobPath(layout: string, digest: string): string {
  return path.join(layout, "blobs", digest.replace(":", "/"));
}

/** The images of a layout: whole name to the descriptor of its manifest. */
export async function imagesIn(layout: string): Promise<Map<string, Descriptor>> {
  const index = JSON.parse(await readFile(path.join(layout, "index.json"), "utf8")) as { manifests: Descriptor[] };
  return new Map(index.manifests.map((manifest) => [manifest.annotations?.[NAME] ?? "", manifest]));
}

/** Writes an empty OCI image layout. */
export async function makeLayout(layout: string): Promise<void> {
  await mkdir(path.join(layout, "blobs/sha256"), { recursive: true });
  await writeFile(path.join(layout, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}\n');
}

/** Writes the index of a layout, which names its images. */
export async function writeIndex(layout: string, images: ReadonlyMap<string, Descriptor>): Promise<void> {
  const manifests = [...images].map(([name, descriptor]) => ({ ...descriptor, annotations: { [NAME]: name } }));
  const index = { schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests };
  await writeFile(path.join(layout, "index.json"), `${JSON.stringify(index, null, 2)}\n`);
}

/** Moves a tar archive into a layout as a layer. It may be compressed. */
export async function addLayer(layout: string, file: string): Promise<Descriptor> {
  const descriptor = { mediaType: `${LAYER}${await compression(file)}`, digest: await digestOf(file), size: (await stat(file)).size };
  await rename(file, blobPath(layout, descriptor.digest));
  return descriptor;
}

async function compression(file: string): Promise<"" | "+gzip" | "+zstd"> {
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    const magic = buffer.toString("hex");
    return magic.startsWith("1f8b") ? "+gzip" : magic === "28b52ffd" ? "+zstd" : "";
  } finally {
    await handle.close();
  }
}

/** The digest of a file's content, as `sha256:HEX`. */
export async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return `sha256:${hash.digest("hex")}`;
}

async function addBlob(layout: string, mediaType: string, content: string | Buffer): Promise<Descriptor> {
  const bytes = Buffer.from(content);
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  await writeFile(blobPath(layout, digest), bytes);
  return { mediaType, digest, size: bytes.length };
}

/** Writes an image of uncompressed layers. @returns the descriptor of its manifest */
export async function addImage(layout: string, layers: readonly Descriptor[], config: ImageConfig): Promise<Descriptor> {
  const image = {
    architecture: "amd64",
    os: "linux",
    config: { Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"], ...config },
    // the digest of an uncompressed layer is that of what it holds
    rootfs: { type: "layers", diff_ids: layers.map((layer) => layer.digest) },
    history: layers.map(() => ({ created_by: "tsplay lab" })),
  };
  return addManifest(layout, await addBlob(layout, CONFIG, JSON.stringify(image)), layers);
}

async function addManifest(layout: string, config: Descriptor, layers: readonly Descriptor[]): Promise<Descriptor> {
  return addBlob(layout, MANIFEST, JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config, layers }));
}

/**
 * Makes a layout of an image archive, as `docker save`, `crane pull` and `ctr images export` write them (tar with a manifest.json).
 * @throws Failure `lab-images` when it is none
 */
export async function importArchive(archive: string, layout: string): Promise<void> {
  await makeLayout(layout);
  const content = path.join(layout, "archive");
  await mkdir(content);
  await must("tar", ["--extract", `--file=${archive}`, `--directory=${content}`, "--no-same-owner"]);
  const text = await readFile(path.join(content, "manifest.json"), "utf8").catch(() => undefined);
  if (text === undefined) {
    throw new Failure(`${archive} is no image archive: there is no manifest.json in it`, {
      code: "lab-images",
      fault: "usage",
      hint: "TSPLAY_LAB_IMAGES names a folder of archives as `docker save` or `ctr images export` write them",
    });
  }
  const images = new Map<string, Descriptor>();
  const layers = new Map<string, Descriptor>();
  for (const entry of JSON.parse(text) as { Config: string; RepoTags: string[] | null; Layers: string[] }[]) {
    for (const layer of entry.Layers) if (!layers.has(layer)) layers.set(layer, await addLayer(layout, path.join(content, layer)));
    const config = await addBlob(layout, CONFIG, await readFile(path.join(content, entry.Config)));
    const manifest = await addManifest(
      layout,
      config,
      entry.Layers.map((layer) => layers.get(layer)!),
    );
    for (const tag of entry.RepoTags ?? []) images.set(wholeName(tag), manifest);
  }
  await must("rm", ["-r", content]);
  await writeIndex(layout, images);
}

/** Docker's short names in full: `nginx:1` is `docker.io/library/nginx:1`. */
export function wholeName(name: string): string {
  const [first, ...rest] = name.split("/") as [string, ...string[]];
  if (rest.length > 0 && /[.:]|^localhost$/.test(first)) return name;
  return rest.length > 0 ? `docker.io/${name}` : `docker.io/library/${name}`;
}
