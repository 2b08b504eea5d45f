import { stringify } from "yaml";
import { Float, Vaulted } from "../expression/values.ts";

/** Keys of a result that say nothing to people beyond what the line says already. */
const NOISE = new Set([
  "changed",
  "failed",
  "skipped",
  "unreachable",
  "invocation",
  "diff",
  "warnings",
  "deprecations",
  "exception",
  "results",
  "ansible_loop_var",
  "ansible_index_var",
  "ansible_loop",
]);
const DEBUG_NOISE = new Set([...NOISE, "skip_reason", "item", "false_condition"]);

/** The module's name without its collection. */
export function bareAction(action: string): string {
  return action.slice(action.lastIndexOf(".") + 1);
}

/** What `debug` was asked to show: its message, or the variable under its name. */
export function debugText(result: Readonly<Record<string, unknown>>): string {
  if ("msg" in result) return valueText(result["msg"]);
  const shown = Object.entries(result).filter(([key]) => !DEBUG_NOISE.has(key) && !key.startsWith("_"));
  return valueText(Object.fromEntries(shown));
}

/** -v: what a command wrote. -vv and more: the whole result as YAML. */
export function verboseText(result: Readonly<Record<string, unknown>>, verbosity: number): string {
  if (verbosity >= 2) {
    const shown = Object.entries(result).filter(([key]) => (verbosity >= 3 || !NOISE.has(key)) && !key.startsWith("_ansible_") && !isRepeated(key, result));
    return shown.length === 0 ? "" : valueText(Object.fromEntries(shown));
  }
  return [result["msg"], result["stdout"], result["stderr"]]
    .filter((text): text is string => typeof text === "string" && text.trim() !== "")
    .map((text) => text.trimEnd())
    .join("\n");
}

/** Text as it is, everything else as YAML; no newline at the end. */
export function valueText(value: unknown): string {
  if (typeof value === "string") return value.trimEnd();
  return stringify(plain(value), { lineWidth: 0, indentSeq: false }).trimEnd();
}

function isRepeated(key: string, result: Readonly<Record<string, unknown>>): boolean {
  return (key === "stdout_lines" || key === "stderr_lines") && key.replace("_lines", "") in result;
}

/** Only what YAML and JSON have. */
export function plain(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (value instanceof Float) return value.value;
  if (value instanceof Vaulted) return "(vault-encrypted)";
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
  if (typeof value === "function" || typeof value === "symbol") return String(value);
  return value;
}
