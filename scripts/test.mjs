// Runs the test suite with node's own runner, a process a file: `node scripts/test.mjs [--coverage] [PATH ...]`. A test has one try.
// Without paths everything runs, and what of engine/ was reached is printed; with CI set, nothing may have been skipped.
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { coverageOf } from "./coverage.mjs";

const root = path.resolve(import.meta.dirname, "..");
const given = process.argv.slice(2).filter((word) => !word.startsWith("--"));
// test/cluster builds Kubernetes from source and boots clusters: only when it is named
const files =
  given.length > 0
    ? given.flatMap(testsIn).sort()
    : testsIn("test")
        .filter((file) => !file.startsWith(path.join(root, "test/cluster/")))
        .sort();
// these come with `npm run test:cluster`, which builds them and runs their tests too
const MAY_BE_SKIPPED = /^the cluster's parts are not built/;

const coverage = given.length === 0 || process.argv.includes("--coverage") ? coverageOf(root) : undefined;
const coverageFolder = path.join(root, "node_modules/.tsplay-coverage");
rmSync(coverageFolder, { recursive: true, force: true });

const totals = { pass: 0, fail: 0 };
const skipped = [];
const queue = [...files];
await Promise.all([0, 1].map(work));

if (coverage !== undefined) process.stdout.write(`\n${coverage.table()}`);
if (skipped.length > 0) process.stdout.write(`\nskipped:\n${skipped.map(({ file, name, reason }) => `  ${file}: ${name} (${reason})\n`).join("")}`);
const refused = process.env.CI ? skipped.filter(({ reason }) => !MAY_BE_SKIPPED.test(reason)) : [];
if (refused.length > 0) process.stdout.write(`\nin CI every test must run: ${refused.length} did not\n`);
process.stdout.write(`\n${files.length} files\n${totals.pass} passed, ${totals.fail} failed, ${skipped.length} skipped\n`);
process.exit(totals.fail === 0 && totals.pass > 0 && refused.length === 0 ? 0 : 1);

async function work() {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const result = await runFile(file);
    report(file, result);
    totals.pass += result.pass;
    totals.fail += result.fail;
    skipped.push(...result.skipped);
  }
}

function runFile(file) {
  const reached = path.join(coverageFolder, path.relative(root, file));
  const env = { ...process.env };
  if (coverage !== undefined) {
    mkdirSync(reached, { recursive: true });
    env.NODE_V8_COVERAGE = reached;
  }
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--import", "tsx", "--test", "--test-reporter=tap", file], { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    // figures, as soon as they are there: some files take minutes
    createInterface({ input: child.stdout }).on("line", (line) => {
      const figure = /^\s*# measured: (.*)$/.exec(line)?.[1];
      if (figure !== undefined) process.stdout.write(`     ${path.relative(root, file)}: ${figure}\n`);
    });
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("close", (code) => {
      if (coverage !== undefined) {
        coverage.add(reached);
        rmSync(reached, { recursive: true });
      }
      const count = (name) => Number(new RegExp(`^# ${name} (\\d+)$`, "m").exec(output)?.[1] ?? 0);
      const fail = count("fail") + count("cancelled");
      resolve({ pass: count("pass"), fail: fail === 0 && code !== 0 ? 1 : fail, skipped: skippedIn(output, path.relative(root, file)), output });
    });
  });
}

/** The tests and suites that were skipped, from TAP; a reason's # is escaped in it. */
function skippedIn(output, file) {
  return [...output.matchAll(/^\s*ok \d+ - (.*) # SKIP ?(.*)$/gm)].map(([, name, reason]) => ({ file, name, reason: reason.replaceAll("\\#", "#") }));
}

function report(file, result) {
  const name = path.relative(root, file);
  process.stdout.write(`${result.fail === 0 ? "ok  " : "FAIL"} ${name}: ${result.pass} passed, ${result.fail} failed, ${result.skipped.length} skipped\n`);
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
