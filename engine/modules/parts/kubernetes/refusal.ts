import type { ApiAnswer } from "../../../kubernetes/contract.ts";
import { ModuleError } from "../../contract.ts";

/** What the API said instead of doing it. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
  readonly causes: readonly Cause[];
  /** The kind of thing that was not found, as in `namespaces`. */
  readonly missing?: string;
}

interface Cause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

export function isGood(answer: ApiAnswer): boolean {
  return answer.status >= 200 && answer.status < 300;
}

/** The refusal in an answer; undefined when it is none. */
export function refusalIn(answer: ApiAnswer): Refusal | undefined {
  if (isGood(answer)) return undefined;
  const { message, reason, details } = answer.body as { message?: string; reason?: string; details?: { kind?: string; causes?: Cause[] } };
  return {
    status: answer.status,
    reason: reason ?? "",
    message: message ?? `the API answers ${answer.status}`,
    causes: details?.causes ?? [],
    ...(answer.status === 404 && details?.kind !== undefined ? { missing: details.kind } : {}),
  };
}

const IMMUTABLE =
  /immutable|may not change once set|may not be changed|cannot be changed|updates to .* for fields other than|is not allowed to change|may not be (?:unset|modified)/i;

/** Whether a change is refused because the field can only be set when the object is made. */
export function isImmutable(refusal: Refusal): boolean {
  return refusal.status === 422 && [refusal.message, ...refusal.causes.map(({ message }) => message ?? "")].some((text) => IMMUTABLE.test(text));
}

/** The refusal as a task's failure. @param what what was asked for, for example `Deployment web/nginx` */
export function refused(what: string, refusal: Refusal, result: Readonly<Record<string, unknown>> = {}): ModuleError {
  const { status, reason, causes } = refusal;
  const keys = { ...result, status, reason, error: status };
  if (status === 409 && causes.some((cause) => cause.reason === "FieldManagerConflict")) {
    const fields = causes.map(({ field, message }) => `${field ?? "a field"} (${message ?? "another manager"})`).join("; ");
    return new ModuleError(
      `${what}: other managers own fields of it: ${fields}`,
      keys,
      "force_conflicts: true takes them over, or leave these fields out of the definition",
    );
  }
  if (isImmutable(refusal)) {
    const fields = causes.map(({ field }) => field).filter((field) => field !== undefined);
    return new ModuleError(`${what}: ${withoutHead(refusal.message)}`, { ...keys, immutable: fields }, immutableHint(what, fields));
  }
  return new ModuleError(`${what}: ${withoutHead(refusal.message)}`, keys, hintFor(refusal));
}

/** `Deployment.apps "nginx" is invalid: ` says again what stands before it. */
function withoutHead(message: string): string {
  return message.replace(/^\S+ "[^"]*" is invalid: /, "");
}

function immutableHint(what: string, fields: readonly string[]): string {
  const kind = what.split(" ")[0]!;
  const advice: Readonly<Record<string, string>> = {
    PersistentVolumeClaim: "a claim keeps its class and can only grow: make a new one and move the data; force: true would delete the data",
    Secret: "an immutable Secret is replaced by one of another name (append_hash: true), or made anew with force: true",
    ConfigMap: "an immutable ConfigMap is replaced by one of another name (append_hash: true), or made anew with force: true",
    StatefulSet: "force: true makes it anew; its pods restart, its claims stay",
    Job: "a Job's template stays as it was: give it a new name, or force: true to make it anew",
    Service: "force: true makes it anew, with another cluster IP unless clusterIP is given",
  };
  return advice[kind] ?? `force: true deletes it and makes it anew${fields.length === 0 ? "" : `; or leave ${fields.join(", ")} as it is`}`;
}

function hintFor({ status, missing, message }: Refusal): string | undefined {
  if (missing === "namespaces") return "put a Namespace before it, in this task or an earlier one";
  if (status === 403) return "the kubeconfig's user may not do that: look at its roles";
  if (status === 415 || /strict decoding|field not declared/.test(message)) return "look at the spelling of the field, or set validate: { strict: false }";
  return undefined;
}
