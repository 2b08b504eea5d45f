import assert from "node:assert/strict";
import test from "node:test";
import { parseDeb822, parseList } from "../../engine/lab/apt.ts";

const lists = [
  { text: "deb http://mirror.example/debian bookworm main contrib\n", want: ["http://mirror.example/debian bookworm main contrib"] },
  { text: "deb [signed-by=/k.gpg arch=amd64] http://m.example/d bookworm main # mine", want: ["http://m.example/d bookworm main"] },
  { text: "# deb http://m.example/d bookworm main\ndeb-src http://m.example/d bookworm main\n\n", want: [] },
];

const paragraphs = [
  {
    text: "Types: deb deb-src\n# a note\nURIs: http://m.example/d\nSuites: bookworm bookworm-updates\nComponents: main\n",
    want: ["http://m.example/d bookworm main", "http://m.example/d bookworm-updates main"],
  },
  { text: "Types: deb\nURIs: http://m.example/d\nSuites: bookworm\nComponents: main\n contrib\n", want: ["http://m.example/d bookworm main contrib"] },
  { text: "Enabled: no\nTypes: deb\nURIs: http://m.example/d\nSuites: bookworm\nComponents: main\n", want: [] },
  { text: "Types: deb-src\nURIs: http://m.example/d\nSuites: bookworm\nComponents: main\n", want: [] },
];

function words(sources: readonly { uri: string; suite: string; components: string }[]): string[] {
  return sources.map((source) => `${source.uri} ${source.suite} ${source.components}`);
}

test("apt's one-line sources are read", () => {
  for (const each of lists) assert.deepEqual(words(parseList(each.text)), each.want, each.text);
});

test("apt's deb822 sources are read", () => {
  for (const each of paragraphs) assert.deepEqual(words(parseDeb822(each.text)), each.want, each.text);
});
