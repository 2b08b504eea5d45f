import { addChild, addGroup, addHost, type MutableInventory, reconcile, setVariable } from "../inventory/build.ts";
import type { ActionResult } from "../modules/contract.ts";
import type { HostRun, PlayContext } from "../task/context.ts";

/** add_host and group_by: the inventory grows during the run. */
export function applyToInventory(action: ActionResult, host: HostRun, play: PlayContext): void {
  const inventory = play.run.inventory as MutableInventory;
  if (action.addHost !== undefined) {
    const { name, groups, variables } = action.addHost;
    const added = addHost(inventory, name, {});
    for (const group of groups) {
      addGroup(inventory, group);
      addHost(inventory, name, { group });
    }
    for (const [key, value] of Object.entries(variables)) setVariable(inventory, added, key, value);
    reconcile(inventory);
  }
  if (action.addToGroups !== undefined) {
    for (const group of action.addToGroups.groups) {
      addGroup(inventory, group);
      addHost(inventory, host.name, { group });
      for (const parent of action.addToGroups.parents) {
        addGroup(inventory, parent);
        if (parent !== group) addChild(inventory, parent, group);
      }
    }
    reconcile(inventory);
  }
}
