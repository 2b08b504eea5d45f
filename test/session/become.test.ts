import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import type { Answer, Become, Session } from "../../engine/session/contract.ts";
import { openSession } from "../../engine/session/open.ts";
import { useLab } from "../support/lab.ts";
import { countTurns } from "../support/turns.ts";
import { failsWith, targetOf } from "./lab-target.ts";

const { skip, lab } = useLab(["alpha"]);
const folder = mkdtempSync(path.join(tmpdir(), "session-become-"));
after(() => rmSync(folder, { recursive: true }));
const text = (answer: Answer): string => answer.stdout.toString();

const PASSWORD = `p'a"s$s \\w`;
const SETUP = `set -e
for user in asked free nobody-special service; do
  useradd -m -s /bin/bash "$user"; cp -r /root/.ssh "/home/$user/"; chown -R "$user" "/home/$user"
done
printf '%s:%s\\n' asked "$password" free "$password" service 'other word' root 'root word' | chpasswd
printf 'asked ALL=(ALL) ALL\\nfree ALL=(ALL) NOPASSWD: ALL\\n' >/etc/sudoers.d/lab
printf 'permit nopass free as root\\npermit asked as root\\n' >/etc/doas.conf
`;
let ready: Promise<void> | undefined;
const sessions: Session[] = [];
after(() => Promise.all(sessions.map((session) => session.close())));

async function sessionAs(user: string): Promise<Session> {
  const standing = await lab();
  ready ??= (async () => {
    const root = await openSession(targetOf(standing, "alpha"));
    const answer = await root.run({ text: SETUP, vars: { password: PASSWORD } });
    assert.equal(answer.code, 0, answer.stderr.toString());
    await root.close();
  })();
  await ready;
  const session = await openSession(targetOf(standing, "alpha", { user }));
  sessions.push(session);
  return session;
}
const sudo = (more: Partial<Become> = {}): Become => ({ method: "sudo", user: "root", ...more });

const reached: readonly { readonly name: string; readonly login: string; readonly become: Become; readonly user: string }[] = [
  { name: "sudo without a password", login: "free", become: sudo(), user: "root" },
  { name: "sudo with a password", login: "asked", become: sudo({ password: PASSWORD }), user: "root" },
  { name: "sudo with a password that is not asked for", login: "free", become: sudo({ password: PASSWORD }), user: "root" },
  { name: "sudo to another user", login: "asked", become: sudo({ user: "service", password: PASSWORD }), user: "service" },
  { name: "sudo with flags and a path", login: "asked", become: sudo({ exe: "/usr/bin/sudo", flags: "-H -n -E", password: PASSWORD }), user: "root" },
  { name: "su with a password", login: "asked", become: { method: "su", user: "root", password: "root word" }, user: "root" },
  { name: "su as a login shell", login: "asked", become: { method: "su", user: "service", password: "other word", flags: "-l" }, user: "service" },
  { name: "su from root", login: "root", become: { method: "su", user: "service" }, user: "service" },
  { name: "sudo from root", login: "root", become: sudo({ user: "service" }), user: "service" },
  { name: "doas without a password", login: "free", become: { method: "doas", user: "root" }, user: "root" },
  { name: "doas with a password", login: "asked", become: { method: "doas", user: "root", password: PASSWORD }, user: "root" },
  { name: "who one is already", login: "asked", become: sudo({ user: "asked", exe: "/no/sudo" }), user: "asked" },
];
for (const { name, login, become, user } of reached) {
  test(`become: ${name}`, { skip }, async () => {
    const session = await sessionAs(login);
    const options = { become };
    const answers = await Promise.all([
      session.run({ text: "id -un; exit 3" }, options),
      session.run({ text: 'cat; printf %s "$v" >&2', vars: { v: "it's" }, stdin: Buffer.from("\0in") }, options),
      session.run({ text: "id -un" }),
      session.run({ text: "wc -c; id -un", stdin: Buffer.alloc(700_000, 1) }, options),
    ]);
    assert.deepEqual([answers[0].code, text(answers[0]), answers[0].stderr.toString()], [3, `${user}\n`, ""]);
    assert.deepEqual([text(answers[1]), answers[1].stderr.toString()], ["\0in", "it's"]);
    assert.equal(text(answers[2]), `${login}\n`);
    assert.deepEqual(text(answers[3]).split(/\s+/), ["700000", user, ""]);
  });
}

const refused: readonly { readonly name: string; readonly login: string; readonly become: Become; readonly said: readonly (string | RegExp)[] }[] = [
  {
    name: "sudo, a wrong password",
    login: "asked",
    become: sudo({ password: "wrong" }),
    said: ["alpha", "sudo refused the password", "ansible_become_password"],
  },
  { name: "sudo, no password", login: "asked", become: sudo(), said: ["needs a password", "--ask-become-pass"] },
  { name: "sudo, not in the sudoers", login: "nobody-special", become: sudo({ password: "wrong" }), said: [/refused the password|does not allow/] },
  { name: "sudo, no such user", login: "free", become: sudo({ user: "ghost" }), said: ["ghost"] },
  { name: "sudo, not there", login: "free", become: sudo({ exe: "/opt/sudo" }), said: ["/opt/sudo was not found", "become_exe"] },
  { name: "su, a wrong password", login: "asked", become: { method: "su", user: "root", password: "wrong" }, said: ["su refused the password"] },
  { name: "su, no password", login: "asked", become: { method: "su", user: "root" }, said: ["needs a password"] },
  { name: "su, a user without a shell", login: "root", become: { method: "su", user: "daemon" }, said: ["daemon"] },
  { name: "doas, not allowed", login: "nobody-special", become: { method: "doas", user: "root" }, said: ["doas"] },
  { name: "doas, no password", login: "asked", become: { method: "doas", user: "root" }, said: ["doas"] },
  { name: "doas, a wrong password", login: "asked", become: { method: "doas", user: "root", password: "wrong" }, said: ["doas"] },
];
for (const { name, login, become, said } of refused) {
  test(`become fails with its cause: ${name}`, { skip, timeout: 120_000 }, async () => {
    const session = await sessionAs(login);
    const results = await Promise.allSettled([
      session.run({ text: "id" }, { become }),
      session.run({ text: "id" }, { become }),
      session.run({ text: "id", stdin: Buffer.alloc(100_000, 1) }, { become }),
    ]);
    for (const result of results) {
      assert.equal(result.status, "rejected");
      failsWith("become-failed", ...said)((result as PromiseRejectedResult).reason);
    }
    assert.equal(text(await session.run({ text: "id -un" })), `${login}\n`, "the session goes on");
  });
}

test("a timeout ends what root runs, as root", { skip }, async () => {
  const session = await sessionAs("asked");
  const become = sudo({ password: PASSWORD });
  await assert.rejects(session.run({ text: "trap '' TERM; sleep 3131; sleep 3131" }, { become, timeout: 300 }), failsWith("command-timeout"));
  await assert.rejects(session.run({ text: "sleep 3131", stdin: Buffer.alloc(500_000, 1) }, { become, timeout: 300 }), failsWith("command-timeout"));
  const host = (await lab()).host("alpha");
  assert.equal((await host.exec("pgrep -fc '^sleep 313[1]'; :")).stdout.trim(), "0");
  assert.equal(text(await session.run({ text: "id -un" }, { become })), "root\n");
});

test("the password is in no argv and no environment", { skip }, async () => {
  const session = await sessionAs("asked");
  const become = sudo({ password: PASSWORD });
  const file = path.join(folder, "content");
  writeFileSync(file, Buffer.alloc(200_000));
  const look = {
    text: 'all=$(cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr "\\0" " "); case $all in *"$word"*) echo 1;; *) echo 0;; esac',
    vars: { word: PASSWORD },
  };
  assert.equal(text(await session.run(look, { become })), "0\n");
  assert.equal(text(await session.run({ ...look, stdin: { file } }, { become })), "0\n");
});

test("the first shell of another user costs no more round trips than the login user's own", { skip }, async () => {
  const standing = await lab();
  await sessionAs("asked");
  const first = async (user: string, become: Become | undefined): Promise<number> => {
    const way = await countTurns(standing.host("alpha").address);
    const session = await openSession(targetOf(standing, "alpha", { user, ...way.target }));
    const before = way.turns();
    await session.run({ text: ":" }, { become });
    const turns = way.turns() - before;
    await session.close();
    await way.close();
    return turns;
  };
  const own = await first("free", undefined);
  assert.deepEqual([await first("free", sudo()), await first("asked", sudo({ password: PASSWORD }))], [own, own]);
});

test("nothing is left on the host", { skip }, async () => {
  await sessionAs("free");
  await Promise.all(sessions.map((session) => session.close()));
  const host = (await lab()).host("alpha");
  // a shell ends right after its input has
  await host.exec("for _ in $(seq 100); do pgrep -x 'sh|cat|sudo|doas|su' >/dev/null || exit 0; sleep 0.1; done");
  assert.equal((await host.exec("ls -d /tmp/.tsplay-* 2>/dev/null; ps -eo args | grep -E '^(/bin/sh|cat|sudo .*|doas .*|su .*)$'; :")).stdout, "");
});
