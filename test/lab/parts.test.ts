import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { stagingReplaces } from "../../engine/lab/parts/build.ts";
import { controlOf, fileNameOf, indexEntry, packagesFor, releaseOf, repositoryPath } from "../../engine/lab/parts/deb.ts";
import { wholeName } from "../../engine/lab/parts/oci.ts";
import { recipesFor } from "../../engine/lab/parts/recipes.ts";
import { downloadsFor, imagesFor, isProgram } from "../../engine/lab/parts/upstream.ts";
import type { Versions } from "../../engine/lab/parts/versions.ts";
import { readVersions } from "../../engine/lab/parts/versions.ts";
import { capture } from "../../engine/lab/process.ts";

const versions: Versions = {
  kubernetes: ["1.36.4", "1.35.8"],
  images: {
    "1.36.4": { etcd: "3.6.8-0", coredns: "v1.14.2", pause: "3.10.2" },
    "1.35.8": { etcd: "3.6.6-0", coredns: "v1.13.1", pause: "3.10.2" },
  },
  containerd: "2.3.4",
  runc: "1.4.3",
  cniPlugins: "1.9.1",
  crictl: "1.36.0",
  etcd: "3.6.14",
  busybox: "1.37.0",
};
const programs: Readonly<Record<string, readonly string[]>> = {
  containerd: ["containerd", "ctr"],
  "cni-plugins": ["bridge", "ptp"],
  "cri-tools": ["crictl"],
  etcd: ["etcd", "etcdctl"],
};
const programsOf = (recipe: string): readonly string[] => programs[recipe]!;

test("downloads lie where upstream has them, in upstream's shape", () => {
  const downloads = downloadsFor(versions, programsOf).map(({ path, content }) => [path, "program" in content ? content.program : Object.keys(content)]);
  const found = Object.fromEntries(downloads) as Record<string, unknown>;
  const wanted: Record<string, unknown> = {
    "github.com/containerd/containerd/releases/download/v2.3.4/containerd-2.3.4-linux-amd64.tar.gz": ["bin/containerd", "bin/ctr"],
    "github.com/opencontainers/runc/releases/download/v1.4.3/runc.amd64": "runc",
    "github.com/containernetworking/plugins/releases/download/v1.9.1/cni-plugins-linux-amd64-v1.9.1.tgz": ["./bridge", "./ptp"],
    "github.com/kubernetes-sigs/cri-tools/releases/download/v1.36.0/crictl-v1.36.0-linux-amd64.tar.gz": ["crictl"],
    "github.com/etcd-io/etcd/releases/download/v3.6.14/etcd-v3.6.14-linux-amd64.tar.gz": ["etcd-v3.6.14-linux-amd64/etcd", "etcd-v3.6.14-linux-amd64/etcdctl"],
    "dl.k8s.io/release/v1.36.4/bin/linux/amd64/kubeadm": "kubeadm",
    "dl.k8s.io/release/v1.35.8/bin/linux/amd64/kubelet": "kubelet",
  };
  for (const [path, content] of Object.entries(wanted)) assert.deepEqual(found[path], content, path);
});

test("the images of both versions, each once, under the names that kubeadm asks for", () => {
  const names = imagesFor(versions).map((image) => image.name.replace("registry.k8s.io/", ""));
  const own = (version: string): string[] => ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy"].map((name) => `${name}:v${version}`);
  const newer = [...own("1.36.4"), "etcd:3.6.8-0", "coredns/coredns:v1.14.2", "pause:3.10.2"];
  assert.deepEqual(names, [...newer, ...own("1.35.8"), "etcd:3.6.6-0", "coredns/coredns:v1.13.1", "docker.io/library/busybox:1.37.0"]);
});

test("there is a recipe for every program of a download, an image and a package", () => {
  const recipes = recipesFor(versions);
  const built = new Set(recipes.flatMap((recipe) => Object.keys(recipe.programs).map((program) => `${recipe.name} ${recipe.version} ${program}`)));
  const all = (recipe: string, version: string): string[] =>
    Object.keys(recipes.find((each) => each.name === recipe && each.version === version)?.programs ?? {});
  const downloads = downloadsFor(versions, all).flatMap(({ content }) => (isProgram(content) ? [content] : Object.values(content)));
  const images = imagesFor(versions).flatMap((image) => Object.values(image.files).filter((file) => file !== "pause"));
  const packages = versions.kubernetes.flatMap((version) =>
    packagesFor(version, versions, all("cni-plugins", "1.9.1")).flatMap((each) => Object.values(each.programs)),
  );
  const wanted = [...downloads, ...images, ...packages].map((each) => `${each.recipe} ${each.version} ${each.program}`);
  assert.ok(wanted.length > 60);
  assert.deepEqual(
    wanted.filter((each) => !built.has(each)),
    [],
  );
  assert.equal(recipes.length, new Set(recipes.map((recipe) => `${recipe.name} ${recipe.version}`)).size);
});

test("Kubernetes' staging modules are replaced by what is published of them", () => {
  const text = `module k8s.io/kubernetes

require k8s.io/api v0.0.0

replace (
	k8s.io/api => ./staging/src/k8s.io/api
	k8s.io/client-go => ./staging/src/k8s.io/client-go
	example.org/other => example.org/fork v1.0.0
)
`;
  assert.deepEqual(stagingReplaces(text, "1.36.4"), ["replace k8s.io/api => k8s.io/api v0.36.4", "replace k8s.io/client-go => k8s.io/client-go v0.36.4"]);
});

test("a package's control file, and its entry in the index", () => {
  const kubelet = packagesFor("1.36.4", versions, ["ptp"]).find((each) => each.name === "kubelet")!;
  const control = controlOf(kubelet, 70_000);
  const wanted = { Package: "kubelet", Version: "1.36.4-1.1", Architecture: "amd64", "Installed-Size": "70000" };
  for (const [field, value] of Object.entries(wanted)) assert.match(control, new RegExp(`^${field}: ${value}$`, "m"));
  assert.match(control, /^Depends: kubernetes-cni \(>= 1\.2\.0\), mount, util-linux$/m);
  assert.doesNotMatch(control, /\n\n/);
  const entry = indexEntry(control, fileNameOf(kubelet), Buffer.from("abc"));
  assert.ok(entry.startsWith(control));
  assert.equal(
    entry.slice(control.length),
    "Filename: amd64/kubelet_1.36.4-1.1_amd64.deb\nSize: 3\nSHA256: ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n",
  );
  assert.equal(repositoryPath("1.36.4"), "pkgs.k8s.io/core:/stable:/v1.36/deb");
});

test("a Release names its indexes with digest and size", () => {
  const release = releaseOf("tsplay lab", { Packages: Buffer.from("abc") }, "Thu, 26 Nov 2026 23:00:00 UTC");
  assert.equal(
    release,
    "Origin: tsplay lab\nLabel: tsplay lab\nArchitectures: amd64\nDate: Thu, 26 Nov 2026 23:00:00 UTC\nSHA256:\n" +
      " ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad 3 Packages\n",
  );
});

test("Docker's short names are spelt out", () => {
  const cases = {
    "nginx:1": "docker.io/library/nginx:1",
    "grafana/grafana:13": "docker.io/grafana/grafana:13",
    "quay.io/calico/node:v3.32.1": "quay.io/calico/node:v3.32.1",
    "localhost/app:1": "localhost/app:1",
    "localhost:5000/app:1": "localhost:5000/app:1",
  };
  for (const [name, want] of Object.entries(cases)) assert.equal(wholeName(name), want);
});

test("the data file has a checksum for everything that is built in its stead, and pins both Kubernetes versions", async () => {
  const file = new URL("../../roles/versions/defaults/main.yml", import.meta.url);
  const data = parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  const pinned = await readVersions(true);
  const minors = pinned.kubernetes.map((version) => Number(version.split(".")[1]));
  assert.equal(minors[0]! - minors[1]!, 1, "an upgrade goes one minor at a time");
  for (const version of pinned.kubernetes) assert.ok(pinned.images[version], `images of ${version}`);
  for (const { path, checksum } of downloadsFor(pinned, (recipe) => programs[recipe] ?? [])) {
    if (checksum.length === 0) continue;
    let at: unknown = data;
    for (const key of checksum) at = (at as Record<string, unknown>)[key];
    assert.match(String(at), /^sha256:[0-9a-f]{64}$/, path);
  }
});

test("the roles' addresses, with a mirror in upstream's stead, are those at which the mirror has the parts", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "tsplay-versions-test-"));
  const file = path.join(folder, "play.yml");
  const addresses = ["containerd_url", "runc_url", "cni_plugins_url", "crictl_url", "etcd_url", "kubernetes_program_url ~ '/kubelet'", "kubernetes_apt_url"];
  const mirror = "http://192.0.2.1:8180";
  const hosts = { github_mirror: "github.com", kubernetes_download_mirror: "dl.k8s.io", kubernetes_apt_mirror: "pkgs.k8s.io" };
  const play = {
    hosts: "localhost",
    connection: "local",
    gather_facts: false,
    vars: Object.fromEntries(Object.entries(hosts).map(([name, host]) => [name, `${mirror}/${host}`])),
    roles: [{ role: fileURLToPath(new URL("../../roles/versions", import.meta.url)) }],
    tasks: [{ "ansible.builtin.copy": { dest: path.join(folder, "out"), content: addresses.map((each) => `{{ ${each} }}\n`).join("") } }],
  };
  await writeFile(file, JSON.stringify([play]));
  const cli = fileURLToPath(new URL("../../engine/cli/main.ts", import.meta.url));
  const ran = await capture(process.execPath, ["--import", "tsx", cli, file]);
  assert.equal(ran.code, 0, ran.stdout + ran.stderr);
  const got = (await readFile(path.join(folder, "out"), "utf8")).trim().split("\n");
  const pinned = await readVersions(true);
  const paths = downloadsFor(pinned, (recipe) => programs[recipe] ?? []).map((download) => download.path);
  const served = new Set([...paths, `${repositoryPath(pinned.kubernetes[0]!)}/`].map((each) => `${mirror}/${each}`));
  assert.equal(got.length, addresses.length);
  assert.deepEqual(
    got.filter((each) => !served.has(each)),
    [],
  );
  await rm(folder, { recursive: true });
});
