import type { Place } from "./place.ts";

/**
 * Text that a person wrote: in a YAML file, a template file, the inventory, on the command line. Nothing else can be a template or an expression:
 * a plain string is data, wherever it came from and wherever it travels. Only what reads such sources makes it (test/architecture.test.ts lists
 * who), and nothing that evaluates takes a string.
 */
export class Written {
  // makes the type nominal: an object that merely has the same keys is none
  protected readonly isWritten = true;

  constructor(
    readonly text: string,
    readonly place?: Place,
  ) {}

  /** A piece of it, for those who take the text apart (the words of `copy: src=a dest={{ b }}`). */
  part(text: string): Text {
    return readWritten(text, this.place);
  }

  /** What is left of it, to be taken apart further. */
  rest(text: string): Written {
    return new Written(text, this.place);
  }

  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }
}

/** A text of a loaded file: data when it is a plain string. */
export type Text = string | Written;

export function isText(value: unknown): value is Text {
  return typeof value === "string" || value instanceof Written;
}

/** A loaded value where text is meant: YAML makes a number of `name: 404`. */
export function asText(value: unknown): Text {
  return isText(value) ? value : String(value);
}

/** Several texts as one; a template when one of them is. */
export function joinWritten(texts: readonly Text[], separator: string): Text {
  const template = texts.find((text) => text instanceof Written);
  const joined = texts.join(separator);
  return template === undefined ? joined : new Written(joined, template.place);
}

/** Whether text holds a template. */
export function isTemplate(text: string): boolean {
  return text.includes("{{") || text.includes("{%") || text.includes("{#");
}

/** True when the text may be one template and nothing else. */
export function isWholeTemplate(text: string): boolean {
  return /^\s*\{[{%#][^]*[}%#]\}\s*$/.test(text);
}

/** What a loader makes of text that a person wrote: a template stays one, every other text is its own value. */
export function readWritten(text: string, place?: Place): Written | string {
  return isTemplate(text) ? new Written(text, place) : text;
}
