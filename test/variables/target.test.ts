import assert from "node:assert/strict";
import { test } from "node:test";
import { becomeOf, type BecomeCommandLine, type BecomeKeywords, type ConnectionSettings, targetOf } from "../../engine/variables/target.ts";
import { createVariables } from "../../engine/variables/variables.ts";
import { inventoryOf, requestOf, runOf } from "./support.ts";

type Values = Record<string, unknown>;

function scopeWith(vars: Values) {
  return createVariables(runOf({ inventory: inventoryOf({ h: vars }) })).scope(requestOf());
}

const targets: readonly (readonly [name: string, vars: Values, settings: ConnectionSettings, expected: Values])[] = [
  ["nothing given", {}, {}, { name: "h", connection: "ssh", host: "h" }],
  [
    "variables",
    {
      ansible_host: "192.0.2.1",
      ansible_port: "2222",
      ansible_user: "{{ who }}",
      who: "me",
      ansible_password: "pw",
      ansible_ssh_private_key_file: "/k",
      ansible_ssh_timeout: 3,
      ansible_ssh_retries: 2,
      ansible_shell_executable: "/bin/dash",
    },
    {},
    { host: "192.0.2.1", port: 2222, user: "me", password: "pw", privateKeyFile: "/k", connectTimeout: 3, retries: 2, shell: "/bin/dash" },
  ],
  [
    "old aliases",
    { ansible_ssh_host: "a", ansible_ssh_port: 1, ansible_ssh_user: "b", ansible_ssh_pass: "c" },
    {},
    { host: "a", port: 1, user: "b", password: "c" },
  ],
  ["new names win over old", { ansible_ssh_user: "old", ansible_user: "new" }, {}, { user: "new" }],
  ["variables beat keywords beat the command line", { ansible_user: "v" }, { remote_user: "k", port: 7, commandLine: { user: "c" } }, { user: "v", port: 7 }],
  [
    "keywords beat the command line",
    {},
    { remote_user: "k", connection: "local", commandLine: { user: "c", connection: "ssh" } },
    { user: "k", connection: "local" },
  ],
  [
    "the command line",
    {},
    { commandLine: { user: "c", privateKeyFile: "/ck", password: "cp", timeout: 9, sshCommonArgs: "-J gate", sshExtraArgs: "-v" } },
    { user: "c", privateKeyFile: "/ck", password: "cp", connectTimeout: 9, sshArgs: "-J gate -v" },
  ],
  ["ssh arguments are joined", { ansible_ssh_args: "-C", ansible_ssh_common_args: "-o A=1", ansible_ssh_extra_args: "" }, {}, { sshArgs: "-C -o A=1" }],
  ["host key checking", { ansible_host_key_checking: false }, {}, { hostKeyChecking: "no" }],
  ["host key checking, newer name", { ansible_ssh_host_key_checking: "yes", ansible_host_key_checking: false }, {}, { hostKeyChecking: "yes" }],
  ["empty text counts as nothing", { ansible_port: "", ansible_ssh_port: 3 }, {}, { port: 3 }],
  ["long names", { ansible_connection: "ansible.builtin.local" }, {}, { connection: "local" }],
];

for (const [name, vars, settings, expected] of targets) {
  test(`target: ${name}`, () => {
    const target = targetOf("h", scopeWith(vars), settings) as unknown as Values;
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, target[key]])), expected);
  });
}

test("localhost is reached locally", () => {
  const scope = createVariables(runOf()).scope(requestOf({ host: "localhost" }));
  assert.equal(targetOf("localhost", scope).connection, "local");
});

const becomes: readonly (readonly [name: string, vars: Values, keywords: BecomeKeywords, commandLine: BecomeCommandLine, expected: Values | undefined])[] = [
  ["not wanted", {}, {}, {}, undefined],
  ["by the command line", {}, {}, { become: true, becomePassword: "pw" }, { method: "sudo", user: "root", password: "pw" }],
  ["by keywords", {}, { become: "yes", become_user: "app", become_method: "su", become_flags: "-l" }, {}, { method: "su", user: "app", flags: "-l" }],
  ["keywords may say no", {}, { become: false }, { become: true }, undefined],
  ["variables win", { ansible_become: false }, { become: true }, { become: true }, undefined],
  [
    "variables",
    { ansible_become: true, ansible_become_method: "doas", ansible_become_user: "u", ansible_become_pass: "p", ansible_become_exe: "/x" },
    { become_user: "k" },
    { becomeUser: "c" },
    { method: "doas", user: "u", password: "p", exe: "/x" },
  ],
  [
    "variables of the method win",
    { ansible_become_password: "general", ansible_sudo_pass: "own" },
    { become: true },
    {},
    { method: "sudo", user: "root", password: "own" },
  ],
];

for (const [name, vars, keywords, commandLine, expected] of becomes) {
  test(`become: ${name}`, () => assert.deepEqual(becomeOf("h", scopeWith(vars), keywords, commandLine), expected));
}

const failures: readonly (readonly [vars: Values, code: string, message: RegExp])[] = [
  [{ ansible_port: "ssh" }, "bad-connection-variable", /"ansible_port" of the host "h" must be a whole number, not "ssh"/],
  [{ ansible_connection: "winrm" }, "unknown-connection", /"winrm"/],
  [{ ansible_user: "{{ nowhere }}" }, "bad-connection-variable", /"ansible_user".*'nowhere' is undefined/],
  [{ ansible_become: "maybe" }, "bad-connection-variable", /true or false/],
  [{ ansible_become: true, ansible_become_method: "sodu" }, "unknown-become-method", /"sodu"/],
];

for (const [vars, code, message] of failures) {
  test(`refused: ${JSON.stringify(vars)}`, () => {
    const scope = scopeWith(vars);
    assert.throws(
      () => {
        targetOf("h", scope);
        becomeOf("h", scope);
      },
      { code, message },
    );
  });
}
