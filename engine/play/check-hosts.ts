import { nearest } from "../source/failure.ts";
import { placeOf } from "../source/place.ts";
import type { CheckContext } from "./check-context.ts";
import type { Collector } from "./check-visit.ts";
import { problem } from "./context.ts";
import type { Play } from "./model.ts";
import { Written } from "../source/written.ts";

const ALWAYS = new Set(["all", "ungrouped", "localhost", "127.0.0.1", "::1"]);

/** Plain names in `hosts` that the inventory does not have: a failure when one was probably meant, a warning else, since an empty group is no mistake. */
export function checkHosts(play: Play, context: CheckContext, collector: Collector): void {
  const { inventory } = context;
  if (inventory === undefined || play.hosts instanceof Written) return;
  const names = [...inventory.groups.keys(), ...inventory.hosts.keys()];
  const known = new Set([...names, ...ALWAYS]);
  for (const part of play.hosts.split(/[,;]|:(?![^[]*\])/)) {
    const name = part.trim().replace(/^[&!]/, "");
    if (name === "" || !/^[\w.-]+$/.test(name) || known.has(name)) continue;
    const place = placeOf(play.raw, "hosts");
    const meant = nearest(name, names);
    // node1 and node2 are both names, not a name and a slip.
    const isSlip = meant !== undefined && name.length > 3 && name.replace(/\d/g, "") !== meant.replace(/\d/g, "");
    if (isSlip) collector.report(problem(`no host or group is called "${name}"`, "unknown-host", place, `did you mean "${meant}"?`));
    else collector.warn(`Could not match supplied host pattern, ignoring: ${name}`, place);
  }
}
