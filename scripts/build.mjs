// Bundles engine/ into dist/ with code splitting, so that a run loads only the modules it uses.
import { build } from "esbuild";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const dist = path.join(root, "dist");
await rm(dist, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { cli: "engine/cli/main.ts", index: "engine/index.ts", mirror: "engine/lab/mirror/main.ts" },
  outdir: dist,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  sourcemap: true,
  logLevel: "warning",
  // ssh2's native parts are optional and found at run time; the Kubernetes client is large and rarely needed
  external: ["cpu-features", "*.node", "@kubernetes/client-node"],
  // what CommonJS packages expect around them
  banner: {
    js: [
      "import { createRequire as __createRequire } from 'node:module';",
      "const require = __createRequire(import.meta.url);",
      "const __filename = import.meta.filename, __dirname = import.meta.dirname;",
    ].join("\n"),
  },
  plugins: [
    {
      // import.meta.url keeps meaning the source file, so that modules find the .sh files beside them
      name: "keep-import-meta-url",
      setup({ onLoad }) {
        onLoad({ filter: /engine[\\/].*\.ts$/ }, async ({ path: file }) => {
          const text = await readFile(file, "utf8");
          const relative = path.relative(dist, file);
          return { loader: "ts", contents: text.replaceAll("import.meta.url", `new URL(${JSON.stringify(relative)}, import.meta.url).href`) };
        });
      },
    },
  ],
});
