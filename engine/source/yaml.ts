import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, type ParsedNode, type Scalar, type ScalarTag } from "yaml";
import { Float, Unsafe, Vaulted } from "../expression/values.ts";
import { Failure } from "./failure.ts";
import { annotate, type Place } from "./place.ts";

export interface YamlOptions {
  /** Opens `!vault` scalars, when they are used. */
  readonly decrypt?: (ciphertext: string) => string;
  /** Whose fault broken YAML is; "playbook" when not given. */
  readonly fault?: "playbook" | "inventory" | "usage";
  /** Told of what is legal but probably not meant, such as a key that is given twice. */
  readonly onWarning?: (message: string, place: Place) => void;
}

/** Ten thousand aliases' worth of nodes is no playbook; it is a billion laughs. */
const MAX_ALIAS_COUNT = 1_000;
const MAX_NODES = 2_000_000;

/**
 * Loads one YAML document (YAML 1.1 as Ansible's users write it: `yes` is true, `010` is 8) into plain data. Every list and mapping
 * remembers its places (see `placeOf`). `!vault` becomes `Vaulted`, `!unsafe` becomes `Unsafe`.
 * @param file the name shown in messages
 * @returns the data; `null` for an empty document
 * @throws Failure `yaml-syntax`, with the place and the line shown
 */
export function loadYaml(text: string, file: string, options: YamlOptions = {}): unknown {
  const documents = loadYamlDocuments(text, file, options);
  if (documents.length > 1) {
    throw failure(`expected one YAML document, found ${documents.length}`, { file, line: 1, column: 1 }, options);
  }
  return documents[0] ?? null;
}

/** Like `loadYaml`, for files with several documents. */
export function loadYamlDocuments(text: string, file: string, options: YamlOptions = {}): unknown[] {
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), text: lineAt(text, lines.lineStarts[line - 1] ?? 0) };
  };
  const binary = text.indexOf("\0");
  if (binary !== -1) {
    throw failure("this is not a text file (it holds a NUL byte)", { file, line: 1, column: 1 }, options, "not-text");
  }
  const tags = [textTag("!vault"), textTag("!vault-encrypted"), textTag("!unsafe")];
  const documents = parseAllDocuments(text, {
    version: "1.1",
    lineCounter: lines,
    customTags: (known) => [...known.filter((tag) => typeof tag !== "object" || !isTimestamp(tag.tag)), ...tags],
    uniqueKeys: false,
    logLevel: "silent",
    keepSourceTokens: false,
    prettyErrors: false,
    merge: true,
  });
  if (!Array.isArray(documents)) return [];
  return documents.map((document) => {
    const error = document.errors[0];
    if (error !== undefined) {
      throw failure(`not valid YAML: ${error.message}`, placeAt(error.pos[0]), options, "yaml-syntax", yamlHint(text, placeAt(error.pos[0])));
    }
    return build(document as Document.Parsed<ParsedNode>, placeAt, options);
  });
}

function textTag(tag: string): ScalarTag {
  return { tag, resolve: (value: string) => value };
}

function isTimestamp(tag: string): boolean {
  return tag === "tag:yaml.org,2002:timestamp";
}

function lineAt(text: string, start: number): string {
  const end = text.indexOf("\n", start);
  return text
    .slice(start, end === -1 ? undefined : end)
    .replace(/\r$/, "")
    .slice(0, 400);
}

function failure(message: string, place: Place, options: YamlOptions, code = "yaml-syntax", hint?: string): Failure {
  return new Failure(message, { code, fault: options.fault ?? "playbook", place, hint });
}

function yamlHint(text: string, place: Place): string | undefined {
  const line = place.text ?? "";
  if (/^\s*[\w.-]+:\s*\{\{/.test(line)) return `put quotes around the value: a value that begins with "{{" is read as a mapping`;
  if (/\t/.test(line.match(/^\s*/)?.[0] ?? "")) return "indent with spaces, not tabs";
  if (/:\s.*:\s/.test(line)) return "a colon followed by a space inside a value needs quotes around the whole value";
  return undefined;
}

function build(document: Document.Parsed<ParsedNode>, placeAt: (offset: number) => Place, options: YamlOptions): unknown {
  const anchors = new Map<string, Node>();
  const building = new Set<Node>();
  const built = new Map<Node, unknown>();
  let nodes = 0;
  let aliases = 0;

  const placeOfNode = (node: Node | null | undefined, fallback: Place): Place => {
    const offset = node?.range?.[0];
    return offset === undefined ? fallback : placeAt(offset);
  };

  const convert = (node: Node | null, parent: Place): unknown => {
    nodes += 1;
    if (nodes > MAX_NODES) throw failure("this document is too large to be a playbook or a variables file", parent, options, "yaml-too-large");
    if (node === null) return null;
    if (isAlias(node)) {
      aliases += 1;
      const place = placeOfNode(node, parent);
      if (aliases > MAX_ALIAS_COUNT) throw failure("too many aliases: this would expand without end", place, options, "yaml-too-large");
      const target = anchors.get(node.source);
      if (target === undefined) throw failure(`unknown alias "*${node.source}"`, place, options);
      if (building.has(target)) throw failure(`alias "*${node.source}" contains itself`, place, options);
      return built.get(target);
    }
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    const place = placeOfNode(node, parent);
    let value: unknown;
    if (isMap(node)) {
      building.add(node);
      value = convertMap(node, place);
      building.delete(node);
    } else if (isSeq(node)) {
      building.add(node);
      const list: unknown[] = [];
      const keys = new Map<string, { key: Place; value: Place }>();
      node.items.forEach((item, index) => {
        const itemPlace = placeOfNode(item as Node, place);
        keys.set(String(index), { key: itemPlace, value: itemPlace });
        list.push(convert(item as Node, itemPlace));
      });
      annotate(list, { self: place, keys });
      value = list;
      building.delete(node);
    } else if (isScalar(node)) {
      value = convertScalar(node, place);
    }
    built.set(node, value);
    return value;
  };

  const convertMap = (node: Node, place: Place): Record<string, unknown> => {
    const mapping: Record<string, unknown> = {};
    const keys = new Map<string, { key: Place; value: Place }>();
    const set = (key: string, value: unknown): void => {
      // "__proto__" must be an ordinary key
      Object.defineProperty(mapping, key, { value, writable: true, enumerable: true, configurable: true });
    };
    if (!isMap(node)) return mapping;
    for (const pair of node.items) {
      const keyNode = pair.key as Node | null;
      const keyPlace = placeOfNode(keyNode, place);
      const valuePlace = placeOfNode(pair.value as Node | null, keyPlace);
      if (isScalar(keyNode) && keyNode.value !== null && isMergeKey(keyNode)) {
        const merged = convert(pair.value as Node | null, valuePlace);
        for (const source of Array.isArray(merged) ? merged : [merged]) {
          if (typeof source !== "object" || source === null) continue;
          for (const [key, value] of Object.entries(source)) if (!Object.hasOwn(mapping, key)) set(key, value);
        }
        continue;
      }
      const rawKey = convert(keyNode, keyPlace);
      if (typeof rawKey === "object" && rawKey !== null && !(rawKey instanceof Float)) {
        throw failure("a mapping or list cannot be a key here", keyPlace, options, "yaml-syntax", `quote the value: "{{ ... }}"`);
      }
      const key = keyText(keyNode, rawKey);
      keys.set(key, { key: keyPlace, value: valuePlace });
      set(key, convert(pair.value as Node | null, valuePlace));
    }
    annotate(mapping, { self: place, keys });
    return mapping;
  };

  const convertScalar = (node: Scalar, place: Place): unknown => {
    const value = node.value;
    if (node.tag === "!unsafe") return new Unsafe(String(value));
    if (node.tag === "!vault" || node.tag === "!vault-encrypted") {
      const decrypt =
        options.decrypt ??
        (() => {
          throw failure("this value is encrypted, and no vault secret was given", place, options, "vault-locked", "use --vault-password-file or -J");
        });
      return new Vaulted(String(value), decrypt, place);
    }
    if (typeof value === "number" && Number.isInteger(value) && /[.eE]/.test(node.source ?? "") && !/^0x/i.test(node.source ?? "")) {
      return new Float(value);
    }
    if (typeof value === "bigint") return Number(value);
    if (typeof value === "object" && value !== null) return node.source ?? String(value);
    return value;
  };

  const root = document.contents as Node | null;
  return convert(root, placeAt(0));
}

function isMergeKey(node: Scalar): boolean {
  return (node.value === "<<" || typeof node.value === "symbol") && (node.type === undefined || node.type === "PLAIN");
}

/** `true: x` and `1: x` keep a key that expressions find again. */
function keyText(node: Node | null, value: unknown): string {
  if (typeof value === "boolean") return isScalar(node) && node.source !== undefined ? node.source : value ? "True" : "False";
  if (value === null) return "null";
  return String(value);
}
