import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import type { Event } from "../../engine/index.ts";
import { createVault } from "../../engine/vault/vault.ts";
import { play, project, type Ran } from "../run/support.ts";
import { useLab } from "../support/lab.ts";

const SECRET = "open-sesame-42";
const vault = createVault([{ id: "default", secret: Buffer.from("vault password") }]);
const opening = { decrypt: (text: string) => vault.decrypt(text), decryptBytes: (text: string) => vault.decryptBytes(text) };
const here = "localhost ansible_connection=local\n";

/** What left the run, as text. */
const left = (ran: Pick<Ran, "events">): string => JSON.stringify(ran.events);

async function local(files: Readonly<Record<string, string>>, settings: Parameters<typeof play>[2] = {}): Promise<Ran & { folder: string }> {
  const folder = project({ hosts: here, ...files });
  return { ...(await play(path.join(folder, "hosts"), { folder }, settings)), folder };
}

const head = "- hosts: localhost\n  gather_facts: false\n  tasks:\n";
const prompts: string[] = [];

const hidden: readonly (readonly [string, Readonly<Record<string, string>>, Parameters<typeof play>[2]?])[] = [
  [
    "the item of an include under no_log",
    { "site.yml": `${head}    - include_tasks: {file: more.yml}\n      loop: [${SECRET}]\n      no_log: true\n`, "more.yml": "- debug: {msg: hello}\n" },
  ],
  [
    "an include under no_log that cannot be loaded",
    { "site.yml": `${head}    - include_tasks: {file: "{{ item }}.yml"}\n      loop: [${SECRET}]\n      no_log: true\n      ignore_errors: true\n` },
  ],
  [
    "a handler under no_log that is not there",
    { "site.yml": `${head}    - command: "true"\n      vars: {x: open-sesame, y: 42}\n      notify: "{{ x }}-{{ y }}"\n      no_log: true\n` },
  ],
  [
    "a failure that shows after the result",
    { "site.yml": `${head}    - command: "true"\n      notify: "of {{ secret }}"\n`, "host_vars/localhost.yml": `secret: !vault |\n${sealed(SECRET)}` },
    opening,
  ],
  [
    "a vault's text in a name, a loop, a key and a failure",
    {
      "site.yml": `${head}    - {name: "of {{ secret }}", debug: {msg: "{{ {secret: item} }}"}, loop: ["{{ secret }}"]}\n    - fail: {msg: "no {{ secret }}"}\n`,
      "host_vars/localhost.yml": `secret: !vault |\n${sealed(SECRET)}`,
    },
    opening,
  ],
  [
    "a password in a vault file of variables",
    {
      "site.yml": `${head}    - {debug: {msg: "{{ db.password }} {{ db.user }}"}}\n`,
      "group_vars/all.yml": vault.encrypt(`db: {user: visible-user,\n  password: ${SECRET}}\n`),
    },
    opening,
  ],
  [
    "lines of a vault file in a diff",
    {
      "site.yml": `${head}    - {copy: {src: key, dest: "{{ playbook_dir }}/copied"}, diff: true}\n`,
      "files/key": vault.encrypt(`-----KEY-----\n${SECRET}\n-----END-----\n`),
    },
    { ...opening, diff: true },
  ],
  [
    "what a private prompt is told",
    { "site.yml": `- hosts: localhost\n  gather_facts: false\n  vars_prompt: [{name: p}]\n  tasks:\n    - debug: {var: p}\n` },
    { prompt: () => Promise.resolve(SECRET) },
  ],
  [
    "what the debugger says",
    { "site.yml": `${head}    - {command: "false", debugger: on_failed}\n`, "host_vars/localhost.yml": `secret: !vault |\n${sealed(SECRET)}` },
    {
      ...opening,
      prompt: (text) => {
        prompts.push(text);
        return Promise.resolve(prompts.length === 1 ? "p task_vars['secret']" : "c");
      },
    },
  ],
  [
    "a value that a role's argument spec marks",
    {
      "site.yml": `- hosts: localhost\n  gather_facts: false\n  vars: {token: [open-sesame, 42]}\n  roles: [r]\n`,
      "roles/r/meta/argument_specs.yml": "argument_specs: {main: {options: {pw: {type: str, no_log: true, choices: [other]}}}}\n",
      "roles/r/defaults/main.yml": `pw: "{{ token | join('-') }}"\n`,
      "roles/r/tasks/main.yml": "- debug: {msg: x}\n",
    },
  ],
  [
    "a password among a connection's variables",
    {
      "site.yml": `${head}    - debug: {msg: "{{ ansible_password }}"}\n    - command: echo {{ ansible_password }}\n`,
      hosts: `localhost ansible_connection=local ansible_password=${SECRET}\n`,
    },
  ],
];

function sealed(text: string): string {
  return `${vault.encrypt(text).trimEnd().replace(/^/gm, "  ")}\n`;
}

describe("what does not leave a run", () => {
  for (const [name, files, settings] of hidden) {
    test(name, async () => {
      const ran = await local(files, settings);
      assert.ok(!left(ran).includes(SECRET), left(ran));
      assert.ok(ran.results.length > 0);
      if (name.includes("vault file of variables")) assert.ok(left(ran).includes("visible-user"));
    });
  }

  test("and what the debugger asks", () => {
    assert.ok(prompts.length >= 2);
    assert.ok(!prompts.join("").includes(SECRET), prompts.join("\n"));
    assert.match(prompts[1]!, /\*{8}/);
  });

  test("what register keeps is whole", async () => {
    const ran = await local(
      {
        "site.yml": `${head}    - {command: "echo {{ secret }}", register: r}\n    - {assert: {that: ["r.stdout == secret", "r.stdout | length == ${SECRET.length}"]}}\n`,
        "host_vars/localhost.yml": `secret: !vault |\n${sealed(SECRET)}`,
      },
      opening,
    );
    assert.equal(ran.exitCode, 0, left(ran));
    assert.ok(!left(ran).includes(SECRET));
  });

  test("where a secret is written is no secret", async () => {
    const ran = await local(
      {
        "site.yml": `${head}    - {add_host: {name: other, ansible_password: "{{ secret }}"}}\n    - {fail: {msg: x}}\n`,
        "host_vars/localhost.yml": `secret: !vault |\n${sealed(SECRET)}`,
        hosts: `${here}[all:vars]\nansible_become_password=${SECRET}\n`,
      },
      opening,
    );
    assert.ok(left(ran).includes(path.join(ran.folder, "site.yml")));
  });

  test("live output that is cut anywhere, in a secret and in a character, and the engine's own records", async () => {
    const halves = `printf 'a open-ses'; sleep 0.2; printf 'ame-42 gr\\303'; sleep 0.2; printf '\\274n'`;
    const ran = await local(
      {
        "site.yml": `${head}    - {shell: "${halves.replaceAll("\\", "\\\\")}", environment: {x: "{{ secret }}"}, register: r}\n    - {assert: {that: r.stdout == 'a open-sesame-42 grün'}}\n`,
        "host_vars/localhost.yml": `secret: !vault |\n${sealed(SECRET)}`,
      },
      opening,
    );
    const pieces = ran.events.flatMap((event: Event) => (event.type === "output" ? [event.text] : []));
    assert.equal(ran.exitCode, 0, left(ran));
    assert.ok(pieces.length > 1, "it comes while it runs");
    assert.equal(pieces.join(""), "a ******** grün");
  });

  test("what the command says on its way out", () => {
    const folder = project({
      hosts: here,
      pass: "vault password\n",
      "site.yml": `- hosts: localhost\n  gather_facts: false\n  tasks:\n    - {uri: {url: "http://x/", url_password: ${SECRET}, no_such_argument: 1}}\n`,
    });
    writeFileSync(path.join(folder, "site2.yml"), vault.encrypt(`- hosts: localhost\n  password: "${SECRET}"\n  roles: [ "${SECRET}-role" ]\n`));
    const root = path.resolve(import.meta.dirname, "../..");
    for (const file of ["site.yml", "site2.yml"]) {
      const args = [
        "--import",
        "tsx",
        path.join(root, "engine/cli/main.ts"),
        "-i",
        path.join(folder, "hosts"),
        "--vault-password-file",
        path.join(folder, "pass"),
      ];
      const ran = spawnSync(process.execPath, [...args, path.join(folder, file)], { cwd: root, encoding: "utf8" });
      assert.notEqual(ran.status, 0);
      assert.match(ran.stderr, /\*{8}/);
      assert.ok(!(ran.stdout + ran.stderr).includes(SECRET), ran.stdout + ran.stderr);
    }
  });
});

const shared = useLab(["vaulted"]);
const all = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256));

test("a vault's bytes arrive as they are: copy, unarchive, script, template, fetch", { skip: shared.skip }, async () => {
  const lab = await shared.lab();
  const folder = project({
    "site.yml": `
- hosts: vaulted
  gather_facts: false
  tasks:
    - {copy: {src: bytes, dest: /root/bytes, mode: "0600"}}
    - {fetch: {src: /root/bytes, dest: "{{ playbook_dir }}/back", flat: true}}
    - {file: {path: /root/un, state: directory}}
    - {unarchive: {src: x.tar.gz, dest: /root/un}}
    - {script: program}
    - {template: {src: t.j2, dest: /root/t}}
    - {command: cat /root/t, register: t}
    - {assert: {that: t.stdout == 'größer 4'}}
    - {copy: {src: bytes, dest: /root/bytes, mode: "0600"}, register: again}
    - {assert: {that: not again.changed}}
`,
  });
  const put = (name: string, content: Buffer): void => {
    const file = path.join(folder, name);
    spawnSync("mkdir", ["-p", path.dirname(file)]);
    writeFileSync(file, vault.encrypt(content));
  };
  put("files/bytes", all);
  writeFileSync(path.join(folder, "plain"), all);
  put("files/x.tar.gz", spawnSync("tar", ["czf", "-", "-C", folder, "plain"]).stdout);
  // a program whose bytes count: those behind its last line are no UTF-8
  put("files/program", Buffer.concat([Buffer.from('#!/bin/sh\ntail -c 512 "$0" >/root/script; exit 0\n'), all]));
  put("templates/t.j2", Buffer.from("größer {{ 2 + 2 }}"));
  const ran = await play(lab.inventory, { folder }, opening);
  assert.equal(ran.exitCode, 0, JSON.stringify(ran.results.at(-1)));
  assert.deepEqual(readFileSync(path.join(folder, "back")), all);
  for (const name of ["bytes", "un/plain", "script"]) {
    const bytes = await lab.host("vaulted").exec(`base64 -w0 /root/${name}`);
    assert.deepEqual(Buffer.from(bytes.stdout, "base64"), all, name);
  }
});
