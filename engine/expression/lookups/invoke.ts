import { didYouMean, Failure } from "../../source/failure.ts";
import { Written } from "../../source/written.ts";
import { Problem, UndefinedUsed } from "../problem.ts";
import { Undefined } from "../values.ts";
import type { Call, Plugin } from "../plugin.ts";
import { anyText, bindArguments } from "../python/arguments.ts";
import { truthy } from "../python/compare.ts";
import { isDict } from "../python/types.ts";
import { canonical } from "../filters/registry.ts";
import { lookups } from "./registry.ts";

type Named = Readonly<Record<string, unknown>>;

/** @throws Problem `unknown-lookup` */
export function findLookup(name: string): Plugin {
  const found = lookups.get(canonical(name));
  if (found === undefined) throw new Problem(`The lookup plugin '${name}' was not found.`, "unknown-lookup", didYouMean(name, lookups.keys()));
  return found;
}

/** What the lookup finds, as a list. @throws Problem */
export function runLookup(call: Call, name: string, terms: readonly unknown[], named: Named): readonly unknown[] {
  const plugin = findLookup(name);
  return plugin.run(call, ...bindArguments(`lookup ${name}`, plugin.parameters, terms, named)) as readonly unknown[];
}

/** A template's own constants may be templates once more, as Ansible still allows for lookups. */
function resolveTerm(call: Call, term: unknown): unknown {
  if (term instanceof Written) return call.render(term);
  if (Array.isArray(term)) return term.map((item) => resolveTerm(call, item));
  if (isDict(term)) return Object.fromEntries(Object.entries(term).map(([key, item]) => [key, resolveTerm(call, item)]));
  return term;
}

function invoke(call: Call, args: readonly unknown[], given: Named, wantsList: boolean): unknown {
  const [first, ...terms] = args;
  if (first === undefined) throw new Problem("lookup() needs the name of a lookup", "expression-type");
  if (first instanceof Undefined) return first;
  const name = anyText(first);
  const { wantlist: _wantlist, errors = "strict", ...named } = given;
  const plugin = findLookup(name);
  if (plugin.acceptsUndefined !== true) {
    const missing = [...terms, ...Object.values(named)].find((value) => value instanceof Undefined);
    if (missing !== undefined) return missing;
  }
  let found: readonly unknown[];
  try {
    found = runLookup(
      call,
      name,
      terms.map((term) => resolveTerm(call, term)),
      named,
    );
  } catch (error) {
    if (error instanceof UndefinedUsed) return error.undefinedValue;
    const isOurs = error instanceof Problem || error instanceof Failure;
    if (!isOurs || errors === "strict") {
      if (error instanceof Problem && error.code === "expression-failed" && !error.message.startsWith("lookup")) {
        throw new Problem(`lookup ${name}: ${error.message}`, "lookup-failed", error.hint ?? "errors='ignore' makes this nothing instead of an error");
      }
      throw error;
    }
    return wantsList ? [] : null;
  }
  if (wantsList) return found;
  if (found.length === 1) return found[0];
  return found.length > 1 && found.every((item) => typeof item === "string") ? found.join(",") : found;
}

/** The function `lookup`: one value, or texts joined by commas. */
export function lookup(call: Call, args: readonly unknown[], named: Named): unknown {
  return invoke(call, args, named, truthy(named["wantlist"] ?? false));
}

/** The functions `query` and `q`: always a list. */
export function query(call: Call, args: readonly unknown[], named: Named): unknown {
  return invoke(call, args, named, true);
}
