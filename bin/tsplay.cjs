#!/usr/bin/env node
// Loads the bundle with V8's code cache, so that a start does not parse two megabytes. A cache that is missing, or of another V8, is
// written when the run ends, where that is allowed.
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const file = path.join(__dirname, "../dist/cli.cjs");
const cacheFile = `${file}.cache`;
const source = read(file, "latin1") ?? missing();
const cachedData = read(cacheFile);
const script = new vm.Script(source, {
  filename: file,
  cachedData,
  importModuleDynamically: vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER ?? ((specifier) => import(specifier)),
});
if (cachedData === undefined || script.cachedDataRejected) process.once("exit", keep);
script.runInThisContext()(require("node:module").createRequire(file), { exports: {} }, {}, file, path.dirname(file));

function read(name, encoding) {
  try {
    return fs.readFileSync(name, encoding);
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function keep() {
  const temporary = `${cacheFile}.${process.pid}`;
  try {
    fs.writeFileSync(temporary, script.createCachedData());
    fs.renameSync(temporary, cacheFile);
  } catch {
    // a folder that may not be written, or a full disk: the next start is as slow as this one
  }
}

function missing() {
  process.stderr.write("tsplay is not built: run `npm run build` in its folder\n");
  process.exit(1);
}
