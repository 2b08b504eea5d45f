import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { type Options, parseOptions } from "../../engine/cli/options.ts";
import { Failure } from "../../engine/source/failure.ts";

const folder = mkdtempSync(path.join(tmpdir(), "tsplay-options-"));
const home = path.join(folder, "home");
mkdirSync(home);
after(() => rmSync(folder, { recursive: true }));

const env = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({ HOME: home, ...more });

function pick(options: object, key: string): unknown {
  return key.split(".").reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], options);
}

// argv, environment, and what the fields then hold
const lines: readonly (readonly [string, NodeJS.ProcessEnv, Record<string, unknown>])[] = [
  ["site.yml", {}, { playbooks: ["site.yml"], tags: ["all"], forks: 50, verbosity: 0, outputs: [{ kind: "console" }], color: "auto" }],
  ["-i a -i b,c, --inventory=/d site.yml", {}, { inventory: [path.join(folder, "a"), "b,c,", "/d"] }],
  ["one.yml -l web two.yml", {}, { playbooks: ["one.yml", "two.yml"], limit: "web" }],
  ["-t a,b --tags c --skip-tags=d x.yml", {}, { tags: ["a", "b", "c"], skipTags: ["d"] }],
  ["-vvv -v x.yml", {}, { verbosity: 4 }],
  ["-bKCDvf8 x.yml", {}, { "become.active": true, "become.askPassword": true, check: true, diff: true, verbosity: 1, forks: 8 }],
  ["-ukarl x.yml", {}, { "connection.user": "karl" }],
  ["--list-h x.yml", {}, { listHosts: true }],
  ["--list-tags x.yml", {}, { listTags: true, tags: ["never", "all"] }],
  ["-- -x.yml", {}, { playbooks: ["-x.yml"] }],
  ["-e a=1 -e @vars.yml x.yml", {}, { extraVars: ["a=1", `@${path.join(folder, "vars.yml")}`] }],
  [
    "--vault-id dev@~/pw --vault-id prompt --vault-password-file p x.yml",
    {},
    {
      vault: [
        { label: "dev", file: path.join(home, "pw"), prompt: false },
        { label: "default", prompt: true },
        { label: "default", file: path.join(folder, "p"), prompt: false },
      ],
    },
  ],
  ["--ssh-common-args=-J\u00a0jump x.yml", {}, { "connection.sshArgs": "-J\u00a0jump" }],
  ["-c ansible.builtin.local x.yml", {}, { "connection.type": "local" }],
  ["--output json=e.jsonl x.yml", {}, { outputs: [{ kind: "console" }, { kind: "json", file: path.join(folder, "e.jsonl") }] }],
  ["--output record=e.jsonl --output ansible x.yml", {}, { outputs: [{ kind: "json", file: path.join(folder, "e.jsonl") }, { kind: "ansible" }] }],
  [
    "x.yml",
    { ANSIBLE_FORKS: "3", ANSIBLE_HOST_KEY_CHECKING: "False", ANSIBLE_TIMEOUT: "7" },
    { forks: 3, "connection.hostKeyChecking": false, "connection.timeout": 7 },
  ],
  ["-f 9 x.yml", { ANSIBLE_FORKS: "3" }, { forks: 9 }],
  ["x.yml", { ANSIBLE_INVENTORY: "inv/a,inv/b" }, { inventory: [path.join(folder, "inv/a"), path.join(folder, "inv/b")] }],
  ["x.yml", { ANSIBLE_ROLES_PATH: "~/r:roles" }, { rolesPath: [path.join(home, "r"), path.join(folder, "roles")] }],
  ["x.yml", { ANSIBLE_STDOUT_CALLBACK: "default" }, { outputs: [{ kind: "ansible" }] }],
  ["x.yml", { ANSIBLE_CALLBACKS_ENABLED: "junit", JUNIT_OUTPUT_DIR: "/j" }, { outputs: [{ kind: "console" }, { kind: "junit", file: "/j/" }] }],
  ["x.yml", { NO_COLOR: "1" }, { color: "never" }],
  ["x.yml", { NO_COLOR: "1", ANSIBLE_FORCE_COLOR: "true" }, { color: "always" }],
  ["--color=never x.yml", { ANSIBLE_FORCE_COLOR: "true" }, { color: "never" }],
  ["--no-color x.yml", {}, { color: "never" }],
  ["x.yml", { ANSIBLE_VAULT_PASSWORD_FILE: "pw" }, { vault: [{ label: "default", file: path.join(folder, "pw"), prompt: false }] }],
  ["x.yml", { ANSIBLE_DIFF_ALWAYS: "yes", ANSIBLE_GATHERING: "explicit", ANSIBLE_STRATEGY: "free" }, { diff: true, gathering: "explicit", strategy: "free" }],
];
for (const [line, variables, expected] of lines) {
  test(`${Object.entries(variables)
    .map(([name, value]) => `${name}=${value} `)
    .join("")}tsplay ${line}`, () => {
    const options = parseOptions(line.split(" "), env(variables), folder);
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, pick(options, key)])), expected);
  });
}

const refusals: readonly (readonly [string, NodeJS.ProcessEnv, code: string, hint: RegExp | undefined])[] = [
  ["--chekc x.yml", {}, "unknown-option", /did you mean "--check"/],
  ["-check x.yml", {}, "unknown-option", /did you mean "--check"/],
  ["-z x.yml", {}, "unknown-option", /--help/],
  ["--list x.yml", {}, "ambiguous-option", undefined],
  ["x.yml -i", {}, "missing-value", undefined],
  ["x.yml -i --check", {}, "missing-value", /--inventory=--check/],
  ["x.yml --check=yes", {}, "unexpected-value", undefined],
  ["", {}, "no-playbook", /tsplay PLAYBOOK/],
  ["x.yml -f 0", {}, "bad-value", undefined],
  ["x.yml -f many", {}, "bad-value", undefined],
  ["x.yml -c docker", {}, "unknown-connection", /ssh and local/],
  ["x.yml -k --conn-pass-file f", {}, "contradicting-options", /one of them/],
  ["x.yml --output jsn", {}, "unknown-output", /"json"/],
  ["x.yml --output json --output ansible", {}, "contradicting-options", /ansible=FILE/],
  ["x.yml", { ANSIBLE_FORKS: "many" }, "bad-config", undefined],
  ["x.yml", { ANSIBLE_BECOME: "perhaps" }, "bad-config", undefined],
  ["x.yml --vault-id dev@", {}, "bad-vault-id", /LABEL@FILE/],
];
for (const [line, variables, code, hint] of refusals) {
  test(`refused: tsplay ${line} (${code})`, () => {
    assert.throws(
      () => parseOptions(line.split(" ").filter(Boolean), env(variables), folder),
      (error) => error instanceof Failure && error.code === code && error.fault === "usage" && (hint === undefined || hint.test(error.hint ?? "")),
    );
  });
}

function inProject(name: string, config: string, argv: string[], more: NodeJS.ProcessEnv = {}): Options {
  const project = path.join(folder, name);
  mkdirSync(project, { recursive: true });
  writeFileSync(path.join(project, "ansible.cfg"), config);
  return parseOptions(argv, env(more), project);
}

test("ansible.cfg is read, its paths are relative to it, and the environment and the command line win", () => {
  const config = `# a comment
[defaults]
inventory = hosts.ini   ; a comment too
roles_path: roles:../shared
remote_user = deploy
vault_identity_list = dev@dev.pw,
  prod@prompt
stdout_callback = yaml
forks=20
unknown_key = 1
[ssh_connection]
ssh_args = -o ControlMaster=auto -o ControlPersist=60s
retries = 2
[privilege_escalation]
become = True
become_user = "app"
[diff]
always = yes
`;
  const options = inProject("cfg", config, ["-u", "karl", "x.yml"], { ANSIBLE_FORKS: "30" });
  const project = path.join(folder, "cfg");
  assert.deepEqual(options.inventory, [path.join(project, "hosts.ini")]);
  assert.deepEqual(options.rolesPath, [path.join(project, "roles"), path.join(folder, "shared")]);
  assert.equal(options.connection.user, "karl");
  assert.equal(options.connection.sshArgs, "-o ControlMaster=auto -o ControlPersist=60s");
  assert.equal(options.connection.retries, 2);
  assert.equal(options.forks, 30);
  assert.equal(options.diff, true);
  assert.deepEqual([options.become.active, options.become.user], [true, "app"]);
  assert.deepEqual(options.vault, [
    { label: "dev", file: path.join(project, "dev.pw"), prompt: false },
    { label: "prod", prompt: true },
  ]);
  assert.deepEqual(options.outputs, [{ kind: "ansible" }]);
  assert.equal(options.configFile, path.join(project, "ansible.cfg"));
});

test("a mistake in ansible.cfg is shown with its line, and --help works all the same", () => {
  assert.throws(
    () => inProject("bad", "[defaults]\nforks = some\n", ["x.yml"]),
    (error) => error instanceof Failure && error.code === "bad-config" && error.place?.line === 2 && error.place.text === "forks = some",
  );
  assert.equal(inProject("bad", "[defaults]\nforks = some\n", ["--help"]).help, true);
});

test("ansible.cfg in a folder that everybody may write to is passed over with a warning", () => {
  const project = path.join(folder, "open");
  mkdirSync(project);
  writeFileSync(path.join(project, "ansible.cfg"), "[defaults]\nforks = 3\n");
  chmodSync(project, 0o777);
  const options = parseOptions(["x.yml"], env(), project);
  assert.equal(options.forks, 50);
  assert.match(options.warnings.join(), /everybody may write/);
  assert.equal(parseOptions(["x.yml"], env({ ANSIBLE_CONFIG: path.join(project, "ansible.cfg") }), project).forks, 3);
});
