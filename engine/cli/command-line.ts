import { didYouMean, Failure } from "../source/failure.ts";
import { type Flag, flags, longName } from "./flags.ts";

/** What was written on the command line, option by option; nothing is interpreted yet. */
export interface CommandLine {
  readonly positionals: readonly string[];
  readonly switches: ReadonlySet<string>;
  readonly counts: ReadonlyMap<string, number>;
  readonly values: ReadonlyMap<string, string>;
  readonly lists: ReadonlyMap<string, readonly string[]>;
}

const byName = new Map<string, Flag>(flags.flatMap((flag) => flag.names.map((name) => [name, flag] as const)));
const longNames = [...byName.keys()].filter((name) => name.startsWith("--"));

/**
 * Splits an argument vector as argparse does: options and playbooks in any order, `--name=value`, `-evalue`, `-bKvv`, unambiguous
 * beginnings of long names, `--` before playbooks that begin with a dash.
 * @throws Failure `unknown-option`, `missing-value`, `unexpected-value`, `ambiguous-option`
 */
export function splitCommandLine(argv: readonly string[]): CommandLine {
  const positionals: string[] = [];
  const switches = new Set<string>();
  const counts = new Map<string, number>();
  const values = new Map<string, string>();
  const lists = new Map<string, string[]>();
  let at = 0;

  const next = (flag: Flag, name: string): string => {
    const value = argv[at];
    if (value === undefined || byName.has(value)) {
      throw usage(
        "missing-value",
        `${name} needs a value: ${name} ${flag.metavar ?? "VALUE"}`,
        value === undefined ? undefined : `if "${value}" is the value, write ${longName(flag)}=${value}`,
      );
    }
    at += 1;
    return value;
  };
  const set = (flag: Flag, name: string, attached: string | undefined): void => {
    switch (flag.kind) {
      case "switch":
      case "count":
        if (attached !== undefined) throw usage("unexpected-value", `${name} takes no value, got "${attached}"`);
        if (flag.kind === "switch") switches.add(flag.key);
        else counts.set(flag.key, (counts.get(flag.key) ?? 0) + 1);
        return;
      case "when":
        values.set(flag.key, attached ?? "always");
        return;
      case "value":
        values.set(flag.key, attached ?? next(flag, name));
        return;
      case "list":
        lists.set(flag.key, [...(lists.get(flag.key) ?? []), attached ?? next(flag, name)]);
    }
  };

  while (at < argv.length) {
    const word = argv[at]!;
    at += 1;
    if (word === "--") {
      positionals.push(...argv.slice(at));
      break;
    }
    if (word.startsWith("--")) {
      const equals = word.indexOf("=");
      const name = equals === -1 ? word : word.slice(0, equals);
      set(longFlag(name), name, equals === -1 ? undefined : word.slice(equals + 1));
    } else if (word.startsWith("-") && word !== "-") {
      // -check is --check with a dash too few, not -c with the value "heck"
      if (word.length > 2 && byName.has(`-${word}`)) throw unknown(word, word);
      for (let rest = word.slice(1); rest !== "";) {
        const name = `-${rest[0]!}`;
        const flag = byName.get(name);
        if (flag === undefined) throw unknown(name === word ? word : `${name} (in ${word})`, word);
        rest = rest.slice(1);
        if (flag.kind === "switch" || flag.kind === "count") {
          set(flag, name, undefined);
          continue;
        }
        set(flag, name, rest === "" ? undefined : rest.replace(/^=/, ""));
        rest = "";
      }
    } else {
      positionals.push(word);
    }
  }
  return { positionals, switches, counts, values, lists };
}

function longFlag(name: string): Flag {
  const exact = byName.get(name);
  if (exact !== undefined) return exact;
  const candidates = longNames.filter((candidate) => candidate.startsWith(name));
  const meant = new Set(candidates.map((candidate) => byName.get(candidate)!));
  if (meant.size === 1) return [...meant][0]!;
  if (meant.size > 1 && name.length > 2) {
    throw usage("ambiguous-option", `${name} could be ${[...meant].map(longName).join(" or ")}`);
  }
  throw unknown(name, name);
}

function unknown(shown: string, word: string): Failure {
  const suggestion = !word.startsWith("--") && byName.has(`-${word}`) ? `did you mean "-${word}"?` : didYouMean(word, longNames);
  return usage("unknown-option", `unknown option ${shown}`, suggestion ?? "tsplay --help lists the options");
}

function usage(code: string, message: string, hint?: string): Failure {
  return new Failure(message, { code, fault: "usage", hint });
}
