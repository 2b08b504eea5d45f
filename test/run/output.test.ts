import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { useLab } from "../support/lab.ts";
import { play } from "./support.ts";

const shared = useLab(["w1"]);
const head = "- hosts: w1\n  gather_facts: false\n  tasks:\n";

describe("a host that prints without end", { skip: shared.skip }, () => {
  test("fails the task that would read it, and the play goes on", async () => {
    const lab = await shared.lab();
    await lab
      .host("w1")
      .exec("mkdir -p /etc/ansible/facts.d; printf '#!/bin/sh\\nexec yes\\n' >/etc/ansible/facts.d/x.fact; chmod +x /etc/ansible/facts.d/x.fact");
    const ran = await play(
      lab.inventory,
      `${head}
    - {name: asks, setup: {gather_subset: local}, ignore_errors: true}
    - {name: after, command: rm /etc/ansible/facts.d/x.fact}
`,
    );
    assert.deepEqual(ran.lines, ["w1 asks failed", "w1 after changed"], JSON.stringify(ran.results));
    assert.equal(ran.results[0]!.failure?.code, "output-too-long");
  });

  test("is ended by the task's time limit", async () => {
    const lab = await shared.lab();
    const ran = await play(
      lab.inventory,
      `${head}    - {name: endless, command: cat /dev/zero, timeout: 1, ignore_errors: true}\n    - {name: after, command: "true"}\n`,
    );
    assert.deepEqual(ran.lines, ["w1 endless failed", "w1 after changed"]);
    assert.equal(ran.results[0]!.failure?.code, "command-timeout");
  });

  test("and ends by itself, is told by its beginning and its end", async () => {
    const lab = await shared.lab();
    const ran = await play(
      lab.inventory,
      `${head}
    - {name: shell, shell: "echo first; head -c 30000000 /dev/zero; echo last >&2; echo; echo last"}
    - {name: raw, raw: "echo first; seq 4000000; echo last; exit 3", ignore_errors: true}
    - {name: short, command: "true"}
`,
    );
    assert.deepEqual(ran.lines, ["w1 shell changed", "w1 raw failed", "w1 short changed"]);
    const [shell, raw, short] = ran.results.map(({ result }) => result as { stdout: string; warnings?: string[] });
    const isShort = (text: string): boolean => text.startsWith("first\n") && /\n\[\.\.\. \d+ bytes left out \.\.\.\]\n/.test(text) && /\nlast\n?$/.test(text);
    assert.deepEqual([isShort(shell!.stdout), isShort(raw!.stdout)], [true, true]);
    assert.deepEqual([shell!.warnings?.length, raw!.warnings?.length, short!.warnings], [1, 1, undefined]);
  });

  test("and holds a file, is not cut", async () => {
    const lab = await shared.lab();
    await lab.host("w1").exec("head -c 80000000 /dev/zero | tr '\\0' x >/tmp/large; echo >>/tmp/large; echo wanted >>/tmp/large");
    const ran = await play(
      lab.inventory,
      `${head}
    - {name: slurp, slurp: {src: /tmp/large}}
    - {name: edit, lineinfile: {path: /tmp/large, line: wanted}}
`,
    );
    assert.deepEqual(ran.lines, ["w1 slurp ok", "w1 edit ok"], JSON.stringify(ran.results.map(({ failure }) => failure)));
    assert.equal(String(ran.results[0]!.result["content"]).length, Math.ceil(80_000_008 / 3) * 4);
  });
});
