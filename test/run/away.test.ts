import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, test } from "node:test";
import { useLab } from "../support/lab.ts";
import { play } from "./support.ts";

const shared = useLab(["w1"]);
const head = "- hosts: w1\n  gather_facts: false\n  tasks:\n";

describe("a host that is away", { skip: shared.skip }, () => {
  test("reboot reboots it and goes on when it is back", async () => {
    const lab = await shared.lab();
    const host = lab.host("w1");
    const boot = async (): Promise<string> => (await host.exec("cat /proc/sys/kernel/random/boot_id")).stdout.trim();
    const before = await boot();
    const ran = await play(
      lab.inventory,
      `${head}
    - {name: before, command: touch /run/before}
    - {name: reboots, reboot: {reboot_timeout: 60, test_command: systemctl is-active ssh}}
    - {name: after, command: cat /proc/sys/kernel/random/boot_id}
    - {name: gone, stat: {path: /run/before}}
`,
    );
    assert.deepEqual(ran.lines, ["w1 before changed", "w1 reboots changed", "w1 after changed", "w1 gone ok"], JSON.stringify(ran.results.at(-1)));
    const { rebooted, elapsed } = ran.results[1]!.result;
    assert.deepEqual([rebooted, typeof elapsed], [true, "number"]);
    assert.notEqual(ran.results[2]!.result["stdout"], before);
    assert.equal(ran.results[2]!.result["stdout"], await boot());
    assert.equal((ran.results[3]!.result["stat"] as { exists: boolean }).exists, false);
  });

  test("reboot in check mode reboots nothing", async () => {
    const lab = await shared.lab();
    const { pid } = lab.host("w1");
    const ran = await play(lab.inventory, `${head}    - {name: reboots, reboot: }\n`, { check: true });
    assert.deepEqual(ran.lines, ["w1 reboots changed"]);
    assert.deepEqual([ran.results[0]!.result["rebooted"], ran.results[0]!.result["elapsed"]], [true, 0]);
    assert.equal(lab.host("w1").pid, pid);
  });

  test("reboot refuses the controller itself", async () => {
    const ran = await play("localhost,", "- hosts: all\n  connection: local\n  gather_facts: false\n  tasks:\n    - {name: reboots, reboot: }\n");
    assert.equal(ran.results[0]!.result["msg"], "Running reboot with local connection would reboot the control node.");
  });

  test("wait_for_connection waits for one that cannot be reached yet", async () => {
    const lab = await shared.lab();
    const host = lab.host("w1");
    await host.exec("systemctl stop ssh.socket ssh.service");
    // how often the host has said that nobody listens there
    const refusals = async (): Promise<number> => Number((await host.exec("awk '/^Tcp: [0-9]/ { print $15 }' /proc/net/snmp")).stdout);
    const before = await refusals();
    const running = play(lab.inventory, `${head}    - {name: waits, wait_for_connection: {timeout: 30}}\n    - {name: after, command: "true"}\n`);
    while ((await refusals()) < before + 2) await sleep(100);
    await host.exec("systemctl start ssh.service");
    const ran = await running;
    assert.deepEqual(ran.lines, ["w1 waits ok", "w1 after changed"]);
    assert.equal(typeof ran.results[0]!.result["elapsed"], "number");
  });

  test("wait_for_connection fails when its time is over, and does not wait in check mode", async () => {
    const lab = await shared.lab();
    await lab.host("w1").exec("systemctl stop ssh.socket ssh.service");
    const text = `${head}    - {name: waits, wait_for_connection: {timeout: 2, sleep: 1}}\n`;
    const ran = await play(lab.inventory, text);
    assert.deepEqual(ran.lines, ["w1 waits failed"]);
    assert.match(String(ran.results[0]!.result["msg"]), /^timed out waiting for ping module test: /);
    assert.equal(ran.exitCode, 2);
    const check = await play(lab.inventory, text, { check: true });
    assert.deepEqual(check.lines, ["w1 waits skipped"]);
    await lab.host("w1").exec("systemctl start ssh.service");
  });
});
