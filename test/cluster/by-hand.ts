import type { Lab } from "../../engine/lab/lab.ts";
import type { Versions } from "../../engine/lab/parts/versions.ts";

/**
 * A cluster of master1 and worker1 by the commands that somebody would type who knows them all by heart, the hosts at the same time, with the
 * configuration that the roles made.
 * @param files a tar of /etc with it
 * @param manifest the address of Calico's manifest; undefined without
 * @returns seconds until both nodes are Ready
 */
export async function clusterByHand(lab: Lab, versions: Versions, files: Buffer, manifest: string | undefined): Promise<number> {
  const run = async (host: string, text: string, input?: Buffer): Promise<string> => {
    const answer = await lab.host(host).exec(`set -e\n${text}`, input === undefined ? {} : { input });
    if (answer.code !== 0) throw new Error(`${host}: ${text}: ${answer.stderr.trim().split("\n").slice(-8).join("\n")}`);
    return answer.stdout;
  };
  const [version] = versions.kubernetes;
  const names = ["master1", "worker1"];
  const hosts = names.map((name) => `${lab.host(name).address} ${name}`).join("\n");
  const { containerd, runc } = versions;
  const releases = /^github_mirror=(.*)$/m.exec(lab.inventoryText)?.[1] ?? "https://github.com";
  const node = `
    cd /
    tar -x
    printf '%s\\n' '${hosts}' >>/etc/hosts
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq update
    apt-get -qq -y install --no-install-recommends conntrack ethtool iptables kmod socat nftables ebtables >/dev/null
    cd /tmp
    curl -fsSO ${releases}/containerd/containerd/releases/download/v${containerd}/containerd-${containerd}-linux-amd64.tar.gz
    curl -fsSO ${releases}/opencontainers/runc/releases/download/v${runc}/runc.amd64
    tar -xzf containerd-*.tar.gz -C /usr/local
    install -m 755 runc.amd64 /usr/local/sbin/runc
    sysctl -q -p /etc/sysctl.d/99-zz-kubernetes.conf
    systemctl daemon-reload
    systemctl enable -q --now containerd
    apt-get -qq -y install --no-install-recommends kubelet=${version}-1.1 kubeadm=${version}-1.1 kubectl=${version}-1.1 >/dev/null
    apt-mark hold kubelet kubeadm kubectl >/dev/null
    systemctl enable -q kubelet`;
  const kubectl = "kubectl --kubeconfig /etc/kubernetes/admin.conf";
  const ignored = "--ignore-preflight-errors=SystemVerification,Swap";
  const started = performance.now();
  await Promise.all(names.map((name) => run(name, node, files)));
  await run("master1", `kubeadm init --config /etc/kubernetes/kubeadm.yaml ${ignored}`);
  const applied = manifest === undefined ? undefined : run("master1", `curl -fsS ${manifest} | ${kubectl} apply --server-side -f - >/dev/null`);
  const join = (await run("master1", "kubeadm token create --print-join-command")).trim();
  await run("worker1", `${join} ${ignored}`);
  await applied;
  await run("master1", `${kubectl} wait --for=condition=Ready node/master1 node/worker1 --timeout=180s`);
  return (performance.now() - started) / 1000;
}
