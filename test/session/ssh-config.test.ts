import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir, userInfo } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import type { Target } from "../../engine/session/contract.ts";
import { resolveSettings } from "../../engine/session/resolve.ts";
import type { SshSettings } from "../../engine/session/settings.ts";
import { Failure } from "../../engine/source/failure.ts";

const folder = mkdtempSync(path.join(tmpdir(), "ssh-config-"));
after(() => rmSync(folder, { recursive: true }));
before(() => {
  mkdirSync(path.join(folder, "conf.d"));
  writeFileSync(path.join(folder, "conf.d", "10-a.conf"), "Host inc1\n  Port 1111\n");
  writeFileSync(path.join(folder, "conf.d", "20-b.conf"), "User fromb\n");
  writeFileSync(path.join(folder, "conf.d", "30-c.txt"), "Port 9999\n");
  writeFileSync(path.join(folder, "loop.conf"), `Include ${folder}/loop.conf\n`);
});

function settingsWith(config: string, target: Partial<Target> = {}): SshSettings {
  const file = path.join(folder, "config");
  writeFileSync(file, config);
  return resolveSettings({ name: "web1", connection: "ssh", ...target, sshArgs: `-F ${file} ${target.sshArgs ?? ""}` });
}

const me = userInfo().username;
const home = homedir();
interface Case {
  readonly name: string;
  readonly config: string;
  readonly target?: Partial<Target>;
  readonly expected: Partial<SshSettings>;
}
const cases: readonly Case[] = [
  {
    name: "nothing said",
    config: "",
    expected: { host: "web1", port: 22, user: me, hostKeyChecking: "ask", keepAliveInterval: 5_000, connectTimeout: 10_000 },
  },
  { name: "the first value wins", config: "Host web1\n Port 1\nHost *\n Port 2\n User u", expected: { port: 1, user: "u" } },
  {
    name: "keywords in any case, with =, quotes and comments",
    config: `# c\nHOST = "web1" # c\n\tpOrT=2222\nuser "the user"`,
    expected: { port: 2222, user: "the user" },
  },
  { name: "wildcards", config: "Host web?\n Port 1\nHost db*\n Port 2", expected: { port: 1 } },
  { name: "a negation", config: "Host * !web1\n Port 1", expected: { port: 22 } },
  { name: "several patterns", config: "Host a b web1\n Port 5", expected: { port: 5 } },
  { name: "before any Host", config: "Port 7\nHost other\n Port 8", expected: { port: 7 } },
  { name: "HostName with %h", config: "Host web1\n HostName %h.example.org", expected: { host: "web1.example.org", alias: "web1" } },
  {
    name: "ansible_host is the alias",
    config: "Host bastion\n HostName 10.0.0.1\n Port 9",
    target: { host: "bastion" },
    expected: { host: "10.0.0.1", port: 9, name: "web1" },
  },
  { name: "the inventory overrides", config: "Host *\n Port 1\n User a", target: { port: 2, user: "b" }, expected: { port: 2, user: "b" } },
  { name: "arguments override the file", config: "Port 1\nUser a", target: { sshArgs: "-p 3 -l c" }, expected: { port: 3, user: "c" } },
  { name: "the inventory overrides arguments", config: "", target: { port: 2, sshArgs: "-o Port=3" }, expected: { port: 2 } },
  { name: "Match host sees HostName", config: "Host web1\n HostName real\nMatch host real\n Port 4", expected: { port: 4 } },
  {
    name: "Match originalhost",
    config: "Host web1\n HostName real\nMatch originalhost web1\n Port 4\nMatch originalhost real\n User x",
    expected: { port: 4, user: me },
  },
  { name: "Match user", config: "Match user deploy\n Port 4", target: { user: "deploy" }, expected: { port: 4 } },
  { name: "Match all, and negated", config: "Match !host web1\n Port 1\nMatch all\n Port 2", expected: { port: 2 } },
  {
    name: "Match with two criteria",
    config: `Match host web1 localuser nobody-else\n Port 1\nMatch host web1 localuser ${me}\n Port 2`,
    expected: { port: 2 },
  },
  { name: "Match exec never holds", config: "Match exec true\n Port 1", expected: { port: 22 } },
  {
    name: "identities add up, with ~ and tokens",
    config: "IdentityFile ~/.ssh/a_%h\nHost web1\n IdentityFile /k/%r@%n\n IdentitiesOnly yes",
    target: { user: "u" },
    expected: { identityFiles: [`${home}/.ssh/a_web1`, "/k/u@web1"], identitiesOnly: true, areIdentitiesDefault: false },
  },
  {
    name: "the inventory's key comes first",
    config: "IdentityFile /b",
    target: { privateKeyFile: "~/a", sshArgs: "-i /c" },
    expected: { identityFiles: [`${home}/a`, "/c", "/b"] },
  },
  {
    name: "the default identities",
    config: "",
    expected: { identityFiles: [`${home}/.ssh/id_rsa`, `${home}/.ssh/id_ecdsa`, `${home}/.ssh/id_ed25519`], areIdentitiesDefault: true },
  },
  { name: "IdentityAgent none", config: "IdentityAgent none", expected: { agent: undefined } },
  { name: "IdentityAgent path", config: "IdentityAgent ~/agent.%r", target: { user: "u" }, expected: { agent: `${home}/agent.u` } },
  {
    name: "known hosts files",
    config: "UserKnownHostsFile ~/k /k2\nGlobalKnownHostsFile none",
    expected: { userKnownHosts: [`${home}/k`, "/k2"], globalKnownHosts: [] },
  },
  { name: "checking", config: "StrictHostKeyChecking accept-new", expected: { hostKeyChecking: "accept-new" } },
  { name: "checking off", config: "StrictHostKeyChecking off", expected: { hostKeyChecking: "no" } },
  { name: "the inventory's checking", config: "StrictHostKeyChecking no", target: { hostKeyChecking: "yes" }, expected: { hostKeyChecking: "yes" } },
  {
    name: "times",
    config: "ConnectTimeout 1m30s\nServerAliveInterval 7\nServerAliveCountMax 2",
    expected: { connectTimeout: 90_000, keepAliveInterval: 7_000, keepAliveCount: 2 },
  },
  { name: "HostKeyAlias, HashKnownHosts", config: "HostKeyAlias real\nHashKnownHosts yes", expected: { hostKeyAlias: "real", hashKnownHosts: true } },
  {
    name: "ProxyCommand keeps its words",
    config: `ProxyCommand ssh -W "[%h]:%p" -l '%r' gate%%`,
    target: { user: "u" },
    expected: { proxyCommand: `ssh -W "[web1]:22" -l 'u' gate%`, proxyJump: [] },
  },
  { name: "the first of ProxyJump and ProxyCommand", config: "ProxyCommand none\nProxyJump gate", expected: { proxyJump: [], proxyCommand: undefined } },
  {
    name: "ProxyCommand as an Ansible argument",
    config: "",
    target: { sshArgs: `-o ProxyCommand="ssh -W %h:%p -q gate"` },
    expected: { proxyCommand: "ssh -W web1:22 -q gate" },
  },
  {
    name: "arguments that mean nothing here",
    config: "",
    target: { sshArgs: "-C -o ControlMaster=auto -o ControlPersist=60s -o ControlPath=/x -tt -oPort=9 -4" },
    expected: { port: 9, family: 4 },
  },
  { name: "ways to log in", config: "PreferredAuthentications password,publickey", expected: { methods: ["password", "publickey"] } },
  { name: "ways switched off", config: "PubkeyAuthentication no", expected: { methods: ["keyboard-interactive", "password"] } },
  { name: "unknown keywords", config: "UseKeychain yes\nFuture a b c\nPort 4", expected: { port: 4 } },
  { name: "Include with a glob, inside a block", config: `Host web1\n Include ${folder}/conf.d/*.conf\n`, expected: { port: 22, user: "fromb" } },
  {
    name: "Include does not open a block that is closed",
    config: `Host other\n Include ${folder}/conf.d/*.conf\n`,
    target: { name: "inc1" },
    expected: { port: 22, user: me },
  },
  { name: "Include ends its own blocks", config: `Include ${folder}/conf.d/10-a.conf\nUser after`, expected: { user: "after", port: 22 } },
  { name: "Include of nothing", config: `Include ${folder}/missing/*.conf`, expected: {} },
];
for (const { name, config, target, expected } of cases) {
  test(`ssh_config: ${name}`, () => {
    const settings = settingsWith(config, target);
    for (const [key, value] of Object.entries(expected)) assert.deepEqual(settings[key as keyof SshSettings], value, key);
  });
}

test("jump hosts have settings of their own", () => {
  const config = "Host gate1\n HostName 10.0.0.1\n User g\n ProxyJump gate0\nHost gate0\n Port 99\nHost web1\n ProxyJump gate1,root@[fd00::1]:2200";
  const { proxyJump } = settingsWith(config, { user: "u", port: 5 });
  assert.deepEqual(
    proxyJump.map(({ host, port, user, proxyJump: before }) => ({ host, port, user, before: before.map(({ port: p }) => p) })),
    [
      { host: "10.0.0.1", port: 22, user: "g", before: [99] },
      { host: "fd00::1", port: 2200, user: "root", before: [] },
    ],
  );
  assert.equal(settingsWith("", { sshArgs: "-J a@b:3" }).proxyJump[0]?.port, 3);
});

const broken: readonly {
  readonly name: string;
  readonly config: string;
  readonly target?: Partial<Target>;
  readonly line?: number;
  readonly message: RegExp;
}[] = [
  { name: "no value", config: "Host a\n  Port", line: 2, message: /Port has no value/ },
  { name: "an open quotation mark", config: 'User "abc', line: 1, message: /quotation mark/ },
  { name: "a port that is no number", config: "Port ssh", line: 1, message: /no number/ },
  { name: "a checking that is none", config: "\nStrictHostKeyChecking maybe", line: 2, message: /StrictHostKeyChecking/ },
  { name: "an unknown criterion", config: "Match hots a", line: 1, message: /hots/ },
  { name: "a criterion without value", config: "Match host", line: 1, message: /no value/ },
  { name: "a jump host that is none", config: "ProxyJump a:b:c", line: 1, message: /no jump host/ },
  { name: "a jump host that jumps through itself", config: "ProxyJump gate", line: 1, message: /more than/ },
  { name: "a file that includes itself", config: `Include ${folder}/loop.conf`, line: 1, message: /deeper/ },
  { name: "an unknown token", config: "ProxyCommand nc %Z", line: 1, message: /%Z/ },
  { name: "an argument ssh has not", config: "", target: { sshArgs: "-z" }, message: /no option -z/ },
  { name: "an argument without value", config: "", target: { sshArgs: "-o" }, message: /-o has no value/ },
  { name: "a word that is no option", config: "", target: { sshArgs: "host" }, message: /not an option/ },
  { name: "an open quotation mark in arguments", config: "", target: { sshArgs: `-o 'a` }, message: /quotation mark/ },
  { name: "a file that is not there", config: "", target: { sshArgs: "-F /nowhere/x" }, message: /\/nowhere\/x/ },
];
for (const { name, config, target, line, message } of broken) {
  test(`what is wrong is shown where it is: ${name}`, () => {
    assert.throws(
      () => settingsWith(config, target),
      (error) => error instanceof Failure && message.test(error.message) && (line === undefined || error.place?.line === line),
    );
  });
}
