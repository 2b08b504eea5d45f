import type { Answer, Session } from "../../session/contract.ts";
import type { Change, Controller, HostModule } from "../contract.ts";
import type { Situation } from "./situation.ts";

/** What carrying out a task came to: the part of the engine's verdict that the laws look at. */
export interface Outcome {
  readonly changed: boolean;
  readonly failed: boolean;
  readonly changes: readonly Change[];
  readonly result: Readonly<Record<string, unknown>>;
  readonly failure?: Error | undefined;
}

export interface How {
  readonly check: boolean;
  readonly diff: boolean;
  readonly environment: Readonly<Record<string, string>>;
  /** What happens on the host between probe and apply. */
  readonly beforeApply?: () => Promise<void>;
}

/** A host and the engine, as the laws need them. */
export interface Bench {
  readonly session: Session;
  /** The engine's own carryOut. */
  carryOut(module: HostModule<any, any>, args: unknown, how: How): Promise<Outcome>;
  /** The engine's own validation. @throws when an argument is wrong */
  validate(module: HostModule<any, any>, given: unknown): unknown;
  /** All that a host's file tree holds; compared before and after. */
  tree(): Promise<ReadonlyMap<string, string>>;
  compare(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): readonly string[];
  /** The controller's side of a situation, with its files in place. */
  readonly controller: Controller;
  /** The situation's folder on the host. */
  readonly work: string;
  /** For `{files}` and `{url}`. */
  readonly places: Readonly<Record<string, string>>;
}

// what a situation mounted below its folder goes before the next one
const UNMOUNT = 'while read -r _ point _; do case $point in "$work"/*) umount -l -- "$point" ;; esac; done </proc/self/mounts';

/**
 * Tries every law on one situation.
 * @returns what is wrong, a line each; empty when all laws hold
 */
export async function judge(module: HostModule<any, any>, situation: Situation, bench: Bench): Promise<string[]> {
  const wrong: string[] = [];
  const sh = (text: string): Promise<Answer> => bench.session.run({ text, vars: { work: bench.work } });
  const prepared = await prepare(situation, bench);
  if (prepared.code !== 0) return [`given ended with ${prepared.code}: ${said(prepared)}`];
  const environment = situation.without === undefined ? {} : await hide(situation.without, bench.work, sh);
  const seen: unknown[] = [];
  const run = async (check: boolean): Promise<Outcome> => {
    const outcome = await attempt(module, situation, bench, { check, diff: true, environment });
    seen.push(outcome.result, outcome.changes, outcome.failure?.message);
    return outcome;
  };

  const before = await bench.tree();
  const untouched = async (what: string): Promise<void> => {
    const differences = bench.compare(before, await bench.tree());
    if (differences.length > 0) wrong.push(`${what}: ${differences.slice(0, 5).join("; ")}`);
  };

  const checked = await run(true);
  await untouched("the probe or check mode changed the host");
  const applied = await run(false);
  const mustFail = situation.fails ?? situation.without;
  if (mustFail !== undefined) {
    wrong.push(...failureLaws(applied, situation));
    await untouched("the task failed and left the host changed");
  } else {
    wrong.push(...successLaws(checked, applied, situation));
    if (!applied.failed && situation.repeats !== true) wrong.push(...againLaws(await run(false)));
    if (situation.then !== undefined) {
      const verified = await sh(`cd -- "$work" || exit\nset -e\n${situation.then}`);
      if (verified.code !== 0) wrong.push(`then ended with ${verified.code}: ${said(verified)}`);
    }
  }
  const text = JSON.stringify(seen);
  for (const secret of situation.secrets ?? []) if (text.includes(secret)) wrong.push(`a result, change or diff holds the secret "${secret}"`);
  return wrong;
}

/** The host as the situation has it. */
export async function prepare(situation: Situation, bench: Bench): Promise<Answer> {
  const text = `${UNMOUNT}\nrm -rf -- "$work" && mkdir -p -- "$work" && cd -- "$work" || exit\n${situation.given ?? ""}`;
  return await bench.session.run({ text, vars: { work: bench.work } });
}

/** Carries the situation's task out; what is thrown is an outcome too. */
export async function attempt(module: HostModule<any, any>, situation: Situation, bench: Bench, how: How): Promise<Outcome> {
  try {
    const given = bench.validate(module, fill(situation.args, { work: bench.work, ...bench.places }));
    const refused = module.check?.(given);
    if (refused !== undefined) return failedWith(new Error(refused));
    const args: unknown = module.prepare === undefined ? given : await module.prepare(given, bench.controller);
    return await bench.carryOut(module, args, how);
  } catch (error) {
    return failedWith(error instanceof Error ? error : new Error(String(error)));
  }
}

function failedWith(failure: Error): Outcome {
  return { changed: false, failed: true, changes: [], result: { failed: true, msg: failure.message }, failure };
}

function successLaws(checked: Outcome, applied: Outcome, situation: Situation): string[] {
  if (applied.failed) return [`the task failed: ${applied.failure?.message ?? JSON.stringify(applied.result)}`];
  const wrong: string[] = [];
  if (checked.failed) wrong.push(`check mode failed: ${checked.failure?.message ?? ""}`);
  const announced = shown(checked.changes);
  const done = shown(applied.changes);
  if (announced !== done) wrong.push(`check mode announced ${announced}, and ${done} was done`);
  if (checked.changed !== applied.changed && situation.repeats !== true) wrong.push(`check mode said changed=${checked.changed}, the run ${applied.changed}`);
  if (situation.converged === true && applied.changes.length > 0) wrong.push(`planned though it was right: ${done}`);
  for (const [key, value] of Object.entries(situation.result ?? {})) {
    const got = JSON.stringify(valueAt(applied.result, key));
    if (got !== JSON.stringify(value)) wrong.push(`result.${key} is ${got}, not ${JSON.stringify(value)}`);
  }
  return wrong;
}

function failureLaws(applied: Outcome, situation: Situation): string[] {
  if (!applied.failed) return ["the task did not fail"];
  const message = applied.failure?.message ?? "";
  const wrong: string[] = [];
  if (situation.fails !== undefined && !new RegExp(situation.fails).test(message)) wrong.push(`it failed with: ${message}`);
  if (situation.without !== undefined && !message.includes(situation.without)) wrong.push(`a missing ${situation.without} is not named: ${message}`);
  if ("stderr" in applied.result && typeof applied.result["rc"] !== "number") wrong.push("a failing apply does not tell its code");
  return wrong;
}

function againLaws(second: Outcome): string[] {
  if (second.failed) return [`the second run failed: ${second.failure?.message ?? ""}`];
  return second.changed || second.changes.length > 0 ? [`the second run planned ${shown(second.changes)}`] : [];
}

function shown(changes: readonly Change[]): string {
  return changes.length === 0 ? "nothing" : changes.map((change) => `${change.key}: ${String(change.from)} -> ${String(change.to)}`).join(", ");
}

function said(answer: Answer): string {
  return `${answer.stdout.toString("utf8")}${answer.stderr.toString("utf8")}`.trim();
}

function valueAt(result: unknown, key: string): unknown {
  return key
    .split(".")
    .reduce<unknown>((value, part) => (typeof value === "object" && value !== null ? (value as Record<string, unknown>)[part] : undefined), result);
}

/** Replaces `{work}` and the like in all texts. */
function fill(value: unknown, places: Readonly<Record<string, string>>): unknown {
  if (typeof value === "string") return value.replace(/\{(\w+)\}/g, (whole, name: string) => places[name] ?? whole);
  if (Array.isArray(value)) return value.map((item) => fill(item, places));
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, places)]));
  }
  return value;
}

/** A PATH on which all tools are but one. */
async function hide(tool: string, work: string, sh: (text: string) => Promise<Answer>): Promise<Record<string, string>> {
  const folder = `${work}.without-${tool}`;
  const answer = await sh(
    `mkdir -p ${folder} && cd ${folder} && for folder in /usr/sbin /usr/bin /sbin /bin; do ln -s "$folder"/* . 2>/dev/null; done; rm -f ${tool}`,
  );
  if (answer.code !== 0) throw new Error(said(answer));
  return { PATH: folder };
}
