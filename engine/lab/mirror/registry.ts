import type { Descriptor } from "../parts/oci.ts";

/** What a registry answers to one request. */
export type Answer =
  | { readonly kind: "base" }
  | { readonly kind: "blob"; readonly digest: string; readonly mediaType: string }
  | { readonly kind: "error"; readonly status: number; readonly code: string; readonly message: string };

const MANIFESTS = /^\/v2\/(.+)\/manifests\/([^/]+)$/;
const BLOBS = /^\/v2\/(.+)\/blobs\/(sha256:[0-9a-f]{64})$/;

/**
 * The part of the OCI distribution specification that pulls: manifests by tag or digest, and blobs.
 * @param path of the URL, decoded
 * @param registry for which of the registries it stands in: containerd says so in the parameter `ns`; when it does not, any with such an image
 * @param images whole name (`registry.k8s.io/pause:3.10`) to the descriptor of its manifest
 */
export function answer(path: string, registry: string | undefined, images: ReadonlyMap<string, Descriptor>): Answer {
  if (path === "/v2" || path === "/v2/") return { kind: "base" };
  const blob = BLOBS.exec(path);
  if (blob) return { kind: "blob", digest: blob[2]!, mediaType: "application/octet-stream" };
  const manifest = MANIFESTS.exec(path);
  if (!manifest) return { kind: "error", status: 404, code: "UNSUPPORTED", message: "only manifests and blobs can be read here" };
  const [, name, reference] = manifest as unknown as [string, string, string];
  const isDigest = reference.startsWith("sha256:");
  const isWanted = (image: string, descriptor: Descriptor): boolean => {
    if (isDigest) return descriptor.digest === reference;
    const wanted = `${name}:${reference}`;
    return registry === undefined ? image === wanted || image.endsWith(`/${wanted}`) : image === `${registry}/${wanted}`;
  };
  const found = [...images].find(([image, descriptor]) => isWanted(image, descriptor));
  if (found) return { kind: "blob", digest: found[1].digest, mediaType: found[1].mediaType };
  const full = `${registry === undefined ? "" : `${registry}/`}${name}${isDigest ? "@" : ":"}${reference}`;
  return { kind: "error", status: 404, code: "MANIFEST_UNKNOWN", message: `the lab has no image ${full}` };
}
