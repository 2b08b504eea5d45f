import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { awaitSsh } from "../../engine/lab/ready.ts";
import type { Target } from "../../engine/session/contract.ts";
import { openSession, type SessionEvent } from "../../engine/session/open.ts";
import { useLab } from "../support/lab.ts";
import { failsWith, targetOf } from "./lab-target.ts";

const { skip, lab } = useLab(["alpha", "gate"]);
const folder = mkdtempSync(path.join(tmpdir(), "session-login-"));
after(() => rmSync(folder, { recursive: true }));
const inFolder = (name: string): string => path.join(folder, name);

let ready: Promise<void> | undefined;
/** A user with a password, who takes a key of each kind; sshd that takes one factor, or asks for two. */
async function prepared(): Promise<Awaited<ReturnType<typeof lab>>> {
  const standing = await lab();
  ready ??= (async () => {
    const keys = ["ed25519", "rsa", "ecdsa"].map((type) => {
      execFileSync("ssh-keygen", ["-q", "-t", type, "-N", type === "ecdsa" ? "open sesame" : "", "-f", inFolder(`key_${type}`)]);
      return readFileSync(inFolder(`key_${type}.pub`), "utf8");
    });
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", inFolder("stranger")]);
    const setup = `useradd -m user; useradd -m two; printf 'user:the word\\ntwo:the word\\n' | chpasswd
for u in user two; do mkdir -m 700 /home/$u/.ssh; cat /run/keys >/home/$u/.ssh/authorized_keys; chown -R $u /home/$u/.ssh; done
sed -i 's/^KbdInteractiveAuthentication.*/KbdInteractiveAuthentication yes/' /etc/ssh/sshd_config
printf 'Match User two\\n AuthenticationMethods publickey,password\\n' >>/etc/ssh/sshd_config; systemctl reload ssh`;
    const host = standing.host("alpha");
    await host.exec("cat >/run/keys", { input: keys.join("") });
    const done = await host.exec(setup);
    assert.equal(done.code, 0, done.stderr);
    // a reload closes the port and opens it again, some time after it was asked for
    await sleep(500);
    assert.equal(await awaitSsh(host.address, 20_000, () => undefined), undefined);
  })();
  await ready;
  return standing;
}

const NO_KEY = { privateKeyFile: undefined } as const;
const accepted: readonly { readonly name: string; readonly target: (folder: string) => Partial<Target> & { options?: string } }[] = [
  { name: "an Ed25519 key", target: () => ({ user: "user", privateKeyFile: inFolder("key_ed25519") }) },
  { name: "an RSA key", target: () => ({ user: "user", privateKeyFile: inFolder("key_rsa") }) },
  { name: "an encrypted ECDSA key", target: () => ({ user: "user", privateKeyFile: inFolder("key_ecdsa"), privateKeyPassphrase: "open sesame" }) },
  { name: "the second of two keys", target: () => ({ user: "user", privateKeyFile: inFolder("stranger"), options: `-i ${inFolder("key_rsa")}` }) },
  { name: "a password", target: () => ({ user: "user", password: "the word", ...NO_KEY, options: "-o PubkeyAuthentication=no" }) },
  {
    name: "keyboard-interactive",
    target: () => ({ user: "user", password: "the word", ...NO_KEY, options: "-o PreferredAuthentications=keyboard-interactive -o IdentityFile=none" }),
  },
  { name: "a key that is refused, then a password", target: () => ({ user: "user", password: "the word", privateKeyFile: inFolder("stranger") }) },
  { name: "a key and a password, both asked for", target: () => ({ user: "two", password: "the word", privateKeyFile: inFolder("key_ed25519") }) },
];
for (const { name, target } of accepted) {
  test(`logs in with ${name}`, { skip }, async () => {
    const wanted = targetOf(await prepared(), "alpha", target(folder));
    const session = await openSession(wanted);
    assert.equal((await session.run({ text: "id -un" })).stdout.toString(), `${wanted.user}\n`);
    await session.close();
  });
}

const refused: readonly {
  readonly name: string;
  readonly target: () => Partial<Target> & { options?: string };
  readonly said: readonly (string | RegExp)[];
}[] = [
  {
    name: "a key that is not taken",
    target: () => ({ privateKeyFile: inFolder("stranger") }),
    said: ["as user", "stranger", "allows publickey, password", "authorized_keys"],
  },
  { name: "a wrong password", target: () => ({ password: "wrong", ...NO_KEY, options: "-o IdentityFile=none" }), said: [/tried .*password/] },
  {
    name: "an encrypted key without its passphrase",
    target: () => ({ privateKeyFile: inFolder("key_ecdsa") }),
    said: ["key_ecdsa (encrypted, and no passphrase was given)"],
  },
  {
    name: "a wrong passphrase",
    target: () => ({ privateKeyFile: inFolder("key_ecdsa"), privateKeyPassphrase: "no" }),
    said: ["the passphrase does not open it"],
  },
  { name: "a key file that is not there", target: () => ({ privateKeyFile: inFolder("missing") }), said: [/missing \(cannot be read/] },
  { name: "nothing at all", target: () => ({ ...NO_KEY, options: "-o IdentityFile=none" }), said: ["tried none", "publickey"] },
];
for (const { name, target, said } of refused) {
  test(`says what was tried: ${name}`, { skip }, async () => {
    await assert.rejects(openSession(targetOf(await prepared(), "alpha", { user: "user", ...target() })), failsWith("authentication-failed", ...said));
  });
}

test("the agent's keys are used, also those of encrypted files, and IdentitiesOnly keeps to the files", { skip }, async () => {
  const standing = await prepared();
  const socket = inFolder("agent");
  const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
  try {
    while (!existsSync(socket)) await sleep(20);
    const add = (file: string, environment: NodeJS.ProcessEnv = {}): void =>
      void execFileSync("ssh-add", ["-q", file], { env: { ...process.env, SSH_AUTH_SOCK: socket, ...environment }, stdio: "pipe" });
    add(inFolder("stranger"));
    writeFileSync(inFolder("askpass"), "#!/bin/sh\necho 'open sesame'\n", { mode: 0o755 });
    add(inFolder("key_ecdsa"), { SSH_ASKPASS: inFolder("askpass"), SSH_ASKPASS_REQUIRE: "force", DISPLAY: ":0" });
    const target = (options: string, file?: string): Target => targetOf(standing, "alpha", { user: "user", privateKeyFile: file, options });
    const byAgent = `-o IdentityAgent=${socket}`;
    // the first value of an option wins, so the target's own "IdentityAgent=none" must go
    const withAgent = (each: Target): Target => ({ ...each, sshArgs: each.sshArgs!.replace("-o IdentityAgent=none", byAgent) });
    for (const each of [target(""), target("", inFolder("key_ecdsa"))]) await (await openSession(withAgent(each))).close();
    await assert.rejects(openSession(withAgent(target("-o IdentitiesOnly=yes", inFolder("stranger")))), failsWith("authentication-failed"));
    await assert.rejects(
      openSession({ ...target("", inFolder("stranger")), sshArgs: target("").sshArgs!.replace("IdentityAgent=none", `IdentityAgent=${inFolder("no-agent")}`) }),
      failsWith("authentication-failed", "no-agent"),
    );
  } finally {
    agent.kill();
  }
});

test("an unknown host key is refused; accept-new writes it down, and another key in its place is refused", { skip }, async () => {
  const standing = await prepared();
  const known = inFolder("known");
  const target = (more: Partial<Target> = {}): Target => ({
    ...targetOf(standing, "alpha", more),
    sshArgs: `-F none -o IdentityAgent=none -o UserKnownHostsFile=${known} -o GlobalKnownHostsFile=none`,
  });
  await assert.rejects(openSession(target()), failsWith("host-key-unknown", "SHA256:", "ssh-keyscan", "accept-new"));
  const events: SessionEvent[] = [];
  await (await openSession(target({ hostKeyChecking: "accept-new" }), { onEvent: (event) => events.push(event) })).close();
  assert.ok(events.some(({ type }) => type === "host-key-added"));
  await (await openSession(target({ hostKeyChecking: "yes" }))).close();
  const gate = readFileSync(standing.knownHostsFile, "utf8")
    .split("\n")
    .find((line) => line.includes(standing.host("gate").address))!;
  writeFileSync(known, gate.replace(standing.host("gate").address, standing.host("alpha").address));
  for (const hostKeyChecking of [undefined, "accept-new"] as const)
    await assert.rejects(openSession(target({ hostKeyChecking })), failsWith("host-key-changed", `${known}:1`, /SHA256:.*SHA256:/));
  await (await openSession(target({ hostKeyChecking: "no" }))).close();
  const password = { hostKeyChecking: "no", user: "user", password: "the word", privateKeyFile: inFolder("stranger") } as const;
  await assert.rejects(openSession(target(password)), failsWith("authentication-failed", "no password, because the host key is not the known one"));
});

test("ProxyJump and ProxyCommand lead to hosts behind a gate, which is shared", { skip }, async () => {
  const standing = await prepared();
  const { address } = standing.host("gate");
  const config = inFolder("config");
  const common = `IdentityFile ${standing.keyFile}\nIdentityAgent none\nUserKnownHostsFile ${standing.knownHostsFile}\nGlobalKnownHostsFile none\nUser root\n`;
  const alpha = standing.host("alpha").address;
  copyFileSync(standing.keyFile, inFolder("lab-key"));
  writeFileSync(
    config,
    `Host gate\n HostName ${address}\nHost behind\n HostName ${alpha}\n ProxyJump gate\nHost twice\n HostName ${alpha}\n ProxyJump gate,${alpha}\nHost *\n${common}`,
  );
  const target = (host: string): Target => ({ name: host, connection: "ssh", host, sshArgs: `-F ${config}` });
  const sessions = await Promise.all(["behind", "behind", "behind", "twice"].map((host) => openSession(target(host))));
  for (const session of sessions) assert.equal((await session.run({ text: "hostname" })).stdout.toString(), "alpha\n");
  const [first] = sessions;
  assert.ok((await first!.run({ text: 'echo "$SSH_CONNECTION"' })).stdout.toString().startsWith(`${address} `));
  const connections = async (): Promise<string> => (await standing.host("gate").exec("ss -Htn state established sport = :22 | wc -l")).stdout.trim();
  assert.equal(await connections(), "1", "one connection to the gate for all of them");
  await Promise.all(sessions.map((session) => session.close()));
  await standing.host("gate").exec('for _ in $(seq 100); do [ -n "$(ss -Htn state established sport = :22)" ] || exit 0; sleep 0.1; done');
  assert.equal(await connections(), "0");

  const through = targetOf(standing, "alpha", { options: `-o ProxyCommand="ssh -F ${config} -W %h:%p gate"` });
  const session = await openSession(through);
  assert.equal((await session.run({ text: "wc -c", stdin: Buffer.alloc(500_000) })).stdout.toString().trim(), "500000");
  await session.close();
  await assert.rejects(
    openSession(targetOf(standing, "alpha", { options: `-o "ProxyCommand=ls /nonsense"` })),
    failsWith("proxy-command-failed", "nonsense", "status 2"),
  );
  await assert.rejects(openSession({ ...target("behind"), port: 4 }), failsWith("unreachable", ":4"));
});
