// Writes docs/modules/ from the modules' schemas, and docs/errors.md from the sources. Run it with `npx tsx scripts/docs.ts`; test/docs proves that it has been run.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { moduleMarkdown, modulesIndex } from "../engine/docs/markdown.ts";
import type { Module } from "../engine/modules/contract.ts";
import { loadModule, moduleNames } from "../engine/modules/index.ts";
import { errorsMarkdown } from "./errors.ts";

const folder = join(import.meta.dirname, "../docs/modules");
mkdirSync(folder, { recursive: true });
for (const file of readdirSync(folder)) rmSync(join(folder, file));
const modules: Module[] = [];
for (const name of moduleNames) modules.push((await loadModule(name))!);
for (const module of modules) writeFileSync(join(folder, `${module.module.name}.md`), moduleMarkdown(module));
writeFileSync(join(folder, "README.md"), modulesIndex(modules));
writeFileSync(join(folder, "../errors.md"), errorsMarkdown(join(import.meta.dirname, "..")));
