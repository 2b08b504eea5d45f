import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import type { ClusterOptions } from "../../engine/lab/cluster.ts";
import { clusterOptions } from "../../engine/lab/cluster.ts";
import type { Lab } from "../../engine/lab/lab.ts";
import { startLab } from "../../engine/lab/lab.ts";
import { imagesIn } from "../../engine/lab/parts/oci.ts";
import { downloadsFor } from "../../engine/lab/parts/upstream.ts";
import type { Versions } from "../../engine/lab/parts/versions.ts";
import { readVersions } from "../../engine/lab/parts/versions.ts";
import { capture, must } from "../../engine/lab/process.ts";

// The parts as they are built from source, tried with themselves. The first run builds them, which takes minutes.
let cluster: ClusterOptions;
let versions: Versions;
let scratch: string;
let lab: Lab | undefined;

before(async () => {
  versions = await readVersions(true);
  cluster = await clusterOptions(true, (line) => process.stderr.write(`${line}\n`));
  scratch = await mkdtemp(path.join(os.tmpdir(), "tsplay-parts-test-"));
});
after(async () => {
  await lab?.stop();
  await rm(scratch, { recursive: true, force: true });
});

/** The mirror's part of a download's path, or a reason to skip: with upstream at hand there is no mirror. */
function mirror(context: { skip(reason: string): void }): NonNullable<ClusterOptions["mirror"]> | undefined {
  if (!cluster.mirror) context.skip("upstream can be reached: nothing is built");
  return cluster.mirror;
}

test("the images are those that kubeadm of each version asks for, and busybox", async (context) => {
  const built = mirror(context);
  if (!built) return;
  const there = await imagesIn(built.layouts[0]!);
  const wanted = [`docker.io/library/busybox:${versions.busybox}`];
  for (const version of versions.kubernetes) {
    const kubeadm = path.join(built.files[0]!, `dl.k8s.io/release/v${version}/bin/linux/amd64/kubeadm`);
    wanted.push(...(await must(kubeadm, ["config", "images", "list", "--kubernetes-version", `v${version}`])).stdout.trim().split("\n"));
  }
  assert.deepEqual([...there.keys()].sort(), [...new Set(wanted)].sort());
});

test("every program says its version, and none needs a library of the host's", async (context) => {
  const built = mirror(context);
  if (!built) return;
  const files = built.files[0]!;
  for (const download of downloadsFor(versions, () => [])) {
    if (/gz$/.test(download.path)) await must("tar", ["-xf", path.join(files, download.path), "-C", scratch]);
    else if (download.path.endsWith("runc.amd64")) await must("cp", [path.join(files, download.path), path.join(scratch, "runc")]);
  }
  const etcd = `etcd-v${versions.etcd}-linux-amd64`;
  const asked: [string, string[], string][] = [
    ["bin/containerd", ["--version"], `v${versions.containerd}`],
    ["bin/ctr", ["--version"], `v${versions.containerd}`],
    ["bin/containerd-shim-runc-v2", ["-v"], `v${versions.containerd}`],
    ["runc", ["--version"], `runc version ${versions.runc}`],
    ["crictl", ["--version"], `v${versions.crictl}`],
    [`${etcd}/etcd`, ["--version"], `etcd Version: ${versions.etcd}`],
    [`${etcd}/etcdctl`, ["version"], `etcdctl version: ${versions.etcd}`],
    [`${etcd}/etcdutl`, ["version"], `etcdutl version: ${versions.etcd}`],
    ["host-local", [], `CNI host-local plugin v${versions.cniPlugins}`],
  ];
  for (const [program, args, want] of asked) {
    const answer = await capture(path.join(scratch, program), args);
    assert.ok(`${answer.stdout}${answer.stderr}`.includes(want), `${program}: ${answer.stdout}${answer.stderr}`);
    assert.match((await capture("ldd", [path.join(scratch, program)])).stderr, /not a dynamic executable/, program);
  }
  for (const version of versions.kubernetes) {
    const folder = path.join(files, `dl.k8s.io/release/v${version}/bin/linux/amd64`);
    for (const program of ["kubelet", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy"]) {
      assert.match((await must(path.join(folder, program), ["--version"])).stdout, new RegExp(`Kubernetes v${version}`), program);
    }
  }
});

test("containerd pulls from the mirror under upstream's names", async (context) => {
  const built = mirror(context);
  if (!built) return;
  lab = await startLab({ hosts: ["one"], ...cluster });
  const url = `http://${lab.host("one").address.replace(/\.\d+$/, ".1")}:8180`;
  const { containerd, runc } = versions;
  const pause = `registry.k8s.io/pause:${versions.images[versions.kubernetes[0]!]!.pause}`;
  const releases = `${url}/github.com`;
  const answer = await lab.host("one").exec(`set -e
    curl -fsS ${releases}/containerd/containerd/releases/download/v${containerd}/containerd-${containerd}-linux-amd64.tar.gz | tar -xz -C /usr/local
    curl -fsS -o /usr/local/sbin/runc ${releases}/opencontainers/runc/releases/download/v${runc}/runc.amd64 && chmod 755 /usr/local/sbin/runc
    mkdir -p /etc/containerd/certs.d/registry.k8s.io
    printf 'server = "https://registry.k8s.io"\\n[host."${url}"]\\n  capabilities = ["pull", "resolve"]\\n' > /etc/containerd/certs.d/registry.k8s.io/hosts.toml
    systemd-run -q -p Delegate=yes /usr/local/bin/containerd
    while [ ! -S /run/containerd/containerd.sock ]; do sleep 0.1; done
    ctr images pull --hosts-dir /etc/containerd/certs.d ${pause} >/dev/null
    ctr run --rm ${pause} try /pause -v`);
  assert.equal(answer.stdout, "pause of the lab\n", answer.stderr);
});
