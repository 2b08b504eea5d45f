import { Failure } from "../source/failure.ts";

/** A failure of the way to a host, or on it: the message begins with the host's name. */
export function trouble(host: string, code: string, message: string, more: { readonly hint?: string | undefined; readonly cause?: unknown } = {}): Failure {
  return new Failure(`${host}: ${message}`, { code, fault: "transport", hint: more.hint, cause: more.cause });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
