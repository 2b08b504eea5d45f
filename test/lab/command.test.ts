import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { labCommand } from "../../engine/lab/command.ts";
import { listLabs } from "../../engine/lab/lab.ts";
import { capture } from "../../engine/lab/process.ts";
import { labAvailability, requireLab } from "../../engine/lab/requirements.ts";
import { Failure } from "../../engine/source/failure.ts";

const skip = labAvailability() ?? false;
const addresses = fileURLToPath(new URL("../../inventory/lab/addresses", import.meta.url));

async function lab(...argv: string[]): Promise<{ code: number; out: string }> {
  let out = "";
  const code = await labCommand(argv, { out: (text) => (out += text), err: () => undefined });
  return { code, out };
}

const mistakes = [
  { argv: ["upp"], code: "usage", hint: /up/ },
  { argv: ["up", "--nmae", "x"], code: "usage", hint: /name/ },
  { argv: ["up", "--name", "Not A Name", "x"], code: "lab-name", hint: /lower-case/ },
  { argv: ["up", "--name", "trial-twice", "x", "x"], code: "lab-name", hint: /./ },
  { argv: ["ssh"], code: "usage", hint: /lab list/ },
  { argv: ["ssh", "--name", "no-such-lab", "x"], code: "lab-unknown", hint: /lab up/ },
  { argv: ["down", "no-such-lab"], code: "lab-unknown", hint: /lab list/ },
  { argv: ["test", "/nonexistent"], code: "unknown-role", hint: /roles\/NAME/ },
];

for (const each of mistakes) {
  test(`a mistake is told: lab ${each.argv.join(" ")}`, { skip }, async () => {
    await assert.rejects(lab(...each.argv), (error) => {
      assert.ok(error instanceof Failure);
      assert.equal(error.code, each.code);
      assert.match(error.hint ?? "-", each.hint);
      return true;
    });
  });
}

test("a machine without the programs is told what to install", { skip: process.platform !== "linux" }, async () => {
  const saved = process.env["PATH"];
  process.env["PATH"] = await mkdtemp(path.join(os.tmpdir(), "tsplay-empty-"));
  try {
    // NOTE: sbin is always looked at, so only what lies in bin is missed
    assert.match(labAvailability() ?? "", /apt-get install -y .*systemd-container/);
    assert.throws(() => requireLab(), { code: "lab-unavailable" });
  } finally {
    await rm(process.env["PATH"], { recursive: true });
    process.env["PATH"] = saved;
  }
});

test("up, up again with one more, list, the inventory script, ssh, down", { skip }, async () => {
  const name = `trial-${process.pid}`;
  try {
    const first = await lab("up", "--name", name, "a1");
    assert.equal(first.code, 0);
    assert.match(first.out, /a1 +10\.(8[6-9]|9[0-5])\.\d+\.2/);
    const again = await lab("up", "--name", name, "a1", "a2");
    assert.match(again.out, /a2 +10\.(8[6-9]|9[0-5])\.\d+\.3/);
    const rows = (await lab("list")).out.split("\n").filter((line) => line.startsWith(name));
    assert.deepEqual(
      rows.map((row) => row.split(/ +/).filter((_, column) => column !== 2)),
      [
        [name, "a1", "up"],
        [name, "a2", "up"],
      ],
    );
    const script = await capture(addresses, ["--list"], { env: { ...process.env, TSPLAY_LAB: name } });
    const listed = JSON.parse(script.stdout) as { all: { hosts: string[] }; _meta: { hostvars: Record<string, { ansible_host: string }> } };
    assert.deepEqual(listed.all.hosts, ["a1", "a2"]);
    assert.match(listed._meta.hostvars["a2"]!.ansible_host, /^10\.(8[6-9]|9[0-5])\./);
    assert.equal((await lab("ssh", "--name", name, "a2", "exit 7")).code, 7);
  } finally {
    await lab("down", name);
  }
  assert.equal((await listLabs()).includes(name), false);
});

test("the inventory script says when the lab is not up", async () => {
  const script = await capture(addresses, ["--list"], { env: { ...process.env, TSPLAY_LAB: "no-such-lab" } });
  assert.equal(script.code, 1);
  assert.match(script.stderr, /tsplay lab up/);
});
