import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { capture, must } from "../process.ts";
import { place } from "./tar.ts";
import type { Program } from "./upstream.ts";
import type { Versions } from "./versions.ts";

/** A Debian package of programs, and of the few files that belong to them. */
export interface Package {
  readonly name: string;
  /** Upstream's, without the `-1.1` that the packages add. */
  readonly version: string;
  readonly depends?: readonly string[];
  readonly recommends?: readonly string[];
  readonly programs: Readonly<Record<string, Program>>;
  readonly texts?: Readonly<Record<string, string>>;
  /** Paths of `texts` that belong to the administrator once they are there. */
  readonly conffiles?: readonly string[];
  /** Runs after it was unpacked. */
  readonly postinst?: string;
}

/** Where pkgs.k8s.io keeps the packages of one minor. */
export function repositoryPath(version: string): string {
  return `pkgs.k8s.io/core:/stable:/v${version.split(".").slice(0, 2).join(".")}/deb`;
}

const KUBELET_UNIT = `[Unit]
Description=kubelet: The Kubernetes Node Agent
Documentation=https://kubernetes.io/docs/
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/usr/bin/kubelet
Restart=always
StartLimitInterval=0
RestartSec=10

[Install]
WantedBy=multi-user.target
`;

/** What kubeadm relies on, see "The kubelet drop-in file for systemd" in its documentation. */
const KUBEADM_DROP_IN = `[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
`;

const RELOAD = "if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi\n";

/** The packages of one minor's repository, as kubernetes/release's specifications describe them from 1.32 on. */
export function packagesFor(version: string, versions: Versions, cniPlugins: readonly string[]): Package[] {
  const own = (program: string): Program => ({ recipe: "kubernetes", version, program });
  const plugins = cniPlugins.map((program) => [`opt/cni/bin/${program}`, { recipe: "cni-plugins", version: versions.cniPlugins, program }] as const);
  return [
    {
      name: "kubeadm",
      version,
      programs: { "usr/bin/kubeadm": own("kubeadm") },
      texts: { "usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf": KUBEADM_DROP_IN },
      postinst: RELOAD,
    },
    {
      name: "kubelet",
      version,
      depends: ["kubernetes-cni (>= 1.2.0)", "mount", "util-linux"],
      recommends: ["iptables (>= 1.8.4)"],
      programs: { "usr/bin/kubelet": own("kubelet") },
      texts: {
        "usr/lib/systemd/system/kubelet.service": KUBELET_UNIT,
        "etc/default/kubelet": "KUBELET_EXTRA_ARGS=\n",
        "etc/kubernetes/manifests/.kubelet-keep": "",
        "var/lib/kubelet/.kubelet-keep": "",
      },
      conffiles: ["etc/default/kubelet"],
      // enabled, not started: there is nothing to run before kubeadm has written its configuration
      postinst: `${RELOAD}deb-systemd-helper enable kubelet.service >/dev/null || :\n`,
    },
    { name: "kubectl", version, programs: { "usr/bin/kubectl": own("kubectl") } },
    { name: "kubernetes-cni", version: versions.cniPlugins, programs: Object.fromEntries(plugins) },
    { name: "cri-tools", version: versions.crictl, programs: { "usr/bin/crictl": { recipe: "cri-tools", version: versions.crictl, program: "crictl" } } },
  ];
}

/** The control file, without what only the finished package tells. */
export function controlOf(each: Package, installedSize: number): string {
  const fields = [
    `Package: ${each.name}`,
    `Version: ${each.version}-1.1`,
    "Architecture: amd64",
    "Maintainer: tsplay lab <lab@tsplay.invalid>",
    `Installed-Size: ${installedSize}`,
    ...(each.depends ? [`Depends: ${each.depends.join(", ")}`] : []),
    ...(each.recommends ? [`Recommends: ${each.recommends.join(", ")}`] : []),
    "Section: admin",
    "Priority: optional",
    "Homepage: https://kubernetes.io",
    `Description: ${each.name}, built by the lab from its Go modules`,
  ];
  return `${fields.join("\n")}\n`;
}

export function fileNameOf(each: Package): string {
  return `amd64/${each.name}_${each.version}-1.1_amd64.deb`;
}

/** An entry of a Packages index: the control file, and how to fetch and check the package. */
export function indexEntry(control: string, file: string, content: Buffer): string {
  const digest = createHash("sha256").update(content).digest("hex");
  return `${control}Filename: ${file}\nSize: ${content.length}\nSHA256: ${digest}\n`;
}

/** A Release file of a flat repository, by the rules of deb-src's RepositoryFormat. `date` in RFC 2822, UTC. */
export function releaseOf(label: string, files: Readonly<Record<string, Buffer>>, date: string): string {
  const lines = Object.entries(files).map(([name, content]) => ` ${createHash("sha256").update(content).digest("hex")} ${content.length} ${name}`);
  return [`Origin: ${label}`, `Label: ${label}`, "Architectures: amd64", `Date: ${date}`, "SHA256:", ...lines, ""].join("\n");
}

/** Builds one package below `repository`; returns its entry in the index. */
export async function writePackage(repository: string, each: Package, pathOf: (program: Program) => string): Promise<string> {
  const target = path.join(repository, fileNameOf(each));
  await mkdir(path.dirname(target), { recursive: true });
  const stage = await mkdtemp(path.join(repository, "stage-"));
  try {
    let size = 0;
    for (const [name, program] of Object.entries(each.programs)) {
      await place(pathOf(program), path.join(stage, name));
      size += (await stat(path.join(stage, name))).size;
    }
    for (const [name, text] of Object.entries(each.texts ?? {})) {
      await mkdir(path.dirname(path.join(stage, name)), { recursive: true });
      await writeFile(path.join(stage, name), text);
    }
    const control = controlOf(each, Math.ceil(size / 1024));
    await mkdir(path.join(stage, "DEBIAN"));
    await writeFile(path.join(stage, "DEBIAN/control"), control);
    if (each.conffiles) await writeFile(path.join(stage, "DEBIAN/conffiles"), each.conffiles.map((name) => `/${name}\n`).join(""));
    if (each.postinst) await writeFile(path.join(stage, "DEBIAN/postinst"), `#!/bin/sh\nset -e\n${each.postinst}`, { mode: 0o755 });
    await must("chmod", ["-R", "u=rwX,go=rX", stage]);
    const env = { ...process.env, SOURCE_DATE_EPOCH: "0" };
    await must("dpkg-deb", ["--root-owner-group", "-Zgzip", "-z1", "--build", stage, target], { env });
    return indexEntry(control, fileNameOf(each), await readFile(target));
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/** Writes a flat repository: packages, index, and a Release that `keyring` (a GnuPG home) has signed, with its public key as Release.key. */
export async function writeRepository(folder: string, packages: readonly Package[], pathOf: (program: Program) => string, keyring: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const entries: string[] = [];
  for (const each of packages) entries.push(await writePackage(folder, each, pathOf));
  const index = Buffer.from(entries.join("\n"));
  const files = { Packages: index, "Packages.gz": gzipSync(index) };
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
  await writeFile(path.join(folder, "Release"), releaseOf("tsplay lab", files, new Date().toUTCString().replace("GMT", "UTC")));
  const gpg = ["--homedir", keyring, "--batch", "--yes", "--quiet"];
  await must("gpg", [...gpg, "--armor", "--output", path.join(folder, "Release.gpg"), "--detach-sign", path.join(folder, "Release")]);
  await must("gpg", [...gpg, "--output", path.join(folder, "InRelease"), "--clear-sign", path.join(folder, "Release")]);
  await must("gpg", [...gpg, "--armor", "--output", path.join(folder, "Release.key"), "--export"]);
}

/** A GnuPG home with a signing key of its own, for as long as `work` takes. */
export async function withSigningKey<T>(work: (keyring: string) => Promise<T>): Promise<T> {
  // NOTE: the path must be short: there will be a socket in it
  const keyring = await mkdtemp(path.join(os.tmpdir(), "gpg-"));
  try {
    const unlocked = ["--homedir", keyring, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""];
    await must("gpg", [...unlocked, "--quick-generate-key", "tsplay lab", "ed25519", "sign", "never"]);
    return await work(keyring);
  } finally {
    await capture("gpgconf", ["--homedir", keyring, "--kill", "all"]);
    await rm(keyring, { recursive: true, force: true });
  }
}
