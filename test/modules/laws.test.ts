import assert from "node:assert/strict";
import test from "node:test";
import { loadModule } from "../../engine/modules/index.ts";
import { judge } from "../../engine/modules/laws/judge.ts";
import { useLab } from "../support/lab.ts";
import { benchOf } from "./bench.ts";
import { modulesWithLaws, withLawHost } from "./law-host.ts";

// what these install makes every later digest of a host slower
const last = ["apt_key", "locale_gen", "pip"];
const modules = modulesWithLaws.toSorted((a, b) => Number(last.includes(a)) - Number(last.includes(b)));

// two hosts a shell: each tries half of the modules, one situation after another, since a digest is of a whole host
const hosts = [
  { name: "law-dash-1", shell: "dash", half: 0 },
  { name: "law-dash-2", shell: "dash", half: 1 },
  { name: "law-busybox-1", shell: "busybox", half: 0 },
  { name: "law-busybox-2", shell: "busybox", half: 1 },
] as const;
const shared = useLab(hosts.map((host) => host.name));

test("every module passes the laws", { skip: shared.skip, concurrency: true, timeout: 2_400_000 }, async (t) => {
  const lab = await shared.lab();
  await Promise.all(
    hosts.map(({ name, shell, half }) =>
      t.test(name, (t) =>
        withLawHost(lab, name, shell, async ({ host, session, files, isBusyBox, situationsOf }) => {
          for (const module of modules.filter((_, index) => index % 2 === half)) {
            await t.test(module, async () => {
              const wrong: string[] = [];
              for (const situation of situationsOf(module)) {
                // a BusyBox sh has its applets inside: they cannot be hidden
                if (situation.without !== undefined && isBusyBox) continue;
                await files.fill(situation.files ?? {});
                const loaded = await loadModule(module);
                assert.ok(loaded?.kind === "host", `${module} does not act on a host`);
                const violations = await judge(loaded.module, situation, benchOf(host, session, files, situation));
                wrong.push(...violations.map((violation) => `${situation.name}: ${violation}`));
              }
              assert.deepEqual(wrong, []);
            });
          }
        }),
      ),
    ),
  );
});
