import { cleanResult, dumpResult } from "./ansible-result.ts";
import type { Event, Outcome, Reporter } from "./events.ts";
import { diffLines } from "./result-diff.ts";
import { bareAction } from "./result-text.ts";
import type { Screen } from "./screen.ts";
import { createStyle } from "./style.ts";
import { harmless, harmlessLine } from "./text.ts";

/** Modules whose output is text rather than a result. */
const TEXTUAL = new Set(["command", "shell", "raw", "script"]);

/** What Ansible's callbacks `minimal` and `oneline` write: one entry a host and task, no headlines, no recap. */
export function createAdHocReporter(options: Screen & { readonly oneLine: boolean }): Reporter {
  const style = createStyle(options.color);
  const on = (event: Event): void => {
    if (event.type === "warning") (options.writeError ?? options.write)(`${style.warning(`[WARNING]: ${harmless(event.message)}`)}\n`);
    if (event.type !== "result") return;
    const { paint, text } = entry(event);
    options.write(
      `${text
        .split("\n")
        .map((line) => (line === "" ? line : paint(line)))
        .join("\n")}\n`,
    );
  };

  const entry = (outcome: Outcome): { paint: (text: string) => string; text: string } => {
    const host = harmlessLine(outcome.host);
    const paint = { ok: style.ok, changed: style.changed, skipped: style.skipped, failed: style.failed, unreachable: style.unreachable }[outcome.status];
    const word = { ok: "SUCCESS", changed: "CHANGED", skipped: "SKIPPED", failed: "FAILED!", unreachable: "UNREACHABLE!" }[outcome.status];
    if (outcome.status === "skipped") return { paint, text: `${host} | SKIPPED` };
    if (isTextual(outcome)) return { paint, text: commandText(host, word.replace("!", ""), outcome) };
    const dumped = dumpResult(outcome, cleanResult(outcome), { verbosity: options.verbosity, format: "json", pretty: !options.oneLine });
    const diff =
      options.oneLine || outcome.result["diff"] === undefined || outcome.censored ? "" : `${diffLines(outcome.result["diff"]).map(harmless).join("\n")}\n`;
    return { paint, text: `${diff}${host} | ${word} => ${dumped}` };
  };

  const commandText = (host: string, word: string, outcome: Outcome): string => {
    const rc = String(outcome.result["rc"] ?? -1);
    const stdout = harmless(String(outcome.result["stdout"] ?? ""));
    const stderr = harmless(String(outcome.result["stderr"] ?? ""));
    if (!options.oneLine) return `${host} | ${word} | rc=${rc} >>\n${stdout}${stderr}${String(outcome.result["msg"] ?? "")}`;
    const flat = (text: string): string => text.replaceAll("\n", "\\n");
    return `${host} | ${word} | rc=${rc} | (stdout) ${flat(stdout)}${stderr === "" ? "" : ` (stderr) ${flat(stderr)}`}`;
  };

  return { on, close: () => undefined };
}

function isTextual(outcome: Outcome): boolean {
  return TEXTUAL.has(bareAction(outcome.task.action)) && !outcome.censored && "rc" in outcome.result && !("results" in outcome.result);
}
