import type { Versions } from "./versions.ts";

/** A program that was built: the recipe's name and version, and the program's own name. */
export interface Program {
  readonly recipe: string;
  readonly version: string;
  readonly program: string;
}

/** A file that upstream offers for download, made of programs: one program as it is, or a compressed tar archive. */
export interface Download {
  /** Host and path of its address, for example `dl.k8s.io/release/v1.36.4/bin/linux/amd64/kubeadm`. */
  readonly path: string;
  readonly content: Program | Readonly<Record<string, Program>>;
  /** Which of the roles' variables says its sha256: the variable, and the keys below it. */
  readonly checksum: readonly string[];
}

/** Tells a download that is one program from an archive of several. */
export function isProgram(content: Download["content"]): content is Program {
  return typeof content["recipe"] === "string";
}

const PROGRAMS_OF_A_RELEASE = ["kubeadm", "kubelet", "kubectl", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy"];
const WITH_CHECKSUM = ["kubeadm", "kubelet", "kubectl"];

/**
 * Everything under the address and in the shape in which upstream publishes it.
 * @param programsOf the programs that a recipe makes, for example all CNI plugins
 */
export function downloadsFor(versions: Versions, programsOf: (recipe: string, version: string) => readonly string[]): Download[] {
  const { containerd, runc, cniPlugins, crictl, etcd } = versions;
  const archive = (recipe: string, version: string, folder: string): Record<string, Program> =>
    Object.fromEntries(programsOf(recipe, version).map((program) => [`${folder}${program}`, { recipe, version, program }]));
  const etcdName = `etcd-v${etcd}-linux-amd64`;
  return [
    {
      path: `github.com/containerd/containerd/releases/download/v${containerd}/containerd-${containerd}-linux-amd64.tar.gz`,
      content: archive("containerd", containerd, "bin/"),
      checksum: ["containerd_checksums", containerd],
    },
    {
      path: `github.com/opencontainers/runc/releases/download/v${runc}/runc.amd64`,
      content: { recipe: "runc", version: runc, program: "runc" },
      checksum: ["runc_checksums", runc],
    },
    {
      path: `github.com/containernetworking/plugins/releases/download/v${cniPlugins}/cni-plugins-linux-amd64-v${cniPlugins}.tgz`,
      content: archive("cni-plugins", cniPlugins, "./"),
      checksum: ["cni_plugins_checksums", cniPlugins],
    },
    {
      path: `github.com/kubernetes-sigs/cri-tools/releases/download/v${crictl}/crictl-v${crictl}-linux-amd64.tar.gz`,
      content: archive("cri-tools", crictl, ""),
      checksum: ["crictl_checksums", crictl],
    },
    {
      path: `github.com/etcd-io/etcd/releases/download/v${etcd}/${etcdName}.tar.gz`,
      content: archive("etcd", etcd, `${etcdName}/`),
      checksum: ["etcd_checksums", etcd],
    },
    ...versions.kubernetes.flatMap((version) =>
      PROGRAMS_OF_A_RELEASE.map((program) => ({
        path: `dl.k8s.io/release/v${version}/bin/linux/amd64/${program}`,
        content: { recipe: "kubernetes", version, program },
        checksum: WITH_CHECKSUM.includes(program) ? ["kubernetes_checksums", version, program] : [],
      })),
    ),
  ];
}

/** An image that consists of programs in an otherwise empty root, or on top of Debian packages. */
export interface Image {
  /** With registry and tag, as `kubeadm config images list` names it. */
  readonly name: string;
  /** Place in the image to program; `pause` is the only one that no recipe makes. */
  readonly files: Readonly<Record<string, Program | "pause">>;
  /** Place in the image to what a symbolic link there says. */
  readonly links?: Readonly<Record<string, string>>;
  readonly entrypoint?: readonly string[];
  readonly user?: string;
  /** Debian packages below it. */
  readonly packages?: readonly string[];
}

/** One set, so that both images that stand on Debian share a layer: what kube-proxy calls, and busybox. */
const DEBIAN_PACKAGES = ["iptables", "nftables", "conntrack", "kmod", "busybox"];

/** The images that kubeadm of each version wants, and the one that the playbooks look at the cluster with. */
export function imagesFor(versions: Versions): Image[] {
  const images = versions.kubernetes.flatMap((version): Image[] => {
    const { etcd, coredns, pause } = versions.images[version]!;
    const own = (program: string): Image => ({
      name: `registry.k8s.io/${program}:v${version}`,
      files: { [`usr/local/bin/${program}`]: { recipe: "kubernetes", version, program } },
    });
    const etcdVersion = etcd.replace(/-\d+$/, "");
    const ofEtcd = (program: string): Program => ({ recipe: "etcd", version: etcdVersion, program });
    const corednsProgram = { recipe: "coredns", version: coredns.replace(/^v/, ""), program: "coredns" };
    return [
      own("kube-apiserver"),
      own("kube-controller-manager"),
      own("kube-scheduler"),
      { ...own("kube-proxy"), packages: DEBIAN_PACKAGES },
      {
        name: `registry.k8s.io/etcd:${etcd}`,
        files: Object.fromEntries(["etcd", "etcdctl", "etcdutl"].map((each) => [`usr/local/bin/${each}`, ofEtcd(each)])),
      },
      { name: `registry.k8s.io/coredns/coredns:${coredns}`, files: { coredns: corednsProgram }, entrypoint: ["/coredns"] },
      { name: `registry.k8s.io/pause:${pause}`, files: { pause: "pause" as const }, entrypoint: ["/pause"], user: "65535:65535" },
    ];
  });
  const applets = Object.fromEntries(["httpd", "nslookup", "wget"].map((name) => [`usr/local/bin/${name}`, "/bin/busybox"]));
  images.push({ name: `docker.io/library/busybox:${versions.busybox}`, files: {}, links: applets, packages: DEBIAN_PACKAGES });
  return images.filter((image, index) => images.findIndex((each) => each.name === image.name) === index);
}
