import assert from "node:assert/strict";
import test from "node:test";
import { Written } from "../../engine/source/written.ts";
import type { Event } from "../../engine/report/events.ts";
import { createGate, type Gate } from "../../engine/secrets/gate.ts";
import { MASK } from "../../engine/secrets/secrets.ts";
import { createLiveOutput } from "../../engine/task/live-output.ts";
import { item, result, task } from "../report/build.ts";

const SECRET = "hunter2-correct";

function gateWith(...secrets: string[]): { gate: Gate; events: Event[] } {
  const events: Event[] = [];
  const gate = createGate((event) => events.push(event));
  for (const secret of secrets) gate.secrets.add(secret);
  return { gate, events };
}

const place = { file: `/srv/${SECRET}/site.yml`, line: 3, column: 1, text: `  name: ${SECRET}` };
const view = task(`say ${SECRET}`, { id: "7", place, role: SECRET, tags: [SECRET], args: `msg=${SECRET}` });
const bare = Object.assign(Object.create(null) as Record<string, unknown>, { [SECRET]: [SECRET, new Written(SECRET)] });

// one of each kind that carries text
const events: readonly Event[] = [
  { type: "run-start", playbooks: [SECRET], check: false, diff: true, version: "1" },
  { type: "playbook-start", file: SECRET },
  { type: "play-start", name: SECRET, place, hosts: [SECRET], taskCount: 1, checkMode: false, strategy: SECRET },
  { type: "no-hosts-matched", pattern: SECRET, place },
  { type: "task-start", task: view, hosts: [SECRET], index: 1 },
  { type: "host-start", host: SECRET, task: view },
  { type: "output", host: "h", task: view, stream: "stdout", text: SECRET, censored: false },
  { type: "retry", host: "h", task: view, attempt: 1, retriesLeft: 1, result: { [SECRET]: SECRET }, censored: false },
  { type: "job", host: "h", task: view, id: "1.2", is: "running" },
  item(view, "h", "ok", { [SECRET]: SECRET }, 0, { deep: [{ bare, set: new Set([SECRET]), map: new Map([[SECRET, SECRET]]) }] }),
  result(
    view,
    "h",
    "failed",
    { msg: SECRET, diff: { before: SECRET, after: "" } },
    {
      delegatedTo: SECRET,
      failure: { code: "task-failed", message: SECRET, place, hint: SECRET, stderrTail: SECRET },
    },
  ),
  { type: "included", file: SECRET, hosts: [SECRET], task: view, label: SECRET, censored: false },
  { type: "notified", host: SECRET, handler: SECRET },
  { type: "warning", message: SECRET, place, hint: SECRET },
  { type: "custom-stats", values: { [SECRET]: SECRET }, perHost: { [SECRET]: { [SECRET]: SECRET } } },
  { type: "playbook-end", stats: { [SECRET]: { ok: 1, changed: 0, unreachable: 0, failed: 0, skipped: 0, rescued: 0, ignored: 0 } } },
  { type: "run-end", stats: {}, duration: 1, exitCode: 0, interrupted: false },
];

function everything(value: unknown): string {
  return JSON.stringify(value, (_key, entry: unknown) => (entry instanceof Set ? [...entry] : entry instanceof Map ? Object.fromEntries(entry) : entry));
}

for (const event of events) {
  test(`nothing secret leaves in ${event.type}`, () => {
    const { gate, events: seen } = gateWith(SECRET);
    gate.emit(event);
    assert.equal(seen.length, 1);
    assert.equal(seen[0]!.type, event.type);
    assert.ok(!everything(seen).includes(SECRET), everything(seen));
    // without secrets an event passes as it is
    const open = gateWith();
    open.gate.emit(event);
    assert.equal(open.events[0], event);
  });
}

test("words that reporters decide by stay, whatever the password is", () => {
  const { gate, events: seen } = gateWith("result", "changed", "stdout", "failed");
  gate.emit(result(task("t", { id: "changed" }), "h", "changed", { stdout: "changed" }));
  const [event] = seen as Extract<Event, { type: "result" }>[];
  assert.equal(event!.type, "result");
  assert.equal(event!.status, "changed");
  assert.equal(event!.task.id, "changed");
  assert.equal(event!.result["changed"], true);
  assert.equal(event!.result["stdout"], MASK);
});

test("keys that differ in their secrets only stay apart, and numbers are masked too", () => {
  const { gate, events: seen } = gateWith("one-secret", "two-secret", "12345678");
  gate.emit(result(task("t"), "h", "ok", { facts: { "one-secret": 1, "two-secret": 2 }, pin: 12_345_678, port: 8080 }));
  const [event] = seen as Extract<Event, { type: "result" }>[];
  assert.deepEqual(event!.result, { changed: false, facts: { [MASK]: 1, [`${MASK} (2)`]: 2 }, pin: MASK, port: 8080 });
});

test("no_log leaves who, what and how", () => {
  const { gate, events: seen } = gateWith();
  const hidden = { msg: "open sesame", changed: true, failed: true };
  const failure = { code: "task-failed", message: "open sesame", place: undefined, hint: "open sesame", stderrTail: "open sesame" };
  gate.emit(result(task("t"), "h", "failed", hidden, { censored: true, failure }));
  gate.emit(item(task("t"), "h", "failed", "open sesame", 0, hidden, { censored: true, failure }));
  gate.emit({ type: "retry", host: "h", task: task("t"), attempt: 1, retriesLeft: 1, result: hidden, censored: true });
  gate.emit({ type: "included", file: "f.yml", hosts: ["h"], task: task("t"), label: "open sesame", censored: true });
  gate.emit({ type: "output", host: "h", task: task("t"), stream: "stdout", text: "open sesame", censored: true });
  assert.deepEqual(
    seen.map((event) => event.type),
    ["result", "item", "retry", "included"],
  );
  assert.ok(!everything(seen).includes("sesame"), everything(seen));
  assert.deepEqual((seen[0] as Extract<Event, { type: "result" }>).result, {
    censored: "the output has been hidden due to the fact that 'no_log: true' was specified for this result",
    changed: true,
    failed: true,
  });
});

const output = (text: string, host = "h", stream: "stdout" | "stderr" = "stdout"): Event => ({
  type: "output",
  host,
  task: task("t"),
  stream,
  text,
  censored: false,
});
const texts = (seen: readonly Event[]): string => seen.flatMap((event) => (event.type === "output" ? [event.text] : [])).join("");

for (let at = 0; at <= SECRET.length; at += 1) {
  test(`live output cut behind ${at} letters of a secret never shows it`, () => {
    const { gate, events: seen } = gateWith(SECRET);
    gate.emit(output(`a ${SECRET.slice(0, at)}`));
    assert.equal(texts(seen), at === SECRET.length ? `a ${MASK}` : "a ");
    gate.emit(output("other", "h2"));
    gate.emit(output(`${SECRET.slice(at)} b`));
    gate.emit(result(task("t"), "h", "ok"));
    assert.equal(texts(seen.filter((event) => event.type === "output" && event.host === "h")), `a ${MASK} b`);
  });
}

test("what was held back comes out before the task's result, and letter by letter too", () => {
  const { gate, events: seen } = gateWith(SECRET, "correct horse");
  for (const letter of `x hunter2-correct horse, hunter2-corr`) gate.emit(output(letter));
  gate.emit(output("hunter2", "h", "stderr"));
  gate.emit(result(task("t"), "h", "ok"));
  assert.equal(texts(seen.filter((event) => event.type === "output" && event.stream === "stdout")), `x ${MASK}, hunter2-corr`);
  assert.equal(texts(seen.filter((event) => event.type === "output" && event.stream === "stderr")), "hunter2");
  assert.equal(seen.at(-1)!.type, "result");
});

function live(watched: readonly string[] | undefined, chunks: readonly Buffer[]): string {
  let text = "";
  const out = createLiveOutput(watched, (_stream, part) => (text += part));
  for (const chunk of chunks) out.add(chunk, "stdout");
  out.end();
  return text;
}

const trailer = "\0begin=1.5 2026-01-01 00:00:00\0end=2.5 2026-01-01 00:00:01\0";
const printed = `größer\0mehr\0beginn — 日本\n`;

for (const size of [1, 2, 3, 7, 1000]) {
  test(`live output in pieces of ${size} bytes: characters are whole, and the engine's records are not told`, () => {
    const bytes = Buffer.from(printed + trailer);
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
    assert.equal(live(["begin", "errno"], chunks), printed);
    assert.equal(live([], chunks), printed + trailer);
    // a module's own records are nobody's business
    assert.equal(live(undefined, chunks), "");
  });
}

test("a command that prints what looks like records keeps it", () => {
  assert.equal(live(["begin"], [Buffer.from(`a\0begin=x\0b${trailer}`)]), "a\0begin=x\0b");
});
