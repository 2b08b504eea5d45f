import { plugin, type Plugin, type Plugins } from "../plugin.ts";
import { truthy } from "../python/compare.ts";
import { isDict, typeError, typeName } from "../python/types.ts";

type Result = Record<string, unknown>;

function ofResult(name: string, test: (result: Result) => boolean): Plugin {
  return plugin(["result"], (_, result) => {
    if (!isDict(result)) throw typeError(`The '${name}' test expects a dictionary`, `this is a ${typeName(result)}: use the variable that the task registered`);
    return test(result);
  });
}

const flag =
  (name: string, fallback = false): ((result: Result) => boolean) =>
  (result) =>
    Object.hasOwn(result, name) ? truthy(result[name]) : fallback;

const changedFlag = (result: Result): boolean => {
  if (Object.hasOwn(result, "changed")) return truthy(result["changed"]);
  const { results } = result;
  return Array.isArray(results) && results.some((item: unknown) => isDict(item) && truthy(item["changed"]));
};

const failed = ofResult("failed", flag("failed"));
const changed = ofResult("changed", changedFlag);
const succeeded = ofResult("succeeded", (result) => !flag("failed")(result));
const skipped = ofResult("skipped", flag("skipped"));

export const resultTests: Plugins = {
  failed,
  failure: failed,
  succeeded,
  success: succeeded,
  successful: succeeded,
  changed,
  change: changed,
  skipped,
  skip: skipped,
  unreachable: ofResult("unreachable", flag("unreachable")),
  reachable: ofResult("reachable", (result) => !flag("unreachable")(result)),
  timedout: ofResult("timedout", ({ timedout }) => isDict(timedout) && truthy(timedout["period"] ?? false)),
  // a task that was not asynchronous has started and finished
  started: ofResult("started", flag("started", true)),
  finished: ofResult("finished", flag("finished", true)),
};
