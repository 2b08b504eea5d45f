import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { Failure } from "../source/failure.ts";
import type { Place } from "../source/place.ts";
import { messageOf } from "./trouble.ts";
import { matchesPattern, matchesPatternList } from "./wildcard.ts";

/** One `Keyword value ...` that holds for the host, in the order of precedence: the first of a keyword wins. */
export interface ConfigEntry {
  /** Lower case. */
  readonly keyword: string;
  readonly values: readonly string[];
  readonly place: Place;
}

/** What Host and Match blocks are compared with. */
export interface ConfigSubject {
  readonly alias: string;
  /** The user asked for outside of the files, if any. */
  readonly user: string | undefined;
  readonly localUser: string;
}

const MAX_INCLUDE_DEPTH = 16;

interface Reading {
  readonly subject: ConfigSubject;
  readonly entries: ConfigEntry[];
  readonly home: string;
}

/**
 * Reads an ssh_config file as ssh(1) does; a file that is missing is empty, unless it was asked for.
 * @param entries what has precedence over the file; new entries are added at its end
 * @throws Failure `ssh-config`, with the place
 */
export function readSshConfig(file: string, subject: ConfigSubject, entries: ConfigEntry[], mustExist: boolean): void {
  readInto(file, { subject, entries, home: path.dirname(file) === "/etc/ssh" ? "/etc/ssh" : path.join(homedir(), ".ssh") }, true, 0, mustExist);
}

function readInto(file: string, reading: Reading, isActiveAbove: boolean, depth: number, mustExist: boolean): void {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const isMissing = ["ENOENT", "ENOTDIR", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "");
    if (isMissing && !mustExist) return;
    throw new Failure(`cannot read ${file}: ${messageOf(error)}`, { code: "ssh-config", fault: "usage", cause: error, hint: "look at the path given with -F" });
  }
  parseSshConfig(text, file, reading, isActiveAbove, depth);
}

function parseSshConfig(text: string, file: string, reading: Reading, isActiveAbove: boolean, depth: number): void {
  let isActive = isActiveAbove;
  text.split(/\r?\n/).forEach((line, index) => {
    const place: Place = { file, line: index + 1, column: line.length - line.trimStart().length + 1, text: line };
    const parsed = parseLine(line, place);
    if (parsed === undefined) return;
    const { keyword, values } = parsed;
    switch (keyword) {
      case "host":
        isActive = isActiveAbove && matchesPatternList(reading.subject.alias, values);
        break;
      case "match":
        isActive = isActiveAbove && matches(values, reading, place);
        break;
      case "include":
        if (!isActive) break;
        if (depth >= MAX_INCLUDE_DEPTH) throw syntaxError(`Include nests deeper than ${MAX_INCLUDE_DEPTH} files`, place, "look whether a file includes itself");
        for (const pattern of values) {
          const full = path.resolve(reading.home, expandHome(pattern));
          for (const included of expandGlob(full)) readInto(included, reading, isActive, depth + 1, false);
        }
        break;
      default:
        if (isActive) reading.entries.push({ keyword, values, place });
    }
  });
}

/** Splits a line into keyword and values. ProxyCommand and the like keep the rest of the line as one value. */
export function parseLine(line: string, place: Place): { readonly keyword: string; readonly values: readonly string[] } | undefined {
  const match = /^\s*([^\s=#"]+)(?:\s*=\s*|\s+)?(.*?)\s*$/.exec(line);
  if (/^\s*(#|$)/.test(line)) return undefined;
  if (match === null) throw syntaxError("expected a keyword and a value", place);
  const keyword = match[1]!.toLowerCase();
  const rest = match[2]!;
  if (rest === "") throw syntaxError(`${match[1]} has no value`, place);
  if (keyword === "proxycommand" || keyword === "localcommand" || keyword === "remotecommand") return { keyword, values: [rest] };
  return { keyword, values: splitValues(rest, place) };
}

function splitValues(rest: string, place: Place): string[] {
  const values: string[] = [];
  const word = /\s*(?:"((?:[^"\\]|\\.)*)"|(#.*)|([^\s"]+)|("))/gy;
  for (let match = word.exec(rest); match !== null; match = word.exec(rest)) {
    if (match[4] !== undefined) throw syntaxError("a quotation mark is not closed", place);
    if (match[2] !== undefined && values.length > 0) break;
    values.push(match[1]?.replace(/\\(["\\])/g, "$1") ?? match[2] ?? match[3]!);
  }
  return values;
}

function matches(words: readonly string[], reading: Reading, place: Place): boolean {
  const { subject, entries } = reading;
  const first = (keyword: string): string | undefined => entries.find((entry) => entry.keyword === keyword)?.values[0];
  let isMatched = true;
  for (let index = 0; index < words.length; index += 1) {
    const isNegated = words[index]!.startsWith("!");
    const [criterion = "", inline] = words[index]!.replace(/^!/, "").toLowerCase().split("=", 2);
    let holds: boolean;
    if (criterion === "all") holds = true;
    // there is no second pass, and nothing is run: these never hold
    else if (criterion === "canonical" || criterion === "final") holds = false;
    else {
      const argument = inline ?? words[(index += 1)];
      if (argument === undefined) throw syntaxError(`Match ${criterion} has no value`, place);
      const patterns = argument.split(",");
      switch (criterion) {
        case "host":
          holds = matchesPatternList((first("hostname") ?? "%h").replaceAll("%h", subject.alias), patterns);
          break;
        case "originalhost":
          holds = matchesPatternList(subject.alias, patterns);
          break;
        case "user":
          holds = matchesPatternList(subject.user ?? first("user") ?? subject.localUser, patterns);
          break;
        case "localuser":
          holds = matchesPatternList(subject.localUser, patterns);
          break;
        case "exec":
        case "localnetwork":
        case "tagged":
        case "command":
        case "version":
        case "sessiontype":
          holds = false;
          break;
        default:
          throw syntaxError(`unknown criterion "${criterion}" after Match`, place, "known are all, host, originalhost, user, localuser");
      }
    }
    isMatched &&= holds !== isNegated;
  }
  return isMatched;
}

export function expandHome(file: string): string {
  return file === "~" || file.startsWith("~/") ? path.join(homedir(), file.slice(1)) : file;
}

function expandGlob(full: string): string[] {
  if (!/[*?]/.test(full)) return [full];
  let found = ["/"];
  for (const part of full.split("/").filter((name) => name !== "")) {
    found = found.flatMap((directory) => {
      if (!/[*?]/.test(part)) return [path.join(directory, part)];
      try {
        return readdirSync(directory)
          .filter((name) => matchesPattern(name, part) && (part.startsWith(".") || !name.startsWith(".")))
          .sort()
          .map((name) => path.join(directory, name));
      } catch {
        return [];
      }
    });
  }
  return found;
}

export function syntaxError(message: string, place: Place, hint?: string): Failure {
  return new Failure(message, { code: "ssh-config", fault: "usage", place, hint });
}
