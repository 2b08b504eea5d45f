import { readFileSync } from "node:fs";
import { formatMessage, type Message } from "../report/message.ts";
import { Failure, Failures } from "../source/failure.ts";
import type { Place } from "../source/place.ts";

export interface FailureFormat {
  readonly color: boolean;
  /** Show the stack of our own bugs. */
  readonly verbosity?: number;
}

const CAUSES_SHOWN = 3;

/**
 * An error as people read it: what, where with the line and a caret, what to do next, and the causes in short. Several failures are all
 * shown, in the order of their places, and counted at the end. An error that is no `Failure` is a bug of ours and says so.
 * @returns lines, with a newline at the end
 */
export function formatFailure(error: unknown, format: FailureFormat): string {
  if (error instanceof Failures) {
    const failures = [...error.failures].sort(byPlace);
    const shown = failures.map((failure) => formatOne(failure, format));
    if (failures.length > 1) shown.push(`${failures.length} errors\n`);
    return shown.join("\n");
  }
  return formatOne(error, format);
}

/**
 * The exit code of a run that ended with `error`, as ansible-playbook has it: 2 a host failed, 4 unreachable, or a playbook or inventory is
 * wrong, 5 the command line is wrong, 99 interrupted, 250 a bug.
 */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Failures) {
    const codes = new Set(error.failures.map(exitCodeOf));
    for (const code of [250, 99, 4, 5]) if (codes.has(code)) return code;
    return 2;
  }
  if (error instanceof Error && error.name === "AbortError") return 99;
  if (!(error instanceof Failure)) return 250;
  if (error.code === "interrupted") return 99;
  switch (error.fault) {
    case "playbook":
    case "inventory":
    case "transport":
      return 4;
    case "usage":
      return 5;
    case "host":
      return 2;
    case "internal":
      return 250;
  }
}

function formatOne(error: unknown, format: FailureFormat): string {
  if (!(error instanceof Failure)) return formatBug(error, format);
  const notes: [string, string][] = causesOf(error).map((cause) => ["cause", cause]);
  if (error.hint !== undefined) notes.push(["hint", error.hint]);
  const message: Message = { severity: "error", code: error.code, text: error.message, place: withLine(error.place), notes };
  return formatMessage(message, format);
}

function formatBug(error: unknown, format: FailureFormat): string {
  const text = error instanceof Error ? `${error.name === "Error" ? "" : `${error.name}: `}${error.message}` : String(error);
  const notes: [string, string][] = [["hint", "this is a bug of tsplay; please report it with the output of -vvv"]];
  if ((format.verbosity ?? 0) >= 3 && error instanceof Error && error.stack !== undefined) notes.unshift(["stack", error.stack]);
  return formatMessage({ severity: "error", code: "bug", text, notes }, format);
}

/** The first lines of the causes, without those that the message already says. */
function causesOf(failure: Failure): string[] {
  const causes: string[] = [];
  let said = failure.message;
  let cause = failure.cause;
  while (cause !== undefined && cause !== null && causes.length < CAUSES_SHOWN) {
    const text = (cause instanceof Error ? cause.message : String(cause)).split("\n")[0]!.trim();
    // node's own errors name the system call and the file once more
    const isSystem = cause instanceof Error && "syscall" in cause && said.includes(String((cause as NodeJS.ErrnoException).path ?? "\0"));
    if (text !== "" && !said.includes(text) && !isSystem) causes.push(text);
    said += `\n${text}`;
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return causes;
}

function withLine(place: Place | undefined): Place | undefined {
  if (place === undefined || place.text !== undefined) return place;
  try {
    const text = readFileSync(place.file, "utf8").split("\n")[place.line - 1]?.replace(/\r$/, "");
    return text === undefined ? place : { ...place, text };
  } catch {
    // the message is worth showing without its line: the file may be an inventory script's output
    return place;
  }
}

function byPlace(a: Failure, b: Failure): number {
  if (a.place === undefined || b.place === undefined) return Number(b.place === undefined) - Number(a.place === undefined);
  if (a.place.file !== b.place.file) return 0;
  return a.place.line - b.place.line || a.place.column - b.place.column;
}
