import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import type { Answer, Session } from "../../engine/session/contract.ts";
import { openSession } from "../../engine/session/open.ts";
import { Failure } from "../../engine/source/failure.ts";

const folder = mkdtempSync(path.join(tmpdir(), "session-"));
after(() => rmSync(folder, { recursive: true }));
symlinkSync("/bin/busybox", path.join(folder, "ash"));

const shells = [
  { name: "dash", shell: "/bin/dash" },
  { name: "bash", shell: "/bin/bash" },
  { name: "BusyBox ash", shell: path.join(folder, "ash") },
];
const text = (answer: Answer): string => answer.stdout.toString();
const isRunning = (pid: string): boolean => existsSync(`/proc/${pid}`) && !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
const code = (expected: string) => (error: unknown) => error instanceof Failure && error.code === expected;

for (const { name, shell } of shells) {
  describe(`a held ${name}`, { skip: existsSync(shell) ? false : `${shell} is not installed` }, () => {
    let opened: Promise<Session> | undefined;
    const session = (): Promise<Session> => (opened ??= openSession({ name: "here", connection: "local", shell }));
    after(async () => (await opened)?.close());

    test("answers with exit status and streams apart", async () => {
      const answer = await (await session()).run({ text: "printf out; printf err >&2; exit 7" });
      assert.deepEqual([answer.code, text(answer), answer.stderr.toString()], [7, "out", "err"]);
    });

    test("nothing of a script stays behind", async () => {
      const held = await session();
      await held.run(
        {
          text: "cd /; set -eu; x=1; export y=2; umask 0; trap 'echo trapped' EXIT; exec 2>/dev/null; alias z=a; f() { :; }; false; echo never",
          vars: { v: "1" },
        },
        { environment: { e: "1" } },
      );
      const answer = await held.run({ text: "pwd; umask; echo [${x-}${y-}${v-}${e-}] $-; f 2>/dev/null || echo gone; echo e >&2; false; echo on $#" });
      assert.equal(
        text(answer),
        `${process.cwd()}\n${execFileSync("sh", ["-c", "umask"]).toString()}[] ${text(await held.run({ text: "echo $-" }))}gone\non 0\n`,
      );
      assert.equal(answer.stderr.toString(), "e\n");
    });

    const dying: readonly { readonly name: string; readonly text: string; readonly code: number | undefined; readonly stderr: RegExp }[] = [
      { name: "a syntax error", text: "echo a\nif then", code: undefined, stderr: /syntax error/i },
      { name: "an open quotation mark", text: "echo 'a", code: undefined, stderr: /unterminated|unexpected/i },
      { name: "a closing brace too many", text: "echo a; )", code: undefined, stderr: /syntax error/i },
      { name: "an unset variable under set -u", text: "set -u; echo $nothing", code: undefined, stderr: /nothing/ },
      { name: "a missing command", text: "no-such-command", code: 127, stderr: /no-such-command/ },
      { name: "an assignment to a read-only variable", text: "readonly r=1; r=2", code: undefined, stderr: /r/ },
      { name: "a signal", text: "kill -TERM \"$(exec sh -c 'echo $PPID')\"; sleep 5", code: 143, stderr: /^/ },
      { name: "a bad redirection", text: "exec </no/such/file", code: undefined, stderr: /no such|can't open|cannot open|nonexistent/i },
      { name: "exec", text: "exec sh -c 'exit 9'", code: 9, stderr: /^$/ },
    ];
    for (const { name: how, text: script, code: expected, stderr } of dying) {
      test(`${how} ends the script and not the shell`, async () => {
        const held = await session();
        const answer = await held.run({ text: script });
        if (expected === undefined) assert.notEqual(answer.code, 0);
        else assert.equal(answer.code, expected);
        assert.match(answer.stderr.toString(), stderr);
        assert.equal(text(await held.run({ text: "echo alive" })), "alive\n");
      });
    }

    test("stdin is empty when not given, and what was given otherwise", async () => {
      const held = await session();
      assert.equal(text(await held.run({ text: "cat; echo end" })), "end\n");
      for (const content of ["", "a", "a\n", "it's 'quoted'\n\n", "%s %b \\n \\0\\c", "-n", "$(id) `id`\n"]) {
        assert.equal(text(await held.run({ text: "cat", stdin: Buffer.from(content) })), content, JSON.stringify(content));
      }
    });

    test("random bytes come back the same, through variables and stdin", async () => {
      const held = await session();
      const rounds = Array.from({ length: 60 }, async (_, round) => {
        const bytes = randomBytes(randomInt(0, round < 55 ? 3_000 : 60_000));
        const letters = Array.from({ length: randomInt(0, 2_000) }, () => String.fromCodePoint(randomInt(1, 0xd7ff))).join("");
        const [echoed, piped] = await Promise.all([
          held.run({ text: 'printf %s "$value"', vars: { value: letters } }),
          held.run({ text: "cat; printf %s x >&2", stdin: bytes }),
        ]);
        assert.ok(echoed.stdout.equals(Buffer.from(letters)), `round ${round}: ${letters.length} characters in a variable`);
        assert.ok(piped.stdout.equals(bytes), `round ${round}: ${bytes.length} bytes on stdin`);
        assert.equal(piped.stderr.toString(), "x");
      });
      await Promise.all(rounds);
    });

    test("every byte by itself, and every ASCII character in a variable and in a script's text", async () => {
      const held = await session();
      const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      const withoutNul = every.subarray(1);
      assert.ok((await held.run({ text: "cat", stdin: every })).stdout.equals(every));
      assert.ok((await held.run({ text: "cat", stdin: withoutNul })).stdout.equals(withoutNul));
      const ascii = withoutNul.subarray(0, 127).toString();
      assert.equal(text(await held.run({ text: 'printf %s "$a"', vars: { a: ascii } })), ascii);
      assert.equal(text(await held.run({ text: 'printf %s "$a"' }, { environment: { a: ascii } })), ascii);
      assert.equal(text(await held.run({ text: `printf %s '${ascii.replaceAll("'", "'\\''")}'` })), ascii);
    });

    test("a large file is streamed to the script", async () => {
      const file = path.join(folder, "large");
      const bytes = randomBytes(3_000_000);
      writeFileSync(file, bytes);
      const held = await session();
      const answer = await held.run({ text: 'cat; printf %s "$v" >&2; exit 4', stdin: { file }, vars: { v: "it's \\ ü" } });
      assert.ok(answer.stdout.equals(bytes));
      assert.deepEqual([answer.code, answer.stderr.toString()], [4, "it's \\ ü"]);
      assert.equal(text(await held.run({ text: "head -c 3 | wc -c", stdin: { file } })).trim(), "3");
      assert.equal((await held.run({ text: "if then", stdin: { file } })).code === 0, false);
      await assert.rejects(held.run({ text: "cat", stdin: { file: path.join(folder, "missing") } }), code("file-not-readable"));
    });

    test("frames overlap and come back in order", async () => {
      const held = await session();
      const order: number[] = [];
      const answers = await Promise.all(
        Array.from({ length: 20 }, async (_, number) => {
          const answer = await held.run({ text: 'echo "$n"; echo "e$n" >&2; exit "$n"', vars: { n: String(number) } });
          order.push(number);
          return answer;
        }),
      );
      answers.forEach((answer, number) => assert.deepEqual([answer.code, text(answer), answer.stderr.toString()], [number, `${number}\n`, `e${number}\n`]));
      assert.deepEqual(
        order,
        order.toSorted((a, b) => a - b),
      );
    });

    test("output is told on while the script runs", async () => {
      const held = await session();
      const seen: string[] = [];
      // the script goes on only when its first word has been heard
      const heard = path.join(folder, "heard");
      rmSync(heard, { force: true });
      const answer = await held.run(
        { text: 'printf one; until [ -e "$heard" ]; do sleep 0.05; done; printf two >&2; exit 0', vars: { heard } },
        {
          onOutput: (chunk, stream) => {
            seen.push(`${stream}:${chunk.toString()}`);
            writeFileSync(heard, "");
          },
          timeout: 60_000,
        },
      );
      assert.deepEqual(seen, ["stdout:one", "stderr:two"]);
      assert.deepEqual([text(answer), answer.stderr.toString()], ["one", "two"]);
    });

    test("a timeout ends the whole tree, also children that ignore signals or changed their group", async () => {
      const held = await session();
      const pids = path.join(folder, `pids-${randomInt(1e9)}`);
      const script = `sh -c 'trap "" TERM; echo $$ >>"$0"; while :; do sleep 1; done' "$pids" & setsid sh -c 'echo $$ >>"$0"; exec sleep 60' "$pids" & (sleep 61 & echo $! >>"$pids") ; echo begun; sleep 60; wait`;
      await assert.rejects(held.run({ text: script, vars: { pids } }, { timeout: 500 }), code("command-timeout"));
      const running = readFileSync(pids, "utf8").trim().split("\n");
      assert.equal(running.length, 3);
      assert.deepEqual(running.filter(isRunning), []);
      assert.equal(text(await held.run({ text: "echo alive" })), "alive\n");
    });

    test("a timeout spares the daemons of earlier scripts and the frames behind it", async () => {
      const held = await session();
      const daemon = text(await held.run({ text: "sleep 100 >/dev/null 2>&1 & echo $!" })).trim();
      const slow = held.run({ text: "sleep 60" }, { timeout: 300 });
      const next = held.run({ text: "echo next" });
      await assert.rejects(slow, code("command-timeout"));
      assert.equal(text(await next), "next\n");
      assert.ok(isRunning(daemon));
      process.kill(Number(daemon));
    });

    test("an interrupt ends what runs and what waits", async () => {
      const held = await session();
      const interrupt = new AbortController();
      const marker = path.join(folder, `marker-${randomInt(1e9)}`);
      const running = [
        held.run({ text: "sleep 60" }, { signal: interrupt.signal }),
        held.run({ text: 'touch "$m"', vars: { m: marker } }, { signal: interrupt.signal }),
      ];
      setTimeout(() => interrupt.abort(), 300);
      for (const result of await Promise.allSettled(running))
        assert.ok(result.status === "rejected" && code("interrupted")(result.reason), JSON.stringify(result));
      assert.equal(existsSync(marker), false);
      await assert.rejects(held.run({ text: ":" }, { signal: interrupt.signal }), code("interrupted"));
      assert.equal(text(await held.run({ text: "echo alive" })), "alive\n");
    });

    test("a streamed script has timeouts too", async () => {
      const held = await session();
      const file = path.join(folder, "streamed");
      writeFileSync(file, Buffer.alloc(2_000_000, 1));
      const pid = path.join(folder, `pid-${randomInt(1e9)}`);
      await assert.rejects(
        held.run({ text: 'sh -c \'echo $$ >"$0"; sleep 60\' "$pid"', vars: { pid }, stdin: { file } }, { timeout: 300 }),
        code("command-timeout"),
      );
      assert.equal(isRunning(readFileSync(pid, "utf8").trim()), false);
    });

    test("the death of the shell fails the script that ran and not those behind it", async () => {
      const held = await session();
      const killer = held.run({ text: "kill -9 $$; sleep 1" });
      const behind = Array.from({ length: 5 }, (_, number) => held.run({ text: 'echo "$n"', vars: { n: String(number) } }));
      await assert.rejects(killer, code("shell-ended"));
      assert.deepEqual((await Promise.all(behind)).map(text), ["0\n", "1\n", "2\n", "3\n", "4\n"]);
    });

    test("a child that keeps stdout open holds nothing up, and is not heard later", async () => {
      const held = await session();
      const answer = await held.run({ text: "(sleep 0.3; echo late; echo late >&2) & echo now" });
      assert.equal(text(answer), "now\n");
      await new Promise((resolve) => setTimeout(resolve, 500));
      assert.equal(text(await held.run({ text: "echo next" })), "next\n");
    });

    test("50 MB of output", async () => {
      const answer = await (await session()).run({ text: "head -c 50000000 /dev/zero" });
      assert.equal(answer.stdout.length, 50_000_000);
      assert.ok(answer.stdout.every((byte) => byte === 0));
    });
  });
}

test("what no shell can hold is refused", async () => {
  const held = await openSession({ name: "here", connection: "local" });
  await assert.rejects(held.run({ text: ":", vars: { a: "x\0y" } }), code("nul-byte"));
  await assert.rejects(held.run({ text: "a\0b" }), code("nul-byte"));
  await assert.rejects(held.run({ text: ":", vars: { "a b": "" } }), code("bad-variable"));
  await assert.rejects(held.run({ text: ":", vars: { UID: "1" } }), code("bad-variable"));
  await held.close();
  await assert.rejects(held.run({ text: ":" }), code("session-closed"));
});

test("close ends what runs, and spares daemons", async () => {
  const held = await openSession({ name: "here", connection: "local" });
  const daemon = text(await held.run({ text: "sleep 100 >/dev/null 2>&1 & echo $!" })).trim();
  const pid = path.join(folder, "closing");
  const running = held.run({ text: 'echo $$ >"$pid"; sleep 77; echo no', vars: { pid } });
  running.catch(() => undefined);
  while (!existsSync(pid) || readFileSync(pid, "utf8") === "") await new Promise((resolve) => setTimeout(resolve, 20));
  await held.close();
  await assert.rejects(running, code("session-closed"));
  assert.equal(isRunning(readFileSync(pid, "utf8").trim()), false);
  assert.ok(isRunning(daemon));
  process.kill(Number(daemon));
});

test("a shell that is not there is named", async () => {
  const held = await openSession({ name: "here", connection: "local", shell: "/no/such/sh" });
  await assert.rejects(held.run({ text: ":" }), (error) => code("shell-failed")(error) && (error as Failure).message.includes("/no/such/sh"));
  await held.close();
});

test("secrets are in no argv", async () => {
  const held = await openSession({ name: "here", connection: "local" });
  const file = path.join(folder, "argv");
  writeFileSync(file, Buffer.alloc(1_000_000));
  const look = "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -c 's3cr[e]t-word'; :";
  for (const stdin of [undefined, Buffer.from("x"), { file }])
    assert.equal(text(await held.run({ text: look, vars: { secret: "s3cret-word" }, stdin })), "0\n");
  await held.close();
});
