import { Finder } from "./finder.ts";
import { formsOf } from "./forms.ts";

export const MASK = "********";

/** What no event may show, known by value: wherever it turns up again, in whatever form, it is masked. */
export class Secrets {
  readonly #finder = new Finder();
  readonly #plain = new Set<string>();

  get isEmpty(): boolean {
    return this.#finder.size === 0;
  }

  /** Remembers a secret, its lines and its forms (see `formsOf`). What is shorter than four characters is none. */
  add(plain: string): void {
    const text = plain.trim();
    if (this.#plain.has(text)) return;
    this.#plain.add(text);
    for (const form of formsOf(text)) this.#finder.add(form);
  }

  /** Remembers every text in a value: a list or mapping that is secret as a whole. */
  addAll(value: unknown): void {
    if (typeof value === "string") this.add(value);
    else if (typeof value === "number" || typeof value === "bigint") this.add(String(value));
    else if (isContainer(value)) for (const entry of Object.values(value)) this.addAll(entry);
  }

  /** `text` with everything secret masked; the same text when there is nothing. */
  mask(text: string): string {
    if (this.isEmpty || text.length < 4) return text;
    const { spans } = this.#finder.find(text);
    return covered(text, spans, text.length);
  }

  /** Whether a text holds a secret. */
  isIn(text: string): boolean {
    return this.mask(text) !== text;
  }

  /**
   * As much of a growing text as can be shown: what may yet turn out to be the beginning of a secret is kept back.
   * @returns the masked text, and what is to be put in front of what comes next
   */
  maskSoFar(text: string): { readonly shown: string; readonly held: string } {
    if (this.isEmpty) return { shown: text, held: "" };
    const { spans, open } = this.#finder.find(text);
    return { shown: covered(text, spans, open), held: text.slice(open) };
  }
}

/** A list or a mapping, and no value of a class: a `Vaulted` knows its place, which is no secret. */
export function isContainer(value: unknown): value is readonly unknown[] | Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}

function covered(text: string, spans: readonly number[], end: number): string {
  if (spans.length === 0) return end === text.length ? text : text.slice(0, end);
  let shown = "";
  let from = 0;
  for (let index = 0; index < spans.length && spans[index]! < end; index += 2) {
    shown += text.slice(from, spans[index]) + MASK;
    from = spans[index + 1]!;
  }
  return shown + text.slice(from, end);
}
