import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { LabHost } from "../../engine/lab/host.ts";
import { labHome } from "../../engine/lab/place.ts";

const PROGRAMS = { etcd: "etcd-", "kube-apiserver": "kubernetes-" };

/** The programs of a control plane, from the lab's cache of cluster parts; a reason for a test's `skip` when they are not built yet. */
export function controlPlanePrograms(): Readonly<Record<string, string>> | string {
  const home = path.join(labHome(), "parts", "programs");
  const found: Record<string, string> = {};
  for (const [program, prefix] of Object.entries(PROGRAMS)) {
    const folders = existsSync(home) ? readdirSync(home).filter((name) => name.startsWith(prefix)) : [];
    const file = folders
      .sort()
      .reverse()
      .map((name) => path.join(home, name, program))
      .find(existsSync);
    if (file === undefined) return `the cluster's parts are not built: no ${program} in ${home} (npm run test:cluster builds them)`;
    found[program] = file;
  }
  return found;
}

/** The address at which the API listens: on the host itself only. */
export const SERVER = "https://127.0.0.1:6443";

/**
 * Starts etcd and kube-apiserver on a lab host, and writes /etc/kubernetes/admin.conf as kubeadm would. There is no controller manager and no
 * kubelet: objects are stored, defaulted, validated and owned for real, and nothing acts on them.
 */
export async function startControlPlane(host: LabHost, programs: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, file] of Object.entries(programs)) await must(host, `cat >/usr/local/bin/${name} && chmod +x /usr/local/bin/${name}`, readFileSync(file));
  const keys = makeKeys();
  await must(host, "mkdir -p /etc/kubernetes/pki");
  for (const name of readdirSync(keys)) await must(host, `cat >/etc/kubernetes/pki/${name}`, readFileSync(path.join(keys, name)));
  await must(host, "umask 077; cat >/etc/kubernetes/admin.conf", kubeconfig(keys));
  rmSync(keys, { recursive: true });
  await must(host, `systemd-run --unit=etcd --collect /usr/local/bin/etcd --data-dir /var/lib/etcd --unsafe-no-fsync`);
  const pki = "/etc/kubernetes/pki";
  const flags = [
    "--etcd-servers=http://127.0.0.1:2379",
    "--bind-address=127.0.0.1",
    `--advertise-address=${host.address}`,
    "--service-cluster-ip-range=10.96.0.0/16",
    "--authorization-mode=RBAC",
    `--client-ca-file=${pki}/ca.crt`,
    `--tls-cert-file=${pki}/server.crt`,
    `--tls-private-key-file=${pki}/server.key`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${pki}/server.key`,
    `--service-account-signing-key-file=${pki}/server.key`,
    `--token-auth-file=${pki}/tokens.csv`,
    // nothing makes the account "default" here
    "--disable-admission-plugins=ServiceAccount",
  ];
  await must(host, `systemd-run --unit=apiserver --collect -p Restart=always -p RestartSec=1 /usr/local/bin/kube-apiserver ${flags.join(" ")}`);
  for (let waited = 0; ; waited += 1) {
    const answer = await host.exec("curl -sk --max-time 5 https://127.0.0.1:6443/readyz");
    if (answer.stdout === "ok") return;
    if (waited > 240) throw new Error(`kube-apiserver does not get ready: ${(await host.exec("journalctl -u apiserver -n 30 --no-pager")).stdout}`);
    await sleep(500);
  }
}

async function must(host: LabHost, command: string, input?: string | Buffer): Promise<void> {
  const answer = await host.exec(command, input === undefined ? {} : { input });
  if (answer.code !== 0) throw new Error(`${command}: ${answer.stderr}`);
}

/** An authority, the API's key, an administrator's, and a token of a user with no rights. */
function makeKeys(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "tsplay-pki-"));
  const openssl = (...args: string[]): void => void execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  const key = (name: string, subject: string, extension: string): void => {
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", subject, "-addext", extension);
    openssl("x509", "-req", "-in", `${name}.csr`, "-CA", "ca.crt", "-CAkey", "ca.key", "-days", "2", "-copy_extensions", "copy", "-out", `${name}.crt`);
  };
  openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj", "/CN=kubernetes");
  key("server", "/CN=kube-apiserver", "subjectAltName=DNS:kubernetes,IP:127.0.0.1");
  key("admin", "/O=system:masters/CN=kubernetes-admin", "extendedKeyUsage=clientAuth");
  execFileSync("sh", ["-c", "printf 'nobody-token,nobody,1001\n' >tokens.csv"], { cwd: folder });
  return folder;
}

function kubeconfig(keys: string): string {
  const data = (name: string): string => readFileSync(path.join(keys, name)).toString("base64");
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "admin@lab",
    clusters: [{ name: "lab", cluster: { server: SERVER, "certificate-authority-data": data("ca.crt") } }],
    users: [
      { name: "admin", user: { "client-certificate-data": data("admin.crt"), "client-key-data": data("admin.key") } },
      { name: "nobody", user: { token: "nobody-token" } },
      { name: "files", user: { "client-certificate": "pki/admin.crt", "client-key": "pki/admin.key" } },
      { name: "program", user: { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "aws" } } },
    ],
    contexts: [
      { name: "admin@lab", context: { cluster: "lab", user: "admin" } },
      { name: "nobody@lab", context: { cluster: "lab", user: "nobody" } },
      { name: "files@lab", context: { cluster: "lab", user: "files", namespace: "kube-public" } },
      { name: "program@lab", context: { cluster: "lab", user: "program" } },
    ],
  });
}
