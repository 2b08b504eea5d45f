import { SHORTEST } from "./forms.ts";

/** A node of a tree of texts, in which what has only one continuation is one node. */
interface Node {
  /** What leads here from the node above. */
  label: string;
  /** A text ends here. */
  isEnd: boolean;
  /** By the first UTF-16 unit of the label. */
  next: Map<number, Node>;
}

/** Where texts were found. */
export interface Found {
  /** Begin and end of what is covered, in turns; texts that overlap are one. */
  readonly spans: readonly number[];
  /** Where what is covered by, or may yet become, a text that goes on behind the end begins; the length when there is none. */
  readonly open: number;
}

const FILTER_BITS = 16;
const MASK_BITS = (1 << FILTER_BITS) - 1;

/**
 * Finds any number of texts in another one, in one pass. What no text begins with is passed by at the cost of one look into a table; more texts
 * make that no slower, and a text can be added at any time.
 */
export class Finder {
  readonly #root: Node = { label: "", isEnd: false, next: new Map() };
  /** Which hashes the first units of texts have. */
  readonly #filter = new Uint8Array(1 << FILTER_BITS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @param text at least `SHORTEST` units long */
  add(text: string): void {
    let node = this.#root;
    let at = 0;
    while (at < text.length) {
      const child = node.next.get(text.charCodeAt(at));
      if (child === undefined) {
        node.next.set(text.charCodeAt(at), { label: text.slice(at), isEnd: false, next: new Map() });
        node = node.next.get(text.charCodeAt(at))!;
        break;
      }
      const common = commonLength(child.label, text, at);
      if (common < child.label.length) {
        const lower: Node = { ...child, label: child.label.slice(common) };
        child.label = child.label.slice(0, common);
        child.isEnd = false;
        child.next = new Map([[lower.label.charCodeAt(0), lower]]);
      }
      node = child;
      at += common;
    }
    if (!node.isEnd) this.#size += 1;
    node.isEnd = true;
    this.#filter[hashOf(text, 0)] = 1;
  }

  find(text: string): Found {
    const spans: number[] = [];
    let open = text.length;
    const last = text.length - SHORTEST;
    // as hashOf, one unit at a time
    let a = text.charCodeAt(0);
    let b = text.charCodeAt(1);
    let c = text.charCodeAt(2);
    for (let at = 0; at < text.length; at += 1) {
      const d = text.charCodeAt(at + 3);
      const hash = (((a * 31 + b) * 31 + c) * 31 + d) & MASK_BITS;
      a = b;
      b = c;
      c = d;
      if (at <= last && this.#filter[hash] === 0) continue;
      const end = this.#longest(text, at);
      if (end < 0) open = Math.min(open, at);
      const until = Math.abs(end) - 1;
      if (until <= at) continue;
      if (spans.length > 0 && at < spans.at(-1)!) spans[spans.length - 1] = Math.max(spans.at(-1)!, until);
      else spans.push(at, until);
    }
    // what is found may overlap with what is not complete yet
    for (let last = spans.length - 1; last > 0 && spans[last]! > open; last -= 2) open = Math.min(open, spans[last - 1]!);
    return { spans, open };
  }

  /** One more than where the longest text that begins at `at` ends; negative when a text may go on behind the end of this one. */
  #longest(text: string, at: number): number {
    let node = this.#root;
    let position = at;
    let end = at;
    for (;;) {
      const child = position < text.length ? node.next.get(text.charCodeAt(position)) : undefined;
      if (child === undefined) return position === text.length && node.next.size > 0 ? -(end + 1) : end + 1;
      const common = commonLength(child.label, text, position);
      position += common;
      if (common < child.label.length) return position === text.length ? -(end + 1) : end + 1;
      if (child.isEnd) end = position;
      node = child;
    }
  }
}

function commonLength(label: string, text: string, at: number): number {
  const most = Math.min(label.length, text.length - at);
  let length = 0;
  while (length < most && label.charCodeAt(length) === text.charCodeAt(at + length)) length += 1;
  return length;
}

function hashOf(text: string, at: number): number {
  const mixed = ((text.charCodeAt(at) * 31 + text.charCodeAt(at + 1)) * 31 + text.charCodeAt(at + 2)) * 31 + text.charCodeAt(at + 3);
  return mixed & MASK_BITS;
}
