import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, test } from "node:test";
import { useLab } from "../support/lab.ts";
import { play, type Ran } from "./support.ts";

const shared = useLab(["a1"]);
const inventory = async (): Promise<string> => (await shared.lab()).inventory;

/** Runs tasks on the lab host, as root unless a play's keywords say otherwise. */
async function tasks(text: string, keywords = "", settings: Parameters<typeof play>[2] = {}): Promise<Ran> {
  return play(await inventory(), `- hosts: a1\n  gather_facts: false\n${keywords}  tasks:\n${text}`, settings);
}

async function onHost(command: string): Promise<string> {
  return (await (await shared.lab()).host("a1").exec(command)).stdout.trim();
}

const jobsLeft = "ls -A ~/.ansible_async 2>/dev/null || true";

describe("poll: 0", { skip: shared.skip }, () => {
  test("goes on at once; async_status gives the module's own result when the job has ended", async () => {
    const ran = await tasks(`
    - {name: begins, shell: "echo out; echo err >&2; sleep 1; echo done", async: 30, poll: 0, register: job}
    - {name: not yet, async_status: {jid: "{{ job.ansible_job_id }}"}, register: early}
    - {name: ends, async_status: {jid: "{{ job.ansible_job_id }}"}, register: late, until: late is finished, delay: 0.3, retries: 20}
    - {name: mode, shell: "stat -c %a ~/.ansible_async ~/.ansible_async/*", register: mode}
    - {name: cleans, async_status: {jid: "{{ job.ansible_job_id }}", mode: cleanup}}
    - {name: is gone, async_status: {jid: "{{ job.ansible_job_id }}"}, ignore_errors: true}
`);
    const [begins, early, late, mode, cleans, gone] = ran.results.map(({ result }) => result);
    assert.deepEqual(
      ran.lines.map((line) => line.replace("a1 ", "")),
      ["begins changed", "not yet ok", "ends changed", "mode changed", "cleans ok", "is gone failed"],
    );
    assert.match(String(begins!["ansible_job_id"]), /^j\d{12}$/);
    assert.equal(begins!["results_file"], `/root/.ansible_async/${String(begins!["ansible_job_id"])}`);
    assert.deepEqual([begins!["started"], begins!["finished"]], [true, false]);
    assert.deepEqual([early!["started"], early!["finished"], early!["stdout"]], [true, false, ""]);
    assert.deepEqual([late!["started"], late!["finished"], late!["rc"]], [true, true, 0]);
    assert.deepEqual(late!["stdout_lines"], ["out", "done"]);
    assert.equal(late!["stderr"], "err");
    assert.match(String(late!["delta"]), /^0:\d\d:\d\d\.\d{6}$/);
    assert.equal(late!["cmd"], "echo out; echo err >&2; sleep 1; echo done");
    assert.equal(mode!["stdout"], "700\n700");
    assert.equal(cleans!["erased"], begins!["results_file"]);
    assert.equal(gone!["msg"], "could not find job");
    assert.equal(await onHost(jobsLeft), "");
    assert.equal(await onHost("pgrep -f 'ansible_[a]sync' || true"), "", "the watch has gone with its job");
  });

  test("a loop begins all of its jobs without waiting for any", async () => {
    // a job ends when all four have begun
    const ran = await tasks(`
    - name: begins
      shell: "touch /run/begun-{{ item }}; until [ $(ls /run/begun-* | wc -l) = 4 ]; do sleep 0.1; done"
      loop: [1, 2, 3, 4]
      async: 30
      poll: 0
      register: jobs
    - name: ends
      async_status: {jid: "{{ item.ansible_job_id }}"}
      loop: "{{ jobs.results }}"
      loop_control: {label: "{{ item.item }}"}
      register: ended
      until: ended.finished
      delay: 0.2
      retries: 30
    - {name: cleans, async_status: {jid: "{{ item.ansible_job_id }}", mode: cleanup}, loop: "{{ jobs.results }}"}
`);
    assert.equal(ran.exitCode, 0, JSON.stringify(ran.results.at(-1)?.result));
    const ended = ran.results[1]!.result["results"] as { rc: number; item: { item: number } }[];
    assert.deepEqual(
      ended.map(({ rc, item }) => [rc, item.item]),
      [1, 2, 3, 4].map((job) => [0, job]),
    );
  });

  test("a failure shows when it is asked for, and what a task behind it reads is the world after the job", async () => {
    const ran = await tasks(`
    - {name: begins, shell: "sleep 1; touch /srv/made; exit 3", async: 30, poll: 0, register: job}
    - {name: ends, async_status: {jid: "{{ job.ansible_job_id }}"}, register: late, until: late is finished, delay: 0.2, retries: 20, ignore_errors: true}
    - {name: sees, stat: {path: /srv/made}}
    - {name: cleans, async_status: {jid: "{{ job.ansible_job_id }}", mode: cleanup}}
`);
    assert.deepEqual(
      ran.lines.map((line) => line.replace("a1 ", "")),
      ["begins changed", "ends failed", "sees ok", "cleans ok"],
    );
    assert.deepEqual([ran.results[1]!.result["rc"], ran.results[1]!.result["msg"]], [3, "non-zero return code"]);
    assert.equal((ran.results[2]!.result["stat"] as { exists: boolean }).exists, true);
  });

  test("what is right already needs no job's work, and can be asked for all the same", async () => {
    const ran = await tasks(`
    - {name: begins, command: /bin/false, args: {creates: /etc}, async: 30, poll: 0, register: job}
    - {name: ends, async_status: {jid: "{{ job.ansible_job_id }}"}, register: late, until: late is finished, delay: 0.1, retries: 20}
    - {name: cleans, async_status: {jid: "{{ job.ansible_job_id }}", mode: cleanup}}
`);
    assert.deepEqual(
      ran.lines.map((line) => line.replace("a1 ", "")),
      ["begins ok", "ends ok", "cleans ok"],
    );
    assert.equal(ran.results[1]!.result["msg"], "Did not run command since '/etc' exists");
  });

  test("the job outlives the run, and another run finds its end", async () => {
    const first = await tasks(`
    - {name: begins, shell: "until [ -e /run/go ]; do sleep 0.1; done; echo late", async: 60, poll: 0}
`);
    const jid = String(first.results[0]!.result["ansible_job_id"]);
    assert.notEqual(await onHost("pgrep -f '[/]run/go'; touch /run/go"), "");
    const second = await tasks(`
    - {name: ends, async_status: {jid: ${jid}}, register: late, until: late is finished, delay: 0.3, retries: 20}
    - {name: cleans, async_status: {jid: ${jid}, mode: cleanup}}
`);
    const { rc, stdout, finished, delta } = second.results[0]!.result;
    assert.deepEqual([rc, stdout, finished], [0, "late", true]);
    assert.match(String(delta), /^0:\d\d:\d\d\.\d{6}$/);
    assert.equal(await onHost(jobsLeft), "");
  });

  test("a job that takes too long is ended on the host, with all that it began", async () => {
    const ran = await tasks(`
    - {name: begins, shell: "sleep 4321 & trap '' TERM; sleep 4322; sleep 4323", async: 2, poll: 0, register: job}
    - {name: ends, async_status: {jid: "{{ job.ansible_job_id }}"}, register: late, until: late is finished, delay: 0.5, retries: 20, ignore_errors: true}
    - {name: cleans, async_status: {jid: "{{ job.ansible_job_id }}", mode: cleanup}}
`);
    const { msg, finished, failed } = ran.results[1]!.result;
    assert.deepEqual([msg, finished, failed], ["Timeout exceeded", true, true]);
    assert.equal(await onHost("pgrep -f 'sleep 43[2]|ansible_[a]sync' || true"), "");
  });

  test("one that was ended from outside is no longer waited for", async () => {
    const ran = await tasks(`
    - {name: begins, command: sleep 4324, async: 60, poll: 0, register: job}
    - {name: murder, shell: "read -r job watch <{{ job.results_file }}/pids; kill -KILL -$watch -$job"}
    - {name: ends, async_status: {jid: "{{ job.ansible_job_id }}"}, ignore_errors: true}
    - {name: cleans, async_status: {jid: "{{ job.ansible_job_id }}", mode: cleanup}}
`);
    assert.equal(ran.results[2]!.result["msg"], "the job was ended before it could tell its result");
    assert.equal(ran.exitCode, 0);
  });
});

describe("poll", { skip: shared.skip }, () => {
  test("waits for the end and leaves nothing behind", async () => {
    const ran = await tasks(`
    - {name: command, command: "sh -c 'cat; echo $$'", args: {stdin: "in"}, async: 30, poll: 1}
    - {name: raw, raw: "echo raw", async: 30, poll: 1}
    - {name: fails, shell: "echo no >&2; exit 4", async: 30, poll: 1, ignore_errors: true}
    - {name: module, file: {path: /srv/poll, state: directory, mode: "0700"}, async: 30, poll: 1}
    - {name: module again, file: {path: /srv/poll, state: directory, mode: "0700"}, async: 30, poll: 1}
    - {name: big, copy: {dest: /srv/poll/big, content: "{{ 'x' * 300000 }}"}, async: 30, poll: 1}
    - {name: environment, shell: "echo $COLOUR; pwd", args: {chdir: /srv}, environment: {COLOUR: red}, async: 30, poll: 1}
    - {name: facts, setup: {gather_subset: min}, async: 30, poll: 1}
    - {name: not here, debug: {msg: x}, async: 30, poll: 1, ignore_errors: true}
`);
    assert.deepEqual(
      ran.lines.map((line) => line.replace("a1 ", "")),
      [
        "command changed",
        "raw changed",
        "fails failed",
        "module changed",
        "module again ok",
        "big changed",
        "environment changed",
        "facts ok",
        "not here failed",
      ],
    );
    const [command, raw, fails, module, , , environment, , refused] = ran.results.map(({ result }) => result);
    assert.match(String(command!["stdout"]), /^in\n\d+$/);
    assert.deepEqual([command!["started"], command!["finished"]], [true, true]);
    assert.match(String(command!["ansible_job_id"]), /^j\d+$/);
    assert.deepEqual(raw!["stdout_lines"], ["raw"]);
    assert.deepEqual([fails!["rc"], fails!["stderr"], fails!["finished"]], [4, "no", true]);
    assert.equal(module!["mode"], "0700");
    assert.equal(environment!["stdout"], "red\n/srv");
    assert.equal(refused!["msg"], "This action (debug) does not support async.");
    assert.equal(await onHost("wc -c </srv/poll/big"), "300000");
    assert.equal(await onHost(jobsLeft), "");
  });

  test("fails when the time is over, and ends what ran", async () => {
    const ran = await tasks(`
    - {name: long, shell: "echo begun; sleep 4325 & sleep 4326", async: 2, poll: 1}
`);
    const { msg, stdout } = ran.results[0]!.result;
    assert.deepEqual([msg, stdout], ["async task did not complete within the requested time - 2s", "begun\n"]);
    assert.equal(await onHost("pgrep -f 'sleep 43[2]|ansible_[a]sync' || true"), "");
    assert.equal(await onHost(jobsLeft), "");
  });

  test("an interrupt ends the job", async () => {
    const controller = new AbortController();
    const running = tasks("    - {name: long, command: sleep 4327, async: 60, poll: 1}\n", "", { signal: controller.signal });
    await onHost("until pgrep -f '^sleep 432[7]' >/dev/null; do sleep 0.1; done");
    // the run has been told that the job has begun, and waits for it
    await sleep(500);
    controller.abort();
    const ran = await running;
    assert.equal(ran.exitCode, 99);
    assert.equal(await onHost("pgrep -f 'sleep 432[7]' || true"), "");
    assert.equal(await onHost(jobsLeft), "");
  });

  test("a connection that is lost meanwhile does not matter, nor a host that cannot be reached for a while", async () => {
    const running = tasks(`
    - {name: survives, shell: "sleep 4; echo survived", async: 60, poll: 1}
    - {name: after, command: "true"}
`);
    await onHost("until pgrep -fx 'sleep 4' >/dev/null; do sleep 0.1; done");
    const killed = await onHost("systemctl stop ssh.socket ssh.service 2>/dev/null; pkill -KILL -e -f '^sshd(-session)?: root'");
    assert.match(killed, /killed/);
    await sleep(1_500);
    await onHost("systemctl start ssh.service");
    const ran = await running;
    assert.deepEqual(ran.lines, ["a1 survives changed", "a1 after changed"], JSON.stringify(ran.results[0]?.result));
    assert.equal(ran.results[0]!.result["stdout"], "survived");
    assert.equal(await onHost(jobsLeft), "");
  });

  test("becomes another user, whose folder keeps the job", async () => {
    await onHost("useradd -m worker");
    const ran = await tasks(
      `
    - {name: who, shell: "id -un; ls -d ~/.ansible_async/j*", async: 30, poll: 1}
    - {name: begins, shell: "id -un", async: 30, poll: 0, register: job}
    - {name: ends, async_status: {jid: "{{ job.ansible_job_id }}"}, register: late, until: late is finished, delay: 0.2, retries: 20}
    - {name: cleans, async_status: {jid: "{{ job.ansible_job_id }}", mode: cleanup}}
`,
      "  become: true\n  become_user: worker\n",
    );
    assert.match(String(ran.results[0]!.result["stdout"]), /^worker\n\/home\/worker\/\.ansible_async\/j\d+$/);
    assert.equal(ran.results[2]!.result["stdout"], "worker");
    assert.equal(await onHost("ls -A /home/worker/.ansible_async"), "");
  });

  test("no argv on the host shows what a job is given", async () => {
    const ran = await tasks(`
    - {name: begins, shell: "cat >/dev/null; sleep 2", args: {stdin: "{{ 'word-of-' ~ 'secrecy' }}"}, environment: {TOKEN: "word-of-{{ 'secrecy' }}"}, async: 30, poll: 0, register: job}
    - {name: looks, shell: "cat /proc/[0-9]*/cmdline | tr '\\\\0' ' ' | grep -c 'word-of-[s]ecrecy' || true"}
    - {name: ends, async_status: {jid: "{{ job.ansible_job_id }}"}, register: late, until: late is finished, delay: 0.2, retries: 20}
    - {name: cleans, async_status: {jid: "{{ job.ansible_job_id }}", mode: cleanup}}
`);
    assert.equal(ran.results[1]!.result["stdout"], "0");
  });
});

describe("check mode", { skip: shared.skip }, () => {
  test("begins nothing", async () => {
    const before = await (await shared.lab()).host("a1").digest();
    const ran = await tasks(
      `
    - {name: polled, file: {path: /srv/check-async, state: directory}, async: 30, poll: 1}
    - {name: begun, command: touch /srv/check-async/x, async: 30, poll: 0}
`,
      "",
      { check: true },
    );
    assert.deepEqual(ran.lines, ["a1 polled changed", "a1 begun skipped"]);
    assert.equal(await (await shared.lab()).host("a1").digest(), before);
    assert.equal(await onHost("pgrep -f 'ansible_[a]sync' || true"), "");
  });
});

describe("other shells", { skip: shared.skip }, () => {
  for (const shell of ["/opt/busybox/sh", "/bin/bash"]) {
    test(`${shell} begins, waits for and ends jobs`, async () => {
      await onHost("mkdir -p /opt/busybox && ln -sf /bin/busybox /opt/busybox/sh");
      const ran = await tasks(
        `
    - {name: waits, shell: "echo $((6 * 7))", async: 30, poll: 1}
    - {name: too long, shell: "sleep 4328 & sleep 4329", async: 1, poll: 1, ignore_errors: true}
`,
        `  vars: {ansible_shell_executable: ${shell}}\n`,
      );
      assert.equal(ran.results[0]!.result["stdout"], "42");
      assert.match(String(ran.results[1]!.result["msg"]), /did not complete within the requested time/);
      assert.equal(await onHost("pgrep -f 'sleep 43[2]|ansible_[a]sync' || true"), "");
      assert.equal(await onHost(jobsLeft), "");
    });
  }
});
