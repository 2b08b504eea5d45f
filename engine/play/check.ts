import type { Module } from "../modules/contract.ts";
import type { Failure } from "../source/failure.ts";
import { checkArguments } from "./check-arguments.ts";
import type { CheckContext } from "./check-context.ts";
import { checkFiles, checkVarsFiles } from "./check-files.ts";
import { checkHandlers } from "./check-handlers.ts";
import { checkHosts } from "./check-hosts.ts";
import { checkModule } from "./check-module.ts";
import { checkNames, type KnownNames, knownNames, namesSetBy } from "./check-names.ts";
import { checkTemplateFile } from "./check-template-files.ts";
import { checkTemplates } from "./check-templates.ts";
import { type Collector, type VisitedPlay, visitPlay } from "./check-visit.ts";
import type { Playbook } from "./load.ts";

/** What the load refuses without leaving anything out. */
const HARMLESS = new Set(["unknown-keyword", "wrong-type", "bad-variable-name"]);

/**
 * Finds all that can be known to be wrong before a host is touched: what the load refused, unknown modules and arguments, templates that cannot be read,
 * variables that are set nowhere, missing files and roles, handlers and hosts that do not exist. Nothing is refused that ansible-core would run: where only
 * the run can tell, nothing is said.
 * @returns failures file by file, each in the order of its lines; empty when there is nothing to say
 */
export async function checkPlaybook(playbook: Playbook, context: CheckContext): Promise<Failure[]> {
  const failures = [...playbook.problems];
  const collector: Collector = { report: (failure) => failures.push(failure), warn: (message, place) => context.onWarning?.(message, place) };
  const visited = visitedOf(playbook, context, collector);
  const modules = new Map<string, Module | undefined>();
  for (const { task } of visited.flatMap(({ visits }) => visits)) {
    if (!modules.has(task.action)) modules.set(task.action, await context.loadModule(task.action));
  }
  // A task or role that could not be loaded may set what others use.
  const isWhole = playbook.problems.every((failure) => HARMLESS.has(failure.code));
  const names = namesOf([...(context.earlier ?? []).flatMap((earlier) => visitedOf(earlier, context, SILENT)), ...visited], context);
  const set = visited.some(({ isOpen }) => isOpen) ? undefined : namesSetBy(visited.flatMap(({ visits }) => visits));
  for (const plays of visited) {
    checkHosts(plays.play, context, collector);
    checkVarsFiles(plays.play, collector);
    if (isWhole) checkHandlers(plays, context.errorOnMissingHandler ?? true, collector);
    for (const visit of plays.visits) {
      const module = modules.get(visit.task.action);
      checkModule(visit, module, context, collector);
      checkTemplates(visit, module, collector);
      checkFiles(visit, collector);
      checkArguments(visit, set, context, collector);
      checkTemplateFile(visit, isWhole ? names : undefined, context, collector);
      if (isWhole && names !== undefined) checkNames(visit, module, names, collector);
    }
  }
  return inOrder(distinct(failures));
}

/** What is wrong with an earlier playbook has been told. */
const SILENT: Collector = { report: () => undefined, warn: () => undefined };

function visitedOf(playbook: Playbook, context: CheckContext, collector: Collector): VisitedPlay[] {
  return playbook.plays.map((play) => visitPlay(play, playbook.contextOf(play), context, collector));
}

function namesOf(visited: readonly VisitedPlay[], context: CheckContext): KnownNames {
  const { inventory, variableNames } = context;
  if (inventory === undefined || variableNames === undefined) return undefined;
  // to find them every file of variables is read, which is of no use to plays without tasks
  const hasTasks = ({ visits }: VisitedPlay): boolean => visits.some(({ task }) => task.action !== "meta" || task.when.length > 0);
  const directories = new Set(visited.filter(hasTasks).map(({ play }) => play.directory));
  const given = new Set([...directories].flatMap((directory) => [...variableNames(directory)]));
  for (const group of inventory.groups.values()) Object.keys(group.vars).forEach((name) => given.add(name));
  return knownNames(visited, context, given);
}

/** A role that is used twice has its mistakes once. */
function distinct(failures: readonly Failure[]): Failure[] {
  const key = ({ place, message }: Failure): string => JSON.stringify([place?.file, place?.line, place?.column, message]);
  return [...new Map([...failures].reverse().map((failure) => [key(failure), failure])).values()].reverse();
}

function inOrder(failures: readonly Failure[]): Failure[] {
  const files = [...new Set(failures.map((failure) => failure.place?.file))];
  const rank = ({ place }: Failure): readonly number[] => [files.indexOf(place?.file), place?.line ?? 0, place?.column ?? 0];
  return failures.toSorted((a, b) => {
    const [ranksA, ranksB] = [rank(a), rank(b)];
    return ranksA.map((value, index) => value - ranksB[index]!).find((difference) => difference !== 0) ?? 0;
  });
}
