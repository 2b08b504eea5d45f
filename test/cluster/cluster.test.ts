import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { clusterOptions } from "../../engine/lab/cluster.ts";
import type { Lab } from "../../engine/lab/lab.ts";
import { openLab, startLab } from "../../engine/lab/lab.ts";
import { type Versions, readVersions } from "../../engine/lab/parts/versions.ts";
import { changedIn, compareRuns, failuresOf, type RecordedRun, recordRun } from "../../engine/lab/recorded-run.ts";
import { compareTrees } from "../../engine/lab/tree.ts";
import { clusterByHand } from "./by-hand.ts";
import { wrongCalico } from "./calico.ts";

// One cluster goes through its life: made, upgraded, backed up, grown, shrunk, taken apart, made again under fire. Each test needs those before it.
const NAMES = ["master1", "worker1", "master2"];
const CLI = [process.execPath, path.resolve("bin/tsplay.cjs")];
// Calico's manifest where it cannot be had from upstream: a file beside the checkout
const MANIFEST = process.env["TSPLAY_CALICO_MANIFEST"] ?? path.resolve("../shared/contracts/calico-vxlan.v3.32.1.yaml");
/** Where upstream has it, see calico_manifest_url of roles/versions. */
const MANIFEST_PATH = "projectcalico/calico/v3.32.1/manifests/calico-vxlan.yaml";
// To work at one step: a lab of these hosts that stands (tsplay lab up --cluster --previous --name NAME ...), and --test-name-pattern
const STANDING = process.env["TSPLAY_CLUSTER_LAB"];
const KILLS = Number(process.env["TSPLAY_CLUSTER_KILLS"] ?? 10);

let lab: Lab;
let versions: Versions;
let folder: string;
/** False where the lab's own network connects the pods. */
let hasCalico: boolean;
/** What every run of cluster.yml is given. */
let always: string[] = [];
let env: NodeJS.ProcessEnv;

before(async () => {
  versions = await readVersions(true);
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  folder = mkdtempSync(path.join(tmpdir(), "tsplay-cluster-"));
  if (existsSync(MANIFEST) && process.env["TSPLAY_LAB_FILES"] === undefined) {
    const place = path.join(folder, "files/raw.githubusercontent.com", MANIFEST_PATH);
    mkdirSync(path.dirname(place), { recursive: true });
    symlinkSync(MANIFEST, place);
    process.env["TSPLAY_LAB_FILES"] = path.join(folder, "files");
  }
  const cluster = await clusterOptions(true, progress);
  hasCalico = cluster.podNetwork !== true;
  if (!hasCalico && process.env["TSPLAY_LAB_FILES"] === undefined) always = ["--skip-tags", "calico"];
  lab = STANDING === undefined ? await startLab({ name: `cluster-${process.pid}`, hosts: NAMES, progress, ...cluster }) : await openLab(STANDING);
  writeFileSync(path.join(folder, "two-masters.yml"), "all: { children: { master: { hosts: { master1: , master2: } } } }\n");
  writeFileSync(path.join(folder, "previous.yml"), `kubernetes_version: ${versions.kubernetes[1]!}\n`);
  env = { ...process.env, TSPLAY_LAB: lab.name };
});
after(async () => {
  if (STANDING === undefined) await lab.stop();
  rmSync(folder, { recursive: true, force: true });
});

const PREVIOUS = (): string[] => ["-e", `@${path.join(folder, "previous.yml")}`];
const TWO_MASTERS = (): string[] => ["-i", path.join(folder, "two-masters.yml"), "-e", "cluster_allow_even_control_plane=true"];

/** A playbook of the project on the lab's inventory. */
function play(playbook: string, ...more: string[]): Promise<RecordedRun> {
  return recordRun(CLI, [...wordsFor(playbook), ...more], env);
}

function wordsFor(playbook: string): string[] {
  return [`playbooks/${playbook}.yml`, "-i", "inventory/lab", ...(playbook === "cluster" ? always : [])];
}

/** The run must end well. */
async function done(playbook: string, ...more: string[]): Promise<RecordedRun> {
  const run = await play(playbook, ...more);
  assert.deepEqual(failuresOf(run), []);
  return run;
}

/** The run must end well and change nothing. */
async function doneAlready(playbook: string, ...more: string[]): Promise<RecordedRun> {
  const run = await done(playbook, ...more);
  assert.deepEqual(
    changedIn(run).map(({ text }) => text),
    [],
  );
  return run;
}

function tell(context: TestContext, what: string): void {
  context.diagnostic(`measured: ${what}`);
}

const seconds = (value: number): string => `${value.toFixed(1)} s`;

async function kubectl(command: string, host = "master1"): Promise<string> {
  const answer = await lab.host(host).exec(`kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout=10s ${command}`);
  assert.equal(answer.code, 0, answer.stderr);
  return answer.stdout;
}

/** The nodes that are Ready, with kubelet's version. */
async function readyNodes(): Promise<string[]> {
  const line = '{range .items[*]}{.metadata.name} {.status.nodeInfo.kubeletVersion} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}';
  const nodes = (await kubectl(`get nodes -o jsonpath='${line}'`)).trim().split("\n");
  return nodes.filter((node) => node.endsWith(" True")).map((node) => node.replace(" True", ""));
}

async function trees(names: readonly string[]): Promise<Map<string, string>[]> {
  return Promise.all(names.map((name) => lab.host(name).tree()));
}

async function resetHosts(...names: string[]): Promise<void> {
  await Promise.all(names.map((name) => lab.host(name).reset()));
}

const NODES = ["master1", "worker1"];

let isBroken = false;
/** Seconds that a run takes which nobody disturbs. */
let bareToReady = 40;

/** One step of the cluster's life; those after one that failed have nothing to stand on. */
function step(name: string, work: (context: TestContext) => Promise<void>): void {
  test(name, async (context) => {
    if (isBroken) return context.skip("a step before this one failed");
    isBroken = true;
    await work(context);
    isBroken = false;
  });
}

step("what cannot work is refused before anything is changed", async (context) => {
  const before = await trees(NODES);
  const wrong: [string, string[], RegExp][] = [
    ["networks that overlap", ["-e", "cluster_pod_subnet=10.96.0.0/16"], /overlap/],
    ["an address that is not there", ["-e", "cluster_vpc_cidr=172.31.0.0/16"], /has no address/],
    ["too little memory", ["-e", "cluster_minimal_memory_worker=999999"], /MiB/],
    ["an even number of masters", ["-i", path.join(folder, "two-masters.yml")], /etcd votes/],
    ["a number that is none", ["-e", "kubeadm_init_timeout=soon"], /kubeadm_init_timeout/],
  ];
  for (const [what, flags, message] of wrong) {
    const run = await play("cluster", ...flags);
    assert.notEqual(run.code, 0, what);
    assert.match(`${run.stderr}${failuresOf(run).join("\n")}`, message, what);
    tell(context, `${what}: refused in ${seconds(run.seconds)}`);
  }
  const now = await trees(NODES);
  for (const [index, tree] of now.entries()) assert.deepEqual(compareTrees(before[index]!, tree).slice(0, 9), []);
});

step("a mirror that does not answer and a wrong checksum fail with the reason, and leave nothing half done", async () => {
  const away = await play("cluster", "-e", "github_mirror=http://127.0.0.1:9", "--tags", "containerd");
  assert.match(failuresOf(away).join("\n"), /127\.0\.0\.1:9/);
  const wrong = await play("cluster", "-e", `{"runc_checksums": {"${versions.runc}": "sha256:${"0".repeat(64)}"}}`, "--tags", "containerd");
  assert.match(failuresOf(wrong).join("\n"), /checksum|sha256/i);
  for (const name of NODES) assert.equal((await lab.host(name).exec("ls /usr/local/sbin/runc /usr/local/bin/runc 2>/dev/null")).stdout, "");
  await resetHosts(...NODES);
});

step("from bare hosts to Ready nodes in one command: check announces what apply then does", async (context) => {
  const before = await trees(NODES);
  const announced = await play("cluster", ...PREVIOUS(), "--check", "--diff");
  assert.deepEqual(failuresOf(announced), []);
  const now = await trees(NODES);
  for (const [index, tree] of now.entries()) assert.deepEqual(compareTrees(before[index]!, tree).slice(0, 9), [], "check mode changed a host");
  const applied = await done("cluster", ...PREVIOUS());
  assert.deepEqual(compareRuns(announced, applied), []);
  const version = versions.kubernetes[1]!;
  assert.deepEqual(await readyNodes(), [`master1 v${version}`, `worker1 v${version}`]);
  tell(context, `bare hosts to two Ready nodes of ${version}: ${seconds(applied.seconds)} (check before: ${seconds(announced.seconds)})`);
});

step("the second run changes nothing", async (context) => {
  const again = await doneAlready("cluster", ...PREVIOUS());
  tell(context, `the second run: ${seconds(again.seconds)}`);
});

step("check announces what has drifted, and apply mends just that", async () => {
  await lab.host("worker1").exec("printf '# mine\\n' >>/etc/containerd/config.toml; rm /etc/crictl.yaml; systemctl disable -q kubelet");
  await lab.host("master1").exec("chmod 644 /root/.kube/config; sysctl -qw net.ipv4.ip_forward=0; apt-mark unhold kubelet >/dev/null");
  if (always.length === 0) await kubectl("-n kube-system set env daemonset/calico-node IP_AUTODETECTION_METHOD=first-found");
  const announced = await done("cluster", ...PREVIOUS(), "--check", "--diff");
  const applied = await done("cluster", ...PREVIOUS());
  assert.deepEqual(compareRuns(announced, applied), []);
  assert.ok(
    changedIn(applied).length >= 6,
    changedIn(applied)
      .map(({ text }) => text)
      .join("\n"),
  );
  await doneAlready("cluster", ...PREVIOUS());
});

step("--tags containerd touches that alone", async () => {
  await lab.host("worker1").exec("rm /etc/crictl.yaml; sysctl -qw net.ipv4.ip_forward=0; apt-mark unhold kubelet >/dev/null");
  const run = await done("cluster", ...PREVIOUS(), "--tags", "containerd");
  assert.deepEqual(
    changedIn(run).map(({ text }) => text.replace(/ \(.*/, "")),
    ["containerd : Where crictl finds containerd"],
  );
  const elsewhere = run.told
    .map(({ text }) => /\((.*?):\d+\)$/.exec(text)?.[1] ?? text)
    .filter((file) => !/roles\/(containerd|cluster)\/|playbooks\/cluster|meta\/argument_specs/.test(file));
  assert.deepEqual([...new Set(elsewhere)], []);
  await done("cluster", ...PREVIOUS());
});

step("upgraded from one minor to the next", async (context) => {
  const run = await done("upgrade");
  const version = versions.kubernetes[0]!;
  assert.deepEqual(await readyNodes(), [`master1 v${version}`, `worker1 v${version}`]);
  await doneAlready("upgrade");
  await doneAlready("cluster");
  tell(context, `upgrade of two nodes from ${versions.kubernetes[1]} to ${version}: ${seconds(run.seconds)}`);
});

step("verified: nodes Ready, names resolve, pods on two nodes reach each other, a Service answers, exec works", async (context) => {
  const run = await done("verify-cluster");
  tell(context, `verify: ${seconds(run.seconds)}`);
  if (!hasCalico) tell(context, "not proven here: Calico's own pods and its policies (its images are not there); the lab's pod network connects the pods");
});

step("Calico's objects are in the API as the manifest and the role have them", async (context) => {
  if (!existsSync(MANIFEST)) {
    context.skip("Calico's manifest is not there (TSPLAY_CALICO_MANIFEST)");
    return;
  }
  const vpc = lab.host("master1").address.replace(/\.\d+$/, ".0/24");
  const environment = { CALICO_IPV4POOL_CIDR: "10.244.0.0/16", CALICO_IPV4POOL_VXLAN: "Always", IP_AUTODETECTION_METHOD: `cidr=${vpc}` };
  assert.deepEqual(await wrongCalico(MANIFEST, environment, kubectl), []);
});

step("etcd: backed up and restored", async (context) => {
  await kubectl("create configmap before --from-literal=a=b");
  await done("etcd-backup");
  await doneAlready("etcd-backup");
  const backup = await done("etcd-backup", "--tags", "now");
  await kubectl("create configmap behind --from-literal=a=b");
  const folder = (await lab.host("master1").exec("ls -d /var/backups/etcd/*/ | tail -n 1")).stdout.trim().replace(/\/$/, "");
  const refused = await play("etcd-restore", "-e", `backup=${folder}`, "-e", "confirm=another");
  assert.notEqual(refused.code, 0);
  const restore = await done("etcd-restore", "-e", `backup=${folder}`, "-e", "confirm=production");
  assert.equal(await kubectl("get configmaps before behind --ignore-not-found -o name"), "configmap/before\n");
  await done("verify-cluster");
  await doneAlready("cluster");
  tell(context, `etcd: backup ${seconds(backup.seconds)}, restore ${seconds(restore.seconds)}`);
});

step("a second control plane joins, and leaves again", async (context) => {
  const join = await done("add-control-plane", ...TWO_MASTERS());
  assert.deepEqual(
    (await readyNodes()).map((node) => node.split(" ")[0]),
    ["master1", "master2", "worker1"],
  );
  await doneAlready("add-control-plane", ...TWO_MASTERS());
  await doneAlready("cluster", ...TWO_MASTERS());
  assert.equal(await kubectl("get --raw /readyz", "master2"), "ok");
  assert.equal((await etcdMembers()).length, 2);
  await done("verify-cluster", ...TWO_MASTERS());
  const leave = await done("remove-node", ...TWO_MASTERS(), "-e", "node=master2", "-e", "confirm=master2");
  await doneAlready("remove-node", ...TWO_MASTERS(), "-e", "node=master2", "-e", "confirm=master2");
  assert.equal((await etcdMembers()).length, 1);
  assert.deepEqual(
    (await readyNodes()).map((node) => node.split(" ")[0]),
    NODES,
  );
  tell(context, `a second control plane: joined in ${seconds(join.seconds)}, gone in ${seconds(leave.seconds)}`);
});

async function etcdMembers(): Promise<string[]> {
  const pki = "/etc/kubernetes/pki/etcd";
  const flags = `--endpoints=https://127.0.0.1:2379 --cacert=${pki}/ca.crt --cert=${pki}/server.crt --key=${pki}/server.key`;
  return (await kubectl(`-n kube-system exec etcd-master1 -- etcdctl ${flags} member list`)).trim().split("\n");
}

step("a node is taken out, and comes back", async (context) => {
  const wrong = await play("remove-node", "-e", "node=worker1", "-e", "confirm=worker2");
  assert.notEqual(wrong.code, 0);
  const leave = await done("remove-node", "-e", "node=worker1", "-e", "confirm=worker1");
  await doneAlready("remove-node", "-e", "node=worker1", "-e", "confirm=worker1");
  assert.equal((await readyNodes()).length, 1);
  const back = await done("cluster");
  assert.equal((await readyNodes()).length, 2);
  await doneAlready("cluster");
  tell(context, `remove-node ${seconds(leave.seconds)}, joined again ${seconds(back.seconds)}`);
});

step("taken apart, the hosts can be made a cluster again", async (context) => {
  const wrong = await play("reset", "-e", "confirm=another");
  assert.notEqual(wrong.code, 0);
  assert.equal((await readyNodes()).length, 2);
  const reset = await done("reset", "-e", "confirm=production");
  await doneAlready("reset", "-e", "confirm=production");
  await done("cluster");
  assert.equal((await readyNodes()).length, 2);
  await done("verify-cluster");
  tell(context, `reset: ${seconds(reset.seconds)}`);
});

step("no slower than the same commands by hand", async (context) => {
  const files = await lab
    .host("master1")
    .exec(
      "tar -C / -c etc/containerd etc/systemd/system/containerd.service etc/crictl.yaml etc/apt/sources.list.d etc/apt/keyrings etc/sysctl.d etc/kubernetes/kubeadm.yaml | base64",
    );
  await resetHosts(...NODES);
  const raw = /^github_raw_mirror=(.*)$/m.exec(lab.inventoryText)?.[1] ?? "https://raw.githubusercontent.com";
  const manifest = always.length > 0 ? undefined : `${raw}/${MANIFEST_PATH}`;
  const byHand = await clusterByHand(lab, versions, Buffer.from(files.stdout, "base64"), manifest);
  assert.equal((await readyNodes()).length, 2);
  await resetHosts(...NODES);
  const run = await done("cluster");
  assert.equal((await readyNodes()).length, 2);
  bareToReady = run.seconds;
  tell(
    context,
    `bare hosts to two Ready nodes: ${seconds(run.seconds)}; the same commands by hand: ${seconds(byHand)}; ${(run.seconds / byHand).toFixed(2)} times as long`,
  );
});

step(`the controller killed at ${KILLS} random moments: the same command again ends Ready`, async (context) => {
  for (let kill = 1; kill <= KILLS; kill += 1) {
    await resetHosts(...NODES);
    const moment = 1_000 + Math.random() * (bareToReady * 1_000 - 3_000);
    const running = spawn(CLI[0]!, [...CLI.slice(1), ...wordsFor("cluster")], { env, stdio: "ignore" });
    const ended = new Promise<void>((resolve) => running.once("close", () => resolve()));
    await Promise.race([ended, sleep(moment)]);
    const wasRunning = running.exitCode === null;
    running.kill("SIGKILL");
    await ended;
    const again = await done("cluster");
    assert.equal((await readyNodes()).length, 2);
    await doneAlready("cluster");
    tell(context, `${wasRunning ? "killed" : "over"} after ${seconds(moment / 1000)}, Ready after ${seconds(again.seconds)} more`);
  }
});

for (const name of NODES) {
  step(`${name} switched off in the middle: the same command again ends Ready`, async (context) => {
    await resetHosts(...NODES);
    const moment = 8_000 + Math.random() * 20_000;
    const running = play("cluster");
    await sleep(moment);
    await lab.host(name).kill();
    const broken = await running;
    assert.notEqual(broken.code, 0);
    await lab.host(name).start();
    const again = await done("cluster");
    assert.equal((await readyNodes()).length, 2);
    await doneAlready("cluster");
    tell(context, `off after ${seconds(moment / 1000)}, told after ${seconds(broken.seconds - moment / 1000)}, Ready after ${seconds(again.seconds)} more`);
  });
}
