import assert from "node:assert/strict";
import { connect } from "node:net";
import test, { type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Lab } from "../../engine/lab/lab.ts";
import { openSession } from "../../engine/session/open.ts";
import { play } from "../run/support.ts";
import { targetOf } from "../session/lab-target.ts";
import { controlPlanePrograms, SERVER, startControlPlane } from "../support/cluster.ts";
import { useLab } from "../support/lab.ts";
import { ClusterBench } from "./bench.ts";

const programs = controlPlanePrograms();
const shared = useLab(["cp", "bare"]);

test("a cluster's API through a host", { skip: shared.skip || (typeof programs === "string" && programs), timeout: 600_000 }, async (t) => {
  const lab = await shared.lab();
  await startControlPlane(lab.host("cp"), programs as Readonly<Record<string, string>>);
  const bench = new ClusterBench(await openSession(targetOf(lab, "cp")));
  try {
    await access(t, lab, bench);
    await waiting(t, bench);
    await draining(t, bench);
    await playing(t, lab, bench);
  } finally {
    await bench.connection.close();
  }
});

const configMap = (name: string, more: object = {}) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" }, ...more });
const read = { kind: "Namespace", name: "default" };

async function access(t: TestContext, lab: Lab, bench: ClusterBench): Promise<void> {
  await t.test("nothing but sshd need be open to the controller", async () => {
    const socket = connect({ host: lab.host("cp").address, port: 6443 });
    await assert.rejects(new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject)), /ECONNREFUSED/);
    const { result } = await bench.run("k8s_info", read);
    assert.equal((result["resources"] as unknown[]).length, 1);
  });

  await t.test("a context's user, its files beside the kubeconfig, its namespace", async () => {
    const found = await bench.run("k8s", { context: "files@lab", definition: { kind: "ConfigMap", metadata: { name: "placed" } } }, { check: true });
    assert.match(found.failure?.message ?? JSON.stringify(found.changes), /ConfigMap kube-public\/placed/);
  });

  await t.test("a token, without a kubeconfig", async () => {
    const given = { host: SERVER, ca_cert: "/etc/kubernetes/pki/ca.crt", api_key: "nobody-token" };
    const refused = await bench.run("k8s", { ...given, definition: configMap("x") });
    assert.match(refused.failure!.message, /ConfigMap default\/x: .*User "nobody" cannot get/);
    assert.match(refused.failure!.hint!, /look at its roles/);
    await assert.rejects(bench.run("k8s_info", { ...given, ...read, api_key: "wrong-token" }), { code: "cluster-unauthorized", hint: /may have expired/ });
  });

  await t.test("the authority is checked", async () => {
    const given = { ...read, host: SERVER, client_cert: "/etc/kubernetes/pki/admin.crt", client_key: "/etc/kubernetes/pki/admin.key" };
    await assert.rejects(bench.run("k8s_info", given), { code: "cluster-certificate", fault: "host", hint: /validate_certs: false/ });
    assert.equal((await bench.run("k8s_info", { ...given, validate_certs: false })).failed, false);
    const wrongName = { ...given, ca_cert: "/etc/kubernetes/pki/ca.crt", host: "https://localhost:6443" };
    await assert.rejects(bench.run("k8s_info", wrongName), { code: "cluster-certificate" });
  });

  await t.test("acting as somebody else", async () => {
    const refused = await bench.run("k8s", { impersonate_user: "jane", impersonate_groups: ["a", "b"], definition: configMap("x") });
    assert.match(refused.failure!.message, /User "jane" cannot get/);
  });

  await t.test("what cannot be used is told, with what to do", async () => {
    const fails = (args: object, code: string, message: RegExp, hint?: RegExp): Promise<void> =>
      assert.rejects(bench.run("k8s_info", { ...read, ...args }), { code, message, ...(hint === undefined ? {} : { hint }) });
    await fails({ context: "admin@lap" }, "kubeconfig-unusable", /admin\.conf: has no context "admin@lap"/, /did you mean "admin@lab"/);
    await fails({ context: "program@lab" }, "kubeconfig-unusable", /logs in by a program/, /give api_key/);
    await fails({ kubeconfig: "/nowhere" }, "kubeconfig-missing", /there is no \/nowhere/, /control plane/);
    await fails({ host: "ftp://x" }, "kubeconfig-unusable", /no address of an API/, /https/);
    await fails({ host: "https://127.0.0.1:6444" }, "cluster-unreachable", /127\.0\.0\.1:6444 cannot be reached from the host/, /listens there/);
    await lab.host("cp").exec("printf 'a: [b\\nsecret-key: x' >/tmp/broken.conf");
    await fails({ kubeconfig: "/tmp/broken.conf" }, "kubeconfig-unusable", /^\/tmp\/broken\.conf: no YAML \(line \d\)$/);
  });

  await t.test("a kubeconfig that only root may read", async () => {
    await lab.host("cp").exec("useradd -m jane && mkdir -p /home/jane/.ssh && cp /root/.ssh/authorized_keys /home/jane/.ssh/ && chown -R jane /home/jane/.ssh");
    const session = await openSession(targetOf(lab, "cp", { user: "jane" }));
    const own = new ClusterBench(session);
    try {
      await assert.rejects(own.run("k8s_info", read), { code: "kubeconfig-missing", message: /admin\.conf may not be read/, hint: /become: true/ });
    } finally {
      await own.connection.close();
    }
  });

  await t.test("a task's time is over", async () => {
    const slow = bench.run("k8s_info", { kind: "Pod", name: "never", namespace: "default", wait: true, wait_timeout: 60 }, { timeout: 700 });
    await assert.rejects(slow, { code: "command-timeout", message: /longer than 0.7 s/ });
  });
}

const deployment = (status?: object) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default" },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "nginx", image: "nginx" }] } },
  },
  ...(status === undefined ? {} : { status }),
});
const available = { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };

async function waiting(t: TestContext, bench: ClusterBench): Promise<void> {
  await t.test("the deadline says what is not ready, and why", async () => {
    const containerStatuses = [
      {
        name: "nginx",
        ready: false,
        restartCount: 0,
        image: "nginx",
        imageID: "",
        state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } },
      },
    ];
    const spec = { containers: [{ name: "nginx", image: "nginx" }] };
    await bench.give({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web-1", namespace: "default", labels: { app: "web" } },
      spec,
      status: { phase: "Pending", containerStatuses },
    });
    const pod = (await bench.get({ apiVersion: "v1", kind: "Pod", metadata: { name: "web-1", namespace: "default" } }))!;
    const involvedObject = { kind: "Pod", namespace: "default", name: "web-1", uid: pod.metadata.uid };
    await bench.give({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "e", namespace: "default" },
      involvedObject,
      type: "Warning",
      reason: "Failed",
      message: "pull refused",
    });
    const outcome = await bench.run("k8s", { definition: deployment(), wait: true, wait_timeout: 1, wait_sleep: 0.2 });
    const { message } = outcome.failure!;
    for (const said of [
      "Deployment default/web is not ready: not seen by its controller yet after 1 s",
      "Pod default/web-1: container nginx waits: ImagePullBackOff: no such image",
      "Failed: pull refused",
    ]) {
      assert.ok(message.includes(said), `"${said}" in: ${message}`);
    }
    assert.equal(outcome.result["changed"], true);
    assert.ok(bench.told.includes("Deployment default/web: not seen by its controller yet"), bench.told.join("\n"));
  });

  await t.test("what is right but not ready is waited for, and is no change", async () => {
    const checked = await bench.run("k8s", { definition: deployment(), wait: true }, { check: true });
    assert.deepEqual([checked.changed, checked.changes.map(({ key }) => key)], [false, ["Deployment default/web ready"]]);
    const running = bench.run("k8s", { definition: deployment(), wait: true, wait_sleep: 0.2 });
    await sleep(600);
    await bench.give({ ...deployment({ ...available, availableReplicas: 0 }) });
    await sleep(400);
    await bench.give(deployment(available));
    const { failure, changed } = await running;
    assert.deepEqual([failure?.message, changed], [undefined, false]);
    assert.ok(bench.told.includes("Deployment default/web: 0 of 1 replicas are available"), bench.told.join("\n"));
    assert.deepEqual((await bench.run("k8s", { definition: deployment(), wait: true })).changes, []);
  });

  await t.test("a Job that has failed is not waited for", async () => {
    const spec = { template: { spec: { restartPolicy: "Never", containers: [{ name: "j", image: "j" }] } } };
    const conditions = ["FailureTarget", "Failed"].map((type) => ({ type, status: "True", reason: "BackoffLimitExceeded", message: "too often" }));
    const status = { startTime: "2026-01-01T00:00:00Z", conditions };
    await bench.give({ apiVersion: "batch/v1", kind: "Job", metadata: { name: "j", namespace: "default" }, spec, status });
    const outcome = await bench.run("k8s_info", { kind: "Job", api_version: "batch/v1", name: "j", namespace: "default", wait: true, wait_timeout: 60 });
    assert.match(outcome.failure!.message, /Job default\/j is not ready: it failed \(BackoffLimitExceeded: too often\)(?! after)/);
    assert.equal(bench.told.at(-1), "Job default/j: it failed (BackoffLimitExceeded: too often)");
  });

  await t.test("what is being deleted is waited for, and made again", async () => {
    const held = { ...configMap("held"), metadata: { name: "held", namespace: "default", finalizers: ["example.org/hold"] } };
    await bench.give(held);
    const gone = await bench.run("k8s", { state: "absent", kind: "ConfigMap", name: "held", namespace: "default", wait: true, wait_timeout: 1 });
    assert.match(gone.failure!.message, /ConfigMap default\/held is still there after 1 s: held by its finalizers example.org\/hold/);
    assert.equal((await bench.run("k8s", { state: "absent", kind: "ConfigMap", name: "held", namespace: "default" })).changed, false);
    const checked = await bench.run("k8s", { definition: configMap("held", { data: { a: "1" } }) }, { check: true });
    assert.deepEqual(checked.changes, [{ key: "ConfigMap default/held", from: "being deleted", to: "present" }]);
    const running = bench.run("k8s", { definition: configMap("held", { data: { a: "1" } }), wait_sleep: 0.2 });
    await sleep(500);
    const cluster = await bench.cluster();
    const path = "/api/v1/namespaces/default/configmaps/held";
    await cluster.request({ method: "PATCH", path, body: { metadata: { finalizers: null } }, contentType: "application/merge-patch+json" });
    assert.equal((await running).failure?.message, undefined);
    assert.deepEqual((await bench.get(configMap("held")))!["data"], { a: "1" });
  });

  await t.test("a read waits until there is something", async () => {
    const running = bench.run("k8s_info", { kind: "cm", namespace: "default", label_selectors: ["late=yes"], wait: true, wait_sleep: 0.2 });
    await sleep(500);
    await bench.give({ ...configMap("late"), metadata: { name: "late", namespace: "default", labels: { late: "yes" } } });
    const { result, changed } = await running;
    assert.deepEqual([(result["resources"] as unknown[]).length, changed], [1, false]);
  });
}

async function draining(t: TestContext, bench: ClusterBench): Promise<void> {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "budgeted", namespace: "default", labels: { app: "budgeted" } },
    spec: { nodeName: "n1", containers: [{ name: "a", image: "a" }] },
  };
  const budget = {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "b", namespace: "default" },
    spec: { minAvailable: 1, selector: { matchLabels: { app: "budgeted" } } },
  };
  const args = { name: "n1", delete_options: { force: true, terminate_grace_period: 0, wait_timeout: 1, wait_sleep: 0.2 } };
  const allowed = { observedGeneration: 1, disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 };

  await t.test("a disruption budget is kept until the deadline", async () => {
    await bench.give({ apiVersion: "v1", kind: "Node", metadata: { name: "n1" } });
    await bench.give(budget);
    await bench.give({ ...pod, status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] } });
    const outcome = await bench.run("k8s_drain", args);
    assert.match(
      outcome.failure!.message,
      /not drained after 1 s:\n {2}Pod default\/budgeted: Cannot evict pod as it would violate the pod's disruption budget/,
    );
    assert.match(outcome.failure!.hint!, /disable_eviction/);
  });

  await t.test("and tried again until it allows more", async () => {
    const running = bench.run("k8s_drain", { ...args, delete_options: { ...args.delete_options, wait_timeout: 60 } });
    await sleep(500);
    await bench.give({ ...budget, status: allowed });
    const { failure, changes } = await running;
    assert.deepEqual([failure?.message, changes.map(({ key }) => key)], [undefined, ["Pod default/budgeted"]]);
    assert.equal(await bench.get(pod), undefined);
  });

  await t.test("or passed by", async () => {
    await bench.give(pod);
    await bench.give({ ...budget, status: { ...allowed, disruptionsAllowed: 0 } });
    assert.equal((await bench.run("k8s_drain", { ...args, delete_options: { ...args.delete_options, disable_eviction: true } })).failure?.message, undefined);
    assert.equal(await bench.get(pod), undefined);
  });

  await t.test("what must be named first is told before the node is closed", async () => {
    await bench.run("k8s_drain", { name: "n1", state: "uncordon" });
    await bench.give(pod);
    const outcome = await bench.run("k8s_drain", { name: "n1" });
    assert.match(outcome.failure!.message, /default\/budgeted has no controller/);
    const node = await bench.get({ apiVersion: "v1", kind: "Node", metadata: { name: "n1" } });
    assert.equal((node!["spec"] as { unschedulable?: boolean }).unschedulable, undefined);
  });

  await t.test("no command runs where there is no pod, or no kubelet", async () => {
    const missing = await bench.run("k8s_exec", { pod: "nobody", namespace: "default", command: "true" });
    assert.match(missing.failure!.message, /there is no Pod default\/nobody/);
    await assert.rejects(bench.run("k8s_exec", { pod: "budgeted", namespace: "default", command: "true" }), {
      code: "exec-refused",
      fault: "host",
      hint: /its node is Ready/,
    });
  });
}

async function playing(t: TestContext, lab: Lab, bench: ClusterBench): Promise<void> {
  await t.test("a playbook: what is registered is whole, what is shown is not", async () => {
    const text = `
- hosts: cp
  gather_facts: false
  tasks:
    - kubernetes.core.k8s:
        definition:
          apiVersion: v1
          kind: Secret
          metadata: { name: played, namespace: default }
          stringData: { password: "{{ secret }}" }
    - kubernetes.core.k8s_info: { kind: Secret, name: played, namespace: default }
      environment: { K8S_AUTH_KUBECONFIG: /etc/kubernetes/admin.conf }
      register: found
    - debug: { msg: "{{ found.resources[0].data.password | b64decode }}" }
    - assert: { that: 'found.resources[0].data.password | b64decode == secret' }
`;
    const secret = "hunter2-hunter2";
    const ran = await play(lab.inventory, text, { limit: "cp", diff: true, extraVars: { secret } });
    assert.equal(ran.exitCode, 0, JSON.stringify(ran.results.map(({ result }) => result)));
    const events = JSON.stringify(ran.events);
    for (const form of [secret, Buffer.from(secret).toString("base64")]) assert.ok(!events.includes(form), form);
  });

  await t.test("check mode does not fail on what is only announced", async () => {
    const text = `
- hosts: bare
  gather_facts: false
  tasks:
    - file: { path: /etc/kubernetes, state: directory }
    - k8s: { definition: { kind: Namespace, metadata: { name: later } } }
    - k8s_info: { kind: Node }
      register: nodes
    - debug: { msg: "{{ nodes.resources | length }}" }
`;
    const ran = await play(lab.inventory, text, { limit: "bare", check: true });
    assert.equal(ran.exitCode, 0, ran.lines.join("\n"));
    assert.deepEqual(
      ran.results.map(({ assumed }) => assumed),
      [false, true, true, true],
    );
    const failed = await play(lab.inventory, text.replace(/^.*file: .*\n/m, ""), { limit: "bare", check: true });
    assert.match(JSON.stringify(failed.results[0]!.failure), /no kubeconfig on the host/);
  });

  await t.test("an API that goes away and comes back while something is waited for", async () => {
    const host = lab.host("cp");
    const running = bench.run("k8s_info", {
      kind: "cm",
      namespace: "default",
      label_selectors: ["after=restart"],
      wait: true,
      wait_sleep: 0.2,
      wait_timeout: 60,
    });
    await sleep(500);
    await host.exec("systemctl restart apiserver; until curl -sk https://127.0.0.1:6443/readyz | grep -q ok; do sleep 0.3; done");
    await bench.give({ ...configMap("after"), metadata: { name: "after", namespace: "default", labels: { after: "restart" } } });
    assert.equal(((await running).result["resources"] as unknown[]).length, 1);
  });

  await t.test("an API that is restarted while the connection is held", async () => {
    const text = `
- hosts: cp
  gather_facts: false
  tasks:
    - k8s: { definition: { kind: Namespace, metadata: { name: twice } } }
    - shell: systemctl restart apiserver; until curl -sk https://127.0.0.1:6443/readyz | grep -q ok; do sleep 0.3; done
    - k8s: { state: absent, kind: Namespace, name: twice }
`;
    const ran = await play(lab.inventory, text, { limit: "cp" });
    assert.deepEqual(
      [ran.exitCode, ran.lines.map((line) => line.split(" ").at(-1))],
      [0, ["changed", "changed", "changed"]],
      JSON.stringify(ran.results.at(-1)?.failure),
    );
  });
}
