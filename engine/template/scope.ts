import type { Scope } from "../expression/contract.ts";

/** A scope with more names in front. */
export function withExtra(scope: Scope, extra: Readonly<Record<string, unknown>> | undefined): Scope {
  if (extra === undefined || Object.keys(extra).length === 0) return scope;
  return {
    environment: scope.environment,
    get: (name) => (Object.hasOwn(extra, name) ? extra[name] : scope.get(name)),
    has: (name) => Object.hasOwn(extra, name) || scope.has(name),
    written: (name) => (Object.hasOwn(extra, name) ? undefined : scope.written?.(name)),
    names: () => new Set([...Object.keys(extra), ...scope.names()]),
  };
}
