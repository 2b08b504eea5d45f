// Runs the whole test suite with node's own runner: `node scripts/test.mjs [PATH ...]`.
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const given = process.argv.slice(2);
const files = (given.length > 0 ? given : ["test"]).flatMap(testsIn).sort();
const result = spawnSync(process.execPath, ["--import", "tsx", "--test", "--test-concurrency=2", ...files], { cwd: root, stdio: "inherit" });
process.exit(result.status ?? 1);

function testsIn(place) {
  const full = path.resolve(root, place);
  if (!statSync(full).isDirectory()) return [full];
  return readdirSync(full, { recursive: true })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => path.join(full, name));
}
