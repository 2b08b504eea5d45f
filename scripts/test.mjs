// Runs the test suite with node's own runner, a process a file: `node scripts/test.mjs [PATH ...]`.
// Files that fail while others run beside them are run once more, alone; what then fails, fails. Both runs are told.
import { spawn } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";

const root = path.resolve(import.meta.dirname, "..");
const given = process.argv.slice(2);
// test/cluster builds Kubernetes from source and boots clusters: only when it is named
const files =
  given.length > 0
    ? given.flatMap(testsIn).sort()
    : testsIn("test")
        .filter((file) => !file.startsWith(path.join(root, "test/cluster/")))
        .sort();
const totals = { pass: 0, fail: 0, skipped: 0 };

const queue = [...files];
const again = [];
await Promise.all([0, 1].map(work));
for (const file of again) {
  const result = await runFile(file);
  report(file, result, "alone");
  add(result);
}
process.stdout.write(
  `\n${files.length} files, ${again.length} of them run a second time\n${totals.pass} passed, ${totals.fail} failed, ${totals.skipped} skipped\n`,
);
process.exit(totals.fail === 0 && totals.pass > 0 ? 0 : 1);

async function work() {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const result = await runFile(file);
    report(file, result, "");
    if (result.fail > 0) again.push(file);
    else add(result);
  }
}

function add(result) {
  for (const key of Object.keys(totals)) totals[key] += result[key];
}

function runFile(file) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--import", "tsx", "--test", "--test-reporter=tap", file], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    // figures, as soon as they are there: some files take minutes
    createInterface({ input: child.stdout }).on("line", (line) => {
      const figure = /^\s*# measured: (.*)$/.exec(line)?.[1];
      if (figure !== undefined) process.stdout.write(`     ${path.relative(root, file)}: ${figure}\n`);
    });
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("close", (code) => {
      const count = (name) => Number(new RegExp(`^# ${name} (\\d+)$`, "m").exec(output)?.[1] ?? 0);
      const fail = count("fail") + count("cancelled");
      resolve({ pass: count("pass"), fail: fail === 0 && code !== 0 ? 1 : fail, skipped: count("skipped"), output });
    });
  });
}

function report(file, result, how) {
  const name = path.relative(root, file);
  process.stdout.write(
    `${result.fail === 0 ? "ok  " : "FAIL"} ${name}${how === "" ? "" : ` (${how})`}: ${result.pass} passed, ${result.fail} failed, ${result.skipped} skipped\n`,
  );
  if (result.fail > 0)
    process.stdout.write(
      `${result.output
        .split("\n")
        .filter((line) => !/^\s*ok \d|duration_ms/.test(line))
        .join("\n")
        .slice(-6000)}\n`,
    );
}

function testsIn(place) {
  const full = path.resolve(root, place);
  if (!statSync(full).isDirectory()) return [full];
  return readdirSync(full, { recursive: true })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => path.join(full, name));
}
