import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { loadInventory } from "../../engine/inventory/load.ts";
import type { Lab } from "../../engine/lab/lab.ts";
import { openLab, startLab } from "../../engine/lab/lab.ts";
import { packagesFor, repositoryPath, withSigningKey, writeRepository } from "../../engine/lab/parts/deb.ts";
import type { Descriptor } from "../../engine/lab/parts/oci.ts";
import { addImage, addLayer, importArchive, makeLayout, writeIndex } from "../../engine/lab/parts/oci.ts";
import { writeTar } from "../../engine/lab/parts/tar.ts";
import { readVersions } from "../../engine/lab/parts/versions.ts";
import { identify, livingProcess, must } from "../../engine/lab/process.ts";
import { labAvailability } from "../../engine/lab/requirements.ts";

// A mirror of tiny parts (every program is a line of sh), asked by real clients on a real host.
const skip = labAvailability() ?? false;
let folder: string;
let lab: Lab;
let url: string;

before(async () => {
  if (skip !== false) return;
  folder = await mkdtemp(path.join(os.tmpdir(), "tsplay-mirror-test-"));
  const files = path.join(folder, "files");
  const program = path.join(folder, "program");
  await writeFile(program, "#!/bin/sh\necho tiny\n", { mode: 0o755 });
  const versions = await readVersions(true);
  await mkdir(path.join(files, "dl.k8s.io"), { recursive: true });
  await withSigningKey(async (keyring) => {
    const packages = packagesFor(versions.kubernetes[0]!, versions, ["ptp"]);
    await writeRepository(path.join(files, repositoryPath(versions.kubernetes[0]!)), packages, () => program, keyring);
  });
  await writeFile(path.join(files, "dl.k8s.io/tiny"), "0123456789");
  await writeFile(path.join(folder, "secret"), "not to be read\n");
  lab = await startLab({
    hosts: ["one"],
    mirror: { files: [files], layouts: [await ownImages(program), await archivedImages(program)], variables: { lab_pod_network: false } },
  });
  url = `http://${lab.host("one").address.replace(/\.\d+$/, ".1")}:8180`;
});

after(async () => {
  await lab?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

async function ownImages(program: string): Promise<string> {
  const layout = path.join(folder, "images");
  await makeLayout(layout);
  const tar = path.join(folder, "layer.tar");
  await writeTar(tar, { "usr/local/bin/tiny": program });
  const manifest: Descriptor = await addImage(layout, [await addLayer(layout, tar)], { Entrypoint: ["/usr/local/bin/tiny"] });
  await writeIndex(layout, new Map([["registry.k8s.io/tiny:v1", manifest]]));
  return layout;
}

/** As `docker save` writes them. */
async function archivedImages(program: string): Promise<string> {
  await writeTar(path.join(folder, "layer.tar.gz"), { tiny: program });
  await writeFile(path.join(folder, "config.json"), JSON.stringify({ architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [] } }));
  await writeFile(path.join(folder, "manifest.json"), JSON.stringify([{ Config: "config.json", RepoTags: ["nginx:1"], Layers: ["a/layer.tar"] }]));
  const archive = path.join(folder, "archive.tar");
  const names = { "config.json": "config.json", "manifest.json": "manifest.json", "a/layer.tar": "layer.tar.gz" };
  await writeTar(archive, Object.fromEntries(Object.entries(names).map(([name, file]) => [name, path.join(folder, file)])));
  const layout = path.join(folder, "archived");
  await importArchive(archive, layout);
  return layout;
}

/** Runs sh in the host; fails with all it said. */
async function onHost(script: string): Promise<string> {
  const answer = await lab.host("one").exec(`set -e\n${script}`);
  assert.equal(answer.code, 0, `${answer.stdout}\n${answer.stderr}`);
  return answer.stdout.trim();
}

test("apt-get installs from the repository, by its key", { skip }, async () => {
  const said = await onHost(`
    curl -fsS -o /etc/apt/keyrings/kubernetes.asc ${url}/pkgs.k8s.io/core:/stable:/v1.36/deb/Release.key
    printf 'Types: deb\\nURIs: ${url}/pkgs.k8s.io/core:/stable:/v1.36/deb/\\nSuites: /\\nSigned-By: /etc/apt/keyrings/kubernetes.asc\\n' > /etc/apt/sources.list.d/kubernetes.sources
    apt-get update -o Dir::Etc::sourcelist=/dev/null 2>&1
    apt-get install -y --no-install-recommends kubeadm kubelet kubectl cri-tools 2>&1
    kubeadm; ls /opt/cni/bin; systemctl is-enabled kubelet; systemctl cat kubelet; dpkg-query -W -f '\${Conffiles}\\n' kubelet`);
  for (const want of [/^tiny$/m, /^ptp$/m, /^enabled$/m, /ExecStart=\/usr\/bin\/kubelet \$KUBELET_KUBECONFIG_ARGS/, /^ ?\/etc\/default\/kubelet /m])
    assert.match(said, want);
  assert.doesNotMatch(said, /^W:/m);
});

test("apt-get refuses the repository by another key", { skip }, async () => {
  const other = path.join(folder, "other.asc");
  await withSigningKey(async (keyring) => must("gpg", ["--homedir", keyring, "--armor", "--output", other, "--export"]));
  const answer = await lab.host("one").exec(
    `cat > /root/other.asc; printf 'deb [signed-by=/root/other.asc] ${url}/pkgs.k8s.io/core:/stable:/v1.36/deb/ /\\n' > /root/other.list
     apt-get update -o Dir::Etc::sourcelist=/root/other.list -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0 2>&1`,
    { input: await readFile(other) },
  );
  assert.match(answer.stdout, /NO_PUBKEY|not signed/);
});

test("files come whole and in parts, and only those of the mirror", { skip }, async () => {
  assert.equal(await onHost(`curl -fsS ${url}/dl.k8s.io/tiny`), "0123456789");
  assert.equal(await onHost(`curl -fsS -r 3-5 ${url}/dl.k8s.io/tiny`), "345");
  assert.equal(await onHost(`printf 0123 > /tmp/tiny; curl -fsS -C - -o /tmp/tiny ${url}/dl.k8s.io/tiny; cat /tmp/tiny`), "0123456789");
  assert.equal(await onHost(`curl -sS -o /dev/null -w '%{http_code}' -r 10- ${url}/dl.k8s.io/tiny`), "416");
  assert.match(await onHost(`curl -sS ${url}/dl.k8s.io/none`), /the lab's mirror has no dl\.k8s\.io\/none/);
  for (const way of ["../secret", "..%2fsecret", "dl.k8s.io/%2e%2e/%2e%2e/secret"]) {
    assert.equal(await onHost(`curl -sS --path-as-is -o /dev/null -w '%{http_code}' ${url}/${way}`), "404", way);
  }
  assert.equal(await onHost(`curl -sS -X PUT -d x -o /dev/null -w '%{http_code}' ${url}/dl.k8s.io/tiny`), "405");
});

/** Pulls as a registry's clients do: manifest by tag, then all it names by digest; each must be what its digest says. */
async function pull(name: string, tag: string, registry: string): Promise<Descriptor[]> {
  const manifest = JSON.parse(await onHost(`curl -fsS '${url}/v2/${name}/manifests/${tag}?ns=${registry}'`)) as { config: Descriptor; layers: Descriptor[] };
  for (const { digest, size } of [manifest.config, ...manifest.layers]) {
    const got = await onHost(`curl -fsS '${url}/v2/${name}/blobs/${digest}?ns=${registry}' > /tmp/blob; sha256sum < /tmp/blob; wc -c < /tmp/blob`);
    assert.equal(got.replace(/\s+/g, " "), `${digest.replace("sha256:", "")} - ${size}`);
  }
  return manifest.layers;
}

test("images are pulled by their upstream names, the lab's own and those of archives", { skip }, async () => {
  assert.match(await onHost(`curl -fsS ${url}/v2/`), /\{\}/);
  const [own] = await pull("tiny", "v1", "registry.k8s.io");
  assert.equal(own!.mediaType, "application/vnd.oci.image.layer.v1.tar");
  assert.equal(await onHost("tar -xOf /tmp/blob usr/local/bin/tiny | tail -n 1"), "echo tiny");
  const [archived] = await pull("library/nginx", "1", "docker.io");
  assert.equal(archived!.mediaType, "application/vnd.oci.image.layer.v1.tar+gzip");
  assert.match(await onHost(`curl -sS '${url}/v2/tiny/manifests/v1?ns=docker.io'`), /MANIFEST_UNKNOWN.*the lab has no image docker\.io\/tiny:v1/);
});

test("the same files make the same archive", { skip }, async () => {
  const digests: string[] = [];
  for (const name of ["first.tgz", "second.tgz"]) {
    const target = path.join(folder, name);
    await must("touch", [path.join(folder, "program")]);
    await writeTar(target, { "bin/a": path.join(folder, "program"), "bin/b": path.join(folder, "secret") });
    digests.push(
      createHash("sha256")
        .update(await readFile(target))
        .digest("hex"),
    );
  }
  assert.equal(digests[0], digests[1]);
  assert.equal((await must("tar", ["-tzf", path.join(folder, "first.tgz")])).stdout, "bin/\nbin/a\nbin/b\n");
});

test("the inventory hands out the mirror's addresses, and the mirror goes down with the lab", { skip }, async () => {
  const setting = { container_registry_mirrors: { "docker.io": url, "registry.k8s.io": url }, github_mirror: `${url}/github.com`, lab_pod_network: false };
  for (const file of [lab.inventory, path.join(import.meta.dirname, "../../inventory/lab/addresses")]) {
    process.env["TSPLAY_LAB"] = lab.name;
    const { vars } = (await loadInventory([file])).groups.get("all")!;
    for (const [key, value] of Object.entries(setting)) assert.deepEqual(vars[key], value, `${key} in ${file}`);
  }
  // another process that adds a host keeps them
  await (await openLab(lab.name)).addHost("two");
  assert.match(await readFile(lab.inventory, "utf8"), /^github_mirror=http:\/\/\S+:8180\/github\.com$/m);
  const pid = path.join(lab.folder, "mirror/pid");
  const mirror = await livingProcess(pid);
  assert.ok(mirror);
  await lab.stop();
  for (const end = performance.now() + 5000; (await identify(mirror.pid))?.start === mirror.start; await sleep(20)) {
    assert.ok(performance.now() < end, "the mirror runs on");
  }
});
