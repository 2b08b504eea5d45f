import assert from "node:assert/strict";
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import type { Answer } from "../../engine/session/contract.ts";
import { openSession, type SessionEvent } from "../../engine/session/open.ts";
import { useLab } from "../support/lab.ts";
import { countTurns } from "../support/turns.ts";
import { failsWith, targetOf } from "./lab-target.ts";

const { skip, lab } = useLab(["alpha", "beta"]);
const folder = mkdtempSync(path.join(tmpdir(), "session-ssh-"));
after(() => rmSync(folder, { recursive: true }));
const text = (answer: Answer): string => answer.stdout.toString();
const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

test("scripts run on the host, and frames overlap", { skip }, async () => {
  const session = await openSession(targetOf(await lab(), "alpha"));
  assert.equal(text(await session.run({ text: 'hostname; id -un; printf %s "$v"', vars: { v: "it's" } })), "alpha\nroot\nit's");
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => session.run({ text: 'echo "$n"; exit "$n"', vars: { n: String(n) } })));
  answers.forEach((answer, n) => assert.deepEqual([answer.code, text(answer)], [n, `${n}\n`]));
  await session.close();
});

test("n scripts cost one round trip", { skip }, async () => {
  const way = await countTurns((await lab()).host("alpha").address);
  const session = await openSession(targetOf(await lab(), "alpha", way.target));
  await session.run({ text: ":" });
  const before = way.turns();
  await Promise.all(Array.from({ length: 30 }, () => session.run({ text: ":" })));
  assert.equal(way.turns() - before, 1);
  await session.run({ text: ":" });
  assert.equal(way.turns() - before, 2);
  await session.close();
  await way.close();
});

test("the death of the shell is told, and what had not begun is run by another", { skip }, async () => {
  const session = await openSession(targetOf(await lab(), "alpha"));
  const killed = session.run({ text: "kill -9 $$; sleep 1" });
  const behind = [1, 2, 3].map((n) => session.run({ text: `echo ${n}` }));
  await assert.rejects(killed, failsWith("shell-ended", "alpha", "SIGKILL"));
  assert.deepEqual((await Promise.all(behind)).map(text), ["1\n", "2\n", "3\n"]);
  await session.close();
});

test("a connection that is ended from the host is told, and opened again for the next script", { skip }, async () => {
  const events: SessionEvent[] = [];
  const session = await openSession(targetOf(await lab(), "alpha"), { onEvent: (event) => events.push(event) });
  await assert.rejects(session.run({ text: "kill -9 $PPID; sleep 5" }), failsWith("connection-lost", "alpha"));
  assert.equal(text(await session.run({ text: "echo back" })), "back\n");
  assert.deepEqual(
    events.filter(({ type }) => type === "connected"),
    [
      { type: "connected", host: "alpha", isAgain: false },
      { type: "connected", host: "alpha", isAgain: true },
    ],
  );
  await session.close();
});

test("a repeatable script survives the loss of the connection", { skip }, async () => {
  const session = await openSession(targetOf(await lab(), "alpha"));
  const marker = "/run/repeatable-once";
  const script = { text: `if [ -e ${marker} ]; then rm ${marker}; echo second; else : >${marker}; kill -9 $PPID; sleep 5; fi` };
  assert.equal(text(await session.run(script, { repeatable: true })), "second\n");
  await session.close();
});

test("a timeout and an interrupt end the tree on the host, and the session goes on", { skip }, async () => {
  const host = (await lab()).host("alpha");
  const session = await openSession(targetOf(await lab(), "alpha"));
  const script = { text: "setsid sleep 4242 & (sleep 4242 &) ; trap '' TERM; sleep 4242; sleep 4242" };
  const sleepers = async (): Promise<string> => (await host.exec("pgrep -fc '^sleep 424[2]'; :")).stdout.trim();
  await assert.rejects(session.run(script, { timeout: 400 }), failsWith("command-timeout", "0.4 s"));
  assert.equal(await sleepers(), "0");
  const interrupt = new AbortController();
  const running = [session.run(script, { signal: interrupt.signal }), session.run(script, { signal: interrupt.signal })];
  setTimeout(() => interrupt.abort(), 200);
  for (const each of running) await assert.rejects(each, failsWith("interrupted"));
  assert.equal(await sleepers(), "0");
  assert.equal(text(await session.run({ text: "echo alive" })), "alive\n");
  const last = session.run(script);
  last.catch(() => undefined);
  await sleep(200);
  await session.close();
  await assert.rejects(last, failsWith("session-closed"));
  assert.equal(await sleepers(), "0");
  // an idle sh ends by itself, right after the end of its input
  const shells = async (): Promise<string> => (await host.exec("ps -eo ppid,pid,stat,args --no-headers | grep '[/]bin/sh$'; :")).stdout;
  for (const end = performance.now() + 5_000; (await shells()) !== "" && performance.now() < end;) await sleep(50);
  assert.equal(await shells(), "", "no sh is left");
});

test("an interrupt that comes before the shell has answered still ends what was sent", { skip }, async () => {
  const host = (await lab()).host("alpha");
  const session = await openSession(targetOf(await lab(), "alpha"));
  for (const delay of [0, 5, 15]) {
    const interrupt = new AbortController();
    const running = session.run({ text: "sleep 1; : >/run/interrupted-late" }, { signal: interrupt.signal });
    setTimeout(() => interrupt.abort(), delay);
    await assert.rejects(running, failsWith("interrupted"));
  }
  await sleep(1_200);
  assert.equal((await host.exec("test -e /run/interrupted-late")).code, 1);
  assert.equal(text(await session.run({ text: "echo alive" })), "alive\n");
  const closing = await openSession(targetOf(await lab(), "alpha"));
  const cut = closing.run({ text: "sleep 1; : >/run/interrupted-late" });
  cut.catch(() => undefined);
  await closing.close();
  await assert.rejects(cut, failsWith("session-closed"));
  await sleep(1_200);
  assert.equal((await host.exec("test -e /run/interrupted-late")).code, 1);
  await session.close();
});

for (const how of ["freeze", "cut"] as const) {
  test(`a host that is ${how === "cut" ? "cut off" : "frozen"} is noticed`, { skip, timeout: 60_000 }, async () => {
    const host = (await lab()).host("beta");
    const session = await openSession(targetOf(await lab(), "beta", { keepAliveInterval: 0.3, keepAliveCount: 2 }));
    const running = session.run({ text: "sleep 30" });
    running.catch(() => undefined);
    await sleep(300);
    await host[how]();
    try {
      await assert.rejects(running, failsWith("connection-lost", "beta", /no sign of life for 0\.9 s/));
      await session.close();
      await assert.rejects(openSession(targetOf(await lab(), "beta", { connectTimeout: 0.7 })), failsWith(["connect-timeout", "unreachable"], "beta"));
    } finally {
      await host[how === "cut" ? "mend" : "thaw"]();
    }
  });
}

test("a host without power is noticed, and refuses connections no longer when it is back", { skip }, async () => {
  const host = (await lab()).host("beta");
  const session = await openSession(targetOf(await lab(), "beta", { keepAliveInterval: 0.3, keepAliveCount: 2 }));
  const running = session.run({ text: "sleep 30" });
  running.catch(() => undefined);
  await sleep(200);
  await host.kill();
  await assert.rejects(running, failsWith("connection-lost"));
  await session.close();
  await host.reset();
  const again = await openSession(targetOf(await lab(), "beta"));
  assert.equal(text(await again.run({ text: "hostname" })), "beta\n");
  await again.close();
});

test("a full disk is an answer, not an accident", { skip }, async () => {
  const host = (await lab()).host("beta");
  await host.fillDisk();
  const session = await openSession(targetOf(await lab(), "beta"));
  const answer = await session.run({ text: "cat >/root/large", stdin: Buffer.alloc(40_000, "a") });
  assert.notEqual(answer.code, 0);
  assert.match(answer.stderr.toString(), /No space left/);
  const file = path.join(folder, "some");
  const handle = openSync(file, "w");
  ftruncateSync(handle, 5_000_000);
  closeSync(handle);
  const streamed = await session.run({ text: "cat >/root/large", stdin: { file } });
  assert.match(streamed.stderr.toString(), /No space left/);
  assert.equal(text(await session.run({ text: "cat; echo $v", stdin: Buffer.from("in\n"), vars: { v: "x" } })), "in\nx\n", "the session needs no disk");
  await session.close();
  await host.freeDisk();
});

test("300 MB are streamed without being held", { skip }, async () => {
  const file = path.join(folder, "huge");
  const handle = openSync(file, "w");
  ftruncateSync(handle, 300_000_000);
  closeSync(handle);
  const session = await openSession(targetOf(await lab(), "alpha"));
  await session.run({ text: ":" });
  const rss = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))![1]) * 1024;
  const before = rss();
  let most = 0;
  const watch = setInterval(() => (most = Math.max(most, rss() - before)), 50);
  const answer = await session.run({ text: "wc -c", stdin: { file } });
  clearInterval(watch);
  assert.equal(text(answer).trim(), "300000000");
  assert.ok(most < 120_000_000, `${most} bytes more in memory`);
  await session.close();
});

test("50 MB of output, live, with backpressure", { skip }, async () => {
  const session = await openSession(targetOf(await lab(), "alpha"));
  let live = 0;
  const answer = await session.run({ text: "head -c 50000000 /dev/zero; head -c 1000000 /dev/zero >&2" }, { onOutput: (chunk) => void (live += chunk.length) });
  assert.deepEqual([answer.stdout.length, answer.stderr.length, live], [50_000_000, 1_000_000, 51_000_000]);
  await session.close();
});

test("what the way says when it leads nowhere", { skip }, async () => {
  const target = targetOf(await lab(), "alpha");
  await assert.rejects(openSession({ ...target, port: 4 }), failsWith("connection-refused", "alpha", ":4"));
  await assert.rejects(openSession({ ...target, host: "no-such-host.invalid" }), failsWith("name-not-found", "no-such-host.invalid"));
  const events: string[] = [];
  await assert.rejects(openSession({ ...target, port: 4, retries: 2 }, { onEvent: ({ type }) => events.push(type) }), failsWith("connection-refused"));
  assert.deepEqual(events, ["connecting", "retry", "connecting", "retry", "connecting"]);
  const interrupt = new AbortController();
  setTimeout(() => interrupt.abort(), 300);
  await assert.rejects(openSession({ ...target, host: "203.0.113.1" }, { signal: interrupt.signal }), (error) => failsWith("interrupted")(error));
});

test("many sessions at once get through the gate of sshd (MaxStartups)", { skip }, async () => {
  const target = targetOf(await lab(), "alpha");
  const sessions = await Promise.all(Array.from({ length: 25 }, () => openSession(target)));
  const names = await Promise.all(sessions.map((session) => session.run({ text: "hostname" })));
  assert.ok(names.every((answer) => text(answer) === "alpha\n"));
  await Promise.all(sessions.map((session) => session.close()));
});

test("noise of the login user's start-up files is not an answer", { skip }, async () => {
  const host = (await lab()).host("alpha");
  await host.exec(
    "useradd -m -s /bin/bash noisy; cp -r /root/.ssh /home/noisy/; chown -R noisy /home/noisy; sed -i '1i echo hello from bashrc; echo oops >&2' /home/noisy/.bashrc",
  );
  const session = await openSession(targetOf(await lab(), "alpha", { user: "noisy" }));
  const answer = await session.run({ text: "id -un" });
  assert.deepEqual([text(answer), answer.stderr.toString()], ["noisy\n", ""]);
  await host.exec("usermod -s /usr/sbin/nologin noisy");
  const refused = await openSession(targetOf(await lab(), "alpha", { user: "noisy" }));
  await assert.rejects(refused.run({ text: ":" }), failsWith("shell-failed", "not available"));
  await Promise.all([session.close(), refused.close()]);
});
