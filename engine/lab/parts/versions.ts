import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { labFile } from "../place.ts";

/** What kubeadm of one version names beside Kubernetes' own images: tags. */
export interface SystemImages {
  readonly etcd: string;
  readonly coredns: string;
  readonly pause: string;
}

/** The versions that the roles install, without the `v` that some projects put before them. */
export interface Versions {
  /** The first is the one a new cluster gets; the second, when it is wanted, the one an upgrade starts from. */
  readonly kubernetes: readonly string[];
  readonly images: Readonly<Record<string, SystemImages>>;
  readonly containerd: string;
  readonly runc: string;
  readonly cniPlugins: string;
  readonly crictl: string;
  readonly etcd: string;
  readonly busybox: string;
}

/**
 * The data file that every role reads, roles/versions/defaults/main.yml.
 * @param withPrevious whether the Kubernetes that an upgrade starts from is wanted too
 */
export async function readVersions(withPrevious: boolean): Promise<Versions> {
  const data = parse(await readFile(labFile("../../roles/versions/defaults/main.yml"), "utf8")) as Record<string, unknown>;
  const text = (key: string): string => String(data[key]);
  return {
    kubernetes: [text("kubernetes_version"), ...(withPrevious ? [text("kubernetes_previous_version")] : [])],
    images: data["kubernetes_images"] as Record<string, SystemImages>,
    containerd: text("containerd_version"),
    runc: text("runc_version"),
    cniPlugins: text("cni_plugins_version"),
    crictl: text("crictl_version"),
    etcd: text("etcd_version"),
    busybox: text("busybox_version"),
  };
}
