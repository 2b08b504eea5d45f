import { Problem } from "../problem.ts";
import { plugin, type Plugins } from "../plugin.ts";
import { anyText } from "../python/arguments.ts";

export const inventoryLookups: Plugins = {
  inventory_hostnames: plugin(["*terms"], (call, terms) => {
    const { hostsOf } = call.scope.environment;
    if (hostsOf === undefined) throw new Problem("there is no inventory here");
    return [...hostsOf((terms as unknown[]).flatMap((term) => (Array.isArray(term) ? term.map(anyText) : [anyText(term)])).join(","))];
  }),
};
