import { createHash } from "node:crypto";
import type { Answer, Script } from "../../session/contract.ts";
import { type Change, type Diff, ModuleError } from "../contract.ts";
import { type AttributeFacts, attributeFacts, attributeQuestions, attributeVars, fresh, planAttributes, type Wanted } from "./attributes.ts";
import { type Entry, isFile, parseEntry } from "./entry.ts";
import { factsOf } from "./facts.ts";
import { missingFolders } from "./paths.ts";
import { quote } from "./words.ts";
import { writeVars } from "./write.ts";

export interface EditArgs extends Wanted {
  readonly path: string;
  readonly backup: boolean;
  readonly validate?: string | undefined;
  readonly unsafe_writes: boolean;
}

export interface EditState {
  readonly path: string;
  /** The file itself: links are followed, so that they stay. */
  readonly real: string;
  readonly here: Entry | undefined;
  /** The path itself, when it is a link: owner and group are then its own, and `mode` leaves the file alone, as with Ansible. */
  readonly link: Entry | undefined;
  readonly parentPath: string | undefined;
  readonly attributes: AttributeFacts;
  /** Undefined when there is no file. */
  readonly bytes: Buffer | undefined;
}

/** What an edit makes of a file's content; `content` is undefined where the file is to stay absent. */
export interface Edited {
  readonly content: Buffer | undefined;
  readonly msg: string;
  readonly found?: number;
}

export function editVars(args: EditArgs): Record<string, string> {
  return { path: args.path, ...attributeQuestions(args) };
}

/** @throws ModuleError for a directory */
export function parseEdit(answer: Answer, args: EditArgs): EditState {
  const facts = factsOf(answer);
  const here = parseEntry(facts.get("here"));
  if (here?.state === "directory") throw new ModuleError(`Path ${facts.get("path")} is a directory !`, { rc: 256 });
  if (here !== undefined && !isFile(here)) {
    throw new ModuleError(`${facts.get("real")} is a ${here.state}: only a regular file can be edited`, { path: facts.get("path") });
  }
  const link = facts.maybe("link");
  return {
    path: facts.get("path"),
    real: facts.get("real"),
    here,
    link: link === undefined ? undefined : parseEntry(link, facts.maybe("link.target")),
    parentPath: facts.maybe("parent_path"),
    attributes: attributeFacts(facts, args),
    bytes: here === undefined ? undefined : facts.bytes,
  };
}

export function planEdit(current: EditState, args: EditArgs, edited: Edited): Change[] {
  if (edited.content === undefined) return [];
  if (current.here === undefined) {
    const folder = current.real.includes("/") ? current.real.slice(0, Math.max(current.real.lastIndexOf("/"), 1)) : ".";
    const made: Change[] = foldersFor(folder, current).map((name) => ({ key: `${name}: state`, from: null, to: "directory" }));
    return [
      ...made,
      { key: "state", from: null, to: "file" },
      { key: "content", from: null, to: sha1(edited.content) },
      ...planAttributes(current.link ?? fresh(current.attributes.umask, false), wantedOf(current, args), current.attributes),
    ];
  }
  return [...planContent(current, edited), ...planAttributes(current.link ?? current.here, wantedOf(current, args), current.attributes)];
}

// a link has neither permissions nor attributes of chattr's
function wantedOf(current: EditState, args: EditArgs): Wanted {
  return current.link === undefined ? args : { owner: args.owner, group: args.group };
}

/** What an apply left undone: the file must hold what the edit made of the old content, even when the edit would match again. */
export function leftEdit(after: EditState, args: EditArgs, editedBefore: Edited): Change[] {
  return planEdit(after, args, editedBefore);
}

function planContent(current: EditState, edited: Edited): Change[] {
  return edited.content!.equals(current.bytes!) ? [] : [{ key: "content", from: sha1(current.bytes!), to: sha1(edited.content!) }];
}

function foldersFor(folder: string, current: EditState): string[] {
  return folder === "." || current.parentPath === undefined || current.parentPath === folder ? [] : missingFolders(folder, current.parentPath);
}

function sha1(bytes: Buffer): string {
  return createHash("sha1").update(bytes).digest("hex");
}

/** `text` must hold the parts facts, way, place and whole_apply. */
export function applyEdit(text: string, changes: readonly Change[], current: EditState, args: EditArgs, edited: Edited): Script {
  const facts = current.attributes;
  const entry = isFile(current.here) ? current.here : undefined;
  const isContent = changes.some((change) => change.key === "content");
  const folders = changes
    .filter((change) => change.key.endsWith(": state") && change.to === "directory")
    .map((change) => change.key.slice(0, -": state".length));
  const own = attributeVars(changes, current.link ?? entry ?? fresh(facts.umask, false), wantedOf(current, args), facts);
  const { backup, validate, unsafe_writes: unsafe } = args;
  // what is asked of a link's owner is not asked of the file's
  const wanted = current.link === undefined ? args : {};
  const fileFacts = current.link === undefined ? facts : { umask: facts.umask };
  const vars = isContent ? writeVars(changes, { entry, wanted, facts: fileFacts, size: edited.content!.length, backup, validate, unsafe }) : own;
  const link: Record<string, string> = current.link === undefined ? {} : { link: current.path, link_owner: own["set_owner"]!, link_group: own["set_group"]! };
  return {
    text,
    vars: { ...vars, ...link, path: current.real, is_content: isContent ? "1" : "", folders: folders.map(quote).join(" "), folder_mode: "" },
    ...(isContent ? { stdin: edited.content!, takesVariable: true } : {}),
  };
}

export function diffEdit(changes: readonly Change[], current: EditState, edited: Edited): Diff[] {
  const { path } = current;
  const rest = changes.filter((change) => change.key !== "content");
  const lines = (side: "from" | "to"): string => rest.map((change) => `${change.key}: ${String(change[side] ?? "absent")}\n`).join("");
  const content = {
    before_header: `${path} (content)`,
    after_header: `${path} (content)`,
    before: (current.bytes ?? "").toString(),
    after: (edited.content ?? current.bytes ?? "").toString(),
  };
  return [
    ...(rest.length === changes.length ? [] : [content]),
    ...(rest.length === 0
      ? []
      : [{ before_header: `${path} (file attributes)`, after_header: `${path} (file attributes)`, before: lines("from"), after: lines("to") }]),
  ];
}

/** Ansible's message: what the edit did, and whether metadata changed too. */
export function editMessage(changes: readonly Change[], edited: Edited): string {
  if (edited.content === undefined) return edited.msg;
  const isContent = changes.some((change) => change.key === "content");
  const isMetadata = changes.some((change) => change.from !== null && ["owner", "group", "mode", "attributes", "secontext"].includes(change.key));
  return [isContent || edited.found !== undefined ? edited.msg : "", isMetadata ? "ownership, perms or SE linux context changed" : ""]
    .filter((part) => part !== "")
    .join(" and ");
}

/**
 * A file's bytes as text, and the way back. What is not UTF-8 is kept byte by byte; then the arguments must be read the same way.
 */
export function decodeText(bytes: Buffer): { text: string; argument: (value: string) => string; encode: (text: string) => Buffer } {
  const text = bytes.toString("utf8");
  if (!text.includes("\ufffd") || Buffer.from(text).equals(bytes)) return { text, argument: (value) => value, encode: (edited) => Buffer.from(edited) };
  return { text: bytes.toString("latin1"), argument: (value) => Buffer.from(value).toString("latin1"), encode: (edited) => Buffer.from(edited, "latin1") };
}
