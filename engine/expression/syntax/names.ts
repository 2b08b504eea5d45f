import { mutators } from "../python/methods.ts";
import type { Expression, Statement, Target } from "./ast.ts";

type Node = Expression | Statement;

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "kind" in value && "at" in value;
}

/** Everything directly below a node. */
function children(value: object): object[] {
  return Object.values(value).filter((child): child is object => typeof child === "object" && child !== null);
}

function walk(value: object, visit: (node: Node) => boolean | void): void {
  if (isNode(value) && visit(value) === false) return;
  if (value instanceof Set || value instanceof Map) return;
  for (const child of children(value)) walk(child, visit);
}

/** Names on which the text calls methods that change their owner. */
export function mutatedNames(nodes: readonly Node[]): Set<string> {
  const names = new Set<string>();
  walk(nodes, (node) => {
    if (node.kind !== "call" || node.callee.kind !== "attribute" || !mutators.has(node.callee.name)) return;
    let owner: Expression = node.callee.object;
    while (owner.kind === "attribute" || owner.kind === "item") owner = owner.object;
    if (owner.kind === "name") names.add(owner.name);
  });
  return names;
}

const worldly: ReadonlySet<string> = new Set([
  ...["lookup", "query", "q", "now", "lipsum"],
  ...["random", "shuffle", "password_hash", "realpath", "fileglob", "expanduser", "expandvars"],
  ...["directory", "is_dir", "file", "is_file", "link", "is_link", "exists", "link_exists", "mount", "is_mount", "same_file", "is_same_file", "vaulted_file"],
]);

/** Whether the text calls what may answer otherwise the next time, with the same variables: a lookup, the clock, chance, the controller's files. */
export function readsWorld(nodes: readonly Node[]): boolean {
  let does = false;
  walk(nodes, (node) => {
    const isCalled = node.kind === "name" || node.kind === "filter" || node.kind === "test";
    // a text too: `map("realpath")`, `select("file")`
    const name = node.kind === "constant" ? node.value : isCalled ? node.name : undefined;
    if (typeof name === "string" && worldly.has(name.split(".").at(-1)!)) does = true;
  });
  return does;
}

export interface FreeNames {
  readonly all: Set<string>;
  /** Those that somewhere are asked `is defined`, given a `default`, or the like. */
  readonly guarded: Set<string>;
  /** Names that the text itself sets: loop variables, set, macros and their parameters. */
  readonly bound: ReadonlySet<string>;
}

const guards = new Set(["default", "d", "defined", "undefined", "mandatory"]);

/** Names that a template or expression takes from the scope. */
export function freeNames(nodes: readonly Node[]): FreeNames {
  const all = new Set<string>();
  const guarded = new Set<string>();
  const bound = new Set<string>(["loop", "caller", "varargs", "kwargs", "super", "self", "%caller", "%block"]);
  const bind = (target: Target): void => {
    if (target.kind === "name") bound.add(target.name);
    else if (target.kind === "tuple") target.items.forEach(bind);
  };
  walk(nodes, (node) => {
    switch (node.kind) {
      case "for":
      case "set":
      case "setBlock":
        bind(node.target);
        break;
      case "with":
        for (const [target] of node.assignments) bind(target);
        break;
      case "macro":
        bound.add(node.macro.name);
        for (const parameter of node.macro.parameters) bound.add(parameter.name);
        break;
      case "callBlock":
        for (const parameter of node.caller.parameters) bound.add(parameter.name);
        break;
      case "import":
        bound.add(node.name);
        break;
      case "from":
        for (const [, alias] of node.names) bound.add(alias);
    }
  });
  walk(nodes, (node) => {
    // targets look like names too, and are bound already
    if (node.kind === "name" && !bound.has(node.name)) all.add(node.name);
    if ((node.kind === "filter" || node.kind === "test") && guards.has(node.name.replace(/^ansible\.builtin\./, "")) && node.target !== undefined) {
      walk([node.target], (inner) => {
        if (inner.kind === "name") guarded.add(inner.name);
      });
    }
  });
  return { all, guarded, bound };
}

/** The names that are read whenever the nodes are evaluated, each where it stands first: those outside of all branches. */
export function surelyRead(nodes: readonly Node[]): Map<string, number> {
  const read = new Map<string, number>();
  walk(nodes, (node) => {
    if (["if", "and", "or", "for", "test", "macro", "callBlock"].includes(node.kind)) return false;
    if (node.kind === "filter" && guards.has(node.name.replace(/^ansible\.builtin\./, ""))) return false;
    if (node.kind === "name" && !read.has(node.name)) read.set(node.name, node.at);
    return undefined;
  });
  return read;
}

export interface PluginName {
  readonly kind: "filter" | "test" | "lookup";
  readonly name: string;
  readonly at: number;
}

/** The filters, tests and lookups that a text names. */
export function pluginNames(nodes: readonly Node[]): PluginName[] {
  const names: PluginName[] = [];
  walk(nodes, (node) => {
    if (node.kind === "filter" || node.kind === "test") names.push({ kind: node.kind, name: node.name, at: node.at });
    if (node.kind !== "call" || node.callee.kind !== "name" || !["lookup", "query", "q"].includes(node.callee.name)) return;
    const [first] = node.args.positional;
    if (first?.kind === "constant" && typeof first.value === "string") names.push({ kind: "lookup", name: first.value, at: first.at });
  });
  return names;
}
