import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { checkHostKey, hostKeyAlgorithms, type HostKeyVerdict } from "../../engine/session/host-key.ts";
import { entriesFor, fingerprint, judge, knownName } from "../../engine/session/known-hosts.ts";
import { resolveSettings } from "../../engine/session/resolve.ts";
import type { SshSettings } from "../../engine/session/settings.ts";

const folder = mkdtempSync(path.join(tmpdir(), "known-hosts-"));
after(() => rmSync(folder, { recursive: true }));

function blob(type: string, seed: number): Buffer {
  const name = Buffer.from(type);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  return Buffer.concat([length, name, Buffer.alloc(40, seed)]);
}
const ed = blob("ssh-ed25519", 1);
const other = blob("ssh-ed25519", 2);
const rsa = blob("ssh-rsa", 3);
const line = (hosts: string, key: Buffer, type = "ssh-ed25519"): string => `${hosts} ${type} ${key.toString("base64")} a comment\n`;
function hash(name: string): string {
  const salt = Buffer.from("0123456789abcdefghij");
  return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
}

let counter = 0;
function fileWith(text: string): string {
  const file = path.join(folder, `known_hosts.${(counter += 1)}`);
  writeFileSync(file, text);
  return file;
}

const judged: readonly { readonly name: string; readonly text: string; readonly host: string; readonly port?: number; readonly kind: string }[] = [
  { name: "plain", text: line("web1", ed), host: "web1", kind: "known" },
  { name: "case does not matter", text: line("Web1", ed), host: "wEB1", kind: "known" },
  { name: "a list", text: line("a,web1,b", ed), host: "web1", kind: "known" },
  { name: "a wildcard", text: line("*.example.org", ed), host: "x.example.org", kind: "known" },
  { name: "a wildcard's dots are dots", text: line("*.example.org", ed), host: "xXexample.org", kind: "unknown" },
  { name: "a question mark", text: line("web?", ed), host: "web1", kind: "known" },
  { name: "a negation wins", text: line("*,!web1", ed), host: "web1", kind: "unknown" },
  { name: "hashed", text: line(hash("web1"), ed), host: "web1", kind: "known" },
  { name: "hashed, another host", text: line(hash("web2"), ed), host: "web1", kind: "unknown" },
  { name: "another port", text: line("[web1]:2222", ed), host: "web1", port: 2222, kind: "known" },
  { name: "hashed with a port", text: line(hash("[web1]:2222"), ed), host: "web1", port: 2222, kind: "known" },
  { name: "the standard port's entry is not another port's", text: line("web1", ed), host: "web1", port: 2222, kind: "unknown" },
  { name: "an IPv6 address", text: line("fd00::1", ed), host: "FD00::1", kind: "known" },
  { name: "another key", text: line("web1", other), host: "web1", kind: "changed" },
  { name: "one of several keys", text: line("web1", other) + line("web1", ed), host: "web1", kind: "known" },
  { name: "only a key of another type", text: line("web1", rsa, "ssh-rsa"), host: "web1", kind: "changed" },
  { name: "revoked", text: `@revoked ${line("*", ed)}${line("web1", ed)}`, host: "web1", kind: "revoked" },
  { name: "another key is revoked", text: `@revoked ${line("*", other)}${line("web1", ed)}`, host: "web1", kind: "known" },
  { name: "an authority alone", text: `@cert-authority ${line("*", other)}`, host: "web1", kind: "unknown" },
  {
    name: "comments, empty lines, nonsense, CRLF",
    text: `# c\n\nnonsense\nweb1 ssh-ed25519\n${line("web1", ed).replace("\n", "\r\n")}`,
    host: "web1",
    kind: "known",
  },
  { name: "a blob that is not of its type", text: line("web1", rsa), host: "web1", kind: "unknown" },
  { name: "a missing file", text: "", host: "web1", kind: "unknown" },
];
for (const { name, text, host, port, kind } of judged) {
  test(`known_hosts: ${name}`, () => {
    assert.equal(judge(ed, entriesFor(knownName(host, port ?? 22, undefined), [fileWith(text), path.join(folder, "missing")])).kind, kind);
  });
}

function settings(checking: SshSettings["hostKeyChecking"], file: string, more: Partial<SshSettings> = {}): SshSettings {
  return {
    ...resolveSettings({ name: "web1", connection: "ssh", sshArgs: "-F none" }),
    hostKeyChecking: checking,
    userKnownHosts: [file],
    globalKnownHosts: [],
    ...more,
  };
}
function messageOf(verdict: HostKeyVerdict): string {
  assert.equal(verdict.kind, "refused");
  return verdict.kind === "refused" ? `${verdict.failure.code}: ${verdict.failure.message} (${verdict.failure.hint})` : "";
}

test("an unknown key is refused by yes and by ask, with its fingerprint and what to do", () => {
  for (const checking of ["yes", "ask"] as const) {
    const said = messageOf(checkHostKey(settings(checking, path.join(folder, "none")), ed));
    assert.match(said, /^host-key-unknown: web1: /);
    assert.ok(said.includes(fingerprint(ed)) && said.includes("ssh-keyscan web1") && said.includes("accept-new"), said);
  }
});

test("accept-new writes the key down once, in a new file and folder that are the user's alone", () => {
  const file = path.join(folder, ".ssh", "known_hosts");
  assert.equal(checkHostKey(settings("accept-new", file), ed).kind, "added");
  assert.equal(checkHostKey(settings("accept-new", file), ed).kind, "trusted");
  assert.equal(readFileSync(file, "utf8"), `web1 ssh-ed25519 ${ed.toString("base64")}\n`);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(path.dirname(file)).mode & 0o777, 0o700);
});

test("a hashed entry is found again, and a file without a last newline is not spoilt", () => {
  const file = fileWith(line("other", other).trimEnd());
  assert.equal(checkHostKey(settings("accept-new", file, { hashKnownHosts: true, port: 2200 }), ed).kind, "added");
  assert.equal(checkHostKey(settings("yes", file, { port: 2200 }), ed).kind, "trusted");
  assert.match(readFileSync(file, "utf8"), /a comment\n\|1\|[^|]+\|[^ ]+ ssh-ed25519 .*\n$/);
});

test("a changed key is refused by all but no, showing where the old one is and both fingerprints", () => {
  const file = fileWith(`# one\n${line("web1", other)}`);
  for (const checking of ["yes", "accept-new", "ask"] as const) {
    const said = messageOf(checkHostKey(settings(checking, file), ed));
    assert.match(said, /^host-key-changed: /);
    assert.ok(said.includes(fingerprint(ed)) && said.includes(fingerprint(other)) && said.includes(`${file}:2`) && said.includes("ssh-keygen -R"), said);
  }
  assert.equal(checkHostKey(settings("no", file), ed).kind, "mismatch-allowed");
});

test("a revoked key is refused always", () => {
  const file = fileWith(`@revoked ${line("*", ed)}`);
  for (const checking of ["yes", "accept-new", "no"] as const)
    assert.match(messageOf(checkHostKey(settings(checking, file), ed)), /^host-key-revoked: .*known_hosts\.\d+:1/);
});

test("an authority is named as what it is", () => {
  assert.match(messageOf(checkHostKey(settings("yes", fileWith(`@cert-authority ${line("*", other)}`)), ed)), /@cert-authority.*not support/);
});

test("no accepts where nothing can be written", () => {
  assert.equal(checkHostKey(settings("no", "/dev/null"), ed).kind, "trusted");
  assert.equal(checkHostKey(settings("no", "/proc/nothing/known_hosts"), ed).kind, "trusted");
  assert.match(messageOf(checkHostKey(settings("accept-new", "/proc/nothing/known_hosts"), ed)), /^known-hosts: /);
  assert.equal(existsSync("/proc/nothing"), false);
});

test("HostKeyAlias is the name, whatever the port", () => {
  assert.equal(checkHostKey(settings("yes", fileWith(line("real", ed)), { hostKeyAlias: "Real", port: 99 }), ed).kind, "trusted");
});

test("types of known keys are offered first", () => {
  const file = fileWith(line("web1", rsa, "ssh-rsa"));
  assert.deepEqual(hostKeyAlgorithms(settings("yes", file)).slice(0, 3), ["rsa-sha2-512", "rsa-sha2-256", "ssh-ed25519"]);
  assert.equal(hostKeyAlgorithms(settings("yes", path.join(folder, "none")))[0], "ssh-ed25519");
});
