import type { EvaluationOptions, Scope } from "../expression/contract.ts";
import { Undefined } from "../expression/values.ts";
import { Failure } from "../source/failure.ts";

/** Stands in for the expression language until it is there: plain `{{ name }}` only. */
export function template(value: unknown, scope: Scope, options: EvaluationOptions = {}): unknown {
  if (typeof value !== "string") return value;
  return value.replace(/\{\{\s*([A-Za-z_]\w*)\s*\}\}|\{[{%]/g, (_, name?: string) => {
    const found = name === undefined ? new Undefined("only plain names can be used here") : scope.get(name);
    if (found instanceof Undefined) throw new Failure(found.message, { code: "undefined-variable", fault: "playbook", place: options.place });
    return String(found);
  });
}
