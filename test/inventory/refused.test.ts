import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite, test } from "node:test";
import { loadInventory } from "../../engine/inventory/load.ts";
import { selectHosts } from "../../engine/inventory/pattern.ts";
import { loadVarsFile } from "../../engine/inventory/vars-file.ts";
import type { Failure } from "../../engine/source/failure.ts";
import { createVault, encryptWith } from "../../engine/vault/vault.ts";

const root = mkdtempSync(join(tmpdir(), "tsplay-inventory-"));
let count = 0;

/** Writes a file of that name into a directory of its own. */
function write(name: string, text: string | Buffer, mode = 0o644): string {
  const path = join(root, String((count += 1)), name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

interface Refusal {
  readonly file: string;
  readonly text: string;
  readonly code?: string;
  readonly line?: number;
  readonly message: RegExp;
  readonly hint?: RegExp;
  readonly mode?: number;
}

const refusals: readonly Refusal[] = [
  { file: "hosts", text: "[web\nw1", message: /quote|range|"\["|expected/, line: 1 },
  { file: "hosts", text: "[web]\nw1 a=1 b", line: 2, message: /expected name=value after the host, found "b"/ },
  { file: "hosts", text: "[web]\n\nw1 a='open", line: 3, message: /quote ' is not closed/ },
  { file: "hosts", text: "[web:hots]", line: 1, message: /unknown type "hots"/ },
  { file: "hosts", text: "[we b]\nx", line: 1, message: /no valid section/ },
  { file: "hosts", text: "[wbe:vars]\na=1\n[web]\nx", line: 1, message: /\[wbe:vars\].*declared nowhere/, hint: /did you mean "web"/ },
  { file: "hosts", text: "[all:children]\nweb\nnope\n[web]", line: 3, message: /"nope", which is declared nowhere/ },
  { file: "hosts", text: "[web]\nx\n[web:vars]\njust text", line: 4, message: /expected name=value/ },
  { file: "hosts", text: "web[3:1:x]", line: 1, message: /step/ },
  { file: "hosts", text: "web[08:100]", line: 1, message: /equal length/, hint: /\[08:100\]|\[008:100\]|write/ },
  { file: "hosts", text: "web[z:a]", line: 1, message: /begin before it ends/ },
  { file: "hosts", text: "web[1:99999999999]", line: 1, message: /surely a mistake/ },
  { file: "hosts", text: "[a:children]\nb\n[b:children]\na", line: 4, code: "inventory-cycle", message: /would be a circle/ },
  { file: "hosts.ini", text: "[a:children]\na", code: "inventory-cycle", line: 2, message: /circle/ },
  { file: "hosts.ini", text: "[a]\nh\n[a:vars]\nansible_group_priority=high", line: 4, message: /whole number/ },
  { file: "hosts.yml", text: "all:\n  hosts:\n   a: [1", code: "yaml-syntax", message: /YAML/ },
  { file: "hosts.yml", text: "- a\n- b", message: /a mapping of groups, not a list/ },
  { file: "hosts.yml", text: "all:\n  hosts:\n    - a", line: 3, message: /"hosts" of the group "all" must be a mapping, not a list/, hint: /with a colon/ },
  { file: "hosts.yml", text: "all:\n  hosts:\n    a: 5", line: 3, message: /variables of the host "a"/ },
  { file: "hosts.yml", text: "a:\n  children:\n    b:\n      children:\n        a:", code: "inventory-cycle", line: 3, message: /circle/ },
  { file: "hosts.yml", text: "plugin: aws_ec2", code: "unknown-inventory-plugin", line: 1, message: /"aws_ec2"/, hint: /script/ },
  { file: "hosts.yml", text: "plugin: constructd", code: "unknown-inventory-plugin", message: /./, hint: /did you mean "constructed"/ },
  { file: "hosts.yml", text: "plugin: generator\nlayers: [a]\nhosts: {name: x}", line: 2, message: /"layers" must be a mapping/ },
  { file: "hosts.toml", text: "[web]", message: /TOML/, hint: /YAML or INI/ },
  { file: "hosts", text: Buffer.from([1, 2, 0, 3]).toString("latin1"), message: /not a text file/ },
  { file: "hosts", text: "#!/bin/sh\necho broken >&2\nexit 4", mode: 0o755, code: "inventory-script", message: /exit status 4:\nbroken/ },
  { file: "hosts", text: "#!/nowhere/interpreter", mode: 0o755, code: "inventory-script", message: /ENOENT/ },
  { file: "hosts", text: "#!/bin/sh\necho '{'", mode: 0o755, code: "inventory-script", message: /is no JSON/ },
  { file: "hosts", text: `#!/bin/sh\necho '{"a": {"hosts": "x"}}'`, mode: 0o755, code: "inventory-script", message: /"hosts" of the group "a" must be a list/ },
  { file: "hosts", text: `#!/bin/sh\necho '{"_meta": {}}'`, mode: 0o755, code: "inventory-script", message: /hostvars/ },
  { file: "hosts", text: encryptWith("x", "y"), message: /encrypted/ },
];

suite("inventories that are refused", () => {
  for (const { file, text, code = "inventory-syntax", line, message, hint, mode } of refusals) {
    test(`${file}: ${JSON.stringify(text.slice(0, 60))}`, async () => {
      const path = write(file, text, mode);
      await assert.rejects(loadInventory([path]), (error: Failure) => {
        assert.equal(error.code, code, error.message);
        assert.match(error.message, message);
        assert.equal(error.place?.file, path);
        if (line !== undefined) assert.equal(error.place?.line, line);
        if (hint !== undefined) assert.match(error.hint ?? "", hint);
        return true;
      });
    });
  }

  test("a source that is not there", async () => {
    await assert.rejects(loadInventory(["web1"], { cwd: root }), { code: "inventory-missing", hint: /-i "web1," with a comma/ });
  });
});

suite("inventories that are taken", () => {
  test("warnings instead of failures, where Ansible warns", async () => {
    const inventory = await loadInventory([write("hosts.yml", "my-group: {hosts: {h: }, extra: {}}\nskipped: 5\nh: {}\n"), write("empty.yml", "# nothing")]);
    assert.equal(inventory.warnings.length, 5, inventory.warnings.join("\n"));
    assert.match(
      inventory.warnings.join("\n"),
      /"my-group".*\n.*hosts\.yml:1: the key "extra".*\n.*"skipped" is skipped.*\n.*empty.*\n.*"h" is a host and a group/,
    );
  });

  test("encrypted inventories", async () => {
    const { decrypt } = createVault([{ id: "default", secret: Buffer.from("y") }]);
    const inventory = await loadInventory([write("hosts", encryptWith("[g]\nsecret-host\n", "y"))], { decrypt });
    assert.deepEqual([...inventory.groups.get("g")!.hosts], ["secret-host"]);
  });

  test("values know where they were written", async () => {
    const { placeOf } = await import("../../engine/source/place.ts");
    const path = write("hosts", "[g]\nh a=1\n[g:vars]\nb=2\n");
    const inventory = await loadInventory([path]);
    assert.deepEqual(placeOf(inventory.hosts.get("h")!.vars, "a"), { file: path, line: 2, column: 1, text: "h a=1" });
    assert.equal(placeOf(inventory.groups.get("g")!.vars, "b")?.line, 4);
  });

  test("lists of hosts, and a file whose name holds a comma", async () => {
    const path = write("a,b", "in-file\n");
    assert.deepEqual([...(await loadInventory([path])).hosts.keys()], ["in-file"]);
    const listed = await loadInventory(["x, y:22 ,[::1]:23,"]);
    assert.deepEqual(
      [...listed.hosts.values()].map(({ name, vars }) => [name, vars.ansible_port]),
      [
        ["x", undefined],
        ["y", 22],
        ["::1", 23],
      ],
    );
  });
});

suite("patterns", () => {
  test("what matches nothing is told, apart for pattern and limit", async () => {
    const inventory = await loadInventory(["a,b"]);
    const selection = selectHosts(inventory, "a:nope", { limit: "nada,a" });
    assert.deepEqual(selection, { hosts: ["a"], unmatched: ["nope"], unmatchedLimits: ["nada"] });
    assert.throws(() => selectHosts(inventory, "~("), { code: "bad-pattern" });
    assert.throws(() => selectHosts(inventory, "all", { limit: "@/nowhere" }), { code: "bad-pattern", message: /limit file/ });
    assert.deepEqual(selectHosts(inventory, "127.0.0.1").hosts, ["127.0.0.1"]);
  });
});

suite("variables files", () => {
  for (const [text, code, line] of [
    ["- a", "not-a-mapping", 1],
    ["a: {{ b }}", "yaml-syntax", 1],
    ["a: 1\nb: [", "yaml-syntax", undefined],
  ] as const) {
    test(`refused: ${JSON.stringify(text)}`, () => {
      const path = write("vars.yml", text);
      assert.throws(
        () => loadVarsFile(path),
        (error: Failure) => error.code === code && error.place?.file === path && (line === undefined || error.place.line === line),
      );
    });
  }
  test("an empty one is an empty mapping", () => assert.deepEqual(loadVarsFile(write("vars.yml", "---\n")), {}));
});
