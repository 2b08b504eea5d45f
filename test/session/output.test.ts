import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import type { RunOptions, Script } from "../../engine/session/contract.ts";
import { openSession } from "../../engine/session/open.ts";
import { Output } from "../../engine/session/shell/output.ts";
import { useLab } from "../support/lab.ts";
import { failsWith, targetOf } from "./lab-target.ts";

const { skip, lab } = useLab(["alpha"]);
const folder = mkdtempSync(path.join(tmpdir(), "session-output-"));
after(() => rmSync(folder, { recursive: true }));

const MIB = 1024 * 1024;

function kept(most: number, isShortened: boolean, ...chunks: readonly (string | Buffer)[]): { readonly text: string; readonly isTooLong: boolean } {
  const output = new Output(most, isShortened);
  for (const chunk of chunks) output.add(Buffer.from(chunk));
  return { text: output.bytes().toString(), isTooLong: output.isTooLong };
}

describe("one stream of a script", () => {
  test("is whole up to its limit, however it comes", () => {
    const text = Array.from({ length: 1_000 }, (_, number) => `${number}\n`).join("");
    for (const size of [1, 7, 5_000]) {
      const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, at) => text.slice(at * size, (at + 1) * size));
      for (const isShortened of [true, false])
        assert.deepEqual(kept(text.length, isShortened, ...chunks), { text, isTooLong: false }, `${size}, ${isShortened}`);
    }
  });

  test("beyond it, holds nothing", () => {
    assert.deepEqual(kept(10, false, "0123456789", "a"), { text: "", isTooLong: true });
    assert.deepEqual(kept(10, false, "0123456789a", "b"), { text: "", isTooLong: true });
  });

  test("beyond it, holds the first and the last lines and how much is left out, however it comes", () => {
    const text = Array.from({ length: 100 }, (_, number) => `${String(number).padStart(3, "0")}\n`).join("");
    for (const size of [1, 3, 9, 64, 1_000]) {
      const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, at) => text.slice(at * size, (at + 1) * size));
      const { text: short } = kept(42, true, ...chunks);
      assert.equal(short, "000\n001\n002\n003\n004\n[... 361 bytes left out ...]\n095\n096\n097\n098\n099\n".replace("361", String(400 - 19 - 20)), `${size}`);
    }
  });

  test("cuts no character", () => {
    for (let most = 8; most < 24; most += 1) {
      const { text } = kept(most, true, "€".repeat(40));
      assert.match(text, /^€*\n\[\.\.\. \d+ bytes left out \.\.\.\]\n€*$/, `${most}`);
    }
    assert.equal(kept(8, true, Buffer.alloc(20, 0xff)).text.includes("left out"), true);
  });

  test("does not hold the rest of what it came in", () => {
    const output = new Output(2 * MIB, false);
    const before = process.memoryUsage().arrayBuffers;
    for (let count = 0; count < 100_000; count += 1) output.add(Buffer.alloc(4_096).subarray(0, 1));
    assert.ok(process.memoryUsage().arrayBuffers - before < 64 * MIB);
    assert.equal(output.bytes().length, 100_000);
  });
});

/** Runs a script, and looks how much more it ever held. @returns MiB */
async function most(run: (options: RunOptions) => Promise<unknown>): Promise<number> {
  const held = (): number => process.memoryUsage().arrayBuffers;
  const before = held();
  let highest = before;
  await run({ onOutput: () => void (highest = Math.max(highest, held())) });
  return (highest - before) / MIB;
}

describe("a host that prints without end", { skip }, () => {
  const endless: Script = { text: "exec sh -c 'echo $$ >/tmp/endless; exec cat /dev/zero'" };

  test("is stopped where an answer is to be read", async () => {
    const session = await openSession(targetOf(await lab(), "alpha"));
    const grown = await most((options) =>
      assert.rejects(session.run({ ...endless, mostOutput: 20 * MIB }, { ...options, repeatable: true }), failsWith("output-too-long", "alpha", "20971520")),
    );
    assert.ok(grown < 300, `${grown} MiB more`);
    assert.equal((await session.run({ text: 'kill -0 "$(cat /tmp/endless)" 2>/dev/null || echo gone' })).stdout.toString(), "gone\n");
    await session.close();
  });

  test("on stderr too, and with the limit that nobody set", async () => {
    const session = await openSession(targetOf(await lab(), "alpha"));
    await assert.rejects(session.run({ text: "exec cat /dev/zero >&2" }, { repeatable: true }), failsWith("output-too-long", "67108864"));
    assert.equal((await session.run({ text: "echo alive" })).stdout.toString(), "alive\n");
    await session.close();
  });

  test("is ended by a time limit and by an interrupt, and memory does not grow meanwhile", async () => {
    const session = await openSession(targetOf(await lab(), "alpha"));
    const grown = await most((options) =>
      assert.rejects(session.run({ text: "exec yes", mostOutput: 8 * MIB }, { ...options, excess: "shorten", timeout: 4_000 }), failsWith("command-timeout")),
    );
    assert.ok(grown < 300, `${grown} MiB more`);
    const interrupt = new AbortController();
    let told = 0;
    const onOutput = (chunk: Buffer): void => {
      told += chunk.length;
      if (told > 100 * MIB) interrupt.abort();
    };
    await assert.rejects(session.run(endless, { excess: "shorten", signal: interrupt.signal, onOutput }), failsWith("interrupted"));
    assert.equal((await session.run({ text: "echo alive" })).stdout.toString(), "alive\n");
    await session.close();
  });

  test("what ends by itself is shortened, or fails when it is to be read", async () => {
    const session = await openSession(targetOf(await lab(), "alpha"));
    const long: Script = { text: "echo first; seq 1000000; echo last; echo err >&2; touch /tmp/at-its-end; exit 3", mostOutput: MIB };
    const answer = await session.run(long, { excess: "shorten" });
    assert.deepEqual([answer.code, answer.stderr.toString(), answer.shortened], [3, "err\n", ["stdout"]]);
    assert.match(answer.stdout.toString(), /^first\n1\n2\n[\d\n]*\n\[\.\.\. \d+ bytes left out \.\.\.\]\n[\d\n]*\n1000000\nlast\n$/);
    assert.ok(answer.stdout.length < MIB + 100);
    await session.run({ text: "rm /tmp/at-its-end" });
    await assert.rejects(session.run(long), failsWith("output-too-long"));
    // what changes a host comes to its end all the same
    assert.equal((await session.run({ text: "ls /tmp/at-its-end" })).code, 0);
    await session.close();
  });
});

test("a shell that prints without end when it starts is given up", async () => {
  const shell = path.join(folder, "sh");
  writeFileSync(shell, '#!/bin/bash\nprintf() { builtin printf "$@"; [ "$1" = %s ] && exec cat /dev/zero; }\nexport -f printf\nexec /bin/bash\n');
  chmodSync(shell, 0o755);
  const session = await openSession({ name: "here", connection: "local", shell });
  await assert.rejects(session.run({ text: "echo never" }), failsWith("shell-failed", "without end"));
  await session.close();
});
