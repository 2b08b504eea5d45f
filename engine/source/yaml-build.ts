import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import { Float, Vaulted } from "../expression/values.ts";
import { annotate, type Entry, entryFor, entryOf, type Place, placeOf, placeOfKey } from "./place.ts";
import { readWritten, Written } from "./written.ts";
import { floatValue, integerValue, plainValue } from "./yaml-scalar.ts";

export interface Building {
  readonly placeAt: (offset: number) => Place;
  readonly fail: (message: string, place: Place, code: string, hint?: string) => Error;
  readonly warn: (message: string, place: Place) => void;
  readonly decrypt: ((ciphertext: string) => string) | undefined;
  /** A person wrote it: its texts may be templates and expressions. */
  readonly isWritten: boolean;
}

/** Aliases count with all that they stand for: what expands to more is no playbook but a billion laughs. */
const MAX_NODES = 1_000_000;
const STANDARD = "tag:yaml.org,2002:";

/** Turns a composed document into plain data whose lists and mappings remember their places. */
export function buildDocument(document: Document.Parsed, building: Building): unknown {
  return new Builder(building).build(document.contents as Node | null, building.placeAt(document.range[0]), false);
}

class Builder {
  readonly #building: Building;
  readonly #anchors = new Map<string, Node>();
  readonly #busy = new Set<Node>();
  readonly #built = new Map<Node, { readonly value: unknown; readonly weight: number; readonly isData: boolean }>();
  #nodes = 0;

  constructor(building: Building) {
    this.#building = building;
  }

  build(node: Node | null, parent: Place, isUnsafe: boolean): unknown {
    this.#count(1, parent);
    if (node === null) return null;
    const place = this.#placeOf(node, parent);
    if (isAlias(node)) return this.#resolve(node.source, place);
    const before = this.#nodes;
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    this.#busy.add(node);
    let value: unknown;
    if (isMap(node)) value = this.#mapping(node, place, isUnsafe || node.tag === "!unsafe");
    else if (isSeq(node)) value = this.#list(node, place, isUnsafe || node.tag === "!unsafe");
    else if (isScalar(node)) value = this.#scalar(node, place, isUnsafe);
    this.#busy.delete(node);
    if (node.anchor !== undefined) this.#built.set(node, { value, weight: this.#nodes - before, isData: isUnsafe || node.tag === "!unsafe" });
    return value;
  }

  #count(weight: number, place: Place): void {
    this.#nodes += weight;
    if (this.#nodes > MAX_NODES) {
      throw this.#building.fail(
        `this document holds more than ${MAX_NODES.toLocaleString("en")} values (aliases counted with what they stand for)`,
        place,
        "yaml-too-large",
      );
    }
  }

  #resolve(name: string, place: Place): unknown {
    const target = this.#anchors.get(name);
    if (target === undefined)
      throw this.#building.fail(`unknown alias "*${name}"`, place, "yaml-syntax", `define it before with "&${name}", or quote the value`);
    if (this.#busy.has(target)) throw this.#building.fail(`alias "*${name}" contains itself`, place, "yaml-syntax");
    const { value, weight } = this.#built.get(target)!;
    this.#count(weight, place);
    return value;
  }

  #placeOf(node: Node | null | undefined, fallback: Place): Place {
    const offset = node?.range?.[0];
    return offset === undefined ? fallback : this.#building.placeAt(offset);
  }

  #list(node: YAMLSeq, place: Place, isUnsafe: boolean): unknown {
    this.#checkTag(node, ["seq", "omap", "pairs"], place);
    const list: unknown[] = [];
    const keys = new Map<string, Entry>();
    node.items.forEach((item, index) => {
      const itemPlace = this.#placeOf(item as Node | null, place);
      const value = this.build(item as Node | null, itemPlace, isUnsafe);
      list.push(value);
      keys.set(String(index), this.#entry(String(index), itemPlace, value, itemPlace, this.#isData(item as Node | null, isUnsafe)));
    });
    annotate(list, { self: place, keys });
    return list;
  }

  #mapping(node: YAMLMap, place: Place, isUnsafe: boolean): unknown {
    this.#checkTag(node, ["map", "set"], place);
    const mapping: Record<string, unknown> = {};
    const keys = new Map<string, Entry>();
    const merged = new Set<string>();
    const set = (key: string, value: unknown, entry: Entry): void => {
      // "__proto__" must be an ordinary key
      Object.defineProperty(mapping, key, { value, writable: true, enumerable: true, configurable: true });
      keys.set(key, entry);
    };
    for (const pair of node.items) {
      const keyNode = pair.key as Node | null;
      const keyPlace = this.#placeOf(keyNode, place);
      const valuePlace = this.#placeOf(pair.value as Node | null, keyPlace);
      if (isScalar(keyNode) && keyNode.value === "<<" && keyNode.type === "PLAIN") {
        for (const [key, value, entry] of this.#mergeSources(this.build(pair.value as Node | null, valuePlace, isUnsafe), valuePlace)) {
          if (Object.hasOwn(mapping, key)) continue;
          merged.add(key);
          set(key, value, entry);
        }
        continue;
      }
      const key = this.#key(keyNode, keyPlace);
      if (Object.hasOwn(mapping, key) && !merged.delete(key)) {
        this.#building.warn(`the key "${key}" is given twice (first in line ${keys.get(key)!.key.line}); the last one counts`, keyPlace);
      }
      const value = this.build(pair.value as Node | null, valuePlace, isUnsafe);
      set(key, value, this.#entry(key, keyPlace, value, valuePlace, this.#isData(pair.value as Node | null, isUnsafe)));
    }
    annotate(mapping, { self: place, keys });
    return mapping;
  }

  /** Whether a value is `!unsafe`, by itself or by what it stands in: then its text is data. */
  #isData(node: Node | null, isUnsafe: boolean): boolean {
    if (isUnsafe || node === null) return isUnsafe;
    if (!isAlias(node)) return node.tag === "!unsafe";
    const target = this.#anchors.get(node.source);
    return target !== undefined && this.#built.get(target)?.isData === true;
  }

  #entry(key: string, keyPlace: Place, value: unknown, valuePlace: Place, isData: boolean): Entry {
    return this.#building.isWritten ? entryFor(key, keyPlace, isData ? undefined : value, valuePlace) : { key: keyPlace, value: valuePlace };
  }

  *#mergeSources(value: unknown, place: Place): Generator<[string, unknown, Entry]> {
    for (const source of Array.isArray(value) ? value : [value]) {
      if (typeof source !== "object" || source === null || Array.isArray(source)) {
        throw this.#building.fail(`"<<" takes mappings to be merged in`, place, "yaml-syntax");
      }
      for (const [key, entry] of Object.entries(source as object)) {
        yield [key, entry, entryOf(source, key) ?? { key: placeOfKey(source, key) ?? place, value: placeOf(source, key) ?? place }];
      }
    }
  }

  #key(node: Node | null, place: Place): string {
    const value = this.build(node, place, false);
    if (typeof value === "object" && value !== null && !(value instanceof Float) && !(value instanceof Written)) {
      if (place.text?.slice(place.column - 2).startsWith("{{") === true) {
        const start = { ...place, column: place.column - 1 };
        throw this.#building.fail(`without quotes "{{" begins a mapping, not a template`, start, "yaml-syntax", `quote the whole value: "{{ ... }}"`);
      }
      throw this.#building.fail("a mapping or list cannot be a key", place, "yaml-syntax");
    }
    // `on:` keeps the spelling that expressions look for.
    if ((typeof value === "boolean" || value === null) && isScalar(node) && node.value !== "") return String(node.value);
    return value === null ? "null" : String(value);
  }

  #checkTag(node: Node, known: readonly string[], place: Place): void {
    const { tag } = node;
    if (tag === undefined || tag === "!" || tag === "!unsafe" || known.some((name) => tag === STANDARD + name)) return;
    throw this.#building.fail(
      `unknown tag "${tag.replace(STANDARD, "!!")}"`,
      place,
      "yaml-unknown-tag",
      "quote the value if it is meant to begin with an exclamation mark",
    );
  }

  #scalar(node: Scalar, place: Place, isUnsafe: boolean): unknown {
    const text = String(node.value ?? "");
    const { tag } = node;
    if (tag === "!vault" || tag === "!vault-encrypted") return new Vaulted(text, this.#decrypt(place), place);
    if (tag === "!unsafe") return text;
    const value = tag === undefined ? (node.type === "PLAIN" ? plainValue(text) : text) : this.#tagged(text, tag, node, place);
    if (typeof value === "string" && tag === undefined && node.type === "PLAIN" && /^[-+]?\d{16,}$/.test(value) && !/^[-+]?0/.test(value)) {
      this.#building.warn("this number is too large to be held exactly, so it is kept as text", place);
    }
    return this.#building.isWritten && !isUnsafe && typeof value === "string" ? readWritten(value, place) : value;
  }

  #tagged(text: string, tag: string, node: Node, place: Place): unknown {
    switch (tag) {
      case `${STANDARD}int`:
        return integerValue(text.trim());
      case `${STANDARD}float`:
        return floatValue(text.trim());
      case `${STANDARD}bool`:
        return /^(yes|true|on)$/i.test(text.trim());
      case `${STANDARD}null`:
        return null;
      case `${STANDARD}binary`:
        return Buffer.from(text, "base64").toString("utf8");
      default:
        this.#checkTag(node, ["str", "timestamp", "value", "merge"], place);
        return text;
    }
  }

  #decrypt(place: Place): (ciphertext: string) => string {
    const { decrypt, fail } = this.#building;
    if (decrypt !== undefined) return decrypt;
    return () => {
      throw fail("this value is encrypted, and no vault secret was given", place, "vault-locked", "use --vault-password-file or -J");
    };
  }
}
