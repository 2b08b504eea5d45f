import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { loadModule, moduleNames } from "../../engine/modules/index.ts";
import { attack, attackRunning } from "../../engine/modules/laws/attack.ts";
import { readSituations } from "../../engine/modules/laws/situation.ts";
import { openSession } from "../../engine/session/open.ts";
import { targetOf } from "../session/lab-target.ts";
import { useLab } from "../support/lab.ts";
import { benchOf, Files } from "./bench.ts";

// LAWS=copy,file tries these modules only
const only = process.env["LAWS"]?.split(",");

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
  { name: "attack-dash", shell: "/bin/dash" },
  { name: "attack-busybox", shell: "/opt/busybox/sh" },
];
const shared = useLab(hosts.map((host) => host.name));

function lawsFile(name: string): string {
  return path.resolve(import.meta.dirname, "../../engine/modules", name, "laws.yaml");
}

const modules = moduleNames.filter((name) => (only?.includes(name) ?? true) && existsSync(lawsFile(name)));

test("whoever owns the folder leads no module out of it", { skip: shared.skip, concurrency: true, timeout: 2_400_000 }, async (t) => {
  const lab = await shared.lab();
  let tries = 0;
  await Promise.all(
    hosts.map(({ name, shell }) =>
      t.test(name, async (t) => {
        const host = lab.host(name);
        await host.exec("mkdir -p /opt/busybox && ln -s /bin/busybox /opt/busybox/sh");
        const session = await openSession(targetOf(lab, name, { shell }));
        const files = await Files.open(host.address.replace(/\.\d+$/, ".1"));
        try {
          for (const module of modules) {
            const loaded = await loadModule(module);
            if (loaded?.kind !== "host" || loaded.module.apply === undefined || module in harmless) continue;
            const { module: attacked } = loaded;
            await t.test(module, async () => {
              const wrong: string[] = [];
              let here = 0;
              for (const situation of readSituations(lawsFile(module))) {
                if (situation.fails !== undefined || situation.without !== undefined) continue;
                if (situation.shells !== undefined && !situation.shells.includes(shell.includes("busybox") ? "busybox" : "dash")) continue;
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
          for (const [module, args] of exchanged.filter(([module]) => only?.includes(module) ?? true)) {
            const loaded = await loadModule(module);
            assert.ok(loaded?.kind === "host");
            await t.test(`${module} ${JSON.stringify(args)}, while the path is exchanged all the time`, async () => {
              const result = await attackRunning(loaded.module, args, benchOf(host, session, files, { name: module, args }, 15_000), 15);
              tries += result.tries;
              assert.deepEqual(result.wrong, []);
            });
          }
        } finally {
          await session.close();
          await files.close();
        }
      }),
    ),
  );
  t.diagnostic(`measured: ${tries} attacks on what modules write`);
});
