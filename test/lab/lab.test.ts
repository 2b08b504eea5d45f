import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import path from "node:path";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { LabHost } from "../../engine/lab/host.ts";
import type { Lab } from "../../engine/lab/lab.ts";
import { listLabs, reapLabs, startLab } from "../../engine/lab/lab.ts";
import { labFolder } from "../../engine/lab/place.ts";
import { capture } from "../../engine/lab/process.ts";
import { compareTrees } from "../../engine/lab/tree.ts";
import { useLab } from "../support/lab.ts";

const shared = useLab(["one", "two"]);
const options = { skip: shared.skip };

/** What ssh(1) says, host keys checked. */
function ssh(lab: Lab, address: string, command: string, port = 22): ReturnType<typeof capture> {
  const checks = ["-o", `UserKnownHostsFile=${lab.knownHostsFile}`, "-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes", "-o", "ConnectTimeout=3"];
  return capture("ssh", ["-F", "none", "-i", lab.keyFile, ...checks, "-p", String(port), `root@${address}`, command]);
}

/** Whether sshd greets within so many milliseconds. */
async function greets(host: { address: string; port?: number }, limit: number): Promise<boolean> {
  const socket = connect(host.port ?? 22, host.address);
  socket.on("error", () => undefined);
  const greeted = once(socket, "data").then(
    () => true,
    () => false,
  );
  const result = await Promise.race([greeted, sleep(limit).then(() => false)]);
  socket.destroy();
  return result;
}

test("hosts are real machines: systemd, sshd with a known key, names, no Python", options, async (t) => {
  const lab = await shared.lab();
  for (const host of lab.hosts) t.diagnostic(`${host.name} at ${host.address} booted in ${host.bootTime.toFixed(0)} ms`);
  const one = lab.host("one");
  const answer = await ssh(
    lab,
    one.address,
    "hostname; systemctl is-system-running --wait; getent hosts two | cut -d ' ' -f 1; command -v python3 || echo none",
  );
  assert.equal(answer.stdout, `one\nrunning\n${lab.host("two").address}\nnone\n`, answer.stderr);
  const keys = await Promise.all(lab.hosts.map((host) => host.exec("cat /etc/ssh/ssh_host_*_key.pub /etc/machine-id")));
  assert.notEqual(keys[0]!.stdout, keys[1]!.stdout);
});

test("a host has what containers need", options, async () => {
  const one = (await shared.lab()).host("one");
  const script = [
    "for c in /sys/fs/cgroup/memory /sys/fs/cgroup/cpu /sys/fs/cgroup/pids; do [ ! -d $c ] || { mkdir $c/probe && rmdir $c/probe; } || echo $c; done",
    "findmnt -no PROPAGATION /",
    "findmnt -no FSTYPE /sys/fs/bpf",
    "cat /proc/sys/vm/overcommit_memory /proc/sys/kernel/panic /proc/sys/kernel/panic_on_oops",
    "test -r /dev/kmsg && test -c /dev/net/tun && echo devices",
    "cd /var/lib/containerd && mkdir l u w m && mount -t overlay overlay -o lowerdir=l,upperdir=u,workdir=w m && umount m && rm -r l u w m && echo overlay",
    "sysctl -qw net.ipv4.ip_forward=1 && ip link add t0 type dummy 2>/dev/null || ip link add t0 type veth peer t1; ip link delete t0 && echo links",
  ];
  const answer = await one.exec(script.join("\n"));
  assert.equal(answer.stdout, "shared\nbpf\n1\n10\n1\ndevices\noverlay\nlinks\n", answer.stderr);
});

test("each host has a cgroup of its own in every hierarchy, and may write to it", options, async () => {
  const lab = await shared.lab();
  const of = async (name: string): Promise<string[]> => (await readFile(path.join(lab.folder, "hosts", name, "cgroups"), "utf8")).trim().split("\n");
  const [one, two] = [await of("one"), await of("two")];
  const hierarchies = (await readFile("/proc/self/cgroup", "utf8")).trim().split("\n").length;
  assert.equal(new Set([...one, ...two]).size, 2 * hierarchies);
  const init = String(lab.host("one").pid);
  for (const group of one) {
    const members = await capture("sh", ["-c", `cat $(find ${group} -name cgroup.procs)`]);
    assert.ok(members.stdout.split("\n").includes(init), `the host's init is not in ${group}`);
  }
  const controllers = "find /sys/fs/cgroup -mindepth 1 -maxdepth 1 -type d ! -name unified ! -name systemd";
  const tried = await lab
    .host("one")
    .exec(`for c in $(${controllers}); do mkdir $c/probe && rmdir $c/probe || echo "$c"; done; cat /sys/fs/cgroup/cpuset/cpuset.cpus`);
  assert.match(tried.stdout, existsSync("/sys/fs/cgroup/cpuset") ? /^[\d,-]+\n$/ : /^$/, tried.stderr);
});

test("a host can neither set the clock nor load kernel modules", options, async () => {
  // NOTE: over ssh: what `exec` runs comes from outside, with all that this machine's root may do
  const lab = await shared.lab();
  const answer = await ssh(lab, lab.host("one").address, "sed -n 's/^CapBnd:\\s*//p' /proc/self/status; date -s @$(date +%s) >/dev/null 2>&1 || echo clock");
  const [bounds, clock] = answer.stdout.split("\n");
  // capabilities(7): CAP_SYS_MODULE 16, CAP_SYS_RAWIO 17, CAP_SYS_TIME 25
  for (const capability of [16n, 17n, 25n]) assert.equal((BigInt(`0x${bounds}`) >> capability) & 1n, 0n, `capability ${capability}`);
  assert.equal(clock, "clock");
});

test("apt works", options, async () => {
  const answer = await (await shared.lab()).host("two").exec("apt-get install -y --no-install-recommends tree >/dev/null 2>&1; command -v tree");
  assert.equal(answer.stdout, "/usr/bin/tree\n");
});

test("the digest of an idle host is stable, and a change shows", options, async () => {
  const host = (await shared.lab()).host("one");
  await ssh(await shared.lab(), host.address, "true");
  const before = await host.tree();
  const digest = await host.digest();
  await host.exec("ls -R /etc >/dev/null; touch /tmp/x; systemctl restart cron; systemctl daemon-reload");
  assert.deepEqual(compareTrees(before, await host.tree()), []);
  assert.equal(await host.digest(), digest);
  await host.exec("chmod 600 /etc/issue; rm /etc/issue.net; echo 1 > /etc/new; ln -s a /etc/link");
  const changed = compareTrees(before, await host.tree()).map((line) => line.split(" ").slice(0, 2).join(" "));
  assert.deepEqual(changed, ["+ /etc/issue", "+ /etc/issue.net", "+ /etc/link", "+ /etc/new"]);
  assert.notEqual(await host.digest(), digest);
});

test("a frozen host keeps its connections and answers nothing", options, async () => {
  const host = (await shared.lab()).host("one");
  await host.freeze();
  assert.equal(await greets(host, 300), false);
  assert.equal(await greets((await shared.lab()).host("two"), 2000), true);
  await host.thaw();
  assert.equal(await greets(host, 2000), true);
});

test("a host that is cut off is silent, and comes back", options, async () => {
  const host = (await shared.lab()).host("one");
  await host.cut();
  assert.equal(await greets(host, 500), false);
  assert.equal((await host.exec("echo alive")).stdout, "alive\n");
  await host.mend();
  assert.equal(await greets(host, 2000), true);
});

test("a full disk refuses, a freed one takes again", options, async () => {
  const host = (await shared.lab()).host("one");
  await host.fillDisk();
  assert.match((await host.exec("head -c 100000 /dev/zero > /root/big")).stderr, /No space left/);
  await host.freeDisk();
  assert.equal((await host.exec("head -c 100000 /dev/zero > /root/big && rm /root/big")).code, 0);
});

test("a delayed host is as far away as asked", options, async () => {
  const lab = await shared.lab();
  const [far, further] = [await lab.host("two").delay(80), await lab.host("two").delay(1_000)];
  const order: string[] = [];
  await Promise.all([
    sleep(155).then(() => order.push("after 155 ms")),
    greets(far, 20_000).then((greeted) => greeted && order.push("80 ms away")),
    greets(further, 20_000).then((greeted) => greeted && order.push("1000 ms away")),
  ]);
  // one round trip to connect, one for the greeting
  assert.deepEqual(order, ["after 155 ms", "80 ms away", "1000 ms away"]);
  const answer = await ssh(lab, far.address, "head -c 300000 /dev/zero | tr '\\0' x", far.port);
  assert.equal(answer.stdout.length, 300000, answer.stderr);
  await far.close();
  await further.close();
});

test("a killed host that is started again has its disk as it was", options, async () => {
  const host = (await shared.lab()).host("one");
  await host.exec("printf kept > /root/kept; mkdir /var/lib/containerd/kept");
  await host.kill();
  await host.start();
  assert.equal((await host.exec("cat /root/kept; ls /var/lib/containerd; hostname")).stdout, "keptkept\none\n");
  await host.reset();
  assert.equal((await host.exec("ls /root /var/lib/containerd")).stdout.trim(), "/root:\n\n/var/lib/containerd:");
});

test("a killed host is gone; reset brings it back as new", options, async () => {
  const lab = await shared.lab();
  const host = lab.host("two");
  await host.exec("touch /etc/mark");
  await host.kill();
  assert.equal(await greets(host, 300), false);
  await host.reset();
  const answer = await ssh(lab, host.address, "ls /etc/mark");
  assert.match(answer.stderr, /No such file/);
});

test("a host can join later, and be rebooted from inside", options, async () => {
  const lab = await shared.lab();
  const three = await lab.addHost("three");
  assert.match(lab.inventoryText, /^three ansible_host=/m);
  assert.equal((await lab.host("one").exec("getent hosts three")).stdout.split(" ")[0], three.address);
  await three.exec("systemctl reboot");
  await sleep(300);
  while (!(await greets(three, 300))) await sleep(50);
  assert.match((await ssh(lab, three.address, "ip route show default")).stdout, /^default via /);
});

test("two labs stand side by side, with hosts of the same names", options, async () => {
  const first = await shared.lab();
  const second = await startLab({ hosts: ["one"] });
  assert.notEqual(first.host("one").address, second.host("one").address);
  assert.equal((await ssh(second, second.host("one").address, "hostname")).stdout, "one\n");
  await second.stop();
  assert.equal((await ssh(first, first.host("one").address, "hostname")).stdout, "one\n");
});

test("a lab whose process is killed is taken down, all of it", options, async () => {
  const name = `crash-${process.pid}`;
  const lab = fileURLToPath(new URL("../../engine/lab/lab.ts", import.meta.url));
  const code = `import { startLab } from ${JSON.stringify(lab)}; await startLab({ name: "${name}", hosts: ["x"] }); console.log("up"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  const bridge = (await capture("cat", [`${labFolder(name)}/bridge`])).stdout.trim();
  child.kill("SIGKILL");
  const end = performance.now() + 15_000;
  while (existsSync(labFolder(name)) && performance.now() < end) await sleep(50);
  assert.equal(existsSync(labFolder(name)), false);
  assert.notEqual((await capture("ip", ["link", "show", bridge])).code, 0);
  const left = await capture("sh", ["-c", `grep ${labFolder(name)} /proc/mounts; iptables-save | grep "tsplay-lab-${name}"; true`]);
  assert.equal(left.stdout, "");
});

test("a lab whose watcher died too is reaped by the next one", options, async () => {
  const lab: { stop(): Promise<void>; hosts: readonly LabHost[]; folder: string; name: string } = await startLab({ hosts: ["y"], keep: true });
  // what a power cut of the owner and its watcher leaves behind: an owner that is not there
  await capture("sh", ["-c", `echo "1 1" > ${lab.folder}/owner`]);
  assert.ok((await reapLabs()).includes(lab.name));
  assert.equal((await listLabs()).includes(lab.name), false);
});
