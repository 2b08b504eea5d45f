import { type Change, ModuleError } from "../contract.ts";
import type { Content } from "../../session/contract.ts";
import { type AttributeFacts, type Basis, chmodText, fresh, planAttributes, type Wanted } from "../parts/attributes.ts";
import { type Entry, isFile } from "../parts/entry.ts";
import type { Tree } from "../parts/material.ts";
import { modeText, resolveMode } from "../parts/mode.ts";
import { missingFolders } from "../parts/paths.ts";
import { quote } from "../parts/words.ts";
import type { Item } from "./items.ts";

export interface TreeState {
  readonly path: string;
  readonly root: Entry | undefined;
  readonly parentPath: string;
  readonly parent: Entry | undefined;
  readonly attributes: AttributeFacts;
  readonly items: readonly Item[];
  /** The source directory, when it lies on the host. */
  readonly remote?: string | undefined;
}

export interface TreeArgs extends Wanted {
  readonly force: boolean;
  readonly directory_mode?: string | undefined;
}

/** What one item shall have. */
function wantedOf(item: Item, args: TreeArgs, isRemote: boolean): Wanted {
  const { owner, group } = args;
  if (item.want === "link") return { owner, group };
  const sourceMode = item.mode === undefined ? undefined : modeText(item.mode);
  // a copy on the host takes the permissions of the source when it is made, and leaves them alone later
  if (isRemote)
    return {
      owner,
      group,
      mode: item.here === undefined || isContentNew(item) ? (item.want === "directory" ? (args.directory_mode ?? sourceMode) : sourceMode) : undefined,
    };
  if (item.want === "directory") return { owner, group, mode: args.directory_mode };
  return { owner, group, mode: args.mode === "preserve" ? sourceMode : args.mode };
}

function isContentNew(item: Item): boolean {
  return item.want === "file" && (!isFile(item.here) || item.hereSum !== item.sum);
}

function basisOf(item: Item, facts: AttributeFacts): Basis {
  if (item.here !== undefined && (item.want !== "file" || isFile(item.here))) return item.here;
  const basis = fresh(facts.umask, item.want === "directory");
  return item.want === "link" ? { ...basis, state: "link" } : basis;
}

function rootFolders(current: TreeState): string[] {
  return current.root === undefined ? missingFolders(current.path, current.parentPath) : [];
}

/** Changes of a tree; keys are `PATH: attribute`. @throws ModuleError where something of another kind is in the way */
export function planTree(current: TreeState, args: TreeArgs): Change[] {
  const { root, path, attributes } = current;
  if (root !== undefined && root.state !== "directory" && root.state !== "link")
    throw new ModuleError(`${path} is a ${root.state}: a directory cannot be copied there`, { dest: path });
  const changes: Change[] = rootFolders(current).map((folder) => ({ key: `${folder}: state`, from: null, to: "directory" }));
  if (current.remote !== undefined) changes.push(...planAttributes(root ?? fresh(attributes.umask, true), rootWanted(args), attributes, `${path}: `));
  for (const item of current.items) changes.push(...planItem(item, current, args));
  return changes;
}

function rootWanted(args: TreeArgs): Wanted {
  return { owner: args.owner, group: args.group, mode: args.directory_mode ?? (args.mode === "preserve" ? undefined : args.mode) };
}

function planItem(item: Item, current: TreeState, args: TreeArgs): Change[] {
  const name = `${current.path.replace(/\/$/, "")}/${item.name}`;
  const { here } = item;
  const changes: Change[] = [];
  if (item.want === "directory") {
    if (here !== undefined && here.state !== "directory" && here.state !== "link")
      throw new ModuleError(`${name} already exists as a ${here.state}`, { dest: name });
    if (here === undefined) changes.push({ key: `${name}: state`, from: null, to: "directory" });
    if (here?.state === "link") return [];
  } else if (item.want === "file") {
    if (here?.state === "directory") throw new ModuleError(`${name} is a directory, and a file is to be copied there`, { dest: name });
    if (here !== undefined && !args.force) return [];
    if (!isFile(here)) changes.push({ key: `${name}: state`, from: here?.state ?? null, to: "file" });
    if (isContentNew(item)) changes.push({ key: `${name}: content`, from: item.hereSum ?? null, to: item.sum! });
  } else {
    if (here?.state !== "link") changes.push({ key: `${name}: state`, from: here?.state ?? null, to: "link" });
    if (here?.target !== item.target) changes.push({ key: `${name}: src`, from: here?.target ?? null, to: item.target! });
  }
  return [
    ...changes,
    ...planAttributes(basisOf(item, current.attributes), wantedOf(item, args, current.remote !== undefined), current.attributes, `${name}: `),
  ];
}

/** Calls of apply.sh's functions for exactly these changes, and the contents in their order. */
export function stepsOf(current: TreeState, args: TreeArgs, changes: readonly Change[], tree: Tree | undefined): { steps: string; contents: Content[] } {
  const { attributes } = current;
  const byKey = new Map(changes.map((change) => [change.key, change]));
  const files = new Map(tree?.files.map((file) => [file.name, file.material]));
  const ids = [attributes.ownerId === undefined ? "" : String(attributes.ownerId), attributes.groupId === undefined ? "" : String(attributes.groupId)];
  const contents: Content[] = [];
  const call = (name: string, ...words: readonly string[]): string => [name, ...words.map(quote)].join(" ");
  const folderMode =
    args.directory_mode === undefined ? "" : chmodText(modeText(resolveMode(args.directory_mode, 0o777 & ~attributes.umask, true, attributes.umask)));
  const steps = rootFolders(current).map((folder) => call("folder", folder, ...ids, folderMode));
  const has = (path: string, key: string): boolean => byKey.has(`${path}: ${key}`);
  const metadata = (path: string, mode: string, ...kind: readonly string[]): string =>
    call("attributes", path, has(path, "owner") ? ids[0]! : "", has(path, "group") ? ids[1]! : "", chmodText(mode), ...kind);
  const isTouched = (path: string): boolean => ["owner", "group", "mode"].some((key) => has(path, key));
  for (const item of current.items) {
    const path = `${current.path.replace(/\/$/, "")}/${item.name}`;
    const basis = basisOf(item, attributes);
    const wanted = wantedOf(item, args, current.remote !== undefined);
    const mode =
      item.want !== "link" && wanted.mode !== undefined ? modeText(resolveMode(wanted.mode, basis.mode, item.want === "directory", attributes.umask)) : "";
    if (item.want === "directory" && has(path, "state")) steps.push(call("folder", path, ...ids, chmodText(mode)));
    else if (item.want === "link" && (has(path, "state") || has(path, "src"))) steps.push(call("link", path, item.target!, ...ids));
    else if (item.want === "file" && (has(path, "content") || has(path, "state"))) {
      const rest = [...ids, chmodText(mode === "" ? modeText(basis.mode) : mode), isFile(item.here) ? `${item.here.uid}:${item.here.gid}` : ""];
      const material = files.get(item.name);
      if (material === undefined) steps.push(call("put_from", `${current.remote!.replace(/\/$/, "")}/${item.name}`, path, ...rest));
      else {
        steps.push(call("put", path, ...rest, String(material.size)));
        contents.push(material.content);
      }
    } else if (isTouched(path)) steps.push(metadata(path, mode, ...(item.want === "link" ? ["link"] : [])));
  }
  // last, since it may take away what the steps before need
  if (isTouched(current.path)) steps.push(metadata(current.path, String(byKey.get(`${current.path}: mode`)?.to ?? "")));
  return { steps: steps.join("\n"), contents };
}
