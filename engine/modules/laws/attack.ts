import type { Answer } from "../../session/contract.ts";
import type { HostModule } from "../contract.ts";
import { attempt, type Bench, prepare } from "./judge.ts";
import type { Situation } from "./situation.ts";

/** What an unprivileged user puts at a path; `$at` is the path, `$vault` a folder that is root's alone. */
const PLANTS: Readonly<Record<string, string>> = {
  "a link to a file": 'ln -s "$vault/secret" "$at"',
  "a link to a folder": 'ln -s "$vault" "$at"',
  "a link to nothing": 'ln -s "$vault/new" "$at"',
  "a fifo": 'mkfifo "$at"',
  "a folder": 'mkdir "$at"',
};
/** What is worth planting while the module works: the probe has judged the path already. */
const BETWEEN: readonly string[] = ["a link to a file", "a link to a folder", "a fifo"];

const VAULT = "/srv/law-vault";
const USER = "law-mallory";
const HANGS = /longer than|time(d )? ?out/;
const SECRET = "only root may read this";

/** Users and files that all tries need; times of change tell what was changed and changed back. */
const READY = `id ${USER} >/dev/null 2>&1 || useradd -M -s /bin/sh ${USER} || exit
rm -rf -- "$vault" && mkdir -m 700 -- "$vault" "$vault/sub" && echo '${SECRET}' >"$vault/secret" && chmod 600 "$vault/secret"`;
const GIVE = `chown -hR ${USER}: -- "$work"`;
const DIGEST = `find "$vault" -printf '%P %m %u %g %y %s %T@ %C@\\n' | sort; cksum <"$vault/secret"`;
// by way of another folder, as rename(2) would be: what was there is not lost, it is elsewhere
const PLANT = (kind: string): string =>
  `rm -rf -- "$at.was"; [ ! -e "$at" ] && [ ! -L "$at" ] || mv -T -- "$at" "$at.was"\n${PLANTS[kind]!} && chown -h ${USER}: -- "$at"`;
const LEAKS = `find "$work" -type f -exec grep -lF '${SECRET}' {} + 2>/dev/null; true`;

export interface Attacked {
  readonly tries: number;
  readonly wrong: readonly string[];
}

/**
 * The law of the attacker: the folder belongs to an unprivileged user, who puts links, fifos and folders at each path that the module
 * writes, before its probe and between probe and apply. Whatever comes of the task, all that is not the user's stays as it was, and nothing hangs.
 * @param limit milliseconds after which a script hangs
 */
export async function attack(module: HostModule<any, any>, situation: Situation, bench: Bench): Promise<Attacked> {
  const wrong: string[] = [];
  const sh = (text: string, vars: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    bench.session.run({ text, vars: { work: bench.work, vault: VAULT, ...vars } });
  const set = async (): Promise<boolean> => (await prepare(situation, bench)).code === 0 && (await sh(`${READY}\n${GIVE}`)).code === 0;
  if (!(await set())) return { tries: 0, wrong: [] };
  const paths = await writtenPaths(module, situation, bench, sh);
  if (paths.length === 0) return { tries: 0, wrong: [] };
  const how = { check: false, diff: false, environment: {} };
  let tries = 0;
  for (const at of paths) {
    for (const kind of Object.keys(PLANTS)) {
      for (const isBetween of [false, true]) {
        if (isBetween && !BETWEEN.includes(kind)) continue;
        if (!(await set())) continue;
        if (!isBetween) await sh(PLANT(kind), { at });
        const before = await sh(DIGEST);
        let isPlanted = !isBetween;
        const beforeApply = async (): Promise<void> => {
          isPlanted = true;
          await sh(PLANT(kind), { at });
        };
        const outcome = await attempt(module, situation, bench, isBetween ? { ...how, beforeApply } : how);
        if (!isPlanted) continue;
        tries += 1;
        const what = `${situation.name}: ${kind} at ${at} ${isBetween ? "between probe and apply" : "before the probe"}`;
        if (outcome.failure !== undefined && HANGS.test(outcome.failure.message)) wrong.push(`${what}: hangs: ${outcome.failure.message}`);
        const after = await sh(DIGEST);
        if (!after.stdout.equals(before.stdout)) wrong.push(`${what}: changed ${difference(before, after)}`);
        const leaks = (await sh(LEAKS)).stdout.toString("utf8").trim();
        if (leaks !== "") wrong.push(`${what}: root's file was copied to ${leaks}`);
      }
    }
  }
  return { tries, wrong };
}

// NOTE: no fifo: one that comes in the instant before a probe opens the file to read it does hold it up, until the task's timeout
/** Exchanges `f` (a file, a link to the secret) and `d` (a folder, a link to the vault) in the working directory as fast as perl can. */
const EXCHANGE = `alarm 300; while (1) {
  open(F, ">n"); print F "[a]\\nx\\n"; close F; rename "n", "f"; mkdir "d"; open(F, ">d/f"); close F;
  symlink "${VAULT}/secret", "l"; rename "l", "f"; rename "d", "e"; symlink "${VAULT}", "d";
  unlink "d"; rename "e", "d" }`;

/** The same law while the path is exchanged all the time: `args` name {work}/f and {work}/d/f. */
export async function attackRunning(module: HostModule<any, any>, args: unknown, bench: Bench, rounds: number): Promise<Attacked> {
  const wrong: string[] = [];
  const sh = (text: string): Promise<Answer> => bench.session.run({ text, vars: { work: bench.work, vault: VAULT, program: EXCHANGE } });
  const situation: Situation = { name: "exchanged all the time", args };
  await prepare(situation, bench);
  const begun = await sh(
    `${READY}\n${GIVE}\nmkdir -p "$work/d" && ${GIVE}\ncd -- "$work" && { setpriv --reuid ${USER} --clear-groups perl -e "$program" </dev/null >/dev/null 2>&1 & echo $!; }`,
  );
  const before = await sh(DIGEST);
  for (let round = 0; round < rounds && wrong.length === 0; round += 1) {
    const outcome = await attempt(module, situation, bench, { check: false, diff: false, environment: {}, beforeApply: () => Promise.resolve() });
    if (outcome.failure !== undefined && HANGS.test(outcome.failure.message)) wrong.push(`round ${round}: hangs: ${outcome.failure.message}`);
    const after = await sh(DIGEST);
    if (!after.stdout.equals(before.stdout)) wrong.push(`round ${round}: changed ${difference(before, after)}`);
  }
  await sh(`kill ${begun.stdout.toString("utf8").trim()}`);
  return { tries: rounds, wrong };
}

/** Where the module writes when nobody attacks: what it changes in folders that are not root's, and the folders there that lead to it. */
async function writtenPaths(
  module: HostModule<any, any>,
  situation: Situation,
  bench: Bench,
  sh: (text: string, vars?: Readonly<Record<string, string>>) => Promise<Answer>,
): Promise<string[]> {
  const before = await bench.tree();
  const outcome = await attempt(module, situation, bench, { check: false, diff: false, environment: {} });
  if (outcome.failed) return [];
  const changed = bench.compare(before, await bench.tree()).map((line) => line.replace(/^[+~-] /, "").replace(/^(.*?)(: .*| [a-z]+ .*)$/, "$1"));
  const candidates = new Set<string>();
  for (const name of changed) {
    const parts = name.split("/");
    for (let length = parts.length; length > 2; length -= 1) candidates.add(parts.slice(0, length).join("/"));
  }
  const owned = await sh('eval "set -- $names"; for name; do [ "$(stat -c %u -- "${name%/*}" 2>/dev/null || echo 0)" = 0 ] || printf "%s\\n" "$name"; done', {
    names: [...candidates].map((name) => `'${name.replaceAll("'", "'\\''")}'`).join(" "),
  });
  const names = owned.stdout.toString("utf8").split("\n");
  // many files of one tree teach no more than a few
  return names.filter((name) => name !== "" && name !== bench.work && !name.endsWith(".was")).slice(0, 3);
}

function difference(before: Answer, after: Answer): string {
  const lines = (answer: Answer): string[] => answer.stdout.toString("utf8").split("\n");
  const old = lines(before);
  return lines(after)
    .filter((line) => !old.includes(line))
    .join("; ");
}
