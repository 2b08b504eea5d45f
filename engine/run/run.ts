import { setMaxListeners } from "node:events";
import PQueue from "p-queue";
import { loadInventory } from "../inventory/load.ts";
import { selectHosts } from "../inventory/pattern.ts";
import { loadModule, moduleNames } from "../modules/index.ts";
import type { CheckContext } from "../play/check-context.ts";
import { checkPlaybook } from "../play/check.ts";
import { loadPlaybook, type Playbook } from "../play/load.ts";
import type { Play } from "../play/model.ts";
import type { HostStats, Show } from "../report/events.ts";
import { createGate, type Gate } from "../secrets/gate.ts";
import { addConnectionPasswords } from "../secrets/known.ts";
import { rememberingOpeners } from "../secrets/opened.ts";
import { type Failure, Failures } from "../source/failure.ts";
import type { Place } from "../source/place.ts";
import { Connections } from "../task/connections.ts";
import type { RunContext } from "../task/context.ts";
import { Jobs } from "../task/job/jobs.ts";
import type { Settings } from "../task/settings.ts";
import { Stats } from "../task/stats.ts";
import { Turns } from "../task/turns.ts";
import type { PlayState, RunFacts } from "../variables/contract.ts";
import { createVariables } from "../variables/variables.ts";
import { inspectTemplate } from "../template/inspect.ts";
import { version } from "../version.ts";
import { isSelected } from "./tags.ts";
import { PendingHandlers } from "./pending.ts";
import { checkLimit, runPlay } from "./play.ts";
import { Written } from "../source/written.ts";
import { rememberWritten } from "./remember.ts";

export interface RunResult {
  /** As ansible-playbook's: 0 ok, 2 failed hosts, 4 unreachable hosts, 99 interrupted. */
  readonly exitCode: number;
  readonly stats: Readonly<Record<string, HostStats>>;
}

/** A run that has been loaded and checked, and has touched no host yet. */
export interface Prepared {
  readonly run: RunContext;
  readonly playbooks: readonly Playbook[];
}

const DEFAULT_FORKS = 50;

/**
 * Loads inventory and playbooks and checks all that can be known before a host is touched.
 * @param gate the only way in which the run speaks
 * @throws Failures with everything that is wrong; who shows them sends their text through the gate
 */
export async function prepare(given: Settings, gate: Gate): Promise<Prepared> {
  const { emit, secrets } = gate;
  const settings = gated(given, gate);
  const { decrypt, decryptBytes } = rememberingOpeners(settings, secrets);
  for (const password of [settings.connection?.password, settings.become?.password]) if (password !== undefined) secrets.add(password);
  const inventory = await loadInventory(settings.inventory, { decrypt });
  for (const { vars } of [...inventory.hosts.values(), ...inventory.groups.values()]) addConnectionPasswords(vars, secrets);
  addConnectionPasswords(settings.extraVars ?? {}, secrets);
  for (const message of inventory.warnings) emit({ type: "warning", message });
  const facts: RunFacts = {
    inventory,
    extraVars: settings.extraVars ?? {},
    checkMode: settings.check ?? false,
    diffMode: settings.diff ?? false,
    verbosity: settings.verbosity ?? 0,
    forks: settings.forks ?? DEFAULT_FORKS,
    limit: settings.limit,
    runTags: settings.tags ?? [],
    skipTags: settings.skipTags ?? [],
    decrypt,
    encrypt: settings.encrypt,
    registerSecret: (plain) => secrets.add(plain),
    playbookDirectory: process.cwd(),
  };
  const end = new AbortController();
  const turns = new Turns();
  const run: RunContext = {
    settings,
    facts,
    inventory,
    variables: createVariables(facts),
    turns,
    connections: new Connections(turns, (host, duration) => emit({ type: "connected", host, duration })),
    jobs: new Jobs(),
    emit,
    stats: new Stats(),
    signal: settings.signal === undefined ? end.signal : AbortSignal.any([settings.signal, end.signal]),
    interrupt: () => end.abort(),
    queue: new PQueue({ concurrency: facts.forks }),
    secrets,
    decrypt,
    decryptBytes,
    customStats: { values: {}, perHost: {} },
    gathered: new Set(),
    doubts: new Map(),
    started: settings.startAtTask === undefined,
    stepping: settings.step !== undefined,
  };
  // Every script under way listens for the end of the run
  setMaxListeners(0, run.signal);
  checkLimit(run);
  return { run, playbooks: await loadAll(settings, run) };
}

/** What is asked on the terminal passes the gate too. */
function gated(settings: Settings, gate: Gate): Settings {
  const { prompt, step } = settings;
  return {
    ...settings,
    ...(prompt === undefined ? {} : { prompt: (text, options) => prompt(gate.text(text), options) }),
    ...(step === undefined ? {} : { step: (task) => step(gate.text(task)) }),
  };
}

async function loadAll(settings: Settings, run: RunContext): Promise<Playbook[]> {
  const problems: Failure[] = [];
  const playbooks: Playbook[] = [];
  const onWarning: Settings["onLoadWarning"] = (message, place) => run.emit({ type: "warning", message, place });
  for (const file of settings.playbooks) {
    const playbook = loadPlaybook(file, {
      decrypt: run.decrypt,
      rolesPath: settings.rolesPath ?? [],
      collectionsPath: settings.collectionsPath ?? [],
      extraVars: settings.extraVars ?? {},
      moduleNames,
      onWarning,
      problems,
    });
    for (const play of playbook.plays) await rememberWritten([...play.nodes, ...play.handlers], run.secrets);
    const found = await checkPlaybook(playbook, {
      inventory: run.inventory,
      loadModule,
      moduleNames,
      extraVars: settings.extraVars ?? {},
      variableNames: (directory) => run.variables.inventoryNames(directory),
      writtenOn: writtenOn(run),
      isSelected: (tags) => isSelected(tags, run.facts.runTags, run.facts.skipTags),
      errorOnMissingHandler: settings.errorOnMissingHandler,
      earlier: playbooks,
      decrypt: run.decrypt,
      inspectTemplate,
      onWarning,
    });
    problems.push(...found);
    playbooks.push(playbook);
  }
  const unique = [
    ...new Map(problems.map((failure) => [`${failure.message} ${failure.place?.file}:${failure.place?.line}:${failure.place?.column}`, failure])).values(),
  ];
  if (unique.length > 0) throw new Failures(unique);
  return playbooks;
}

/** What is written for variables of a play's hosts. */
function writtenOn(run: RunContext): NonNullable<CheckContext["writtenOn"]> {
  const limit = run.settings.limit === undefined ? {} : { limit: run.settings.limit };
  const hosts = new Map<Play, readonly string[]>();
  return (play, task, name) => {
    run.facts.playbookDirectory = play.directory;
    const those = hosts.get(play) ?? (play.hosts instanceof Written ? [] : selectHosts(run.inventory, play.hosts, limit).hosts);
    hosts.set(play, those);
    const given = run.variables.inventoryNames(play.directory);
    const found = new Map<string, { readonly raw: unknown; readonly place: Place | undefined }>();
    // what the inventory says nothing of is the same on every host
    for (const host of given.has(name) ? those : those.slice(0, 1)) {
      const [first] = run.variables.explain(
        {
          host,
          state: { ...beforeHosts, play },
          role: task.role,
          taskVars: task.vars,
          blockVars: task.enclosing.blockVars,
          includeVars: task.enclosing.includeVars,
          searchPath: [],
        },
        name,
      );
      if (first !== undefined) found.set(`${first.place?.file}:${first.place?.line} ${JSON.stringify(first.raw)}`, first);
    }
    return [...found.values()];
  };
}

/** A play that has not begun: what its hosts have from the inventory, group_vars and host_vars. */
const beforeHosts: Omit<PlayState, "play"> = { hostsAll: [], hosts: [], batch: [], varsFiles: () => [], prompted: {} };

/**
 * Makes the hosts so: loads, checks, runs every play. Prints nothing; all that happens is told to `show`, with secrets masked.
 * @throws Failures when the playbooks are refused before any host was touched
 */
export async function run(settings: Settings, show: Show, gate = createGate(show)): Promise<RunResult> {
  const started = performance.now();
  gate.emit({ type: "run-start", playbooks: settings.playbooks, check: settings.check ?? false, diff: settings.diff ?? false, version });
  return runPrepared(await prepare(settings, gate), started);
}

export async function runPrepared({ run, playbooks }: Prepared, started: number): Promise<RunResult> {
  const pending = new PendingHandlers(run.settings.pendingHandlersFile);
  const lost = new Set<string>();
  try {
    plays: for (const [index, playbook] of playbooks.entries()) {
      run.emit({ type: "playbook-start", file: playbook.file });
      for (const play of playbook.plays) {
        const end = await runPlay(play, playbook.contextOf(play), lost, run, pending);
        for (const host of end.lost) lost.add(host);
        if (end.isOver) break plays;
      }
      // As with ansible-playbook: the next playbook counts on this one
      if (lost.size > 0) break;
      if (index < playbooks.length - 1) run.emit({ type: "playbook-end", stats: run.stats.all() });
    }
  } finally {
    pending.save();
    await run.connections.closeAll();
  }
  const isInterrupted = run.signal.aborted;
  const exitCode = isInterrupted ? 99 : run.stats.any("unreachable") ? 4 : run.stats.any("failed") ? 2 : 0;
  const stats = run.stats.all();
  if (Object.keys(run.customStats.values).length > 0 || Object.keys(run.customStats.perHost).length > 0) run.emit({ type: "custom-stats", ...run.customStats });
  run.emit({ type: "run-end", stats, duration: performance.now() - started, exitCode, interrupted: isInterrupted });
  return { exitCode, stats };
}

/** The hosts of each play, for --list-hosts. */
export function hostsOfPlays({ run, playbooks }: Prepared): { readonly play: string; readonly pattern: string; readonly hosts: readonly string[] }[] {
  const limit = run.settings.limit === undefined ? {} : { limit: run.settings.limit };
  return playbooks.flatMap((playbook) =>
    playbook.plays.map((play) => {
      const pattern = String(play.hosts);
      return { play: String(play.name ?? pattern), pattern, hosts: selectHosts(run.inventory, pattern, limit).hosts };
    }),
  );
}
