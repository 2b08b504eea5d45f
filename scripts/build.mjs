// Bundles engine/ into dist/: the library as ES modules, and the command as one script that bin/tsplay.cjs loads with V8's code cache.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const dist = path.join(root, "dist");

// The engine's own small files travel inside the bundle: a run would read some thirty of them one after the other
const bundledFiles = Object.fromEntries(
  ["package.json", ...readdirSync(path.join(root, "engine"), { recursive: true }).map((name) => path.join("engine", name))]
    .filter((name) => name === "package.json" || name.endsWith(".sh"))
    .map((name) => [name, readFileSync(path.join(root, name), "utf8")]),
);

/** import.meta.url keeps meaning the source file, so that what lies beside it is found. */
const keepSourceUrls = {
  name: "keep-source-urls",
  setup({ onLoad, initialOptions }) {
    const base = initialOptions.format === "cjs" ? "tsplayHere" : "import.meta.url";
    onLoad({ filter: /engine[\\/].*\.ts$/ }, async ({ path: file }) => {
      const text = await readFile(file, "utf8");
      const relative = path.relative(dist, file);
      if (!text.includes("import.meta.url")) return { loader: "ts", contents: text };
      // worked out once a file: scripts are read by it with every task
      const constant = `const tsplayUrl = new URL(${JSON.stringify(relative)}, ${base}).href;`;
      return { loader: "ts", contents: `${constant} ${text.replaceAll("import.meta.url", "tsplayUrl")}` };
    });
  },
};

const common = {
  absWorkingDir: root,
  outdir: dist,
  bundle: true,
  platform: "node",
  target: "node20",
  logLevel: "warning",
  // native parts of ssh2 and ws are optional and found at run time. NOTE: nothing may be left to import(), which a script out of V8's cache cannot
  external: ["cpu-features", "*.node", "bufferutil", "utf-8-validate"],
  define: { TSPLAY_BUNDLED_FILES: JSON.stringify(bundledFiles) },
  plugins: [keepSourceUrls],
};

await rm(dist, { recursive: true, force: true });
await Promise.all([
  build({
    ...common,
    entryPoints: { index: "engine/index.ts", mirror: "engine/lab/mirror/main.ts" },
    format: "esm",
    splitting: true,
    sourcemap: true,
    // what CommonJS packages expect around them
    banner: {
      js: [
        "import { createRequire as __createRequire } from 'node:module';",
        "const require = __createRequire(import.meta.url);",
        "const __filename = import.meta.filename, __dirname = import.meta.dirname;",
      ].join("\n"),
    },
  }),
  build({
    ...common,
    entryPoints: { cli: "engine/cli/main.ts" },
    outExtension: { ".js": ".cjs" },
    format: "cjs",
    minifyWhitespace: true,
    minifySyntax: true,
    // a function, as Node makes of every CommonJS file
    banner: { js: "(function (require, module, exports, __filename, __dirname) {const tsplayHere = require('node:url').pathToFileURL(__filename);" },
    footer: { js: "})" },
  }),
]);

const left = /\bimport\("[^"]*"\)/.exec(await readFile(path.join(dist, "cli.cjs"), "utf8"));
if (left !== null) throw new Error(`the bundle leaves ${left[0]} to run time`);

// a run of this play leaves the code cache behind, with what most plays need compiled
const warmUp = spawnSync(process.execPath, [path.join(root, "bin/tsplay.cjs"), path.join(root, "scripts/warm-up.yml"), "-i", "localhost,", "--check"], {
  encoding: "utf8",
});
if (warmUp.status !== 0) throw new Error(`the bundle does not run: ${warmUp.stdout}${warmUp.stderr}`);
