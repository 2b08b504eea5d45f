import { Failure } from "../source/failure.ts";
import type { Place } from "../source/place.ts";
import { type ConfigEntry, parseLine } from "./ssh-config.ts";

/** The options of ssh(1) in ansible_ssh_common_args, as if they stood at the head of the configuration. */
export interface SshArgs {
  readonly entries: readonly ConfigEntry[];
  /** -F: the only configuration file to read ("none" for no file). */
  readonly configFile: string | undefined;
}

const WITHOUT_VALUE = "46AaCfGgKkMNnqsTtVvXxYy";
const WITH_VALUE = "BbcDEeFIiJLlmOoPpQRSWw";
const KEYWORDS: Readonly<Record<string, string>> = { J: "proxyjump", i: "identityfile", p: "port", l: "user" };

/**
 * @param text words as a shell would take them
 * @throws Failure `ssh-args` for what ssh(1) does not know
 */
export function parseSshArgs(text: string): SshArgs {
  const entries: ConfigEntry[] = [];
  let configFile: string | undefined;
  const place: Place = { file: "ssh arguments", line: 1, column: 1, text };
  const words = splitWords(text, place);
  for (let index = 0; index < words.length; index += 1) {
    let word = words[index]!;
    if (!/^-[A-Za-z0-9]/.test(word)) throw problem(`"${word}" is not an option of ssh`, place);
    word = word.slice(1);
    while (word !== "") {
      const letter = word[0]!;
      word = word.slice(1);
      if (WITHOUT_VALUE.includes(letter)) {
        if (letter === "4" || letter === "6") entries.push({ keyword: "addressfamily", values: [letter === "4" ? "inet" : "inet6"], place });
        continue;
      }
      if (!WITH_VALUE.includes(letter)) throw problem(`ssh has no option -${letter}`, place);
      const value = word === "" ? words[(index += 1)] : word;
      if (value === undefined) throw problem(`-${letter} has no value`, place);
      word = "";
      if (letter === "F") configFile = value;
      else if (letter === "o") {
        const parsed = parseLine(value, { ...place, text: `-o ${value}` });
        if (parsed !== undefined) entries.push({ ...parsed, place });
      } else if (KEYWORDS[letter] !== undefined) entries.push({ keyword: KEYWORDS[letter], values: [value], place });
    }
  }
  return { entries, configFile };
}

function splitWords(text: string, place: Place): string[] {
  const words: string[] = [];
  const word = /\s*((?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+)|\s*(\S)/gsy;
  for (let match = word.exec(text.trim()); match !== null; match = word.exec(text.trim())) {
    if (match[2] !== undefined) throw problem("a quotation mark is not closed", place);
    words.push(
      match[1]!.replace(
        /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gs,
        (_, double?: string, single?: string, escaped?: string) => double?.replace(/\\(["\\$`])/g, "$1") ?? single ?? escaped!,
      ),
    );
  }
  return words;
}

function problem(message: string, place: Place): Failure {
  return new Failure(message, { code: "ssh-args", fault: "inventory", place, hint: "look at ansible_ssh_common_args and ansible_ssh_extra_args" });
}
