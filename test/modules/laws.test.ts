import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { moduleNames, loadModule } from "../../engine/modules/index.ts";
import { judge } from "../../engine/modules/laws/judge.ts";
import { readSituations } from "../../engine/modules/laws/situation.ts";
import { openSession } from "../../engine/session/open.ts";
import { targetOf } from "../session/lab-target.ts";
import { useLab } from "../support/lab.ts";
import { benchOf, Files } from "./bench.ts";

// LAWS=copy,file tries these modules only
const only = process.env["LAWS"]?.split(",");
// what these install makes every later digest of a host slower
const last = ["apt_key", "locale_gen", "pip"];
const modules = moduleNames
  .filter((name) => (only?.includes(name) ?? true) && existsSync(lawsFile(name)))
  .sort((a, b) => Number(last.includes(a)) - Number(last.includes(b)));

// two hosts a shell: each tries half of the modules, one situation after another, since a digest is of a whole host
const hosts = [
  { name: "law-dash-1", shell: "/bin/dash", half: 0 },
  { name: "law-dash-2", shell: "/bin/dash", half: 1 },
  { name: "law-busybox-1", shell: "/opt/busybox/sh", half: 0 },
  { name: "law-busybox-2", shell: "/opt/busybox/sh", half: 1 },
];
const shared = useLab(hosts.map((host) => host.name));

function lawsFile(name: string): string {
  return path.resolve(import.meta.dirname, "../../engine/modules", name, "laws.yaml");
}

test("every module passes the laws", { skip: shared.skip, concurrency: true, timeout: 2_400_000 }, async (t) => {
  const lab = await shared.lab();
  await Promise.all(
    hosts.map(({ name, shell, half }) =>
      t.test(name, async (t) => {
        const host = lab.host(name);
        await host.exec("mkdir -p /opt/busybox && ln -s /bin/busybox /opt/busybox/sh");
        const session = await openSession(targetOf(lab, name, { shell }));
        const files = await Files.open(host.address.replace(/\.\d+$/, ".1"));
        try {
          for (const module of modules.filter((_, index) => index % 2 === half)) {
            await t.test(module, async () => {
              const wrong: string[] = [];
              for (const situation of readSituations(lawsFile(module))) {
                if (situation.shells !== undefined && !situation.shells.includes(shell.includes("busybox") ? "busybox" : "dash")) continue;
                // a BusyBox sh has its applets inside: they cannot be hidden
                if (situation.without !== undefined && shell.includes("busybox")) continue;
                await files.fill(situation.files ?? {});
                const loaded = await loadModule(module);
                assert.ok(loaded?.kind === "host", `${module} does not act on a host`);
                const violations = await judge(loaded.module, situation, benchOf(host, session, files, situation));
                wrong.push(...violations.map((violation) => `${situation.name}: ${violation}`));
              }
              assert.deepEqual(wrong, []);
            });
          }
        } finally {
          await session.close();
          await files.close();
        }
      }),
    ),
  );
});
