import assert from "node:assert/strict";
import { test } from "node:test";
import { type Marks, marksOf } from "../../engine/session/frame.ts";
import { createSplitter } from "../../engine/session/shell/splitter.ts";

const NONCE = "6e6f6e6365";

/** Runs `input` in pieces of `size` bytes through a splitter that waits for `count` frames. */
function split(
  input: Buffer,
  size: number,
  count: number,
): { readonly noise: string; readonly frames: readonly string[]; readonly live: number; readonly isBroken: boolean } {
  const waiting: Marks[] = Array.from({ length: count }, (_, number) => marksOf(NONCE, number));
  const frames: string[] = [];
  let noise = "";
  let current = "";
  let live = 0;
  let isBroken = false;
  const feed = createSplitter({
    marks: () => waiting[0],
    begin: () => void (current = ""),
    data: (chunk) => {
      live += 1;
      current += chunk.toString("latin1");
    },
    end: (rest) => {
      waiting.shift();
      frames.push(`${current}|${rest}`);
    },
    noise: (chunk) => void (noise += chunk.toString("latin1")),
    broken: () => void (isBroken = true),
  });
  for (let at = 0; at < input.length; at += size) feed(input.subarray(at, at + size));
  return { noise, frames, live, isBroken };
}

const begin = (number: number): string => marksOf(NONCE, number).begin;
const end = (number: number, code = ""): string => `${marksOf(NONCE, number).end}${code}\n`;

const cases: readonly { readonly name: string; readonly input: string; readonly noise: string; readonly frames: readonly string[] }[] = [
  { name: "nothing around", input: `${begin(0)}${end(0, " 0")}`, noise: "", frames: ["| 0"] },
  { name: "output without a newline", input: `${begin(0)}abc${end(0, " 3")}`, noise: "", frames: ["abc| 3"] },
  { name: "a greeting before", input: `Welcome!\n${begin(0)}x\n${end(0, " 0")}`, noise: "Welcome!\n", frames: ["x\n| 0"] },
  { name: "late output between frames", input: `${begin(0)}a${end(0, " 0")}late\n${begin(1)}b${end(1, " 0")}`, noise: "late\n", frames: ["a| 0", "b| 0"] },
  { name: "half a mark in the output", input: `${begin(0)}${NONCE}${NONCE}>${end(0, " 0")}`, noise: "", frames: [`${NONCE}${NONCE}>| 0`] },
  { name: "the mark of another frame", input: `${begin(0)}${NONCE}>7 0\n${end(0, " 0")}`, noise: "", frames: [`${NONCE}>7 0\n| 0`] },
  { name: "bytes of all kinds", input: `${begin(0)}\0\xff\x80\r\n${end(0, " 255")}`, noise: "", frames: ["\0\xff\x80\r\n| 255"] },
  { name: "output after the last frame", input: `${begin(0)}${end(0, " 0")}tail`, noise: "", frames: ["| 0"] },
];

for (const { name, input, noise, frames } of cases) {
  test(`frames are cut exactly, however chunks fall: ${name}`, () => {
    const bytes = Buffer.from(input, "latin1");
    for (let size = 1; size <= bytes.length; size += 1) {
      const result = split(bytes, size, frames.length);
      assert.deepEqual(result.frames, frames, `chunks of ${size}`);
      if (name !== "output after the last frame") assert.equal(result.noise, noise, `chunks of ${size}`);
    }
  });
}

test("output is told on as it comes: only a beginning of a mark is held back", () => {
  assert.equal(split(Buffer.from(`${begin(0)}ABCDEFGHIJ`), 1, 1).live, 10);
});

test("a frame's number is not the beginning of another's", () => {
  const marks = Array.from({ length: 12 }, (_, number) => marksOf(NONCE, number));
  assert.equal(new Set(marks.map((mark) => mark.begin)).size, 12);
  assert.deepEqual(
    split(Buffer.from(Array.from({ length: 12 }, (_, n) => `${begin(n)}${n}${end(n, " 0")}`).join("")), 7, 12).frames,
    Array.from({ length: 12 }, (_, n) => `${n}| 0`),
  );
});

test("what follows an end mark without end is not kept", () => {
  assert.equal(split(Buffer.from(`${begin(0)}a${end(0, " 0")}`), 1, 1).isBroken, false);
  assert.equal(split(Buffer.from(`${begin(0)}a${end(0, " 0").trimEnd()}${"0".repeat(200)}`), 1, 1).isBroken, true);
});
