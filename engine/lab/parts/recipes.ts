import type { Versions } from "./versions.ts";

/** How some programs are built from one set of Go modules. */
export interface Recipe {
  /** Names the folder of what it makes, with `version`. */
  readonly name: string;
  readonly version: string;
  /** Modules that the build requires, and their versions. */
  readonly requires: Readonly<Record<string, string>>;
  /** The module whose `replace ... => ./staging/...` lines are published as modules of their own, as `v0.MINOR.PATCH`. */
  readonly staging?: string;
  /** Program to its package, in the order in which they are built. */
  readonly programs: Readonly<Record<string, string>>;
  /** `-X` variables: where a program keeps its version. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Built with C parts, static; the names are build tags. */
  readonly cgo?: readonly string[];
}

const KUBERNETES = ["kube-apiserver", "kubectl", "kubeadm", "kubelet", "kube-controller-manager", "kube-scheduler", "kube-proxy"];
const CNI_PLUGINS = {
  main: ["bridge", "dummy", "host-device", "ipvlan", "loopback", "macvlan", "ptp", "tap", "vlan"],
  ipam: ["dhcp", "host-local", "static"],
  meta: ["bandwidth", "firewall", "portmap", "sbr", "tuning", "vrf"],
};

/** All recipes, those that others wait for first. */
export function recipesFor(versions: Versions): Recipe[] {
  const [current, ...older] = versions.kubernetes;
  const etcds = versions.kubernetes.map((version) => versions.images[version]!.etcd.replace(/-\d+$/, ""));
  const corednses = versions.kubernetes.map((version) => versions.images[version]!.coredns.replace(/^v/, ""));
  const [etcd, ...otherEtcds] = unique([...etcds, versions.etcd]);
  return [
    etcdRecipe(etcd!),
    kubernetesRecipe(current!),
    containerdRecipe(versions.containerd),
    runcRecipe(versions.runc),
    cniPluginsRecipe(versions.cniPlugins),
    crictlRecipe(versions.crictl),
    ...unique(corednses).map(corednsRecipe),
    ...otherEtcds.map(etcdRecipe),
    ...older.map(kubernetesRecipe),
  ];
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)];
}

function kubernetesRecipe(version: string): Recipe {
  const [major, minor] = version.split(".") as [string, string];
  const component = "k8s.io/component-base/version";
  return {
    name: "kubernetes",
    version,
    requires: { "k8s.io/kubernetes": `v${version}` },
    staging: "k8s.io/kubernetes",
    programs: Object.fromEntries(KUBERNETES.map((name) => [name, `k8s.io/kubernetes/cmd/${name}`])),
    variables: {
      [`${component}.gitVersion`]: `v${version}`,
      [`${component}.gitMajor`]: major,
      [`${component}.gitMinor`]: minor,
      [`${component}.gitTreeState`]: "clean",
      "k8s.io/client-go/pkg/version.gitVersion": `v${version}`,
    },
  };
}

/** By a module of our own: etcd's modules replace each other, which `go install` refuses. */
function etcdRecipe(version: string): Recipe {
  const programs = { etcd: "go.etcd.io/etcd/server/v3", etcdctl: "go.etcd.io/etcd/etcdctl/v3", etcdutl: "go.etcd.io/etcd/etcdutl/v3" };
  return { name: "etcd", version, requires: Object.fromEntries(Object.values(programs).map((module) => [module, `v${version}`])), programs };
}

function corednsRecipe(version: string): Recipe {
  return { name: "coredns", version, requires: { "github.com/coredns/coredns": `v${version}` }, programs: { coredns: "github.com/coredns/coredns" } };
}

function containerdRecipe(version: string): Recipe {
  const module = "github.com/containerd/containerd/v2";
  const names = ["containerd", "containerd-shim-runc-v2", "ctr"];
  return {
    name: "containerd",
    version,
    requires: { [module]: `v${version}` },
    programs: Object.fromEntries(names.map((name) => [name, `${module}/cmd/${name}`])),
    variables: { [`${module}/version.Version`]: `v${version}` },
  };
}

function runcRecipe(version: string): Recipe {
  const module = "github.com/opencontainers/runc";
  return {
    name: "runc",
    version,
    requires: { [module]: `v${version}` },
    programs: { runc: module },
    variables: { "main.version": version },
    cgo: ["seccomp", "netgo", "osusergo"],
  };
}

function cniPluginsRecipe(version: string): Recipe {
  const module = "github.com/containernetworking/plugins";
  const programs = Object.entries(CNI_PLUGINS).flatMap(([kind, names]) => names.map((name) => [name, `${module}/plugins/${kind}/${name}`]));
  return {
    name: "cni-plugins",
    version,
    requires: { [module]: `v${version}` },
    programs: Object.fromEntries(programs) as Record<string, string>,
    variables: { [`${module}/pkg/utils/buildversion.BuildVersion`]: `v${version}` },
  };
}

function crictlRecipe(version: string): Recipe {
  const module = "sigs.k8s.io/cri-tools";
  return {
    name: "cri-tools",
    version,
    requires: { [module]: `v${version}` },
    programs: { crictl: `${module}/cmd/crictl` },
    variables: { [`${module}/pkg/version.Version`]: `v${version}` },
  };
}
