// Which lines of engine/ the tests reached: node's own coverage (NODE_V8_COVERAGE), brought back to TypeScript by the source maps that tsx leaves.
import { transformSync } from "esbuild";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Collects what processes reached: `add(folder)` for each NODE_V8_COVERAGE, then `table()`. */
export function coverageOf(root) {
  /** A file's places and which of them have run: tsx makes the same text of a file in every process. */
  const seen = new Map();

  return {
    add(folder) {
      for (const name of readdirSync(folder)) {
        const { result, "source-map-cache": maps = {} } = JSON.parse(readFileSync(path.join(folder, name), "utf8"));
        for (const { url, functions } of result) {
          const file = url.startsWith("file://") && url.endsWith(".ts") ? path.relative(root, fileURLToPath(url)) : "";
          if (!file.startsWith("engine/") || maps[url] === undefined) continue;
          const known = seen.get(file) ?? newFile(placesOf(maps[url].data.mappings, maps[url].lineLengths));
          seen.set(file, known);
          mark(known, functions);
        }
      }
    },

    /**
     * A line a room and the files of which nothing ran, as text. "reached" is a line of which something ran, "whole" one of which everything did;
     * the numbers of the others are written to unreached.log.
     */
    table() {
      const files = readdirSync(path.join(root, "engine"), { recursive: true })
        .map((name) => path.join("engine", name))
        .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
        .sort()
        .map((file) => ({ file, ...linesOf(seen.get(file) ?? neverLoaded(path.join(root, file)), readFileSync(path.join(root, file), "utf8")) }))
        .filter(({ lines }) => lines > 0);
      writeFileSync(path.join(root, "unreached.log"), files.map(({ file, open }) => `${file}: ${spans(open)}\n`).join(""));
      const rooms = [...new Set(files.map(roomOf))];
      const never = files.filter(({ reached }) => reached === 0);
      return [
        ["room", "files", "lines", "reached", "whole"],
        ...rooms.map((room) =>
          row(
            room,
            files.filter((each) => roomOf(each) === room),
          ),
        ),
        row("all", files),
      ]
        .map(([name, ...figures]) => `${name.padEnd(20)}${figures.map((figure) => String(figure).padStart(9)).join("")}\n`)
        .concat(
          never.length === 0 ? [] : "\nnot reached at all:\n",
          never.map(({ file, lines }) => `  ${file} (${lines} lines)\n`),
        )
        .join("");
    },
  };
}

function newFile(places) {
  return { places, hasRun: new Uint8Array(places.length) };
}

function neverLoaded(file) {
  const { map } = transformSync(readFileSync(file, "utf8"), { loader: "ts", sourcemap: true, sourcefile: file });
  return newFile(placesOf(JSON.parse(map).mappings, undefined));
}

/** Marks the places that the innermost of V8's ranges around them has counted. Ranges contain one another or lie apart. */
function mark({ places, hasRun }, functions) {
  const ranges = functions.flatMap((each) => each.ranges).sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  const around = [];
  let next = 0;
  for (const [index, { offset }] of places.entries()) {
    for (; next < ranges.length && ranges[next].startOffset <= offset; next += 1) {
      while (around.length > 0 && around.at(-1).endOffset <= ranges[next].startOffset) around.pop();
      around.push(ranges[next]);
    }
    while (around.length > 0 && around.at(-1).endOffset <= offset) around.pop();
    if ((around.at(-1)?.count ?? 0) > 0) hasRun[index] = 1;
  }
}

/** Where the made text is which line of the source, in the order of the made text. */
function placesOf(mappings, lineLengths) {
  const places = [];
  let start = 0;
  let line = 0;
  for (const [made, segments] of mappings.split(";").entries()) {
    let column = 0;
    for (const segment of segments === "" ? [] : segments.split(",")) {
      const [columns, source, lines] = numbersOf(segment);
      column += columns;
      if (source === undefined) continue;
      line += lines;
      places.push({ offset: start + column, line });
    }
    start += (lineLengths?.[made] ?? 0) + 1;
  }
  return places;
}

/** The numbers of a segment of a source map: six bits a letter, the lowest five first, the sign in the lowest bit. */
function numbersOf(segment) {
  const numbers = [];
  let value = 0;
  let shift = 0;
  for (const letter of segment) {
    const digit = DIGITS.indexOf(letter);
    value += (digit & 31) << shift;
    shift += 5;
    if ((digit & 32) !== 0) continue;
    numbers.push((value & 1) === 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}

function linesOf({ places, hasRun }, text) {
  const source = text.split("\n");
  const whole = new Map();
  const ran = new Set();
  for (const [index, { line }] of places.entries()) {
    // a line of brackets says nothing: what stands behind a return is never run
    if (/^[\s{}()[\];,]*$/.test(source[line] ?? "")) continue;
    whole.set(line, (whole.get(line) ?? true) && hasRun[index] === 1);
    if (hasRun[index] === 1) ran.add(line);
  }
  const open = [...whole.keys()].filter((line) => !whole.get(line)).sort((a, b) => a - b);
  return { lines: whole.size, reached: ran.size, whole: whole.size - open.length, open: open.map((line) => line + 1) };
}

/** engine/run for all that lies in it, engine for what lies in engine itself. */
function roomOf({ file }) {
  return path.dirname(file).split("/").slice(0, 2).join("/");
}

function row(name, files) {
  const sum = (key) => files.reduce((total, file) => total + file[key], 0);
  const percent = (key) => `${Math.floor((100 * sum(key)) / sum("lines"))} %`;
  return [name, files.length, sum("lines"), percent("reached"), percent("whole")];
}

/** 1, 2, 3, 7 -> 1-3 7 */
function spans(numbers) {
  const starts = numbers.filter((number, index) => numbers[index - 1] !== number - 1);
  const ends = numbers.filter((number, index) => numbers[index + 1] !== number + 1);
  return starts.map((start, index) => (start === ends[index] ? `${start}` : `${start}-${ends[index]}`)).join(" ");
}
