import assert from "node:assert/strict";
import test from "node:test";
import { loadModule } from "../../engine/modules/index.ts";
import { attack, attackRunning } from "../../engine/modules/laws/attack.ts";
import { useLab } from "../support/lab.ts";
import { benchOf } from "./bench.ts";
import { isTried, modulesWithLaws, withLawHost } from "./law-host.ts";

/** Modules that change a host and put nothing into a folder that may be somebody else's, and why that is so. */
const harmless: Readonly<Record<string, string>> = {
  ...each("the host's own tools write, where only root may", "alternatives apt apt_key debconf dpkg_selections group iptables package service systemd"),
  ...each("it writes in /etc", "apt_repository cron deb822_repository hostname locale_gen modprobe timezone"),
  ...each("it runs what the task says", "command raw reboot script shell"),
  ...each("it writes nothing", "wait_for wait_for_connection"),
  async_status: "jobs lie in the home of whom the task runs as",
  git: "git itself refuses a folder of somebody else's",
  pip: "pip writes, and what it installs is run anyway",
};

function each(reason: string, names: string): Record<string, string> {
  return Object.fromEntries(names.split(" ").map((name) => [name, reason]));
}

const exchanged: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ["copy", { content: "new", dest: "{work}/f", owner: "games", mode: "0604", backup: true }],
  ["copy", { content: "new", dest: "{work}/d/f", mode: "0604" }],
  ["file", { path: "{work}/f", mode: "0604", owner: "games" }],
  ["file", { path: "{work}/d/f", mode: "0604" }],
  ["file", { path: "{work}/d", state: "directory", mode: "0705" }],
  ["file", { path: "{work}/f", state: "touch", mode: "0604" }],
  ["file", { path: "{work}", state: "directory", recurse: true, mode: "u=rwX,go=r", group: "games" }],
  ["lineinfile", { path: "{work}/f", line: "b", mode: "0604" }],
  ["lineinfile", { path: "{work}/d/f", line: "b", create: true }],
  ["ini_file", { path: "{work}/f", section: "a", option: "b", value: "c", backup: true }],
];

const hosts = [
  { name: "attack-dash", shell: "dash" },
  { name: "attack-busybox", shell: "busybox" },
] as const;
const shared = useLab(hosts.map((host) => host.name));

test("whoever owns the folder leads no module out of it", { skip: shared.skip, concurrency: true, timeout: 2_400_000 }, async (t) => {
  const lab = await shared.lab();
  let tries = 0;
  await Promise.all(
    hosts.map(({ name, shell }) =>
      t.test(name, (t) =>
        withLawHost(lab, name, shell, async ({ host, session, files, situationsOf }) => {
          for (const module of modulesWithLaws) {
            const loaded = await loadModule(module);
            if (loaded?.kind !== "host" || loaded.module.apply === undefined || module in harmless) continue;
            const { module: attacked } = loaded;
            await t.test(module, async () => {
              const wrong: string[] = [];
              let here = 0;
              for (const situation of situationsOf(module)) {
                if (situation.fails !== undefined || situation.without !== undefined) continue;
                await files.fill(situation.files ?? {});
                const result = await attack(attacked, situation, benchOf(host, session, files, situation, 15_000));
                here += result.tries;
                wrong.push(...result.wrong);
              }
              tries += here;
              assert.deepEqual(wrong, []);
              assert.ok(here > 0, `${module} is attacked in no situation: give it one that writes below {work}, or say above why it needs none`);
            });
          }
          for (const [module, args] of exchanged.filter(([module]) => isTried(module))) {
            const loaded = await loadModule(module);
            assert.ok(loaded?.kind === "host");
            await t.test(`${module} ${JSON.stringify(args)}, while the path is exchanged all the time`, async () => {
              const result = await attackRunning(loaded.module, args, benchOf(host, session, files, { name: module, args }, 15_000), 15);
              tries += result.tries;
              assert.deepEqual(result.wrong, []);
            });
          }
        }),
      ),
    ),
  );
  t.diagnostic(`measured: ${tries} attacks on what modules write`);
});
